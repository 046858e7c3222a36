"""Entries of others into a DBOM: all of them, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gate.core.errors import DocumentError, Problem
from gate.dbom.load import read_dbom, repeated, wrong_previous
from gate.dbom.model import Artifact
from gate.dbom.write import HEADER, with_artifacts
from gate.documents.edit import plain_or_quoted
from gate.documents.nodes import Document
from gate.exchange.interface import Taken


class Merged(NamedTuple):
    """The new text of the DBOM, None where it stays; what is new in it, and what it declared already."""

    edited: bytes | None
    added: tuple[Artifact, ...]
    known: tuple[Artifact, ...]


def merge(document: Document, taken: Iterable[Taken]) -> Merged:
    """The DBOM with everything that is taken; an empty `document` becomes a new one, with the name of the project.

    Raises `DocumentError` for two that claim one name or one path, and for what it says otherwise already.
    """
    taken = list(taken)
    project = next((one.project for one in taken if one.project), None)
    if not document.text.strip():
        named = f"project: {plain_or_quoted(project)}\n" if project else ""
        document = document._replace(text=HEADER + named)
    declared = {artifact.name: artifact for artifact in read_dbom(document).artifacts}
    known: list[Artifact] = []
    added: list[Artifact] = []
    for artifact in (artifact for one in taken for artifact in one.artifacts):
        old = declared.get(artifact.name)
        (known if old and _is_same(artifact, old) else added).append(artifact)
    problems = [*_conflicts(added, declared), *_wrong(added, list(declared.values()))]
    if problems:
        raise DocumentError(problems)
    return Merged(with_artifacts(document, added) if added else None, tuple(added), tuple(known))


def _is_same(new: Artifact, old: Artifact) -> bool:
    """Whether the two are the same bytes at the same place; what else people wrote about them stays as it is."""
    return (new.kind, new.path, new.sha256) == (old.kind, old.path, old.sha256)


def _conflicts(added: Iterable[Artifact], declared: dict[str, Artifact]) -> Iterator[Problem]:
    paths = {artifact.path: artifact for artifact in declared.values()}
    for new in added:
        if new.name in declared:
            old = declared[new.name]
            what = next(key for key in ("kind", "path", "sha256") if getattr(new, key) != getattr(old, key))
            message = f"the name {new.name} is taken by an artifact of another {what}, at {old.location}"
            yield Problem(new.at["name"], message, "rename one of the two; nothing was written")
        elif new.path in paths:
            message = f"the path is that of {paths[new.path].name}, at {paths[new.path].location}"
            yield Problem(new.at["path"], message, "give one of the two another path; nothing was written")


def _wrong(added: list[Artifact], declared: list[Artifact]) -> Iterator[Problem]:
    """What is wrong with them together, and would be an error in the DBOM."""
    yield from repeated(added, "name")
    yield from repeated(added, "path")
    places = {artifact.at["previous"] for artifact in added if artifact.previous}
    yield from (one for one in wrong_previous((*declared, *added)) if one.location in places)
