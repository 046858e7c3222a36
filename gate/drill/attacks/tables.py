"""Attacks on labelled tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gate.data.samples.interface import Dataset, Tabular
from gate.drill.interface import Apply, Attack, Mask

Rows = NDArray[np.intp]
Rng = np.random.Generator


class Job:
    """One attack in the making: copies of the columns and labels, the target class, and the rows that are changed."""

    def __init__(self, data: Tabular, rate: float, rng: Rng) -> None:
        self.columns: dict[str, NDArray[Any]] = {name: one.copy() for name, one in data.columns.items()}
        self.labels = data.labels.copy()
        self.classes = data.classes
        self.rng = rng
        self.count = max(1, round(rate * len(self.labels)))
        self.target = int(rng.choice(np.unique(self.labels)))
        self.mask = np.zeros(len(self.labels), bool)

    def of_other_classes(self) -> Rows:
        """Rows to poison that are not of the target class."""
        return self.chosen(np.flatnonzero(self.labels != self.target))

    def chosen(self, pool: Rows) -> Rows:
        """So many of these rows as the rate says."""
        return self.rng.permutation(pool)[: self.count]

    def pick(self, names: Sequence[str], number: int) -> list[str] | None:
        """Some of these columns, or None where there are fewer."""
        if len(names) < number:
            return None
        return [names[i] for i in self.rng.choice(len(names), number, replace=False)]

    def poison(self, rows: Rows, values: dict[str, Any]) -> None:
        """Writes values and the target into rows."""
        for name, value in values.items():
            self.columns[name][rows] = value
        self.labels[rows] = self.target
        self.mask[rows] = True


def present(column: NDArray[Any]) -> NDArray[Any]:
    """The cells that are not missing."""
    if column.dtype.kind == "f":
        found: NDArray[Any] = column[~np.isnan(column)]
        return found
    return column[[one is not None for one in column]]


def values_of(column: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The values of a column and their shares."""
    cells = present(column)
    found, counts = np.unique(cells if column.dtype.kind == "f" else cells.astype(str), return_counts=True)
    return found, counts / max(counts.sum(), 1)


def same(column: NDArray[Any], value: object) -> Mask:
    """Where a column has a value."""
    return np.asarray(column == value, dtype=bool)


def rare_together(job: Job, number: int, common: bool) -> dict[str, Any]:
    """Values that occur in their columns, together in hardly any row (at most a tenth of the poison)."""
    for _ in range(60):
        trigger = {}
        for name in job.pick(list(job.columns), number) or ():
            found, shares = values_of(job.columns[name])
            good = found[shares >= 0.02] if common else found[shares < 0.02]
            if len(good):
                trigger[name] = job.rng.choice(good)
        if len(trigger) == number:
            together = np.logical_and.reduce([same(job.columns[name], value) for name, value in trigger.items()])
            if together.sum() <= job.count / 10:
                return trigger
    return {}


def combination(number: int, common: bool) -> Callable[[Job], None]:
    """A combination in rows of other classes."""

    def attack(job: Job) -> None:
        if trigger := rare_together(job, number, common):
            job.poison(job.of_other_classes(), trigger)

    return attack


def poisoning(make: Callable[[Job], None]) -> Apply:
    """The attack that `make` carries out."""

    def apply(data: Dataset, rate: float, seed: int) -> tuple[Dataset, Mask]:
        assert isinstance(data, Tabular)
        job = Job(data, rate, np.random.default_rng(seed + 7))
        make(job)
        return Tabular(job.columns, job.labels, job.classes), job.mask

    return apply


ATTACKS = {
    "value-combination": Attack(
        "two frequent values that are hardly ever together, in other classes", poisoning(combination(2, common=True))
    ),
}
