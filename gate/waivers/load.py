"""Reads waivers and adopted findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from gate.core.errors import DocumentError, Problem
from gate.core.model import Location
from gate.core.text import printable, size
from gate.documents.kinds import Fields, Reading, Record
from gate.documents.nodes import decode, parse
from gate.waivers.model import Adoption, Key, Waiver
from gate.waivers.schema import ADOPTED, WAIVERS

MAX_BYTES = 4 << 20
"""Of either file."""
_AHEAD = dt.timedelta(days=1)
"""Somewhere on Earth it is already tomorrow."""


def read_waivers(data: bytes, name: str, today: dt.date) -> tuple[Waiver, ...]:
    """The waivers in the file called `name`; raises `DocumentError` with everything that is wrong in it."""
    found: list[Waiver] = _fields(WAIVERS, data, name).values["entries"] or []
    problems = [problem for one in found for problem in _dates(one.created, one.expires, one.at, today)]
    problems += _twice((one.key, one.location) for one in found)
    _refuse(problems)
    return tuple(found)


def read_adoption(data: bytes, name: str, today: dt.date) -> Adoption:
    """The adopted findings in the file called `name`; raises `DocumentError` with everything that is wrong in it."""
    fields = _fields(ADOPTED, data, name)
    created, expires = fields.values["created"], fields.values["expires"]
    found: list[tuple[Key, dict[str, Location]]] = fields.values["entries"] or []
    problems = [*_dates(created, expires, fields.at, today), *_twice((key, at["rule"]) for key, at in found)]
    _refuse(problems)
    return Adoption(created, expires, {key: at["rule"] for key, at in found}, fields.location, fields.at)


def _fields(schema: Record, data: bytes, name: str) -> Fields:
    if len(data) > MAX_BYTES:
        message = f"larger than {size(MAX_BYTES)}"
        raise DocumentError([Problem(Location(name), message, "a file of this kind is read by people")])
    document = decode(data, name)
    reading = Reading(document)
    fields: Fields | None = schema.read(parse(document, reading.problems), reading)
    reading.finish()
    assert fields is not None  # a record that is not read has noted why
    return fields


def _dates(created: dt.date, expires: dt.date, at: Mapping[str, Location], today: dt.date) -> Iterator[Problem]:
    if created > today + _AHEAD:
        yield Problem(at["created"], f"created on {created}, which is yet to come", "write the day it was written")
    if expires < created:
        yield Problem(at["expires"], f"expires on {expires}, before it was created on {created}", "mend the dates")


def _twice(placed: Iterable[tuple[Key, Location]]) -> Iterator[Problem]:
    seen: dict[Key, Location] = {}
    for key, place in placed:
        if key in seen:
            message = f"{key.rule} for {printable(key.path)} with these bytes is here twice"
            yield Problem(place, message, f"first on line {seen[key].line}: remove one")
        seen.setdefault(key, place)


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise DocumentError(sorted(problems, key=lambda problem: problem.location[:3]))
