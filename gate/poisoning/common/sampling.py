"""A part of the samples, where all of them are more than a detector has memory for."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from gate.poisoning.interface import Dataset, Instructions, Tabular, Texts

if TYPE_CHECKING:
    from gate.poisoning.interface import Ints

D = TypeVar("D", bound=Dataset)
MOST = 100_000
"""Samples that a detector with a model of all of them looks at."""


def drawn(rows: Ints, seed: int, what: str, most: int = MOST) -> tuple[Ints, tuple[str, ...]]:
    """At most so many of the rows, in order, and a word on the others; `what` is the test."""
    if len(rows) <= most:
        return rows, ()
    some = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
    return some, (f"{what}: a sample of {most:,} of {len(rows):,} was looked at",)


def chosen(data: D, rows: Ints) -> D:
    """Some samples."""
    if isinstance(data, Tabular):
        return data._replace(columns={name: one[rows] for name, one in data.columns.items()}, labels=data.labels[rows])
    if isinstance(data, Texts):
        return data._replace(texts=[data.texts[i] for i in rows], labels=data.labels[rows])
    if isinstance(data, Instructions):
        return data._replace(prompts=[data.prompts[i] for i in rows], responses=[data.responses[i] for i in rows])
    return data._replace(pixels=data.pixels[rows], labels=data.labels[rows])
