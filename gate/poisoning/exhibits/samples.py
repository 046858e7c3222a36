"""One sample of each modality as it is shown: a picture, an excerpt, or the cells of a row."""

from __future__ import annotations

import math
from typing import Any

from gate.core.text import shorten
from gate.data.interface import Place
from gate.poisoning.exhibits.excerpt import excerpt, needles
from gate.poisoning.exhibits.interface import Part, Sample
from gate.poisoning.interface import Dataset, Images, Instructions, Tabular, Texts, Trigger
from gate.poisoning.pictures import png

COLUMNS = 14
"""Cells of a row that are shown; those of the trigger come first."""
CELL = 80


def label_of(dataset: Dataset, row: int) -> str:
    """The name of its class; empty where samples have none."""
    return "" if isinstance(dataset, Instructions) else shorten(dataset.classes[int(dataset.labels[row])], CELL)


def sample(dataset: Dataset, row: int, place: Place, trigger: Trigger | None) -> Sample:
    """The sample at a position, with the places of the trigger marked."""
    label = label_of(dataset, row)
    if isinstance(dataset, Images):
        return Sample(place, label, png(dataset.pixels[row]))
    if isinstance(dataset, Tabular):
        return Sample(place, label, parts=_cells(dataset, row, trigger))
    wanted = needles(trigger)
    if isinstance(dataset, Texts):
        return Sample(place, label, parts=(excerpt("", dataset.texts[row], wanted),))
    texts = (("prompt", dataset.prompts[row]), ("response", dataset.responses[row]))
    return Sample(place, label, parts=tuple(excerpt(heading, text, wanted) for heading, text in texts))


def _cells(dataset: Tabular, row: int, trigger: Trigger | None) -> tuple[Part, ...]:
    named = frozenset(trigger.parts if trigger else ())
    names = sorted(dataset.columns, key=lambda name: name not in named)[:COLUMNS]
    return tuple(_cell(name, dataset.columns[name][row], name in named) for name in names)


def _cell(name: str, value: Any, marked: bool) -> Part:
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    text = "(missing)" if missing else shorten(f"{value:.10g}" if isinstance(value, float) else str(value), CELL)
    return Part(shorten(name, CELL), text, ((0, len(text)),) if marked and text else ())
