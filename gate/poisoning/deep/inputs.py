"""Samples as a small network takes them, and the classes that it is to tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from gate.poisoning.common.features import weighted_words
from gate.poisoning.interface import Dataset, Images, Instructions, Tabular
from gate.poisoning.tables.matrix import matrix

if TYPE_CHECKING:
    from gate.poisoning.interface import Ints, Pixels

BITS = 13
WORDS = 2**BITS
"""Words by hash: each has a vector, and every batch moves all vectors."""
SIDE = 48
"""Pixels of a side; larger images lose every so many of their rows and columns."""
KINDS = 10
"""Kinds of responses, which are the classes of instructions."""
BINS = 16, 256
"""A number is two words: one tells it roughly, one finely."""


class Inputs(NamedTuple):
    """`samples` are (n, channels, height, width) of bytes, or weighted words (n, `WORDS`), by class."""

    samples: Pixels | csr_matrix
    labels: Ints
    classes: tuple[str, ...]


def inputs(data: Dataset, seed: int) -> Inputs:
    """What a network learns from: pixels, words, or the values of a row as words."""
    labels, classes = kinds(data, seed)
    if isinstance(data, Images):
        return Inputs(_reduced(data.pixels), labels, classes)
    if isinstance(data, Tabular):
        return Inputs(_values(data), labels, classes)
    words = weighted_words(data.prompts if isinstance(data, Instructions) else data.texts)
    folded = csr_matrix((words.data, words.indices % WORDS, words.indptr), shape=(len(labels), WORDS))
    return Inputs(folded, labels, classes)


def kinds(data: Dataset, seed: int) -> tuple[Ints, tuple[str, ...]]:
    """The labels and classes; of instructions the kinds of responses, since what is planted is one kind of response."""
    if not isinstance(data, Instructions):
        return data.labels, data.classes
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.random_projection import SparseRandomProjection

    if len(data.responses) < KINDS:
        return np.zeros(len(data.responses), np.int64), ("response",)
    words = weighted_words(data.responses)
    dense = SparseRandomProjection(100, dense_output=True, random_state=seed).fit_transform(words)
    found = MiniBatchKMeans(KINDS, n_init=3, random_state=seed).fit_predict(dense)
    return found.astype(np.int64), tuple(f"responses of kind {kind}" for kind in range(KINDS))


def _reduced(pixels: Pixels) -> Pixels:
    step = max(1, -(-max(pixels.shape[1:3]) // SIDE))
    return np.ascontiguousarray(pixels[:, ::step, ::step].transpose(0, 3, 1, 2))


def _values(data: Tabular) -> csr_matrix:
    """Each row as the words `column = value`, by hash."""
    columns = matrix(data)
    words = [_binned(column, most) for column in columns.T for most in BINS]
    count = len(words)
    if not count:
        return csr_matrix((len(columns), WORDS), dtype=np.float32)
    spread = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: Knuth's multiplicative hashing
    keys = (np.stack(words, axis=1) * count + np.arange(count)).astype(np.uint64) * spread
    places = (keys >> np.uint64(64 - BITS)).astype(np.int64)
    weights = np.full(places.size, 1 / np.sqrt(count), np.float32)
    return csr_matrix((weights, places.ravel(), np.arange(0, places.size + 1, count)), shape=(len(columns), WORDS))


def _binned(column: np.ndarray[tuple[int, ...], np.dtype[np.float64]], most: int) -> Ints:
    """The place of each value among the values, or among equal shares of the rows where there are too many."""
    values, codes = np.unique(column, return_inverse=True)
    if len(values) > most:
        codes = np.searchsorted(np.quantile(column, np.linspace(0, 1, most + 1)[1:-1]), column, side="right")
    return codes.astype(np.int64)
