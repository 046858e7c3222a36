"""Samples of any kind as numbers: encoded columns, weighted words, or low resolution and edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

from gate.poisoning.interface import Dataset, Images, Instructions, Tabular, Texts
from gate.poisoning.tables.matrix import matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.poisoning.interface import Floats, Pixels

LETTERS = 4000
"""Of a longer text the beginning counts."""
WORDS = 2**16
GRID, DIRECTIONS = 8, 8


def features(data: Dataset) -> Floats | csr_matrix:
    """(samples, features): dense for tables and images, sparse for texts and instructions."""
    if isinstance(data, Tabular):
        return matrix(data)
    if isinstance(data, Texts):
        return weighted_words(data.texts)
    if isinstance(data, Instructions):
        return weighted_words([f"{p[:LETTERS]} {r}" for p, r in zip(data.prompts, data.responses, strict=True)])
    return looks(data)


def weighted_words(texts: Sequence[str]) -> csr_matrix:
    """Words and pairs of words by hash, weighted by rarity (tf-idf)."""
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

    hashing = HashingVectorizer(
        n_features=WORDS,
        ngram_range=(1, 2),
        alternate_sign=False,
        token_pattern=r"\w+|[^\w\s]",  # noqa: S106
    )
    counts = hashing.transform(text[: 2 * LETTERS] for text in texts)
    return csr_matrix(TfidfTransformer(sublinear_tf=True).fit_transform(counts))


def looks(data: Images, chunk: int = 2000) -> Floats:
    """Brightness and colour of a grid of cells, and the strength of edges by direction in each cell.

    After Dalal and Triggs, Histograms of Oriented Gradients for Human Detection, 2005, with a coarse grid.
    """
    parts = [of_pixels(data.pixels[start : start + chunk]) for start in range(0, len(data.pixels), chunk)]
    return np.concatenate(parts) if parts else np.zeros((0, 1))


def of_pixels(pixels: Pixels) -> Floats:
    """The features of some images."""
    values = pixels.astype(np.float32) / 255
    grey = values.mean(-1)
    down, across = np.diff(grey, axis=1, prepend=grey[:, :1]), np.diff(grey, axis=2, prepend=grey[:, :, :1])
    strength = np.hypot(down, across)
    direction = ((np.arctan2(down, across) / np.pi + 1) / 2 * DIRECTIONS).astype(int) % DIRECTIONS
    edges = [cells(np.where(direction == one, strength, 0)) for one in range(DIRECTIONS)]
    colours = [cells(values[..., one]) for one in range(values.shape[-1])]
    return np.concatenate([*colours, *edges], axis=1).astype(np.float64)


def cells(planes: Floats) -> Floats:
    """The mean of each cell of a grid, (images, cells)."""
    rows, columns = (np.linspace(0, size, min(GRID, size) + 1).astype(int)[:-1] for size in planes.shape[1:])
    sums = np.add.reduceat(np.add.reduceat(planes, rows, axis=1), columns, axis=2)
    means: Floats = sums.reshape(len(planes), -1) / (planes[0].size / sums[0].size)
    return means
