"""Stages of `dvc.yaml`, as people wrote them: with templates (`${...}`), which DVC fills in as it runs.

They are not followed: `dvc.lock` has the names that came out.
"""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from gate.core.globs import matches
from gate.core.model import Location
from gate.documents.nodes import Document, Mapping, Node, Scalar, Sequence
from gate.dvc.interface import Step
from gate.dvc.nodes import entries, get, is_in_git, items, text

MAX_TEMPLATES, MAX_LENGTH = 100, 1_000
"""Outputs of a stage whose names are templates, and characters of one: beyond them every output counts as kept."""
MAX_PATH = 4_096
"""Characters of a path, as Linux has it: a longer one is none, so no stage can need it."""
WRITTEN = ("outs", "metrics", "plots")
"""What a stage of a pipeline writes."""
PARAMETERS = "params.yaml"
"""The file that `params:` are in where they name none."""
_ITSELF = (".", "./")
"""What DVC writes for the repository itself."""
_TEMPLATE = re.compile(r"\$\{[^}]{0,200}\}")


class Stage(NamedTuple):
    """A stage as people wrote it: `wdir` is None where it is known only to DVC.

    `kept` and `uncached` are the outputs whose names are written out; `templates` are globs for the others, each with
    whether DVC keeps what it stands for.
    """

    at: Location
    wdir: str | None
    kept: frozenset[str]
    uncached: frozenset[str]
    templates: tuple[tuple[str, bool], ...]

    def is_in_git(self, path: str) -> bool:
        """Whether the output at `path` is certainly one that DVC does not keep."""
        if path in self.kept or len(self.templates) > MAX_TEMPLATES or len(path) > MAX_LENGTH:
            return False
        found = {is_kept for glob, is_kept in self.templates if matches(glob, path)}
        return path in self.uncached if not found else found == {False}


def stage(document: Document, name: Scalar, body: Node) -> Stage:
    """The stage `name` of a pipeline."""
    body = get(body, "do") or body
    at = document.locate(name.span)
    written = get(body, "wdir")
    wdir: str | None = text(written)
    if get(body, "<<") is not None or (written is not None and not wdir) or "${" in (wdir or ""):
        wdir, at = None, document.locate(written.span if written else name.span)
    found = [(path.text, is_kept) for what in WRITTEN for path, is_kept in outs(get(body, what))]
    kept, uncached = (frozenset(path for path, is_kept in found if is_kept is which) for which in (True, False))
    templates = ((path, is_kept) for path, is_kept in found if "${" in path and len(path) <= MAX_LENGTH)
    return Stage(at, wdir, kept, uncached, tuple((_TEMPLATE.sub("*", path), is_kept) for path, is_kept in templates))


def outs(node: Node | None) -> Iterator[tuple[Scalar, bool]]:
    """The outputs of a stage as people wrote them, and whether DVC keeps them: `cache: false` leaves them to git."""
    for item in items(node):
        if isinstance(item, Scalar):
            yield item, True
        for path, options in entries(item):
            yield path, not is_in_git(options)


def instances(body: Node) -> int:
    """How many stages one with `foreach:` or `matrix:` stands for; 1 where that is a template."""
    each, matrix = get(body, "foreach"), get(body, "matrix")
    if matrix is not None:
        return math.prod(max(1, len(items(values))) for _, values in entries(matrix))
    return max(1, len(items(each)) + len(entries(each)))


def step(document: Document, name: Scalar, body: Node) -> Step:
    """What the stage `name` needs and makes. A template stands for itself: the same text is the same path.

    Not so where its values are those of this stage alone, as with `foreach:`.
    """
    inner = get(body, "do") or body
    is_own = inner is not body or any(get(body, key) is not None for key in ("matrix", "vars"))
    directory = posixpath.join(posixpath.dirname(document.name), text(get(inner, "wdir")))

    def resolved(path: str) -> str:
        own = _TEMPLATE.sub(lambda match: f"{match[0][:-1]} of {name.text}}}", path) if is_own else path
        return _resolved(directory, own)

    needs = {resolved(path.text): document.locate(path.span) for path, _ in outs(get(inner, "deps"))}
    for item in items(get(inner, "params")):
        files = [key for key, _ in entries(item)]
        needs |= {resolved(key.text): document.locate(key.span) for key in files}
        needs |= {} if files else {resolved(PARAMETERS): document.locate(item.span)}
    makes = frozenset(resolved(path.text) for what in WRITTEN for path, _ in outs(get(inner, what)))
    named = name.text if document.name == "dvc.yaml" else f"{document.name}:{name.text}"
    return Step(named, document.name, needs, makes)


def step_of_file(document: Document, wdir: str, needed: list[Node], made: list[Node]) -> Step:
    """What a `.dvc` file needs and makes; an import from the repository itself needs the path there."""
    directory = posixpath.join(posixpath.dirname(document.name), wdir)
    needs = {}
    for dep in needed:
        repository = get(dep, "repo")
        base = directory if repository is None else ""
        if (path := get(dep, "path")) and (repository is None or text(get(repository, "url")) in _ITSELF):
            needs[_resolved(base, text(path))] = document.locate(path.span)
    makes = frozenset(_resolved(directory, text(get(out, "path"))) for out in made)
    return Step(document.name, document.name, needs, makes)


def _resolved(directory: str, path: str) -> str:
    """The path from the root; an address, and what is too long for a path, are paths of their own that nothing is."""
    if "://" in path or len(path) > MAX_PATH:
        return path[:MAX_PATH].replace("/", "\\")
    joined = posixpath.normpath(posixpath.join(directory, path))
    return "" if joined == "." else joined


def template(node: Node | None) -> Scalar | None:
    """The first text in `node` that holds a template."""
    left = [node] if node else []
    while left:
        one = left.pop()
        if isinstance(one, Scalar) and "${" in one.text:
            return one
        if isinstance(one, Sequence):
            left += reversed(one.items)
        elif isinstance(one, Mapping):
            left += (value for _, value in reversed(one.items.values()))
    return None
