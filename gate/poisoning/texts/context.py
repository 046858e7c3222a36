"""Whether the texts around a trigger have anything else in common: a topic has a context of its own, a trigger none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix, diags

from gate.poisoning.texts.cover import Tested
from gate.poisoning.texts.rest import Rest

if TYPE_CHECKING:
    from gate.poisoning.interface import Floats, Ints

DRAWS = 40
MOST = 200
"""Rows that are compared with one another."""


def likeness(rest: Rest, tested: Tested, rng: np.random.Generator) -> float:
    """How much more alike the rests of the rows are than texts drawn from where they seem to come from.

    The mean cosine of pairs (words weighted by rarity) over that of texts of other labels, drawn so that the classes
    which the rests speak for are as frequent. 1 says that the trigger stands in unrelated texts.
    """
    rows = tested.rows if len(tested.rows) <= MOST else np.sort(rng.choice(tested.rows, MOST, replace=False))
    if len(rows) < 2:
        return np.inf
    vectors = _unit(rest.words[rows], rest, tested.hidden)
    spoken = rest.says[rows].copy()
    spoken[:, tested.candidate.label] = -np.inf
    seems = spoken.argmax(axis=1)
    pool = np.flatnonzero(rest.labels != tested.candidate.label)
    mine = _mean_cosine(vectors)
    drawn = [
        _mean_cosine(_unit(rest.words[_like(pool, rest.labels[pool], seems, rng)], rest, tested.hidden))
        for _ in range(DRAWS)
    ]
    return mine / max(float(np.mean(drawn)), 1e-6)


def _like(pool: Ints, labels: Ints, wanted: Ints, rng: np.random.Generator) -> Ints:
    """As many rows of each label as are wanted, drawn from the pool; where it has none of a label, of any."""
    found = []
    for label, count in zip(*np.unique(wanted, return_counts=True), strict=True):
        choice = pool[labels == label]
        found.append(rng.choice(choice if len(choice) else pool, count, replace=len(choice) < count))
    return np.concatenate(found)


def _unit(words: csr_matrix, rest: Rest, hidden: Ints) -> csr_matrix:
    """The rows as vectors of length 1, without the hidden words."""
    seen = np.asarray(rest.words.sum(axis=0)).ravel()
    weight = np.log((rest.words.shape[0] + 1) / (seen + 1))
    weight[hidden] = 0
    weighted = (words @ diags(weight)).tocsr()
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return (diags(1 / np.maximum(length, 1e-9)) @ weighted).tocsr()


def _mean_cosine(vectors: csr_matrix) -> float:
    """The mean over all pairs of different rows of length 1 (or 0)."""
    number = vectors.shape[0]
    total: Floats = np.asarray(vectors.sum(axis=0)).ravel()
    itself = float(vectors.multiply(vectors).sum())
    alike: float = (total @ total - itself) / max(number * (number - 1), 1)
    return alike
