"""The account of a scan as plain data: evidence with its places, and where asked for all suspects and exhibits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gate.core.model import Json
from gate.core.text import shorten
from gate.data.packed import sha256
from gate.data.samples.interface import Instructions, Loaded
from gate.poisoning.answer import MAX_PLACES, MAX_SUSPECTS
from gate.poisoning.interface import Evidence, Scan
from gate.poisoning.pictures import png
from gate.poisoning.verdict import Found, Verdict, combine
from gate.poisoning.work import LATE, Done

if TYPE_CHECKING:
    from gate.data.samples.interface import Ints
    from gate.poisoning.child import Task

MAX_CLUES = 50
"""Pieces of evidence that are told; more are counted."""
_WORDS = 500


def account(task: Task, loaded: Loaded, done: Done) -> dict[str, Json]:
    """A `Scanned` as JSON."""
    size = _size(loaded)
    verdict = combine(done.scans, size)
    verdict = verdict._replace(found=verdict.found[:MAX_CLUES])
    listed = _listed(verdict)[:MAX_SUSPECTS] if task.suspects else np.zeros(0, np.int64)
    exhibits: Any = None
    if task.exhibits:
        from gate.poisoning.exhibits.gather import exhibits_of

        late = LATE in done.undecided.values()
        exhibits = exhibits_of(loaded, verdict, done.scans, task.seed, late=late)
    return {
        "outcome": verdict.outcome,
        "modality": task.modality,
        "samples": size,
        "total": loaded.total,
        "classes": _classes(loaded),
        "clues": _clues(loaded, verdict),
        "skipped": [shorten(words, _WORDS) for words in loaded.skipped],
        "untested": [shorten(words, _WORDS) for words in (loaded.sampled, loaded.aside, *verdict.untested) if words],
        "smallest": verdict.smallest,
        "undecided": dict(done.undecided),
        "detectors": list(task.detectors),
        "seconds": {name: round(seconds, 2) for name, seconds in done.seconds.items()},
        "sha256": {piece.path: sha256(piece) for piece in task.pieces},
        "seed": task.seed,
        "suspects": _suspects(loaded, verdict, done, listed),
        "exhibits": exhibits,
    }


def _size(loaded: Loaded) -> int:
    dataset = loaded.dataset
    return len(dataset.prompts) if isinstance(dataset, Instructions) else len(dataset.labels)


def _classes(loaded: Loaded) -> dict[str, Json]:
    if isinstance(loaded.dataset, Instructions):
        return {}
    counts = np.bincount(loaded.dataset.labels, minlength=len(loaded.dataset.classes))
    return {shorten(name, 200): int(number) for name, number in zip(loaded.dataset.classes, counts, strict=True)}


def _clues(loaded: Loaded, verdict: Verdict) -> list[Json]:
    """The evidence with its first suspects; places are looked up at once, as that may be a walk over the files."""
    first = [[int(row) for row in _gravest(one.evidence.suspects, verdict)[:MAX_PLACES]] for one in verdict.found]
    rows = sorted({row for some in first for row in some})
    places = dict(zip(rows, loaded.place(rows), strict=True))
    return [_clue(one, [list(places[row]) for row in some]) for one, some in zip(verdict.found, first, strict=True)]


def _clue(found: Found, places: list[Json]) -> list[Json]:
    evidence = found.evidence
    trigger = evidence.trigger
    picture = "" if trigger is None or trigger.picture is None else png(trigger.picture)
    return [
        found.detector,
        evidence.kind,
        evidence.level,
        shorten(evidence.message, _WORDS),
        _number(evidence.p),
        _effects(evidence),
        shorten(trigger.words, _WORDS) if trigger else "",
        {shorten(str(key)): _plain(value) for key, value in trigger.parts.items()} if trigger else {},
        picture,
        evidence.confirmed,
        len(evidence.suspects),
        places,
    ]


def _effects(evidence: Evidence) -> dict[str, Json]:
    return {name: _number(value) for name, value in evidence.effects.items()}


def _suspects(loaded: Loaded, verdict: Verdict, done: Done, listed: Ints) -> list[Json]:
    rows = [int(row) for row in listed]
    clues: dict[int, list[Json]] = {row: [] for row in rows}
    for number, found in enumerate(verdict.found):
        for row in found.evidence.suspects:
            if int(row) in clues:
                clues[int(row)].append(number)
    places = loaded.place(rows)
    return [
        [
            list(place),
            _label(loaded, row),
            _number(float(verdict.scores[row])),
            _by(done.scans, row),
            clues[row],
        ]
        for row, place in zip(rows, places, strict=True)
    ]


def _by(scans: Mapping[str, Scan], row: int) -> dict[str, Json]:
    """The score of each detector that says something about a sample, and of its columns as `detector/column`."""
    columns = {f"{name}/{column}": one for name, scan in scans.items() for column, one in scan.columns.items()}
    scores = {name: scan.scores for name, scan in scans.items()} | columns
    return {name: _number(float(one[row])) for name, one in scores.items() if one[row] > 0}


def _listed(verdict: Verdict) -> Ints:
    """Every suspect of evidence that blocks or warns, the most suspicious first."""
    some = [found.evidence.suspects for found in verdict.found if found.evidence.level != "note"]
    return _gravest(np.unique(np.concatenate(some)) if some else np.zeros(0, np.int64), verdict)


def _gravest(rows: Ints, verdict: Verdict) -> Ints:
    ordered: Ints = rows[np.argsort(-verdict.scores[rows], kind="stable")]
    return ordered


def _label(loaded: Loaded, row: int) -> str:
    dataset = loaded.dataset
    return "" if isinstance(dataset, Instructions) else shorten(dataset.classes[int(dataset.labels[row])], 200)


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(f"{float(value):.6g}")


def _plain(value: Any) -> Json:
    if isinstance(value, str):
        return shorten(value, _WORDS)
    return _number(float(value)) if isinstance(value, float) else int(value)
