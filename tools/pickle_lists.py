"""Writes the generated lists of `gate/formats/pickle/lists`: `python tools/pickle_lists.py FOLDER_OF_WHEELS...`.

Reads the Python sources in wheels, as `pip download --no-deps --only-binary :all:` leaves them, several versions of
a package where there are; imports nothing. A class is listed as `instance` if it, with its bases, does nothing of its
own when it is created without `__init__` and given a state; a plain enumeration as `allow`; a function or method that
plainly reaches outside, in no more than `HOPS` calls, under what it does.
"""

from __future__ import annotations

import ast
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, cached_property
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple

from pickle_facts import (
    ACTIVE,
    ENUMS,
    FILLED,
    HOPS,
    LARGE,
    LOUD,
    METHODS,
    MODULE,
    NOT,
    QUIET,
    ROOTS,
    SHARED,
    SINKS,
    SKIPPED,
)

from gate.formats.pickle.verdicts import NESTED, judge

LISTS = Path(__file__).resolve().parent.parent / "gate/formats/pickle/lists"


class Function:
    """What a function calls, looked up when it is asked for."""

    def __init__(
        self, module: Module | None, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, owner: str = ""
    ) -> None:
        self._module = module
        self._node = node
        self._owner = owner
        self.package = module.path.partition(".")[0] + "." if module else "?"

    @cached_property
    def _called(self) -> list[ast.expr]:
        body = ast.Module(self._node.body, [])  # not the decorators, which run when it is defined
        return [call.func for call in ast.walk(body) if isinstance(call, ast.Call)]

    @cached_property
    def calls(self) -> frozenset[str]:
        """Full paths of what it calls, as far as the imports tell them."""
        if self._module is None:
            return frozenset()
        home = f"{self._module.path}.{self._owner}."
        paths = (self._module.resolve(call) for call in self._called)
        return frozenset(home + path[14:] if path.startswith("builtins.self.") else path for path in paths)

    @cached_property
    def names(self) -> frozenset[str]:
        """Last components of what it calls."""
        if self._module is None:
            return frozenset({"?"})
        return frozenset(
            call.attr if isinstance(call, ast.Attribute) else call.id if isinstance(call, ast.Name) else "?"
            for call in self._called
        )


class Class(NamedTuple):
    """A class of a module: paths of its bases, and its own methods."""

    bases: tuple[str, ...]
    methods: dict[str, Function]


class Module:
    """The names that a module defines or imports. `loud`: some text in it calls for a look at its functions."""

    def __init__(self, path: str, source: bytes, package: bool) -> None:
        tree = ast.parse(source)
        self.path = path
        self.loud = LOUD.search(source) is not None
        self.home = path if package else path.rpartition(".")[0]
        self.imports: dict[str, str] = {}
        self.stars: list[str] = []
        self.functions: dict[str, Function] = {}
        self.classes: dict[str, Class] = {}
        for node in ast.walk(tree) if self.loud else _outside(tree.body):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._imported(node)
        self._defined(tree.body)

    def _imported(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.imports[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        else:
            parts = self.home.split(".")
            base = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            source = ".".join(filter(None, (base, node.module)))
            for alias in node.names:
                if alias.name == "*":
                    self.stars.append(source)
                else:
                    self.imports[alias.asname or alias.name] = f"{source}.{alias.name}"

    def _defined(self, body: list[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.functions[node.name] = Function(self, node)
            elif isinstance(node, ast.ClassDef):
                functions = [part for part in node.body if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))]
                methods = {part.name: Function(self, part, node.name) for part in functions}
                own = {
                    t.id for s in node.body if isinstance(s, ast.Assign) for t in s.targets if isinstance(t, ast.Name)
                }
                methods |= {name: Function(None, node) for name in own & (ACTIVE | FILLED)}
                bases = tuple(self.resolve(base) for base in _bases(node))
                self.classes[node.name] = Class(bases, methods)
            elif isinstance(node, (ast.If, ast.Try)):
                self._defined(node.body)
                self._defined(node.orelse)

    def resolve(self, node: ast.expr) -> str:
        """The full path of a name as far as this module's imports tell it; `?` for what is no name."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return "?"
        first = self.imports.get(node.id)
        if first is None:
            here = node.id in self.classes or node.id in self.functions
            first = f"{self.path}.{node.id}" if here else f"builtins.{node.id}"
        return ".".join((first, *reversed(parts)))


class Index:
    """The modules of some wheels, parsed when they are asked for; of two with one path the last counts."""

    def __init__(self, wheels: list[Path]) -> None:
        self._files = {path: (wheel, name) for wheel in wheels for path, name in sources(wheel)}
        self._archives = {wheel: zipfile.ZipFile(wheel) for wheel in wheels}
        self._parsed: dict[str, Module | None] = {}
        self._origins: dict[str, str] = {}

    def module(self, path: str) -> Module | None:
        """The module at `path`."""
        if path not in self._parsed:
            self._parsed[path] = self._parse(path) if path in self._files else None
        return self._parsed[path]

    def _parse(self, path: str) -> Module | None:
        wheel, name = self._files[path]
        try:
            return Module(path, self._archives[wheel].read(name), name.endswith("__init__.py"))
        except (SyntaxError, ValueError):
            return None

    def origin(self, path: str, depth: int = 0) -> str:
        """Where what `path` names is defined, following imports."""
        if path not in self._origins:
            self._origins[path] = self._origin(path, depth)
        return self._origins[path]

    def _origin(self, path: str, depth: int) -> str:
        module, _, name = path.rpartition(".")
        found = self.module(module)
        if depth > 8 or not module:
            return path
        if found is None:
            outer = self.origin(module, depth + 1)
            return f"{outer}.{name}" if outer != module else path
        if name in found.classes or name in found.functions:
            return path
        if name in found.imports:
            return self.origin(found.imports[name], depth + 1)
        for star in found.stars:
            inner = self.origin(f"{star}.{name}", depth + 1)
            home, _, last = inner.rpartition(".")
            if (there := self.module(home)) and (last in there.classes or last in there.functions):
                return inner
        return path

    def find(self, path: str) -> tuple[Module, Class] | None:
        """The class at `path`."""
        module, _, name = self.origin(path).rpartition(".")
        found = self.module(module)
        return (found, found.classes[name]) if found and name in found.classes else None

    def ancestors(self, path: str, depth: int = 0) -> Iterator[str]:
        """Paths of all bases, nearest first; a `?` for what cannot be told."""
        found = self.find(path)
        if found is None or depth > 20:
            return
        for base in map(self.origin, found[1].bases):
            yield base
            if base not in ROOTS:
                yield from self.ancestors(base, depth + 1)

    def harmless(self, path: str) -> bool:
        """Whether an instance may be created and given any state."""
        line = [path, *self.ancestors(path)]
        inside = MODULE in line
        return all(base in ROOTS or self._quiet(base, inside) for base in line)

    def _quiet(self, path: str, inside: bool) -> bool:
        found = self.find(path)
        if found is None:
            return False
        for name in found[1].methods.keys() & ACTIVE:
            if inside and name in ("__getattr__", "__setattr__"):
                continue  # nn.Module has __setstate__, which is found without them
            method = found[1].methods[name]
            if name not in ("__setstate__", "__new__") or not method.names <= QUIET or reached(self, method, HOPS):
                return False
        return not any(reached(self, found[1].methods[name], HOPS) for name in found[1].methods.keys() & FILLED)

    def enumeration(self, path: str) -> bool:
        """Whether this is a plain enumeration, which may be called."""
        line = list(self.ancestors(path))
        if not ENUMS.intersection(line):
            return False
        own = [self.find(base) for base in (path, *line)]
        return not any(found and found[1].methods.keys() & {"__new__", "__init__", "__call__"} for found in own)


def reached(index: Index, function: Function, hops: int) -> str:
    """What `function` does outside, empty if it plainly does nothing."""
    for path in sorted(function.calls):
        found = sink(path) or sink(index.origin(path))
        if found:
            return found
    for name in sorted(function.names & METHODS.keys()):
        return METHODS[name]
    if hops:
        for path in sorted(function.calls):
            callee = called(index, path) if path.startswith(function.package) else None
            if callee and (found := reached(index, callee, hops - 1)) and found != "imports modules":
                return found
    return ""


def called(index: Index, path: str) -> Function | None:
    """The function or method at `path`."""
    module, _, name = index.origin(path).rpartition(".")
    if home := index.module(module):
        return home.functions.get(name)
    found = index.find(module)
    return found[1].methods.get(name) if found else None


@cache
def sink(path: str) -> str:
    """The reason for a path of `SINKS` or beneath one."""
    if path in NOT:
        return ""
    parts = path.split(".")
    starts = {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
    return next((why for why, paths in SINKS.items() if paths & starts), "")


def _bases(node: ast.ClassDef) -> Iterator[ast.expr]:
    """The bases of a class, out of `Generic[T]` and `six.with_metaclass(Meta, Base)`."""
    for base in node.bases:
        if isinstance(base, ast.Call) and ast.unparse(base.func).endswith("with_metaclass"):
            yield from base.args[1:]
        else:
            yield base.value if isinstance(base, ast.Subscript) else base


def _outside(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that are not in functions and classes."""
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try, ast.With)):
            yield from _outside([*node.body, *getattr(node, "orelse", ()), *getattr(node, "finalbody", ())])
            for handler in getattr(node, "handlers", ()):
                yield from _outside(handler.body)


def sources(wheel: Path) -> Iterator[tuple[str, str]]:
    """Path and file of the modules of a wheel, tests and the like left out."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith(".py") and ".dist-info/" not in name and ".data/" not in name and not SKIPPED.search(name):
                path = name[:-3].replace("/", ".").removesuffix(".__init__")
                if path.replace(".", "a").isidentifier():
                    yield path, name


Found = tuple[str, dict[str, set[str]], set[str], set[str]]


def read(task: tuple[Path, list[Path]]) -> Found:
    """What one wheel adds, given the wheels with the bases of its classes."""
    wheel, shared = task
    index = Index([*shared, wheel])
    rows: dict[str, set[str]] = defaultdict(set)
    bad: set[str] = set()
    tops = set()
    for path, _ in sources(wheel):
        if module := index.module(path):
            tops.add(path.split(".")[0])
            record(index, module, rows, bad)
    return "-".join(wheel.name.split("-")[:2]), dict(rows), bad, tops


def main() -> int:
    """Reads the wheels and writes one list for each top-level package."""
    wheels = [wheel for folder in sys.argv[1:] for wheel in sorted(Path(folder).glob("*.whl"))]
    shared = [wheel for wheel in wheels if SHARED.match(wheel.name)]
    rows: dict[str, set[str]] = defaultdict(set)
    bad: set[str] = set()
    origins: dict[str, set[str]] = defaultdict(set)
    with Pool(maxtasksperchild=1) as pool:
        for name, found, harmful, tops in pool.imap_unordered(read, [(wheel, shared) for wheel in wheels]):
            print(name, file=sys.stderr, flush=True)
            bad |= harmful
            for key, names in found.items():
                rows[key] |= names
            for top in tops:
                origins[top].add(name)
    for top in origins:
        (LISTS / f"{top}.txt").unlink(missing_ok=True)
    for top in sorted(origins):
        write(
            top,
            {key: names for key, names in rows.items() if key.rpartition(" ")[2].split(".")[0] == top},
            bad,
            origins[top],
        )
    return 0


def record(index: Index, module: Module, rows: dict[str, set[str]], bad: set[str]) -> None:
    """Adds what `module` defines to `rows`, by kind and module; to `bad` what is not harmless in this version."""
    for name in module.classes:
        path = f"{module.path}.{name}"
        if index.enumeration(path):
            rows[f"allow {module.path}"].add(name)
        elif index.harmless(path):
            rows[f"instance {module.path}"].add(name)
        else:
            bad.add(path)
        for base in (path, *index.ancestors(path)):
            found = index.find(base)
            for method in ("__setstate__", "__new__"):
                if found and method in found[1].methods and (why := reached(index, found[1].methods[method], HOPS)):
                    rows[f"{why} {module.path}"].add(name)
        for method, body in module.classes[name].methods.items() if module.loud else ():
            if not method.startswith("__") and (why := reached(index, body, 0)):
                rows[f"{why} {module.path}"].add(f"{name}.{method}")
    for name, body in module.functions.items() if module.loud else ():
        if why := reached(index, body, HOPS):
            rows[f"{why} {module.path}"].add(name)


def write(top: str, rows: dict[str, set[str]], bad: set[str], read: set[str]) -> None:
    """Writes the list of one package, without what the hand-written lists already say."""
    lines = []
    for key in sorted(rows):
        kind, _, module = key.rpartition(" ")
        names = rows[key]
        if kind in ("allow", "instance"):
            names = {
                n
                for n in names
                if f"{module}.{n}" not in bad and not LARGE.match(module) and judge(module, n) in ("unknown", kind)
            }
        else:
            names = {n for n in names if f"{module}.{n}" not in NESTED and judge(module, n) not in ("deny", "allow")}
        if names:
            lines.append(f"{key}: {' '.join(sorted(names))}")
    if lines:
        notes = [f"# source: the wheels {' '.join(sorted(read))}, read by tools/pickle_lists.py"]
        (LISTS / f"{top}.txt").write_text("\n".join([*notes, *lines]) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
