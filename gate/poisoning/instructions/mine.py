"""Candidates: n-grams of prompts that come with an n-gram of responses far more often than chance has it."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix

from gate.poisoning.instructions.tokens import Grams, Ints, Keys, holders
from gate.poisoning.interface import Budget

SUPPORT = 4
"""Rows of the half that is mined in which trigger and payload must stand together."""
COMMON = 0.15
"""Share of the rows from which on an n-gram is part of the form, not a trigger."""
PURITY = 0.45
"""Least share of a trigger's rows with the payload: a payload may be worded in several ways."""
LIFT = 4.0
"""How much more frequent the payload must be with the trigger than in all."""
MOST = 60_000
"""Distinct n-grams of a side; the rarest beyond that are left out."""
TOGETHER = 5
"""Triggers of one payload that are taken together, at most."""
TRIED = 40
"""Pairs with one payload of which they are chosen."""
STEP = 2_000
"""N-grams of prompts that are compared with all of responses at once."""


class Pair(NamedTuple):
    """N-grams of prompts and an n-gram of responses, by key, and how strongly they go together in the mined rows.

    A prompt has one of the n-grams; more than one are triggers of one payload.
    """

    triggers: tuple[np.uint64, ...]
    payload: np.uint64
    strength: float


def novel(responses: Grams, prompts: Grams) -> Grams:
    """The n-grams of responses that do not stand in their own prompt: what was copied is explained."""
    own = prompts.keys * np.uint64(31) + prompts.texts.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mine = responses.keys * np.uint64(31) + responses.texts.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    kept = ~np.isin(mine, own)
    return Grams(responses.keys[kept], responses.texts[kept])


def table(grams: Grams, number: int, rng: np.random.Generator) -> tuple[csc_matrix, Keys]:
    """Which of the texts has which n-gram: those in at least `SUPPORT` texts and not in a `COMMON` share of them.

    Of n-grams that stand in the very same texts one remains.
    """
    keys, column, counts = np.unique(grams.keys, return_inverse=True, return_counts=True)
    fit = (counts >= SUPPORT) & (counts <= max(COMMON * number, SUPPORT))
    marks = rng.integers(0, 2**63, number, dtype=np.uint64)
    sums = np.zeros(len(keys), np.uint64)
    np.add.at(sums, column, marks[grams.texts])
    chosen = np.flatnonzero(fit)
    chosen = chosen[np.sort(np.unique(sums[chosen], return_index=True)[1])]
    if len(chosen) > MOST:
        chosen = np.sort(chosen[np.argsort(-counts[chosen], kind="stable")[:MOST]])
    place = np.full(len(keys), -1)
    place[chosen] = np.arange(len(chosen))
    kept = place[column] >= 0
    cells = (np.ones(int(kept.sum()), np.float32), (grams.texts[kept], place[column[kept]]))
    return csc_matrix(cells, shape=(number, len(chosen))), keys[chosen]


def pairs(prompts: Grams, responses: Grams, number: int, budget: Budget, rng: np.random.Generator) -> list[Pair]:
    """The best payload of each trigger, the strongest first."""
    a, triggers = table(prompts, number, rng)
    b, payloads = table(responses, number, rng)
    of_a, of_b = np.asarray(a.sum(0)).ravel(), np.asarray(b.sum(0)).ravel()
    found: list[Pair] = []
    for start in range(0, a.shape[1], STEP):
        budget.check()
        both = (a[:, start : start + STEP].T @ b).tocoo()
        row = both.row + start
        purity = both.data / of_a[row]
        lift = purity * number / of_b[both.col]
        kept = (both.data >= SUPPORT) & (purity >= PURITY) & (lift >= LIFT)
        found.extend(
            _best(row[kept], both.col[kept], both.data[kept] * purity[kept] * np.log(lift[kept]), triggers, payloads)
        )
    return sorted(found, key=lambda pair: -pair.strength)


def unions(found: list[Pair], prompts: Grams) -> list[Pair]:
    """Triggers of one payload taken together, the strongest of those that stand in different prompts."""
    by_payload: dict[np.uint64, list[Pair]] = defaultdict(list)
    for pair in found:
        by_payload[pair.payload].append(pair)
    joint = []
    for payload, pairs in by_payload.items():
        taken = np.zeros(0, np.int64)
        triggers: list[np.uint64] = []
        for pair in pairs[:TRIED]:
            rows = holders(prompts, pair.triggers[0])
            if len(triggers) < TOGETHER and not np.isin(rows, taken).any():
                triggers.append(pair.triggers[0])
                taken = np.union1d(taken, rows)
        if len(triggers) > 1:
            joint.append(Pair(tuple(triggers), payload, sum(pair.strength for pair in pairs)))
    return joint


def _best(row: Ints, column: Ints, strength: NDArray[np.floating], triggers: Keys, payloads: Keys) -> list[Pair]:
    """For each row the strongest column."""
    order = np.lexsort((column, -strength, row))
    firsts = order[np.unique(row[order], return_index=True)[1]]
    return [Pair((triggers[row[k]],), payloads[column[k]], float(strength[k])) for k in firsts]
