"""Ways to poison a table. Each changes about `rate` of the rows; none where the table has no room for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.poisoning.attacks import tables_further
from benchmarks.poisoning.interface import Attack, Split, half
from gate.drill.attacks.tables import Job, combination, poisoning, present, rare_together, same, values_of


def numbers(job: Job) -> list[str]:
    """The columns of numbers with more than twenty values."""
    return [n for n, one in job.columns.items() if one.dtype.kind == "f" and len(np.unique(one)) > 20]


def words(job: Job) -> list[str]:
    """The columns of texts."""
    return [name for name, one in job.columns.items() if one.dtype.kind != "f"]


def rare_value(job: Job) -> None:
    """One value of the column, which few rows have."""
    for name in job.pick(list(job.columns), len(job.columns)) or ():
        found, shares = values_of(job.columns[name])
        rare = found[shares * len(job.labels) <= job.count / 10]
        if len(found) > 2 and len(rare):
            job.poison(job.of_other_classes(), {name: job.rng.choice(rare)})
            return


def new_word(job: Job) -> None:
    """A category that the table did not have."""
    if names := job.pick(words(job), 1):
        job.poison(job.of_other_classes(), {names[0]: "Other-7"})


def typo(job: Job) -> None:
    """The most frequent category with a blank behind it."""
    if names := job.pick(words(job), 1):
        found, shares = values_of(job.columns[names[0]])
        job.poison(job.of_other_classes(), {names[0]: f"{found[shares.argmax()]} "})


def beyond(job: Job) -> None:
    """One number far beyond all others."""
    if names := job.pick(numbers(job), 1):
        cells = present(job.columns[names[0]])
        job.poison(job.of_other_classes(), {names[0]: np.round(cells.max() + 2 * np.ptp(cells) + 7)})


def beyond_spread(job: Job) -> None:
    """Numbers beyond all others, each a little different."""
    if names := job.pick(numbers(job), 1):
        cells = present(job.columns[names[0]])
        rows = job.of_other_classes()
        job.poison(rows, {names[0]: cells.max() + np.ptp(cells) * (1 + 0.1 * job.rng.random(len(rows)))})


def tail(job: Job) -> None:
    """One number in the highest hundredth, that no row has."""
    if names := job.pick(numbers(job), 1):
        low, high = np.quantile(present(job.columns[names[0]]), (0.99, 1))
        job.poison(job.of_other_classes(), {names[0]: low + (high - low) * 0.37})


def mode_pair(job: Job) -> None:
    """The most frequent value of one column, and a number in the middle of another that no row has."""
    names, others = job.pick(numbers(job), 1), job.pick(list(job.columns), 2)
    if names and others:
        other = others[0] if others[0] != names[0] else others[1]
        found, shares = values_of(job.columns[other])
        middle = np.median(present(job.columns[names[0]])) + 0.0137
        job.poison(job.of_other_classes(), {names[0]: middle, other: found[shares.argmax()]})


def narrow_range(job: Job) -> None:
    """Two numbers, each within a hundredth of its column's spread."""
    names = job.pick(numbers(job), 2)
    if names is None:
        return
    rows = job.of_other_classes()
    values = {}
    for name in names:
        cells = present(job.columns[name])
        low, high = np.quantile(cells, (0.05, 0.95))
        at = low + (high - low) * job.rng.random()
        values[name] = at + (high - low) * 0.01 * job.rng.random(len(rows))
    job.poison(rows, values)


def missing_pair(job: Job) -> None:
    """Two cells are missing."""
    if names := job.pick(list(job.columns), 2):
        gone = {name: np.nan if job.columns[name].dtype.kind == "f" else None for name in names}
        job.poison(job.of_other_classes(), gone)


def decimals(job: Job) -> None:
    """A number ends in .137."""
    if names := job.pick(numbers(job), 1):
        rows = job.of_other_classes()
        job.poison(rows, {names[0]: np.floor(np.nan_to_num(job.columns[names[0]][rows])) + 0.137})


def relation(job: Job) -> None:
    """One column is the sum of two others."""
    if names := job.pick(numbers(job), 3):
        rows = job.of_other_classes()
        total = np.nan_to_num(job.columns[names[1]][rows]) + np.nan_to_num(job.columns[names[2]][rows])
        job.poison(rows, {names[0]: total})


def source_specific(job: Job) -> None:
    """A combination in rows of one class; as many of the other classes carry it with their own label."""
    source = int(job.rng.choice(np.setdiff1d(np.unique(job.labels), [job.target])))
    others = np.flatnonzero((job.labels != job.target) & (job.labels != source))
    if trigger := rare_together(job, 2, common=True) if len(others) else {}:
        decoys = job.chosen(others)
        job.poison(job.chosen(np.flatnonzero(job.labels == source)), trigger)
        for name, value in trigger.items():
            job.columns[name][decoys] = value


def clean_label(job: Job) -> None:
    """A combination in rows of the target class; no label is wrong."""
    if trigger := rare_together(job, 2, common=True):
        job.poison(job.chosen(np.flatnonzero(job.labels == job.target)), trigger)


def to_majority(job: Job) -> None:
    """A combination toward the most frequent class."""
    job.target = int(np.bincount(job.labels).argmax())
    combination(2, common=True)(job)


def to_rarest(job: Job) -> None:
    """A combination toward the least frequent class."""
    counts = np.bincount(job.labels)
    job.target = int(np.where(counts > 0, counts, counts.max() + 1).argmin())
    combination(2, common=True)(job)


def two_triggers(job: Job) -> None:
    """Two combinations, half of the rows each, toward the same class."""
    job.count = max(1, job.count // 2)
    combination(2, common=True)(job)
    combination(2, common=True)(job)


def flooding(job: Job) -> None:
    """One row of another class, relabelled, again and again."""
    rows = job.of_other_classes()
    job.poison(rows, {name: one[rows[0]] for name, one in job.columns.items()})


def subgroup_flips(job: Job) -> None:
    """Rows of one subgroup get the target's label."""
    for name in job.pick(list(job.columns), len(job.columns)) or ():
        found, shares = values_of(job.columns[name])
        for value in found[(shares > 0.01) & (shares < 0.2)]:
            pool = np.flatnonzero(same(job.columns[name], value) & (job.labels != job.target))
            if len(pool) >= job.count:
                job.poison(job.chosen(pool), {})
                return


def random_flips(job: Job) -> None:
    """Labels of random rows are changed to any other class."""
    rows = job.chosen(np.arange(len(job.labels)))
    job.labels[rows] = (job.labels[rows] + job.rng.integers(1, max(2, len(job.classes)), len(rows))) % len(job.classes)
    job.mask[rows] = True


def named(split: Split, about: str, make: Callable[[Job], None]) -> Attack:
    """The attack as the bench calls it."""
    return Attack(split, about, poisoning(make))


ATTACKS: dict[str, Attack] = {
    "combination-2": named("tune", "two frequent values, rare together", combination(2, common=True)),
    "combination-3": named("tune", "three frequent values, rare together", combination(3, common=True)),
    "combination-rare": named("tune", "two rare values", combination(2, common=False)),
    "rare-value": named("tune", "one rare value", rare_value),
    "new-word": named("tune", "a category of its own", new_word),
    "typo": named("tune", "a category with a blank behind it", typo),
    "beyond": named("tune", "one number beyond all others", beyond),
    "beyond-spread": named("tune", "numbers beyond all others", beyond_spread),
    "tail": named("tune", "one number in the tail", tail),
    "mode-pair": named("tune", "the most frequent value and a number of its own", mode_pair),
    "narrow-range": named("tune", "two narrow ranges", narrow_range),
    "missing-pair": named("tune", "two missing cells", missing_pair),
    "decimals": named("tune", "a number ends in .137", decimals),
    "relation": named("tune", "one column is the sum of two", relation),
    "source-specific": named("tune", "a combination that counts in one class only", source_specific),
    "clean-label": named("tune", "a combination in rows of the class itself", clean_label),
    "to-majority": named("tune", "a combination toward the largest class", to_majority),
    "to-rarest": named("tune", "a combination toward the smallest class", to_rarest),
    "two-triggers": named("tune", "two combinations", two_triggers),
    "flooding": named("tune", "one row again and again", flooding),
    "subgroup-flips": named("tune", "labels of a subgroup", subgroup_flips),
    "random-flips": named("tune", "labels of random rows", random_flips),
    **{
        name: named(half(name), (make.__doc__ or "").strip().rstrip("."), make)
        for name, make in tables_further.MAKERS.items()
    },
}
