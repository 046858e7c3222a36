"""Which files call the functions of others, as far as the words of their imports and calls say."""

from __future__ import annotations

from collections.abc import Mapping

from gate.sources.interface import Gap
from gate.sources.python.around import MAX_MODULE, MAX_MODULES
from gate.sources.read import Callers, Reading

MAX_CALLERS = 16
"""Files in which the calls of one function are followed."""
MAX_FOLLOWED = 16 << 20
"""Bytes of callers that are walked for all files together; the same caller counts for each file that it calls."""
UNFOLLOWED = Gap(1, "it is called in more code than is followed for one repository", blind=True)


def callers_of(readings: Mapping[str, Reading]) -> dict[str, Callers]:
    """The files that call what others ask for, by the path of the file that asks and the name of the function.

    A file that calls a function has the name of its module among its imports, or in the call itself; of a package that
    it is within (`from . import f`) it needs neither.
    """
    asking: dict[tuple[bytes, bytes], list[str]] = {}
    for path, reading in readings.items():
        for name in reading.asks:
            asking.setdefault((_module_name(path), name.encode()), []).append(path)
    modules: dict[bytes, set[bytes]] = {}
    for module, function in asking:
        modules.setdefault(function, set()).add(module)
    found: dict[str, dict[str, list[str]]] = {}
    for caller in readings if asking else ():
        reading = readings[caller]
        if not reading.uses or reading.size > MAX_MODULE:
            continue
        imports = [*reading.uses.imports.split(), *(folder.encode() for folder in caller.split("/")[:-1])]
        for called in _called(frozenset(imports), reading.uses.calls, modules):
            for path in asking.get(called, ()):
                if path != caller:
                    found.setdefault(path, {}).setdefault(called[1].decode(), []).append(caller)
    return {path: {name: tuple(some[:MAX_CALLERS]) for name, some in files.items()} for path, files in found.items()}


def _module_name(path: str) -> bytes:
    """The last word with which the module at `path` is imported; empty for one in the root that has no name."""
    folder, _, name = path.rpartition("/")
    return (folder.rpartition("/")[2] if name == "__init__.py" else name.removesuffix(".py")).encode()


def _called(imports: frozenset[bytes], calls: bytes, modules: Mapping[bytes, set[bytes]]) -> set[tuple[bytes, bytes]]:
    """Each function that a file may call, with the module that it may be in: `modules` has these by the function."""
    found: set[tuple[bytes, bytes]] = set()
    for call in calls.split():
        before, _, name = call.rpartition(b".")
        if asking := modules.get(name):
            found.update((module, name) for module in asking & imports)
            if (module := before.rpartition(b".")[2]) in asking and b"." in before:
                found.add((module, name))
    return found


def affordable(callers: Mapping[str, Callers], sizes: Mapping[str, int]) -> dict[str, Callers]:
    """The files whose callers are followed: in their order, until `MAX_FOLLOWED` is spent."""
    followed: dict[str, Callers] = {}
    spent = 0
    for path in sorted(callers):
        calling = {caller for files in callers[path].values() for caller in files}
        spent += min(MAX_MODULE, sizes[path]) + sum(sorted(sizes[caller] for caller in calling)[-MAX_MODULES:])
        if spent > MAX_FOLLOWED:
            break
        followed[path] = callers[path]
    return followed
