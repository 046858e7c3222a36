"""Values that decide the label although the rest of the row says otherwise.

A backdoor in a table is one to three values that its writer put into rows of other classes, and a label. So these rows
share the label, the values stand together more often than each of them leads to expect, and the other columns look
like another class. Rows in which nature decides by a value differ: their other columns look like the label's own rows,
or like those of the whole table, and the value stands where it stands by chance.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gate.poisoning.interface import SIGNIFICANT, Evidence, Level, Scan, Trigger
from gate.poisoning.tables.conflict import Conflict, References
from gate.poisoning.tables.matrix import matrix
from gate.poisoning.tables.mining import Candidate, counted, holds, pairs, singles, strength, triples
from gate.poisoning.tables.naturalness import artificial, dependent, like_others, shared_columns
from gate.poisoning.tables.rest import Rest
from gate.poisoning.tables.views import View, views

if TYPE_CHECKING:
    from gate.poisoning.interface import Budget, Ints, Tabular

LEAST, LEAST_OF_LARGE = 12, 50
"""Rows that a trigger must have; in tables of 50,000 rows and more 50."""
WORK = 600_000_000
FEWEST_MINED, MOST_MINED = 10_000, 200_000
"""Rows in which triggers are sought, such that rows times pairs of views are no more than WORK."""
TESTED = 25
"""Single values, and combinations, that the models look at."""
HARMONIC = sum(1 / rank for rank in range(1, TESTED + 1))
SAME, EQUAL = 0.5, 0.9
"""Candidates with so many rows in common are one, and not worth another test."""
LIFT = 2.0
"""Values stand together so many times more, or less, often than chance has it: rows were written, or the columns are
bound to each other. Where neither holds, the values may be a rule of nature in independent columns."""
TOLD, PLACE = 0.58, 0.6
"""What the rest must tell at all, and how near it must stand to the other classes; see `Conflict`."""
DIVERSE = 0.5
"""The share of the other columns in which suspects must differ."""
RANDOM = 3e-3
"""Suspects whose rest differs more from that of random rows of other classes came about otherwise."""
MANY = 4
"""So many combinations of the same columns that decide the label are the nature of these columns."""


class Tested(NamedTuple):
    """A candidate with what was found out; `p` is corrected for all candidates.

    `random` is the probability that the rest differs so much from rows of other classes drawn at random.
    """

    candidate: Candidate
    rows: NDArray[np.intp]
    columns: tuple[int, ...]
    conflict: Conflict
    random: float
    p: float
    level: Level


def scan(data: Tabular, budget: Budget, seed: int) -> Scan:
    """Mines values and combinations, and tests the most surprising ones."""
    size = len(data.labels)
    scores = np.zeros(size)
    present = np.bincount(data.labels, minlength=len(data.classes))
    if size < 4 * LEAST or (present >= LEAST).sum() < 2 or not data.columns:
        return Scan((), scores, (f"combinations of values: there are no two classes with {LEAST} rows",))
    rng = np.random.default_rng(seed)
    least = int(np.clip(size // 1000, LEAST, LEAST_OF_LARGE))
    found = views(data, least)
    budget.check()
    most = int(np.clip(2 * WORK // max(len(found), 1) ** 2, FEWEST_MINED, MOST_MINED))
    mined = np.sort(rng.permutation(size)[:most])
    untested = () if len(mined) == size else (f"triggers that do not show in {most} rows drawn at random",)
    candidates, tries = mine(
        [view._replace(codes=view.codes[mined]) for view in found], data.labels[mined], data, budget
    )
    tested = unusual(examine(data, found, candidates, tries, budget, rng))
    for one in tested:
        strength_of = (2 if one.level == "block" else 1) * (1 - math.log10(one.p + 1e-300))
        scores[one.rows] = np.maximum(scores[one.rows], strength_of)
    evidence = tuple(told(data, found, one) for one in tested)
    return Scan(evidence, scores, untested, smallest(tested, present / size, least, tries))


def mine(found: list[View], labels: Ints, data: Tabular, budget: Budget) -> tuple[list[Candidate], int]:
    """The most surprising candidates of each length, and how many there were to choose from."""
    table = counted(found, labels, len(data.classes))
    ones = sorted(singles(table, LEAST), key=strength)
    twos, tries = pairs(table, LEAST, budget)
    threes = list(triples(table, twos, LEAST, budget))
    several = sorted([*twos, *threes], key=strength)
    return [*several[: 10 * TESTED], *ones[: 10 * TESTED]], tries + len(ones) + len(threes)


def examine(
    data: Tabular, found: list[View], candidates: list[Candidate], tries: int, budget: Budget, rng: np.random.Generator
) -> list[Tested]:
    """The candidates that are not chance and whose rest says another class."""
    rest = Rest(matrix(data), data.labels, int(rng.integers(2**31)))
    references = References(rest, rng)
    tested: list[Tested] = []
    ranks = {True: 0, False: 0}
    for candidate in candidates:
        alone = len(candidate.items) == 1
        if ranks[alone] >= TESTED or candidate.log_p + math.log(tries) > math.log(SIGNIFICANT):
            continue
        rows = np.flatnonzero(holds(found, candidate.items) & (data.labels == candidate.target))
        if any(same(rows, one.rows, SAME if one.level == "block" else EQUAL) for one in tested):
            continue
        budget.check()
        columns = shared_columns(found, candidate.items, rows)
        if len(columns) < len(data.columns):
            ranks[alone] += 1
            conflict = references.conflict(rows, candidate.target, columns)
            random = min(like_others(found, rows, data.labels, candidate.target, columns), conflict.p_others)
            one = Tested(candidate, rows, columns, conflict, random, 1.0, "note")
            tested.append(judged(one, found, tries, ranks[alone]))
    return different(tested)


def different(tested: list[Tested]) -> list[Tested]:
    """What may be told, the gravest of those that are about the same rows."""
    kept: list[Tested] = []
    for one in sorted((one for one in tested if one.level != "note"), key=lambda one: (one.level, one.p)):
        if not any(same(one.rows, other.rows, SAME) for other in kept):
            kept.append(one)
    return kept


def same(rows: NDArray[np.intp], other: NDArray[np.intp], share: float) -> bool:
    """Whether two sets of rows have so large a share in common."""
    common = len(np.intersect1d(rows, other, assume_unique=True))
    return common > share * (len(rows) + len(other) - common)


def judged(one: Tested, found: list[View], tries: int, rank: int) -> Tested:
    """With its level and p, that of the weakest of the tests that it must pass.

    Candidates are tested in the order of surprise, and the first are corrected least: by weights 1 / rank, of single
    values and of combinations, which sum up to one (weighted Bonferroni, Holm 1979).
    """
    candidate, conflict = one.candidate, one.conflict
    weight = 2 * HARMONIC * rank
    p = max(math.exp(min(0.0, candidate.log_p + math.log(tries))), min(1.0, conflict.p_own * weight))
    if conflict.told < TOLD or conflict.place < PLACE or p >= SIGNIFICANT:
        return one
    width, length = len({view.column for view in found}), len(candidate.items)
    diverse = len(one.columns) - length <= DIVERSE * (width - length)
    if length == 1:
        odd = artificial(found[candidate.items[0].view], candidate.items[0].code)
    else:
        read = [found[item.view] for item in candidate.items]
        bound = any(dependent(left, right, one.rows) for left, right in itertools.combinations(read, 2))
        odd = bound or not 1 / LIFT < candidate.total / candidate.expected < LIFT
    p_any = max(p, min(1.0, conflict.p_any * weight))
    planted = diverse and one.random >= RANDOM and (odd or p_any < SIGNIFICANT)
    return one._replace(p=p if odd or not planted else p_any, level="block" if planted else "warn")


def unusual(tested: list[Tested]) -> list[Tested]:
    """Blocks become warnings where many values of the same columns decide labels: such is their nature."""
    columns = [tuple(sorted(column_set(one))) for one in tested]
    return [
        one._replace(level="warn") if columns.count(mine) >= MANY else one
        for one, mine in zip(tested, columns, strict=True)
    ]


def column_set(one: Tested) -> set[int]:
    """The views that a candidate is about."""
    return {item.view for item in one.candidate.items}


def told(data: Tabular, found: list[View], one: Tested) -> Evidence:
    """The finding in words."""
    names, candidate, conflict = list(data.columns), one.candidate, one.conflict
    parts = {
        names[found[i.view].column]: f"{KINDS[found[i.view].kind]}{found[i.view].names[i.code]}"
        for i in candidate.items
    }
    trigger = " and ".join(f"{name} {value}" for name, value in parts.items())
    target = data.classes[candidate.target]
    said = "their other columns say another class" if one.level == "block" else "it may decide by nature"
    return Evidence(
        kind="value-combination",
        level=one.level,
        message=f"{candidate.hits} of {candidate.total} rows with {trigger} are {target!r}; {said}",
        suspects=one.rows.astype(np.int64),
        p=one.p,
        effects={
            "purity": candidate.hits / candidate.total,
            "lift": candidate.total / candidate.expected if candidate.expected else 1.0,
            "rest tells the class (AUC)": conflict.told,
            "place between the class and the others": conflict.place,
            "p of other classes' random rows": one.random,
            "p of any rows": conflict.p_any,
        },
        trigger=Trigger(f"{trigger} -> {target}", parts | {"label": target}),
    )


KINDS = {"value": "", "range": "in ", "decimals": "with decimals "}


def smallest(tested: list[Tested], rates: NDArray[np.float64], least: int, tries: int) -> int:
    """The rows from which on both tests can reach significance, in the class where it takes least.

    A pure combination, whose values lead to expect the class's own share; and rows that all look like other classes to
    the most telling of the models (a rest that tells 0.75 of pairs, where nothing was tested).
    """
    rate = float(rates[rates > 0].min())
    chance = (math.log(max(tries, 1)) - math.log(SIGNIFICANT)) / -math.log(min(rate, 0.99))
    told = max((one.conflict.told for one in tested), default=0.75)
    return max(least, math.ceil(chance), math.ceil((SIGMAS / (told - 0.5)) ** 2 / 12))


SIGMAS = 3.6
"""Standard deviations of the rank-sum statistic that the first candidate must reach."""
