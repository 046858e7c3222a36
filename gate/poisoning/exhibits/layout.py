"""Samples in the plane: what is alike lies together."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import issparse

from gate.poisoning.common.features import features
from gate.poisoning.common.sampling import chosen
from gate.poisoning.interface import Dataset, Instructions

if TYPE_CHECKING:
    from gate.data.samples.interface import Floats, Ints

POINTS = 2000
SUSPECTS = 500
LEAST = 50
"""Samples from which on neighbourhoods say something; fewer are laid out by their two main directions."""
DIRECTIONS = 30
"""To which the features are reduced before neighbours are looked for."""
PERPLEXITY = 30


def rows_of_map(size: int, suspects: Ints, seed: int) -> Ints:
    """The samples on the map: suspects, the first ones of many, and others at random."""
    shown = suspects[:SUSPECTS]
    others = np.setdiff1d(np.arange(size), suspects)
    rng = np.random.default_rng(seed)
    some = rng.choice(others, min(len(others), POINTS - len(shown)), replace=False)
    rows: Ints = np.sort(np.concatenate([shown, some]).astype(np.int64))
    return rows


def plane(dataset: Dataset, rows: Ints, seed: int) -> tuple[Floats, str]:
    """(rows, 2), from 0 to 1, and how they came about.

    By t-SNE (van der Maaten and Hinton, Visualizing Data using t-SNE, 2008) on the main directions of the features.
    """
    reduced = _reduced(_part(dataset, rows), seed)
    if len(rows) < LEAST or reduced.shape[1] < 2 or not reduced[:, 0].std() > 0:
        return _scaled(reduced), "by the two main directions of its features (PCA)"
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    perplexity = min(PERPLEXITY, (len(rows) - 1) // 3)
    with warnings.catch_warnings(), threadpool_limits(1):  # the order of sums over threads changes the picture
        warnings.simplefilter("ignore")
        found = TSNE(perplexity=perplexity, init="pca", random_state=seed, n_jobs=1).fit_transform(reduced)
    return _scaled(found), "by its features, alike ones together (t-SNE: distances between groups say little)"


def _part(dataset: Dataset, rows: Ints) -> Dataset:
    if isinstance(dataset, Instructions):
        return Instructions([dataset.prompts[i] for i in rows], [dataset.responses[i] for i in rows])
    return chosen(dataset, rows)


def _reduced(dataset: Dataset, seed: int) -> Floats:
    from sklearn.decomposition import PCA, TruncatedSVD
    from sklearn.preprocessing import StandardScaler

    found = features(dataset)
    most = min(DIRECTIONS, *found.shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # constant features
        if issparse(found):
            kept: Floats = TruncatedSVD(max(1, min(most, found.shape[1] - 1)), random_state=seed).fit_transform(found)
        else:
            dense = np.clip(np.nan_to_num(StandardScaler().fit_transform(np.nan_to_num(found))), -10, 10)
            kept = PCA(most, random_state=seed).fit_transform(dense)
    return np.nan_to_num(kept)


def _scaled(found: Floats) -> Floats:
    two = np.zeros((len(found), 2))
    two[:, : min(2, found.shape[1])] = np.nan_to_num(found[:, :2])
    spread = np.maximum(np.ptp(two, axis=0), 1e-12) if len(two) else 1.0
    scaled: Floats = (two - two.min(0)) / spread if len(two) else two
    return scaled
