"""What a tested candidate justifies: values of an attack block, values that nature decides by only warn."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gate.poisoning.interface import SIGNIFICANT, Level
from gate.poisoning.tables.conflict import Conflict
from gate.poisoning.tables.mining import Candidate, holds
from gate.poisoning.tables.naturalness import artificial, dependent
from gate.poisoning.tables.views import RANGED, View

if TYPE_CHECKING:
    from gate.poisoning.interface import Ints

TESTED = 60
"""Single values, and combinations, that the models look at."""
HARMONIC = sum(1 / rank for rank in range(1, TESTED + 1))
SAME = 0.5
"""Candidates with so many rows in common are one."""
FEWEST = 30
"""Rows from which on values can block: fewer are often of one origin, and alike for that."""
UNLAWFUL = 0.05
"""A peak in a column is hardly a rule of nature: for it, so much against one is enough."""
LIFT, LIFT_OF_RANGES = 2.0, 4.0
"""Values stand together so many times more, or less, often than chance has it: rows were written, or the columns are
bound to each other. Where neither holds, the values may be a rule of nature in independent columns."""
TOLD, PLACE = 0.58, 0.6
"""What the rest must tell at all, and how near it must stand to the other classes; see `Conflict`."""
DIVERSE = 0.5
"""The share of the other columns in which suspects must differ."""
RANDOM = 0.01
"""Suspects whose rest differs more from that of random rows of other classes came about otherwise."""
MANY, MANY_PLANTED = 4, 8
"""So many values of the same columns that decide the label, or combinations that look planted, are the nature of the
table."""
FEW_OUTSIDE, PURE_OUTSIDE = 8, 0.9
"""So many rows with two of three values, of which so many have the label, show that the third is not needed."""
IMPURE = 0.05
"""A value decides a label if so few of the rows that chance gives to other labels are left."""
LARGE = 0.05
"""A combination in more of the rows is one of the columns' nature, and not worth a warning."""


class Tested(NamedTuple):
    """A candidate with what was found out; `p` is corrected for all candidates.

    `random` is the probability that the rest differs so much from rows of other classes drawn at random; `island` that
    no two of three values decide without the third.
    """

    candidate: Candidate
    rows: NDArray[np.intp]
    columns: tuple[int, ...]
    conflict: Conflict
    random: float
    p: float
    level: Level
    island: bool = True


def judged(one: Tested, found: list[View], rank: int) -> Tested:
    """With its level, and the p of its contradiction: that of the weaker of two tests where it must pass both.

    Candidates are tested in the order of surprise, and the first are corrected least: by weights 1 / rank, of single
    values and of combinations, which sum up to one (weighted Bonferroni, Holm 1979).
    """
    candidate, conflict = one.candidate, one.conflict
    weight = 2 * HARMONIC * rank
    p = min(1.0, conflict.p_own * weight)
    if conflict.told < TOLD or conflict.place < PLACE or p >= SIGNIFICANT:
        return one
    width, length = len({view.column for view in found}), len(candidate.items)
    diverse = len(one.columns) - length <= DIVERSE * (width - length)
    if length == 1:
        view = found[candidate.items[0].view]
        odd = artificial(view, candidate.items[0].code) or (view.kind == "window" and conflict.p_any < UNLAWFUL)
    else:
        read = [wide(found, item.view) for item in candidate.items]
        bound = any(dependent(left, right, one.rows) for left, right in itertools.combinations(read, 2))
        lift = candidate.total / candidate.expected
        if all(view.kind == "range" for view in read):  # numbers lie close together by nature
            odd = not bound and lift > LIFT_OF_RANGES
        else:
            odd = bound or not 1 / LIFT < lift < LIFT
    p_any = max(p, min(1.0, conflict.p_any * weight))
    planted = diverse and one.island and one.random >= RANDOM and (odd or p_any < SIGNIFICANT)
    planted = planted and len(one.rows) >= FEWEST
    return one._replace(p=p if odd or not planted else p_any, level="block" if planted else "warn")


def wide(found: list[View], view: int) -> View:
    """The view, or all ranges of the column where it is one stretch of it."""
    if found[view].kind != "window":
        return found[view]
    return next(other for other in found if other.column == found[view].column and other.kind == "range")


def different(tested: list[Tested]) -> list[Tested]:
    """What may be told, the gravest of those that are about the same rows."""
    kept: list[Tested] = []
    rows = np.zeros(0, np.intp)
    for one in sorted((one for one in tested if one.level != "note"), key=lambda one: (one.level, one.p)):
        if np.isin(one.rows, rows).mean() <= SAME:
            kept.append(one)
            rows = np.union1d(rows, one.rows)
    return kept


def unusual(tested: list[Tested]) -> list[Tested]:
    """Blocks become warnings where many values of the same columns decide labels, or many combinations would block.

    Such is the nature of these columns or of the table; an attack has few triggers.
    """
    planted = sum(len(one.candidate.items) > 1 and one.level == "block" for one in tested)
    columns = [tuple(sorted(column_set(one))) for one in tested]
    return [
        one._replace(level="warn") if columns.count(mine) >= MANY or planted >= MANY_PLANTED else one
        for one, mine in zip(tested, columns, strict=True)
    ]


def deciding(found: list[View], tested: list[Tested], kept: list[Tested], labels: Ints) -> list[list[Tested]]:
    """Values and combinations that decide the label by themselves, by their columns, where nothing else is told.

    Not ranges: at the ends of a column that tells much they are pure by nature.
    """
    told = np.unique(np.concatenate([np.zeros(0, np.intp), *(one.rows for one in kept)]))
    groups: dict[tuple[int, ...], list[Tested]] = {}
    for one in sorted(tested, key=lambda one: (len(one.candidate.items), one.candidate.log_p)):
        candidate = one.candidate
        wrong = (candidate.total - candidate.hits) / candidate.total
        ranged = any(found[item.view].kind in RANGED for item in candidate.items)
        large = len(candidate.items) > 1 and len(one.rows) > LARGE * len(labels)
        chance = candidate.log_p > math.log(SIGNIFICANT)
        if one.level != "note" or chance or ranged or large or wrong > IMPURE * (labels != candidate.target).mean():
            continue
        if np.isin(one.rows, told).mean() < SAME:
            groups.setdefault(tuple(sorted(column_set(one))), []).append(one)
            told = np.union1d(told, one.rows)
    return list(groups.values())


def island(found: list[View], candidate: Candidate, labels: Ints) -> bool:
    """Whether the rows with all but one of three values have other labels too, where there are enough of them."""
    if len(candidate.items) < 3:
        return True
    inside = holds(found, candidate.items)
    for items in itertools.combinations(candidate.items, 2):
        outside = holds(found, items) & ~inside
        if outside.sum() >= FEW_OUTSIDE and (labels[outside] == candidate.target).mean() >= PURE_OUTSIDE:
            return False
    return True


def column_set(one: Tested) -> set[int]:
    """The views that a candidate is about."""
    return {item.view for item in one.candidate.items}
