"""A table as numbers for models of trees: categories by their frequency, numbers as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gate.poisoning.tables.views import texts, unique

if TYPE_CHECKING:
    from gate.poisoning.interface import Floats, Tabular


LARGE = 1e30
"""Larger numbers are taken for this: some models keep their numbers in single precision."""


def matrix(data: Tabular) -> Floats:
    """(rows, columns): a category is its place by frequency; what is missing or infinite lies below all others."""
    found = np.zeros((len(data.labels), len(data.columns)))
    for at, column in enumerate(data.columns.values()):
        if column.dtype.kind == "f":
            known = np.isfinite(column)
            values = np.clip(column, -LARGE, LARGE)
            lowest = values[known].min(initial=0.0)
            found[:, at] = np.where(known, values, lowest - abs(lowest) - 1)
        else:
            _, codes, counts = unique(texts(column))
            place = np.empty(len(counts))
            place[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
            found[:, at] = place[codes]
    return found
