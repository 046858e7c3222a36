"""Stretches of a column of numbers in which a label is more frequent than on either side of them.

A trigger that is a narrow range lies anywhere in its column, and ranges of equal number cut it to pieces. What nature
does to a column is wide: it rises, falls, or has a step; a peak is where rows were written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gate.poisoning.tables.views import View, number_name

if TYPE_CHECKING:
    from gate.poisoning.interface import Budget, Floats, Ints, Tabular

VALUES = 20
"""Different numbers that a column must have more of."""
SMALLEST = 16
"""Rows of the shortest stretch; the others are twice as long each, up to an eighth of the rows."""
BESIDE = 4
"""The label's share is taken from so many times the stretch on either side of it, where it is higher."""
STEEP = 5.0
"""Standard deviations of a binomial count that a peak must have above that share."""
STEPS = 33
"""Places that are tried for each end of a peak."""
KEPT = 2
"""Peaks of a column, the steepest ones of different labels."""


def windows(data: Tabular, labels: Ints, mined: NDArray[np.intp], budget: Budget) -> list[View]:
    """The peaks of each column in the rows `mined`, whose labels are `labels`."""
    found = []
    for number, column in enumerate(data.columns.values()):
        if column.dtype.kind != "f":
            continue
        budget.check()
        cells = column[mined].astype(np.float64)
        finite = np.flatnonzero(np.isfinite(cells))
        order = finite[np.argsort(cells[finite], kind="stable")]
        if len(np.unique(cells[finite])) <= VALUES or len(order) < 8 * SMALLEST:
            continue
        steepest = sorted((peak(labels[order] == label) for label in np.unique(labels)), reverse=True)
        for steep, first, last in steepest[:KEPT]:
            if steep >= STEEP:
                low, high = cells[order[first]], cells[order[last]]
                inside = (column >= low) & (column <= high)
                codes = np.where(inside, 0, -1).astype(np.int32)
                found.append(View(number, "window", codes, (f"{number_name(low)}..{number_name(high)}",)))
    return found


def peak(hits: NDArray[np.bool_]) -> tuple[float, int, int]:
    """The height, the first and the last row of the steepest peak, rows being in the order of the column."""
    sums = np.concatenate([[0.0], np.cumsum(hits)])
    return max((fitted(sums, *one) for one in peaks(sums)), default=(0.0, 0, 0))


def peaks(sums: Floats) -> Iterator[tuple[float, int, int]]:
    """The label's share beside the steepest peak of each length, its first row and the one behind it.

    Both sides must have as many rows as it has.
    """
    number, size = len(sums) - 1, SMALLEST
    while size <= number // 8:
        start = np.arange(size, number - 2 * size + 1, max(1, size // 8))
        low, high = np.maximum(start - BESIDE * size, 0), np.minimum(start + (BESIDE + 1) * size, number)
        left, right = (
            (sums[start] - sums[low]) / (start - low),
            (sums[high] - sums[start + size]) / (high - start - size),
        )
        share = np.clip(np.maximum(left, right), 1 / size, 1 - 1 / size)
        at = int(height(sums, start, start + size, share).argmax())
        yield float(share[at]), int(start[at]), int(start[at]) + size
        size *= 2


def fitted(sums: Floats, share: float, start: int, end: int) -> tuple[float, int, int]:
    """The peak with the ends, up to half its length from these, between which it is steepest."""
    steps = np.linspace(-0.5, 0.5, STEPS) * (end - start)
    first, last = np.meshgrid(start + steps.astype(np.int64), end + steps.astype(np.int64), indexing="ij")
    kept = last - first >= SMALLEST
    first, last = first[kept], last[kept]
    heights = height(sums, first, last, share)
    at = int(heights.argmax())
    return float(heights[at]), int(first[at]), int(last[at]) - 1


def height(sums: Floats, start: Ints, end: Ints, share: Any) -> Floats:
    """By how many standard deviations the rows of stretches have the label more often than in this share."""
    size = end - start
    found: Floats = (sums[end] - sums[start] - size * share) / np.sqrt(size * share * (1 - share))
    return found
