"""The suspects of a scan as files for people and programs: a CSV, and what to keep and what to remove."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from gate.core.text import printable
from gate.data.interface import Place
from gate.poisoning.answer import Scanned, Suspect

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How cells begin that spreadsheets carry out; see CWE-1236."""


def suspects_csv(scanned: Scanned, suspects: Iterable[Suspect]) -> str:
    """One line for each: where it is, its label, its score over all detectors and of each, and the reasons."""
    columns = {name for suspect in scanned.suspects for name in suspect.by} - set(scanned.detectors)
    names = [*scanned.detectors, *sorted(columns)]
    rows = [
        [
            *_where(suspect.place),
            _cell(suspect.label),
            f"{suspect.score:.4f}",
            *(f"{suspect.by[name]:.6g}" if name in suspect.by else "" for name in names),
            _cell("; ".join(scanned.clues[clue].message for clue in suspect.clues)),
        ]
        for suspect in suspects
    ]
    return _csv(["path", "row", "line", "label", "score", *names, "reasons"], rows)


def places_csv(places: Iterable[Place]) -> str:
    """One line for each place."""
    return _csv(["path", "row", "line"], [_where(place) for place in places])


def removed(scanned: Scanned) -> list[Suspect]:
    """The suspects of what was found; those of warnings may be there by nature."""
    grave = {number for number, clue in enumerate(scanned.clues) if clue.level == "block"}
    return [suspect for suspect in scanned.suspects if grave & set(suspect.clues)]


def _where(place: Place) -> list[str]:
    return [place.path, str(place.row), "" if place.line is None else str(place.line)]


def _cell(text: str) -> str:
    text = printable(text)
    return "'" + text if text.startswith(_FORMULA) else text


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return file.getvalue()
