"""Entries of a DBOM on their way out of a document of others.

What becomes part of an entry keeps its place in their document, so that the schema of a DBOM judges it there: a
digest that is none is reported where it stands.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator

from gate.core.errors import Problem
from gate.core.model import Kind as ArtifactKind
from gate.dbom.load import repeated
from gate.dbom.model import Artifact
from gate.dbom.schema import DATASET, MODEL, NAME_PATTERN
from gate.documents.kinds import Kind, Reading
from gate.documents.nodes import Document, Mapping, Node, Scalar, Sequence, Span
from gate.exchange.interface import Incomplete, Taken
from gate.exchange.tree import text

_PERIOD = 16
"""Hexadecimal digits: a digest that is so few over and over was typed, not computed."""
MAX_TOLD = 3
_OPTIONS = {"url": "source", "revision": "revision", "license": "license", "supplier": "supplier"}
"""Of `gate add`, by the keys of `source:`."""


class Record:
    """Keys of a DBOM with nodes of their document as values, or texts that stand at `span`."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self._items: dict[str, tuple[Scalar, Node]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._items

    def set(self, key: str, value: Node | Record | str | list[Node] | None) -> None:
        """Gives the key its value; what says nothing leaves it as it was."""
        if isinstance(value, Record):
            value = value.node()
        elif isinstance(value, str):
            value = Scalar(value, False, self.span)
        elif isinstance(value, list):
            value = Sequence(value, True, self.span)
        if value is None or not (value.text if isinstance(value, Scalar) else value.items):
            return
        self._items[key] = (Scalar(key, False, value.span), value)

    def node(self) -> Mapping:
        """All of it."""
        return Mapping(self._items, True, self.span)


class Draft(Record):
    """One entry: it has a name from the beginning, made of theirs where a DBOM does not take that."""

    def __init__(self, kind: ArtifactKind, name: Scalar, span: Span) -> None:
        super().__init__(span)
        self.kind = kind
        self.name = name_of(name.text)
        self.set("name", name if name.text == self.name else Scalar(self.name, False, name.span))

    def incomplete(self) -> Incomplete:
        """What to run for it once its file is there."""
        node = self.node()
        options = {option: text(node, "source", key) for key, option in _OPTIONS.items()}
        options = {"name": self.name, "kind": self.kind, "version": text(node, "version"), **options}
        words = [word for option, value in options.items() if value for word in (f"--{option}", value)]
        command = shlex.join(["gate", "add", text(node, "path"), *words])
        return Incomplete(self.name, "no SHA-256", command)


def name_of(name: str) -> str:
    """`name` with a dash for everything that the name of an entry may not hold."""
    if re.fullmatch(NAME_PATTERN, name):
        return name
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:128] or "unnamed"


def take(document: Document, project: str, drafts: list[Draft], told: Iterable[str] = ()) -> Taken:
    """The artifacts of `drafts`; raises `DocumentError` with everything that a DBOM would not take.

    What has no SHA-256 is never an artifact, for nothing about its bytes would be verified.
    """
    supposed = [draft.name for draft in drafts if "path" not in draft]
    for draft in drafts:
        if "path" not in draft:
            draft.set("path", f"{'models' if draft.kind == 'model' else 'data'}/{draft.name}")
    reading = Reading(document)
    read = [_record(draft).read(draft.node(), reading) for draft in drafts if "sha256" in draft]
    artifacts = tuple(found for found in read if isinstance(found, Artifact))
    reading.problems += [*_placeholders(artifacts), *repeated(artifacts, "name"), *repeated(artifacts, "path")]
    reading.finish()
    incomplete = tuple(draft.incomplete() for draft in drafts if "sha256" not in draft)
    return Taken(artifacts, project or None, incomplete, (*told, *_supposed(supposed)))


def _record(draft: Draft) -> Kind:
    return MODEL if draft.kind == "model" else DATASET


def _placeholders(artifacts: Iterable[Artifact]) -> Iterator[Problem]:
    for found in artifacts:
        digest = found.sha256 or ""
        if len(digest) == 64 and digest == digest[:_PERIOD] * (64 // _PERIOD):
            fix = "have whoever made this document compute the digest, or leave it out"
            yield Problem(found.at["sha256"], f"the digest of {found.name} is a placeholder", fix)


def _supposed(names: list[str]) -> Iterator[str]:
    """What to tell of entries whose documents do not say where they lie."""
    for name in names[:MAX_TOLD]:
        yield f"the document does not say where {name} lies: its entry names a path where it is expected"
    if (more := len(names) - MAX_TOLD) > 0:
        yield f"... and the same of {more:,} more"
