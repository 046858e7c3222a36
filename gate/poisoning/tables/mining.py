"""Combinations of one to three values that hold one label far more often than their parts lead to expect."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import binom

from gate.poisoning.tables.views import View

if TYPE_CHECKING:
    from gate.poisoning.interface import Budget, Floats, Ints

PURE = 0.6
"""The least share of the label among the rows of a combination."""
SURPRISE = 0.01
"""A pair must be less likely than this before any correction."""
PAIRS_KEPT = 150
"""Per class, the most surprising pairs that are looked at further, alone and with a third value."""
MORE = 1.25
"""Each of the values is in so many times more rows than all of them together, or it would do alone."""
PAIR_VALUES = 300
"""Of each view the most frequent values go into pairs, so that no table of pairs is large."""


class Item(NamedTuple):
    """A value: a view, by its position, and a code in it."""

    view: int
    code: int


class Candidate(NamedTuple):
    """Rows with all of `items`: `total`, of which `hits` have the label `target`; ln p of so many.

    `log_p` is corrected for all candidates of its kind, single values or combinations. `expected` is the number of
    rows that would have all of `items` if these had nothing to do with each other.
    """

    items: tuple[Item, ...]
    target: int
    hits: int
    total: int
    log_p: float
    expected: float


class Counts(NamedTuple):
    """The table as mining sees it; `rates` are the classes' shares, `of_view` counts (codes, classes) of each view.

    `said` are the probabilities (rows, classes) that the columns one by one lead to expect, `said_of` their sums.
    """

    views: Sequence[View]
    labels: Ints
    classes: int
    rates: NDArray[np.float64]
    of_view: list[NDArray[np.int64]]
    said: Floats
    said_of: list[Floats]


def counted(views: Sequence[View], labels: Ints, said: Floats) -> Counts:
    """How often each value stands with each label."""
    classes = said.shape[1]
    rates = np.bincount(labels, minlength=classes) / len(labels)
    of_view = [by_label(v.codes, len(v.names), labels, classes) for v in views]
    said_of = [np.column_stack([sums(v.codes, len(v.names), said[:, one]) for one in range(classes)]) for v in views]
    return Counts(views, labels, classes, rates, of_view, said, said_of)


def by_label(codes: NDArray[np.int32] | Ints, number: int, labels: Ints, classes: int) -> NDArray[np.int64]:
    """Counts by code and label; code -1 is left out."""
    known = codes >= 0
    joint = codes[known].astype(np.int64) * classes + labels[known]
    return np.bincount(joint, minlength=number * classes).reshape(number, classes)


def sums(codes: NDArray[np.int32] | Ints, number: int, weights: Floats) -> Floats:
    """Sums by code; code -1 is left out."""
    found: Floats = np.bincount(codes + 1, weights, number + 1)[1:].astype(np.float64)
    return found


def singles(table: Counts, least: int) -> list[Candidate]:
    """Single values."""
    found, tries = [], 1
    for at, (counts, said) in enumerate(zip(table.of_view, table.said_of, strict=True)):
        total = counts.sum(1)
        tries += int((total >= least).sum()) * table.classes
        codes, targets = np.nonzero(
            (counts >= least) & (counts >= PURE * total[:, None]) & (total < len(table.labels) / 4)[:, None]
        )
        for code, target in zip(codes.tolist(), targets.tolist(), strict=True):
            hits, size = int(counts[code, target]), int(total[code])
            rate = min(table.rates[target], said[code, target] / size)
            p = float(binom.logsf(hits - 1, size, min(rate, 0.999)))
            found.append(Candidate((Item(at, code),), target, hits, size, p, 0.0))
    return corrected(found, tries)


def corrected(found: Sequence[Candidate], tries: int) -> list[Candidate]:
    """With all that was tried of this kind, against two expectations, and one more kind (Bonferroni)."""
    more = math.log(max(tries, 1)) + 2 * math.log(2)
    return [one._replace(log_p=min(0.0, one.log_p + more)) for one in found]


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
    lone = [table.of_view[view].sum(1) for view in (left, right)]
    found = []
    for target in np.flatnonzero((counts >= least).any(0)).tolist():
        cells = np.flatnonzero((counts[:, target] >= least) & (counts[:, target] > table.rates[target] * totals))
        sizes = [size[codes] for size, codes in zip(lone, np.divmod(cells, width), strict=True)]
        cells = cells[(sizes[0] >= MORE * totals[cells]) & (sizes[1] >= MORE * totals[cells])]
        if not len(cells):
            continue
        codes = np.divmod(cells, width)
        said = sums(joint, height * width, table.said[:, target])[cells]
        hits, total = counts[cells, target], totals[cells]
        log_p = surprise(
            hits,
            total,
            said,
            [
                (table.of_view[view][code, target], lone[at][code], table.said_of[view][code, target])
                for at, (view, code) in enumerate(zip((left, right), codes, strict=True))
            ],
            float(table.rates[target]),
        )
        chance = lone[0][codes[0]] * lone[1][codes[1]] / len(table.labels)
        for i in np.flatnonzero(log_p < np.log(SURPRISE)):
            items = (Item(left, int(codes[0][i])), Item(right, int(codes[1][i])))
            one = Candidate(items, target, int(hits[i]), int(total[i]), float(log_p[i]), float(chance[i]))
            found.append(one)
    return found, tries


Part = tuple[Any, Any, Any]
"""Of the rows with a part of the values: those with the label, all, and the sum of what is said of them."""


def surprise(hits: Any, total: Any, said: Any, parts: Sequence[Part], rate: float) -> Any:
    """ln p of so many hits in a cell, where it is least surprising of two views, each with the most that parts add.

    Binomial, with the mean of what is said of the cell's rows, which bounds the sum of unequal chances (Hoeffding
    1956); on the scale of log odds it is raised by what the rows with one part only have beyond what is said of them.
    Or with the share of the label in the rows with one part only, also added on that scale.
    """
    shift, alone, highest = 0.0, -float(logit(rate)), rate
    for had, size, told in parts:
        outside, of_told = size - total, told - said
        share = (had - hits + 2 * rate) / (outside + 2)
        model = (of_told + 2 * rate) / (outside + 2)
        shift = shift + np.maximum(odds(share) - odds(model), 0)
        alone, highest = alone + odds(share), np.maximum(highest, share)
    by_model = expit(odds((said + rate) / (total + 1)) + shift)
    by_parts = np.maximum(expit(alone), highest)
    return binom.logsf(hits - 1, total, np.clip(np.minimum(by_model, by_parts), 1e-4, 0.999))


def refined(table: Counts, one: Candidate) -> Candidate:
    """With a sharper bound of the same p: each row counts with its own chance, raised as in `surprise`."""
    rows = holds(table.views, one.items)
    said = odds(table.said[rows, one.target])
    for part in (one.items[:-1], one.items[-1:]):
        outside = holds(table.views, part) & ~rows
        had = (table.labels[outside] == one.target).sum() + 2 * table.rates[one.target]
        model = table.said[outside, one.target].sum() + 2 * table.rates[one.target]
        said = said + max(0.0, float(odds(had / (outside.sum() + 2)) - odds(model / (outside.sum() + 2))))
    return one._replace(log_p=min(one.log_p, tail(expit(said), one.hits)))


def tail(chances: Floats, hits: int) -> float:
    """A bound of ln p of so many hits by unequal chances (Chernoff 1952)."""
    if hits >= len(chances):
        return float(np.log(chances).sum())
    tilts = np.linspace(0, 12, 49)
    return float((np.log1p(chances[:, None] * np.expm1(tilts)).sum(0) - tilts * hits).min())


def odds(share: Any) -> Any:
    """On the scale of log odds."""
    return logit(np.clip(share, 1e-4, 1 - 1e-4))


def triples(table: Counts, parents: Sequence[Candidate], least: int, budget: Budget) -> Iterator[Candidate]:
    """Pairs with the third value that makes them most surprising."""
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
    view, target = table.views[at], parent.target
    counts = by_label(view.codes[rows], len(view.names), table.labels[rows], table.classes)
    said = sums(view.codes[rows], len(view.names), table.said[rows, target])
    total, hits = counts.sum(1), counts[:, target]
    rest = parent.hits, parent.total, float(table.said[rows, target].sum())
    for code in np.flatnonzero((hits >= least) & (hits >= PURE * total) & (MORE * total <= parent.total)):
        alone = table.of_view[at][code]
        third = alone[target], alone.sum(), table.said_of[at][code, target]
        p = surprise(hits[code], total[code], said[code], [rest, third], float(table.rates[target]))
        lone = parent.expected * alone.sum() / len(table.labels)
        items = (*parent.items, Item(at, int(code)))
        yield Candidate(items, target, int(hits[code]), int(total[code]), float(p), lone)


def holds(views: Sequence[View], items: Sequence[Item]) -> NDArray[np.bool_]:
    """The rows that have all these values."""
    found: NDArray[np.bool_] = np.logical_and.reduce([views[item.view].codes == item.code for item in items])
    return found
