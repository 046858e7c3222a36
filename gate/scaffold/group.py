"""Which files are one artifact: a folder of images, the parts of a table, the shards of a model."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from gate.checks.interface import Examined, Material
from gate.core.model import Kind
from gate.core.text import printable
from gate.files.paths import path_problem
from gate.files.walk import walk
from gate.scaffold.model import Left, Proposal, ancestors

MANY_DATA = 5
"""Data files in one directory that make it one dataset rather than several."""
MANY_ENTRIES = 100
"""Files of one directory that are still declared one by one where the directory cannot be an artifact."""

WRITTEN = ("dbom/.", ".github/workflows/.")
"""Where `gate init` itself writes; a directory that changes by being declared cannot be an artifact."""

_SPLITS = frozenset(("train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval", "holdout"))
_SHARD = re.compile(r".*-\d{5}-of-(\d{5})\.\w+")
_CODE = frozenset(
    (
        *("py", "ipynb", "sh", "js", "ts", "jsx", "tsx", "c", "cc", "cpp", "h", "hpp", "cu", "java", "scala", "kt"),
        *("go", "rs", "rb", "r", "jl", "m", "html", "css", "toml", "cfg", "ini", "tex"),
    )
)
"""Extensions of what people edit: a change of it must not be a change of a dataset."""


class Group(NamedTuple):
    """Files that may be one artifact, the directory."""

    directory: str
    kind: Kind
    members: tuple[str, ...]


class Obstacle(NamedTuple):
    """Why a directory is no artifact; a `soft` one gives way where its files are too many to declare one by one."""

    why: str
    fix: str = ""
    soft: bool = False


class Tree:
    """The files that the inventory knows, and what stands in the way of declaring a directory of them."""

    def __init__(self, root: str, files: Iterable[Examined], declared: frozenset[str]) -> None:
        self._root = root
        self._declared = declared
        self._files = sorted((file for file in files if file.status != "missing"), key=lambda file: file.path)
        self._paths = [file.path for file in self._files]

    @property
    def paths(self) -> list[str]:
        """Every file, sorted."""
        return self._paths

    def beneath(self, path: str) -> list[Examined]:
        """The file at `path`, or the files of that directory."""
        at = bisect_left(self._paths, path)
        own = [self._files[at]] if self._paths[at : at + 1] == [path] else []
        first, last = bisect_left(self._paths, f"{path}/"), bisect_left(self._paths, f"{path}0")  # 0 follows the slash
        return own + self._files[first:last]

    def obstacle(self, group: Group) -> Obstacle | None:
        """Why the directory of `group` cannot be an artifact, or should not."""
        directory = group.directory
        if not directory:
            return Obstacle("the whole repository is no artifact", "move them into a directory of their own")
        if problem := path_problem(directory):
            return Obstacle(problem)
        if any(path.startswith(f"{directory}/") for path in WRITTEN):
            return Obstacle("the gate keeps its own files there", "move them into a directory of their own")
        if any(path.startswith(f"{directory}/") for path in self._declared):
            return Obstacle("parts of it are declared already")
        return self._content(group, self.beneath(directory))

    def _content(self, group: Group, files: list[Examined]) -> Obstacle | None:
        directory = group.directory
        known = {file.path for file in files}
        for inner in walk(self._root, directory):
            if inner.odd:
                return Obstacle(f"{printable(inner.odd[0].path)} is no regular file")
            for name in inner.files:
                if f"{inner.path}/{name}" not in known:
                    path = printable(f"{inner.path}/{name}")
                    fix = f"delete what git ignores there, then run `gate add {printable(directory)}`"
                    return Obstacle(f"it holds files that git ignores, such as {path}", fix)
        if any(file.pointer or file.status != "read" for file in files):
            return Obstacle("some of its files are not here or cannot be read")
        if any(_extension(path) in _CODE for path in known):
            return Obstacle("it holds code as well", soft=True)
        members = frozenset(group.members)
        if any(file.path not in members and file.inspection and file.inspection.role == "weights" for file in files):
            return Obstacle("it holds other weights as well", soft=True)
        return None


def propose(found: Iterable[Material], tree: Tree) -> tuple[list[Proposal], list[Left]]:
    """What to declare of the undeclared `found`; directories first where files belong together."""
    materials = [material for material in found if material.subject.kind is not None and material.files]
    proposals: dict[str, Proposal] = {}
    left: list[Left] = []
    groups = [*_media(materials), *_tables(materials), *_shards(materials)]
    for group in sorted(groups, key=lambda group: (group.directory.count("/"), group)):
        for answer in _settle(group, tree, lambda path: _covered(path, proposals)):
            if isinstance(answer, Left):
                left.append(answer)
            else:
                proposals.setdefault(answer.path, answer)
    grouped = {path for group in groups for path in group.members}
    for material in materials:
        path = material.subject.path
        if not material.is_directory and path not in grouped:
            proposals.setdefault(path, Proposal(path, material.subject.kind))
    kept = [p for p in proposals.values() if not _covered(posixpath.dirname(p.path), proposals)]
    return kept, [entry for entry in left if not _covered(entry.path, proposals)]


def _covered(path: str, proposals: dict[str, Proposal]) -> bool:
    """Whether `path` or a directory above it is proposed as a directory."""
    return any(above in proposals and proposals[above].is_directory for above in ancestors(path))


def _media(materials: Iterable[Material]) -> Iterator[Group]:
    """Directories of media; what only separates training from testing is several datasets and not one."""
    for material in materials:
        if material.is_directory:
            path = "" if material.subject.path == "." else material.subject.path
            group = Group(path, "dataset", tuple(file.path for file in material.files if not file.pointer))
            parts = _by_directory(group)
            splits = all(posixpath.basename(part.directory).lower() in _SPLITS for part in parts)
            yield from parts if splits else [group]


def _tables(materials: Iterable[Material]) -> Iterator[Group]:
    groups: dict[str, list[str]] = {}
    for material in materials:
        if material.subject.kind == "dataset" and not material.is_directory:
            groups.setdefault(_home(material.subject.path), []).append(material.subject.path)
    return (Group(path, "dataset", tuple(members)) for path, members in groups.items() if len(members) >= MANY_DATA)


def _home(path: str) -> str:
    """The directory of a table: that of its file, or the one above `year=2024/month=01`."""
    directory = posixpath.dirname(path)
    while "=" in posixpath.basename(directory):
        directory = posixpath.dirname(directory)
    return directory


def _shards(materials: Iterable[Material]) -> Iterator[Group]:
    """Directories in which all weights are the shards of one model: `model-00001-of-00003.safetensors`."""
    groups: dict[str, list[str]] = {}
    for material in materials:
        if material.subject.kind == "model":
            groups.setdefault(posixpath.dirname(material.subject.path), []).append(material.subject.path)
    for directory, members in groups.items():
        totals = {shard[1] if (shard := _SHARD.fullmatch(path)) else None for path in members}
        if directory and len(members) > 1 and len(totals) == 1 and None not in totals:
            yield Group(directory, "model", tuple(members))


def _settle(group: Group, tree: Tree, covered: Callable[[str], bool]) -> Iterator[Proposal | Left]:
    """The directory if it can be an artifact, else those inside it, else its files one by one."""
    if group.directory and covered(group.directory):
        return
    obstacle = tree.obstacle(group)
    if obstacle is None:
        yield Proposal(group.directory, group.kind, is_directory=True)
        return
    parts = _by_directory(group)
    if [part.directory for part in parts] != [group.directory]:
        for part in parts:
            whole = len(part.members) >= MANY_DATA
            yield from _settle(part, tree, covered) if whole else _one_by_one(part)
    elif len(group.members) <= MANY_ENTRIES:
        yield from _one_by_one(group)
    elif obstacle.soft:
        yield Proposal(group.directory, group.kind, is_directory=True)
    else:
        why = f"{len(group.members):,} files are too many to declare one by one, and {obstacle.why}"
        yield Left(group.directory or ".", why, obstacle.fix)


def _one_by_one(group: Group) -> Iterator[Proposal | Left]:
    for path in group.members:
        problem = path_problem(path)
        yield Left(path, problem) if problem else Proposal(path, group.kind)


def _by_directory(group: Group) -> list[Group]:
    inner: dict[str, list[str]] = {}
    for path in group.members:
        inner.setdefault(posixpath.dirname(path), []).append(path)
    return [Group(path, group.kind, tuple(members)) for path, members in sorted(inner.items())]


def _extension(path: str) -> str:
    return posixpath.splitext(path)[1][1:].lower()
