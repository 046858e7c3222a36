"""The other Python modules of the repository, as far as the names of one file lead to them.

A module is looked for as Python does it: beside the file, in the directories above it, and in `src`. It is parsed when
a name leads there, never imported. How much is read for one file is bounded, so that the same repository always gives
the same answer.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gate.sources.interface import Gap
from gate.sources.python.module import Module
from gate.sources.python.parse import decode, parse
from gate.sources.python.prefilter import PACKAGES, Uses

if TYPE_CHECKING:
    from gate.sources.python.resolve import Resolver

MAX_MODULE = 256 << 10
"""Bytes of a module of the repository that is followed; larger ones hold tables."""
MAX_MODULES = 24
"""Modules that are parsed for one file."""
MAX_KEPT = 4 << 20
"""Bytes of source whose syntax trees are kept for the next files."""
MAX_READ = 8 << 20
"""Bytes of modules that are parsed for the files of one task; a task of 64 files of a real repository has a tenth."""
_PARTS = 8
Read = Callable[[str], "bytes | None"]
"""The content of a file by its path; None where there is none, or it is too large."""


class Parsed(NamedTuple):
    """A module of the repository."""

    text: str
    data: bytes
    body: list[ast.stmt]


class SpentError(Exception):
    """More modules are led to than are parsed."""


class Modules:
    """Parses modules, and keeps what several files lead to."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._kept: dict[str, Parsed | None] = {}
        self._size = self._spent = 0

    def get(self, path: str) -> Parsed | None:
        """The module at `path`; None where there is none that can be followed. Raises `SpentError`."""
        if path not in self._kept:
            data = self._read(path)
            found = None
            if data is not None and len(data) <= MAX_MODULE:
                self._spent += len(data)
                if self._spent > MAX_READ:
                    raise SpentError
                found = _parsed(data)
                self._size += len(found.data)
                if self._size > MAX_KEPT:
                    self._kept.clear()
                    self._size = len(found.data)
            self._kept[path] = found
        return self._kept[path]


def _parsed(data: bytes) -> Parsed:
    text = decode(data)
    body = [node for part in parse(text, []) if not isinstance(part, Gap) for node in part]
    return Parsed(text, text.encode("utf-8", "replace"), body)


class Reached(NamedTuple):
    """Where a dotted name leads: a module, and the names that are left to be looked up in it."""

    resolver: Resolver
    rest: tuple[str, ...]


class Around:
    """The repository around one file; `callers` are the files that call functions of this one, by their names."""

    def __init__(self, path: str, modules: Modules, callers: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.path, self._modules, self._callers = path, modules, callers or {}
        self.asked: set[str] = set()
        self.uses: Uses | None = None
        self.is_cut = False
        """Whether a module was not parsed because too many were before."""
        self._resolvers: dict[str, Resolver | None] = {}
        self._followed = 0
        self._reached: dict[tuple[str, str], Reached | None] = {}

    def reach(self, dotted: str, path: str, main: Resolver) -> Reached | None:
        """Where the name `dotted`, with leading dots if it is relative, leads from the file at `path`."""
        key = (path.rpartition("/")[0], dotted)
        if key not in self._reached:
            self._reached[key] = None  # what it is while it is looked for: modules may import each other
            self._reached[key] = self._find(dotted, path, main)
        return self._reached[key]

    def callers(self, name: str, main: Resolver) -> list[Resolver]:
        """The other files that call what is called `name` here."""
        found = (self._resolver(path, main) for path in self._callers.get(name, ()))
        return [one for one in found if one is not None]

    def forget(self) -> None:
        """Lets go of the modules, which refer to each other and would be kept until somebody looks for such."""
        for resolver in self._resolvers.values():
            if resolver is not None:
                resolver.forget()
        self._resolvers.clear()
        self._reached.clear()

    def _find(self, dotted: str, path: str, main: Resolver) -> Reached | None:
        plain = dotted.lstrip(".")
        level = len(dotted) - len(plain)
        parts = plain.split(".")[:_PARTS]
        if not level and (parts[0] in PACKAGES or parts[0] in sys.stdlib_module_names):
            return None
        for folder in _folders(path, level):
            for number in range(len(parts), -1 if level else 0, -1):
                stem = "/".join((*folder, *parts[:number]))
                for name in (f"{stem}.py", f"{stem}/__init__.py" if stem else "__init__.py"):
                    if (resolver := self._resolver(name, main)) is not None:
                        return Reached(resolver, tuple(parts[number:]))
        return None

    def _resolver(self, path: str, main: Resolver) -> Resolver | None:
        if path not in self._resolvers:
            if self._followed >= MAX_MODULES:
                return None
            try:
                parsed = self._modules.get(path)
            except SpentError:
                self.is_cut, parsed = True, None
            if parsed is None:
                self._resolvers[path] = None
            else:
                module = Module([], parsed.text)
                module.add(parsed.body)
                self._resolvers[path] = main.beside(module, parsed.data, path)
                self._followed += 1
        return self._resolvers[path]


def _folders(path: str, level: int) -> list[tuple[str, ...]]:
    """The directories in which a module may be that the file at `path` imports, the nearest first."""
    folder = tuple(path.split("/")[:-1])
    if level:
        return [folder[: len(folder) - level + 1]] if level - 1 <= len(folder) else []
    return [*(folder[:number] for number in range(len(folder), -1, -1)), ("src",)]
