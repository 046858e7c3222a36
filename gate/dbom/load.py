"""Reads a DBOM: every error at once, each with its place."""

from __future__ import annotations

import hashlib

from gate.core.errors import Problem
from gate.core.text import printable
from gate.dbom.model import Artifact, Dbom
from gate.dbom.schema import DBOM
from gate.documents.kinds import Fields, Reading
from gate.documents.nodes import Document, Span, decode, parse, read_bytes


def load_dbom(file: str, name: str, *, follow: bool = False) -> Dbom:
    """The DBOM in `file`, called `name` in messages; `follow` as for `read_bytes`.

    Raises `UsageError` when the file cannot be read and `DocumentError` with every problem in it.
    """
    data = read_bytes(file, name, follow=follow)
    return read_dbom(decode(data, name))._replace(sha256=hashlib.sha256(data).hexdigest())


def read_dbom(document: Document) -> Dbom:
    """The DBOM in `document`; raises `DocumentError` with every problem in it."""
    reading = Reading(document)
    fields: Fields | None = DBOM.read(parse(document, reading.problems), reading)
    values = fields.values if fields else {}
    artifacts: tuple[Artifact, ...] = (*(values.get("datasets") or ()), *(values.get("models") or ()))
    reading.problems += _repeated(artifacts, "name") + _repeated(artifacts, "path")
    reading.finish()
    first = document.locate(Span(0, 0, 0, 0))._replace(column=0, length=0)
    return Dbom(document.name, first, values.get("project"), artifacts)


def _repeated(artifacts: tuple[Artifact, ...], key: str) -> list[Problem]:
    first: dict[str, Artifact] = {}
    problems = []
    for artifact in artifacts:
        value = getattr(artifact, key)
        other = first.setdefault(value, artifact)
        if other is not artifact:
            message = f'the {key} "{printable(value)}" is declared twice, first on line {other.at[key].line}'
            problems.append(Problem(artifact.at[key], message, f"every artifact has its own {key}"))
    return problems
