"""What a format of another bill of materials is given and what it answers."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol

from gate.core.model import Json
from gate.dbom.model import Artifact, Dbom
from gate.documents.nodes import Document, Mapping


class Made(NamedTuple):
    """Who writes a document, and when: `version` is that of the gate, `time` is aware of its zone."""

    version: str
    time: datetime | None


class Write(Protocol):
    """Says what a DBOM says in another format. The same DBOM and `Made` give the same document."""

    def __call__(self, dbom: Dbom, made: Made, /) -> dict[str, Json]:
        """The document, as JSON."""


class Incomplete(NamedTuple):
    """Something of theirs that cannot become an entry as it is: `command` is what a person can run instead."""

    name: str
    lacks: str
    command: str


class Taken(NamedTuple):
    """What a document of theirs declares: `told` are sentences on what was supposed or left out."""

    artifacts: tuple[Artifact, ...]
    project: str | None = None
    incomplete: tuple[Incomplete, ...] = ()
    told: tuple[str, ...] = ()


class Read(Protocol):
    """Reads a document of another format; raises `DocumentError` with all that is wrong in it, each with its place."""

    def __call__(self, document: Document, root: Mapping, /) -> Taken:
        """What the document with this tree declares."""
