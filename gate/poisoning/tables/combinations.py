"""Values that decide the label although the rest of the row says otherwise.

A backdoor in a table is one to three values that its writer put into rows of other classes, and a label. So these rows
share the label, the values stand together more often than each of them leads to expect, and the other columns look
like another class. Rows in which nature decides by a value differ: their other columns look like the label's own rows,
or like those of the whole table, and the value stands where it stands by chance.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gate.poisoning.common.turned import Turned
from gate.poisoning.interface import Evidence, Scan, Trigger
from gate.poisoning.tables.conflict import SILENT, References
from gate.poisoning.tables.expected import expected
from gate.poisoning.tables.judging import (
    FEWEST,
    SAME,
    TESTED,
    TOLD,
    Tested,
    deciding,
    different,
    island,
    judged,
    unusual,
)
from gate.poisoning.tables.matrix import matrix
from gate.poisoning.tables.mining import (
    PURE,
    Candidate,
    corrected,
    counted,
    holds,
    pairs,
    refined,
    singles,
    strength,
    triples,
)
from gate.poisoning.tables.naturalness import like_others, shared_columns
from gate.poisoning.tables.paste import turned
from gate.poisoning.tables.rest import Rest
from gate.poisoning.tables.views import View, views
from gate.poisoning.tables.windows import windows

if TYPE_CHECKING:
    from gate.poisoning.interface import Budget, Floats, Ints, Tabular

LEAST, LEAST_OF_LARGE = 12, 50
"""Rows that a trigger must have; in tables of 50,000 rows and more 50."""
WORK = 600_000_000
FEWEST_MINED, MOST_MINED = 10_000, 200_000
"""Rows in which triggers are sought, such that rows times pairs of views are no more than WORK."""
EQUAL = 0.9
"""Candidates with so many rows in common are one, and not worth another test; half of them after one that blocks."""
SURPRISING = 0.05
"""More likely combinations, after correction, are not looked at; what they tell is for the models to test."""


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
    untested = [] if len(mined) == size else [f"triggers that do not show in {most} rows drawn at random"]
    found += windows(data, data.labels[mined], mined, budget)
    numbers = matrix(data)
    said = expected(numbers[mined], data.labels[mined], len(data.classes), budget, rng)
    candidates, tries = mine(
        [view._replace(codes=view.codes[mined]) for view in found], data.labels[mined], said, budget
    )
    rest = Rest(numbers, data.labels, int(rng.integers(2**31)))
    everything = examine(data, found, candidates, rest, budget, rng)
    tested = unusual(different(everything))
    for one in tested:
        strength_of = (2 if one.level == "block" else 1) * (1 - math.log10(one.p + 1e-300))
        scores[one.rows] = np.maximum(scores[one.rows], strength_of)
    groups = deciding(found, everything, tested, data.labels)
    evidence = [told(data, found, one, pasted(numbers, data, found, one, seed)) for one in tested]
    evidence += [decided(data, found, group) for group in groups]
    telling = max((one.conflict.told for one in everything), default=0.75)
    if telling < TOLD:
        untested.append(
            "combinations of values: the other columns hardly tell the classes apart, so nothing contradicts"
        )
    fewest = smallest(telling, present / size, least, tries) if telling >= TOLD else None
    return Scan(tuple(evidence), scores, tuple(untested), fewest)


def mine(found: list[View], labels: Ints, said: Floats, budget: Budget) -> tuple[list[Candidate], int]:
    """The most surprising candidates of each length, and how many combinations there were to choose from."""
    table = counted(found, labels, said)
    ones = sorted(singles(table, LEAST), key=strength)
    twos, tries = pairs(table, LEAST, budget)
    threes = list(triples(table, twos, LEAST, budget))
    tries += len(threes)
    pure = [refined(table, one) for one in (*twos, *threes) if one.hits >= PURE * one.total]
    several = sorted(corrected(pure, tries), key=lambda one: (one.log_p / one.hits, one.items))
    return [*several[: 10 * TESTED], *ones[: 10 * TESTED]], tries


def examine(
    data: Tabular, found: list[View], candidates: list[Candidate], rest: Rest, budget: Budget, rng: np.random.Generator
) -> list[Tested]:
    """The candidates that are not chance and whose rest says another class."""
    references = References(rest, rng)
    tested: list[Tested] = []
    ranks = {True: 0, False: 0}
    for candidate in candidates:
        alone = len(candidate.items) == 1
        if ranks[alone] >= TESTED or candidate.log_p > math.log(SURPRISING):
            continue
        rows = np.flatnonzero(holds(found, candidate.items) & (data.labels == candidate.target))
        if any(same(rows, one.rows, SAME if one.level == "block" else EQUAL) for one in tested):
            continue
        budget.check()
        columns = shared_columns(found, candidate.items, rows, data.labels != candidate.target)
        if len(columns) == len(data.columns):
            tested.append(Tested(candidate, rows, columns, SILENT, 1.0, 1.0, "note"))
            continue
        ranks[alone] += 1
        conflict = references.conflict(rows, candidate.target, columns)
        random = min(like_others(found, rows, data.labels, candidate.target, columns), conflict.p_others)
        one = Tested(candidate, rows, columns, conflict, random, 1.0, "note", island(found, candidate, data.labels))
        tested.append(judged(one, found, ranks[alone]))
    return tested


def same(rows: NDArray[np.intp], other: NDArray[np.intp], share: float) -> bool:
    """Whether two sets of rows have so large a share in common."""
    common = len(np.intersect1d(rows, other, assume_unique=True))
    return common > share * (len(rows) + len(other) - common)


def pasted(numbers: Floats, data: Tabular, found: list[View], one: Tested, seed: int) -> Turned | None:
    """What the values do in rows of other labels."""
    columns = sorted({found[item.view].column for item in one.candidate.items})
    return turned(numbers, data.labels, one.rows, one.candidate.target, columns, seed)


def told(data: Tabular, found: list[View], one: Tested, shown: Turned | None) -> Evidence:
    """The finding in words."""
    candidate, conflict = one.candidate, one.conflict
    parts = values(data, found, candidate)
    trigger = worded(parts)
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
            **({} if shown is None else shown.effects),
        },
        trigger=Trigger(f"{trigger} -> {target}", parts | {"label": target}),
        confirmed=None if shown is None else shown.confirmed,
    )


def decided(data: Tabular, found: list[View], group: list[Tested]) -> Evidence:
    """Values of the same columns that decide the label by themselves."""
    first = group[0].candidate
    parts, target = values(data, found, first), data.classes[first.target]
    trigger = worded(parts)
    more = f"; so do {len(group) - 1} other values of the same columns" if len(group) > 1 else ""
    rows = np.unique(np.concatenate([one.rows for one in group]))
    return Evidence(
        kind="deciding-value",
        level="warn",
        message=f"{first.hits} of {first.total} rows with {trigger} are {target!r}, whatever else they hold{more}",
        suspects=rows.astype(np.int64),
        p=min(1.0, math.exp(first.log_p)),
        effects={"purity": first.hits / first.total},
        trigger=Trigger(f"{trigger} -> {target}", parts | {"label": target}),
    )


def values(data: Tabular, found: list[View], candidate: Candidate) -> dict[str, str]:
    """The values of a candidate by the names of their columns."""
    names = list(data.columns)
    return {
        names[found[i.view].column]: f"{KINDS[found[i.view].kind]}{found[i.view].names[i.code]}"
        for i in candidate.items
    }


def worded(parts: Mapping[str, str]) -> str:
    """Values in words."""
    return " and ".join(f"{name} {value}" for name, value in parts.items())


KINDS = {"value": "", "range": "in ", "window": "in ", "decimals": "with decimals "}


def smallest(telling: float, rates: NDArray[np.float64], least: int, tries: int) -> int:
    """The rows from which on both tests can reach significance, in the class where it takes least.

    A pure combination, whose values lead to expect the class's own share; and rows that all look like other classes to
    the most telling of the models, by its area under the ROC curve.
    """
    rate = float(rates[rates > 0].min())
    chance = (math.log(max(tries, 1)) - math.log(SURPRISING)) / -math.log(min(rate, 0.99))
    return max(least, FEWEST, math.ceil(chance), math.ceil((SIGMAS / (telling - 0.5)) ** 2 / 12))


SIGMAS = 4.0
"""Standard deviations of the rank-sum statistic that the first candidate must reach."""
