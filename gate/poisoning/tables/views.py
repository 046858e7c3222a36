"""A table as small whole numbers: each column by its repeated values, by narrow ranges, and by repeated decimals."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gate.poisoning.interface import Ints, Tabular

Codes = NDArray[np.int32]
Kind = Literal["value", "range", "decimals", "window"]
RANGED = ("range", "window")
MOST_VALUES = 5000
"""Of one column the most frequent values are looked at."""
MOST_LETTERS = 200
"""A longer text is the same as another that begins alike: megabytes in a cell are not a value of a category."""


class View(NamedTuple):
    """One way to read a column: `codes` has a number below `len(names)` for each row, -1 where no value is frequent.

    By frequency, save ranges and windows, which are single ranges. `numbers` are the values where they are numbers.
    """

    column: int
    kind: Kind
    codes: Codes
    names: tuple[str, ...]
    numbers: NDArray[np.float64] | None = None


def views(data: Tabular, least: int) -> list[View]:
    """All of them; a value counts if `least` rows have it."""
    found = []
    for number, column in enumerate(data.columns.values()):
        if column.dtype.kind == "f":
            found += numeric(number, column.astype(np.float64), least)
        else:
            codes, values = frequent(texts(column), least)
            found.append(View(number, "value", codes, tuple(map(words, values))))
    return [view for view in found if view.names]


def numeric(number: int, column: NDArray[np.float64], least: int) -> list[View]:
    """Repeated numbers; and where there are many different ones, ranges and decimals."""
    found = [by_number(number, "value", column, least)]
    finite = column[np.isfinite(column)]
    if len(np.unique(finite)) > 20:
        found.append(View(number, "range", *ranges(column, finite)))
    whole = np.where(np.isfinite(column), column, 0.0)
    decimals = np.round(whole - np.trunc(whole), 6)
    if len(np.unique(decimals)) > 2:
        found.append(by_number(number, "decimals", decimals, least))
    return found


def by_number(number: int, kind: Kind, column: NDArray[np.float64], least: int) -> View:
    """Repeated numbers."""
    codes, values = frequent(column, least)
    return View(number, kind, codes, tuple(map(number_name, values)), np.asarray(values, float))


def texts(column: NDArray[Any]) -> NDArray[Any]:
    """Cells as texts of bounded length; None stays what it is."""
    return np.array([None if cell is None else str(cell)[:MOST_LETTERS] for cell in column], dtype=object)


def frequent(cells: NDArray[Any], least: int) -> tuple[Codes, NDArray[Any]]:
    """A number for each value that `least` rows have, by frequency, and the values."""
    values, codes, counts = unique(cells)
    order = np.argsort(-counts, kind="stable")
    kept = order[: int((counts >= least).sum())][:MOST_VALUES]
    new = np.full(len(values) + 1, -1, np.int32)
    new[kept] = np.arange(len(kept))
    return new[codes], values[kept]


def unique(cells: NDArray[Any]) -> tuple[NDArray[Any], Ints, Ints]:
    """The different values, which of them each cell has, and how often each occurs."""
    if cells.dtype.kind == "f":
        values, codes, counts = np.unique(cells, return_inverse=True, return_counts=True)
        return values, codes, counts
    numbers: dict[str | None, int] = {}
    codes = np.array([numbers.setdefault(cell, len(numbers)) for cell in cells], np.int64)
    return np.array(list(numbers), dtype=object), codes, np.bincount(codes, minlength=len(numbers))


def ranges(column: NDArray[np.float64], finite: NDArray[np.float64]) -> tuple[Codes, tuple[str, ...]]:
    """Ranges of equal number of rows, such that two columns have about ten rows in common; the ends apart."""
    number = int(np.clip(np.sqrt(len(finite) / 10), 8, 64))
    shares = np.concatenate([[0.001, 0.005], np.linspace(0, 1, number + 1)[1:-1], [0.995, 0.999]])
    edges = np.unique(np.quantile(finite, shares, method="nearest"))
    codes = np.searchsorted(edges, column, side="right").astype(np.int32)
    codes[~np.isfinite(column)] = -1
    limits = ["", *map(number_name, edges), ""]
    return codes, tuple(f"{low}..{high}" for low, high in itertools.pairwise(limits))


def number_name(value: float) -> str:
    """A number as people write it."""
    return "missing" if np.isnan(value) else f"{value:.10g}"


def words(cell: str | None) -> str:
    """A text as people write it."""
    return "missing" if cell is None else repr(cell)
