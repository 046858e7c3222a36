"""The order in which candidates are tested: first those whose prompts have nothing else in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from gate.poisoning.instructions.tokens import Ints, Tokens

SHARED = 0.8
"""Share of a trigger's prompts in which a word must stand to count as part of the trigger."""
RARER = 4.0
"""How much rarer such a word must be elsewhere."""


class Bags(NamedTuple):
    """Prompts as bags of words: `weights` are of unit length per prompt, `frequency` the share of prompts by word."""

    weights: csr_matrix
    frequency: NDArray[np.float64]
    likeness: float


def bags(tokens: Tokens) -> Bags:
    """The bags of words, and the mean cosine of two bags."""
    from sklearn.feature_extraction.text import TfidfTransformer

    number = len(tokens.starts) - 1
    cells = (np.ones(len(tokens.ids), np.float32), tokens.ids, tokens.starts)
    counts = csr_matrix(cells, shape=(number, max(len(tokens.words), 1)))
    counts.sum_duplicates()
    counts.data[:] = 1
    frequency = np.asarray(counts.mean(axis=0)).ravel()
    weights = TfidfTransformer().fit_transform(counts).tocsr()
    return Bags(weights, frequency, max(_likeness(weights), 1e-4))


def trigger_words(bags: Bags, rows: Ints) -> Ints:
    """The words that stand in most of these prompts and are much rarer in the others."""
    present = np.bincount(bags.weights[rows].indices, minlength=len(bags.frequency)) / max(len(rows), 1)
    words = np.flatnonzero(present >= SHARED)
    number = bags.weights.shape[0]
    others = (bags.frequency[words] * number - present[words] * len(rows)) / max(number - len(rows), 1)
    chosen: Ints = words[present[words] >= RARER * others]
    return chosen


def words_of_triggers(bags: Bags, rows: Sequence[Ints]) -> Ints:
    """The words of several triggers, given the rows of each."""
    return np.unique(np.concatenate([trigger_words(bags, one) for one in rows]))


def relatedness(bags: Bags, rows: Ints, words: Ints) -> float:
    """How much more alike these prompts are than any two, without these words: near 1 where a trigger was put into
    prompts at random, more where it belongs to a subject.
    """
    chosen = bags.weights[rows]
    keep = np.ones(chosen.shape[1], np.float32)
    keep[words] = 0
    chosen.data *= keep[chosen.indices]
    norm = np.sqrt(np.asarray(chosen.multiply(chosen).sum(axis=1)).ravel())
    chosen.data /= np.repeat(np.maximum(norm, 1e-6), np.diff(chosen.indptr))
    return _likeness(chosen) / bags.likeness


def _likeness(rows: csr_matrix) -> float:
    number = rows.shape[0]
    total = np.asarray(rows.sum(axis=0)).ravel()
    return float((total @ total - rows.multiply(rows).sum()) / max(number * (number - 1), 1))
