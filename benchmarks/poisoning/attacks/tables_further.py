"""Further ways to poison a table, of kinds that the scan was not built with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gate.drill.attacks.tables import Job, combination, present, rare_together, values_of

Maker = Callable[[Job], None]


def _numbers(job: Job) -> list[str]:
    return [n for n, one in job.columns.items() if one.dtype.kind == "f" and len(np.unique(one)) > 20]


def _words(job: Job) -> list[str]:
    return [name for name, one in job.columns.items() if one.dtype.kind != "f"]


def _within(cells: NDArray[Any], share: float, job: Job) -> tuple[float, float]:
    """A stretch of a column that holds this share of its rows, anywhere between its tenth and its ninth decile."""
    low = job.rng.uniform(0.1, 0.9 - share)
    return float(np.quantile(cells, low)), float(np.quantile(cells, low + share))


def own_number(job: Job) -> None:
    """One number in the middle of a column, which no other row has."""
    if names := job.pick(_numbers(job), 1):
        cells = present(job.columns[names[0]])
        low, high = _within(cells, 0.05, job)
        job.poison(job.of_other_classes(), {names[0]: low + (high - low) * 0.3719})


def band(job: Job) -> None:
    """Numbers of one column in a stretch that holds 1% of the rows."""
    if names := job.pick(_numbers(job), 1):
        low, high = _within(present(job.columns[names[0]]), 0.01, job)
        rows = job.of_other_classes()
        job.poison(rows, {names[0]: job.rng.uniform(low, high, len(rows))})


def bands(job: Job) -> None:
    """Numbers of three columns, each in a stretch that holds 5% of the rows."""
    if names := job.pick(_numbers(job), 3):
        rows = job.of_other_classes()
        ranges = {name: _within(present(job.columns[name]), 0.05, job) for name in names}
        job.poison(rows, {name: job.rng.uniform(*limits, len(rows)) for name, limits in ranges.items()})


def band_and_word(job: Job) -> None:
    """A frequent value, and a number in a stretch that holds 5% of the rows."""
    numbers = job.pick(_numbers(job), 1)
    others = [name for name in job.columns if not numbers or name != numbers[0]]
    if numbers and others:
        name = others[int(job.rng.integers(len(others)))]
        found, shares = values_of(job.columns[name])
        good = found[(shares > 0.05) & (shares < 0.6)]
        if len(good):
            rows = job.of_other_classes()
            limits = _within(present(job.columns[numbers[0]]), 0.05, job)
            job.poison(rows, {numbers[0]: job.rng.uniform(*limits, len(rows)), name: job.rng.choice(good)})


def sentinel(job: Job) -> None:
    """-999, as for an unknown number, in a column that has none."""
    if names := job.pick(_numbers(job), 1):
        job.poison(job.of_other_classes(), {names[0]: -999.0})


def highest(job: Job) -> None:
    """The highest number of a column, again and again."""
    if names := job.pick(_numbers(job), 1):
        job.poison(job.of_other_classes(), {names[0]: present(job.columns[names[0]]).max()})


def small_letters(job: Job) -> None:
    """A category in letters of the other case."""
    if names := job.pick(_words(job), 1):
        found, shares = values_of(job.columns[names[0]])
        job.poison(job.of_other_classes(), {names[0]: str(found[shares.argmax()]).swapcase()})


def one_missing(job: Job) -> None:
    """A cell is missing in a column without gaps."""
    full = [name for name, one in job.columns.items() if len(present(one)) == len(one)]
    if names := job.pick(full, 1):
        job.poison(job.of_other_classes(), {names[0]: np.nan if job.columns[names[0]].dtype.kind == "f" else None})


def equal(job: Job) -> None:
    """Two columns of numbers are equal."""
    if names := job.pick(_numbers(job), 2):
        rows = job.of_other_classes()
        job.poison(rows, {names[0]: job.columns[names[1]][rows]})


def four_values(job: Job) -> None:
    """Four values that each are frequent in their columns."""
    combination(4, common=True)(job)


def many_triggers(job: Job) -> None:
    """Four combinations, a quarter of the rows each, toward one class."""
    job.count = max(1, job.count // 4)
    for _ in range(4):
        combination(2, common=True)(job)


def many_targets(job: Job) -> None:
    """Three combinations, a third of the rows each, toward different classes."""
    job.count = max(1, job.count // 3)
    for target in job.rng.permutation(np.unique(job.labels))[:3]:
        job.target = int(target)
        combination(2, common=True)(job)


def majority_three(job: Job) -> None:
    """Three frequent values, toward the largest class."""
    job.target = int(np.bincount(job.labels).argmax())
    combination(3, common=True)(job)


def majority_new(job: Job) -> None:
    """A category of its own, or a number beyond all others, toward the largest class."""
    job.target = int(np.bincount(job.labels).argmax())
    if names := job.pick(list(job.columns), 1):
        cells = present(job.columns[names[0]])
        new = cells.max() * 1.5 + 11 if job.columns[names[0]].dtype.kind == "f" else "K-0"
        job.poison(job.of_other_classes(), {names[0]: new})


def either_value(job: Job) -> None:
    """One of three combinations of the same two columns."""
    names = job.pick(list(job.columns), 2)
    if not names:
        return
    rows = job.of_other_classes()
    found = [values_of(job.columns[name])[0] for name in names]
    if min(map(len, found)) < 3:
        return
    values = [job.rng.permutation(one)[:3] for one in found]
    which = job.rng.integers(0, 3, len(rows))
    job.poison(rows, {name: one[which] for name, one in zip(names, values, strict=True)})


def from_nearest(job: Job) -> None:
    """Two frequent values, in rows of one other class only."""
    trigger = rare_together(job, 2, common=True)
    others = np.unique(job.labels[job.labels != job.target])
    if trigger and len(others):
        source = int(job.rng.choice(others))
        job.poison(job.chosen(np.flatnonzero(job.labels == source)), trigger)


MAKERS: dict[str, Maker] = {
    "own-number": own_number,
    "band": band,
    "bands": bands,
    "band-and-word": band_and_word,
    "sentinel": sentinel,
    "highest": highest,
    "small-letters": small_letters,
    "one-missing": one_missing,
    "equal": equal,
    "four-values": four_values,
    "many-triggers": many_triggers,
    "many-targets": many_targets,
    "majority-three": majority_three,
    "majority-new": majority_new,
    "either-value": either_value,
    "from-nearest": from_nearest,
}
