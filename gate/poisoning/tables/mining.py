"""Combinations of one to three values that hold one label far more often than their parts lead to expect."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import binom

from gate.poisoning.tables.views import View

if TYPE_CHECKING:
    from gate.poisoning.interface import Budget, Ints

PURE = 0.6
"""The least share of the label among the rows of a combination."""
SURPRISE = 1e-3
"""A pair must be less likely than this before any correction."""
PAIRS_KEPT = 150
"""Per class, the most surprising pairs that are looked at further, alone and with a third value."""
PAIR_VALUES = 300
"""Of each view the most frequent values go into pairs, so that no table of pairs is large."""


class Item(NamedTuple):
    """A value: a view, by its position, and a code in it."""

    view: int
    code: int


class Candidate(NamedTuple):
    """Rows with all of `items`: `total`, of which `hits` have the label `target`; ln p of so many."""

    items: tuple[Item, ...]
    target: int
    hits: int
    total: int
    log_p: float
    expected: float


class Counts(NamedTuple):
    """The table as mining sees it; `rates` are the classes' shares, `of_view` counts (codes, classes) of each view."""

    views: Sequence[View]
    labels: Ints
    classes: int
    rates: NDArray[np.float64]
    of_view: list[NDArray[np.int64]]


def counted(views: Sequence[View], labels: Ints, classes: int) -> Counts:
    """How often each value stands with each label."""
    rates = np.bincount(labels, minlength=classes) / len(labels)
    return Counts(views, labels, classes, rates, [by_label(v.codes, len(v.names), labels, classes) for v in views])


def by_label(codes: NDArray[np.int32] | Ints, number: int, labels: Ints, classes: int) -> NDArray[np.int64]:
    """Counts by code and label; code -1 is left out."""
    known = codes >= 0
    joint = codes[known].astype(np.int64) * classes + labels[known]
    return np.bincount(joint, minlength=number * classes).reshape(number, classes)


def singles(table: Counts, least: int) -> Iterator[Candidate]:
    """Single values."""
    for at, counts in enumerate(table.of_view):
        total = counts.sum(1)
        for target in range(table.classes):
            hits = counts[:, target]
            for code in np.flatnonzero((hits >= least) & (hits >= PURE * total) & (total < len(table.labels) / 4)):
                p = float(binom.logsf(hits[code] - 1, total[code], table.rates[target]))
                yield Candidate((Item(at, int(code)),), target, int(hits[code]), int(total[code]), p, 0.0)


def pairs(table: Counts, least: int, budget: Budget) -> tuple[list[Candidate], int]:
    """The most surprising pairs of values in different columns, for each class, and of how many pairs they are."""
    found: list[list[Candidate]] = [[] for _ in range(table.classes)]
    tries = 0
    for left, right in itertools.combinations(range(len(table.views)), 2):
        one, other = table.views[left], table.views[right]
        if one.column == other.column or "decimals" in (one.kind, other.kind):
            continue
        budget.check()
        some, tried = pairs_of(table, left, right, least)
        tries += tried
        for candidate in some:
            found[candidate.target].append(candidate)
        for mine in found:
            if len(mine) > 20 * PAIRS_KEPT:
                mine[:] = sorted(mine, key=strength)[:PAIRS_KEPT]
    return [one for mine in found for one in sorted(mine, key=strength)[:PAIRS_KEPT]], tries


def strength(one: Candidate) -> tuple[float, int, tuple[Item, ...]]:
    """The order of candidates: the most surprising and simplest first."""
    return one.log_p, len(one.items), one.items


def pairs_of(table: Counts, left: int, right: int, least: int) -> tuple[list[Candidate], int]:
    """The pairs of two views, each more than one of its values alone; and how many pairs of values there are."""
    a, b = table.views[left], table.views[right]
    height, width = min(len(a.names), PAIR_VALUES), min(len(b.names), PAIR_VALUES)
    known = (a.codes >= 0) & (b.codes >= 0) & (a.codes < height) & (b.codes < width)
    joint = np.where(known, a.codes.astype(np.int64) * width + b.codes, -1)
    counts = by_label(joint, height * width, table.labels, table.classes)
    totals = counts.sum(1)
    tries = int((totals >= least).sum()) * table.classes
    cells, targets = np.nonzero((counts >= least) & (counts >= PURE * totals[:, None]))
    if not len(cells):
        return [], tries
    hits, total = counts[cells, targets], totals[cells]
    rate = table.rates[targets]
    ones, others = table.of_view[left][cells // width], table.of_view[right][cells % width]
    sums = ones.sum(1), others.sum(1)
    index = np.arange(len(cells))
    without = [
        (part[index, targets] - hits + rate) / (size - total + 1)
        for part, size in zip((ones, others), sums, strict=True)
    ]
    additive = expit(sum(logit(np.clip(one, 1e-4, 1 - 1e-4)) for one in without) - logit(rate))
    expected = np.clip(np.max([*without, additive, rate], axis=0), 1e-4, 0.999)
    log_p = binom.logsf(hits - 1, total, expected)
    lone = sums[0] * sums[1] / len(table.labels)
    more = (sums[0] >= 1.25 * total) & (sums[1] >= 1.25 * total) & (log_p < np.log(SURPRISE))
    found = []
    for i in np.flatnonzero(more):
        items = (Item(left, int(cells[i] // width)), Item(right, int(cells[i] % width)))
        found.append(Candidate(items, int(targets[i]), int(hits[i]), int(total[i]), float(log_p[i]), float(lone[i])))
    return found, tries


def triples(table: Counts, parents: Sequence[Candidate], least: int, budget: Budget) -> Iterator[Candidate]:
    """Pairs with the third value that makes them purest."""
    for parent in parents:
        budget.check()
        if parent.hits >= 0.95 * parent.total:
            continue
        rows = np.flatnonzero(holds(table.views, parent.items))
        columns = {table.views[item.view].column for item in parent.items}
        best = [
            one
            for at, view in enumerate(table.views)
            if view.column not in columns
            for one in thirds(table, parent, rows, at, least)
        ]
        if best:
            yield min(best, key=strength)


def thirds(table: Counts, parent: Candidate, rows: NDArray[np.intp], at: int, least: int) -> Iterator[Candidate]:
    """A pair with each value of one further view."""
    view = table.views[at]
    counts = by_label(view.codes[rows], len(view.names), table.labels[rows], table.classes)
    total, hits = counts.sum(1), counts[:, parent.target]
    for code in np.flatnonzero((hits >= least) & (hits >= PURE * total) & (1.25 * total <= parent.total)):
        rest = (parent.hits - hits[code] + 1) / (parent.total - total[code] + 2)
        alone = table.of_view[at][code]
        third = (alone[parent.target] - hits[code] + 1) / (alone.sum() - total[code] + 2)
        expected = max(rest, third, table.rates[parent.target])
        p = float(binom.logsf(hits[code] - 1, total[code], min(expected, 0.999)))
        lone = parent.expected * alone.sum() / len(table.labels)
        yield Candidate((*parent.items, Item(at, int(code))), parent.target, int(hits[code]), int(total[code]), p, lone)


def holds(views: Sequence[View], items: Sequence[Item]) -> NDArray[np.bool_]:
    """The rows that have all these values."""
    found: NDArray[np.bool_] = np.logical_and.reduce([views[item.view].codes == item.code for item in items])
    return found
