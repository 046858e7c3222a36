"""What a global that a pickle imports does: one answer for each module and name, from frozen lists.

The lists are those of `listed.py`. Nothing is imported, and what is installed does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from gate.formats.pickle.listed import denials, entries_of, has, moved

Verdict = Literal["deny", "unknown", "instance", "allow"]
"""`deny`: known to run code or to reach outside. `allow`: harmless whatever literals it is called with.
`instance`: what may be held, a class also created and given its state, but not called. `unknown`: everything else."""

_STORAGE = "torch.storage._load_from_bytes"
NESTED = frozenset(
    f"{module}.loads"
    for module in (
        "pickle", "_pickle", "cPickle", "pickle5", "dill", "dill._dill", "cloudpickle", "cloudpickle.cloudpickle",
        "cloudpickle.cloudpickle_fast", "joblib.externals.cloudpickle", "joblib.externals.cloudpickle.cloudpickle",
        "ray.cloudpickle", "srsly.cloudpickle", "srsly._pickle_api",
    )
) | {_STORAGE}  # fmt: skip
"""Functions that take the bytes of another pickle, by full name. All are denied but torch's, which pickled storages
name: it is as harmless as the bytes are."""

_PLAIN_DUNDERS = frozenset({"__doc__", "__init__", "__name__", "__new__", "__version__"})
_REASONS = (
    "starts a process", "runs Python code", "imports modules", "reads or writes files", "opens network connections",
    "loads native code", "unpickles",
)  # fmt: skip
_BORROWED = frozenset(
    {"asyncio", "builtins", "ctypes", "importlib", "inspect", "io", "linecache", "marshal", "multiprocessing", "nt"}
    | {"os", "pickle", "posix", "pty", "runpy", "shutil", "socket", "subprocess", "sys", "tempfile", "threading"}
    | {"types", "urllib", "webbrowser", "zipfile", "zipimport"}
)
"""Modules of which nearly every module has some: an attribute called like one, underscores aside, is that module."""


def judge(module: str, name: str) -> Verdict:
    """The verdict on `name`, dotted or not, of `module`, spelled as in a pickle of any protocol."""
    module, name = _today(module, name)
    top = module.partition(".")[0]
    ours, theirs = entries_of("known-allow"), entries_of(top)
    if has(ours, f"allow {module}", name) or has(theirs, f"allow {module}", name):
        return "allow"
    if has(ours, f"instance {module}", name):
        return "instance"
    if _denied(module, name):
        return "unknown" if f"{module}.{name}" == _STORAGE else "deny"
    if top == "__torch__":  # TorchScript: its classes are in the archive, and read there
        return "instance"
    return "instance" if has(theirs, f"instance {module}", name) else "unknown"


def reason(module: str, name: str) -> str:
    """A few words on what a denied global does; empty for every other."""
    return _denied(*_today(module, name)) if judge(module, name) == "deny" else ""


def _today(module: str, name: str) -> tuple[str, str]:
    """Where Python 3 has what Python 2 had in `module`."""
    places = moved()
    first, dot, rest = name.partition(".")
    if f"{module}.{first}" in places:
        module, _, first = places[f"{module}.{first}"].rpartition(".")
        return module, first + dot + rest
    return places.get(module, module), name


def _denied(module: str, name: str) -> str:
    """The reason to deny, empty if there is none."""
    lists = denials()
    parts = name.split(".")
    last = parts[-1]
    if ".__main__" in module:
        return "runs Python code"
    whole = f"{module}.{name}"
    return (
        next((lists.known[start] for start in _starts(whole) if start in lists.known), "")
        or next(filter(None, (_reached(part, at == len(parts)) for at, part in enumerate(parts, 1))), "")
        or lists.last.find(last)
        or (lists.theirs.find(last) if module.partition(".")[0] in lists.packages else "")
        or _found(module, name)
    )


def _reached(part: str, final: bool) -> str:
    """Why a component of a dotted name leads where no value is."""
    if part.startswith("__") and part.endswith("__") and part not in _PLAIN_DUNDERS:
        return "reaches into objects"
    bare = part.strip("_")
    return denials().known.get(bare, "") if bare in _BORROWED or not final else ""


def _found(module: str, name: str) -> str:
    """The reason that the package's own list gives, however the path is divided into module and name."""
    entries = entries_of(module.partition(".")[0])
    if entries:
        whole = f"{module}.{name}"
        for start in _starts(whole):
            for why in _REASONS:
                if has(entries, f"{why} {start}", whole[len(start) + 1 :]):
                    return why
    return ""


def _starts(path: str, limit: int = 40) -> Iterator[str]:
    """`path` up to each of its dots, and all of it; no real one has more components than `limit`."""
    end = path.find(".")
    while end >= 0 and limit:
        yield path[:end]
        end = path.find(".", end + 1)
        limit -= 1
    yield path
