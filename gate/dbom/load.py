"""Reads a DBOM: every error at once, each with its place."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping

from gate.core.errors import Problem
from gate.core.model import Location
from gate.core.text import did_you_mean, printable, shorten
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
    reading.problems += repeated(artifacts, "name") + repeated(artifacts, "path")
    reading.problems += wrong_previous(artifacts)
    reading.finish()
    first = document.locate(Span(0, 0, 0, 0))._replace(column=0, length=0)
    return Dbom(document.name, first, values.get("project"), artifacts)


def open_dbom(file: str, name: str, *, follow: bool = False) -> tuple[Document, Dbom]:
    """The text of the DBOM at `file` and what it declares, for what will write it; empty where there is none yet.

    Raises as `load_dbom`.
    """
    document = Document(name, "")
    if os.path.lexists(file):
        document = decode(read_bytes(file, name, follow=follow), name)
    return document, read_dbom(document) if document.text.strip() else Dbom(name, Location(name))


def wrong_previous(artifacts: tuple[Artifact, ...]) -> list[Problem]:
    """What is wrong with each `previous:`: it has to lead to another dataset, and never back to where it began."""
    known = {artifact.name: artifact for artifact in artifacts}
    links = {artifact.name: artifact.previous for artifact in artifacts if artifact.previous}
    problems = []
    settled: set[str] = set()
    for artifact in artifacts:
        name, before = artifact.name, artifact.previous
        if before is None:
            continue
        found = known.get(before)
        if found is None or found.kind != "dataset":
            what = f"a {found.kind}" if found else "not declared"
            fix = did_you_mean(before, [one.name for one in artifacts if one.kind == "dataset" and one is not artifact])
            message = f'the previous version of {name}, "{shorten(before)}", is {what}'
            problems.append(Problem(artifact.at["previous"], message, fix or "name another dataset of this document"))
        elif _circles(name, links, settled):
            message = f"the versions before {name} lead in a circle"
            problems.append(Problem(artifact.at["previous"], message, "remove `previous:` from the oldest one"))
    return problems


def _circles(name: str, links: Mapping[str, str], settled: set[str]) -> bool:
    """Whether the links from `name` lead to where they were before; each circle once, `settled` are known names."""
    seen = {name}
    at = links.get(name)
    while at is not None and at not in seen and at not in settled:
        seen.add(at)
        at = links.get(at)
    circles = at in seen and name not in settled
    settled.update(seen)
    return circles


def repeated(artifacts: Iterable[Artifact], key: str) -> list[Problem]:
    """Each value of `key` that another artifact has already."""
    first: dict[str, Artifact] = {}
    problems = []
    for artifact in artifacts:
        value = getattr(artifact, key)
        other = first.setdefault(value, artifact)
        if other is not artifact:
            message = f'the {key} "{printable(value)}" is declared twice, first on line {other.at[key].line}'
            problems.append(Problem(artifact.at[key], message, f"every artifact has its own {key}"))
    return problems
