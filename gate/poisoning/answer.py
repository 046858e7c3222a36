"""What a scan of a dataset answers: plain data that crosses from the limited process to the gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gate.core.model import Json
from gate.data.interface import Place
from gate.poisoning.exhibits.interface import Exhibits
from gate.poisoning.exhibits.interface import from_json as exhibits_from
from gate.poisoning.exhibits.interface import list_of as _list
from gate.poisoning.exhibits.interface import place as _place

MAX_PLACES = 20
"""Suspects of one piece of evidence whose places are told with it, the most suspicious first."""
MAX_SUSPECTS = 100_000
"""Suspects of all evidence together that are listed."""


class Clue(NamedTuple):
    """One piece of evidence as reports show it; `p` is corrected for all that was tried.

    `level` is `block`, `warn` or `note`. `trigger` are its words, `parts` the same for programs, `picture` a PNG in
    base64, each empty where there is none. `suspects` counts the samples, `places` are those of the first ones.
    """

    detector: str
    kind: str
    level: str
    message: str
    p: float | None
    effects: Mapping[str, float | None]
    trigger: str
    parts: Mapping[str, Json]
    picture: str
    confirmed: bool | None
    suspects: int
    places: tuple[Place, ...]


class Suspect(NamedTuple):
    """One suspicious sample: `score` from 0 to 1 over all detectors, `by` each, `clues` the positions of evidence."""

    place: Place
    label: str
    score: float
    by: Mapping[str, float]
    clues: tuple[int, ...]


class Scanned(NamedTuple):
    """The whole answer. `outcome` is `block`, `warn` or `clear`, of the detectors that came to an end.

    `undecided` says of each of the others why it did not. `samples` were looked at, of `total`; `skipped` says in
    words what was not read, `untested` what was not tested. `smallest` is the least number of poisoned samples that
    could have been told from chance. `suspects` and `exhibits` are there where they were asked for.
    """

    outcome: str
    modality: str
    samples: int
    total: int
    classes: Mapping[str, int]
    clues: tuple[Clue, ...]
    skipped: tuple[str, ...]
    untested: tuple[str, ...]
    smallest: int | None
    undecided: Mapping[str, str]
    detectors: tuple[str, ...]
    seconds: Mapping[str, float]
    sha256: Mapping[str, str]
    seed: int
    suspects: tuple[Suspect, ...] = ()
    exhibits: Exhibits | None = None


def from_json(found: Mapping[str, Json]) -> Scanned:
    """The answer from what `Scanned` became as JSON; raises TypeError, KeyError or ValueError where it is not one."""
    said: dict[str, object] = {name: found[name] for name in Scanned._fields}
    said["clues"] = tuple(_clue(one) for one in _list(found["clues"]))
    said["suspects"] = tuple(_suspect(one) for one in _list(found["suspects"]))
    for name in ("skipped", "untested", "detectors"):
        said[name] = tuple(str(one) for one in _list(found[name]))
    said["exhibits"] = None if found["exhibits"] is None else exhibits_from(found["exhibits"])
    for name in ("classes", "undecided", "seconds", "sha256"):
        if not isinstance(found[name], dict):
            raise TypeError(f"{name} is no mapping")
    if found["outcome"] not in ("block", "warn", "clear") or not isinstance(found["samples"], int):
        raise ValueError(f"{found['outcome']!r} is no outcome")
    return Scanned(**said)  # type: ignore[arg-type]


def _clue(value: Json) -> Clue:
    clue = Clue(*_list(value))  # type: ignore[arg-type]
    if clue.level not in ("block", "warn", "note"):
        raise ValueError(f"{clue.level!r} is no level")
    return clue._replace(places=tuple(_place(one) for one in _list(clue.places)))  # type: ignore[arg-type]


def _suspect(value: Json) -> Suspect:
    suspect = Suspect(*_list(value))  # type: ignore[arg-type]
    return suspect._replace(place=_place(suspect.place), clues=tuple(suspect.clues))  # type: ignore[arg-type]
