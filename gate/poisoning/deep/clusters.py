"""Small dense groups of a class in its own reduced features (DBSCAN; Ester et al. 1996)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gate.poisoning.interface import Floats

    Floats32 = NDArray[np.float32]

DIMENSIONS = 5
NEIGHBOURS = 5
REACH = 1.5
"""How far a neighbour may be, in median distances to the nearest `NEIGHBOURS`."""


def dense(features: Floats32) -> Floats:
    """Of each sample of one class: 1 in a dense group that is not the largest, 1/2 in none, 0 in the largest."""
    from sklearn.cluster import DBSCAN
    from sklearn.decomposition import PCA
    from sklearn.neighbors import NearestNeighbors

    reduced = PCA(min(DIMENSIONS, *features.shape), svd_solver="full").fit_transform(features)
    distances = NearestNeighbors(n_neighbors=NEIGHBOURS + 1).fit(reduced).kneighbors(reduced)[0][:, -1]
    reach = max(REACH * float(np.median(distances)), 1e-9)
    groups = DBSCAN(eps=reach, min_samples=NEIGHBOURS).fit_predict(reduced)
    if groups.max() < 0:
        return np.zeros(len(groups))
    largest = np.bincount(groups[groups >= 0]).argmax()
    return np.select([groups == largest, groups < 0], [0.0, 0.5], 1.0)
