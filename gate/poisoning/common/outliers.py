"""Samples that lie apart from all others (isolation forest): a note, since clean data have them too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import issparse

from gate.core.text import count
from gate.poisoning.common.features import features
from gate.poisoning.common.sampling import chosen, drawn
from gate.poisoning.interface import Dataset, Evidence, Instructions, Scan

if TYPE_CHECKING:
    from gate.poisoning.interface import Budget

FEWEST = 10
SHARE = 0.001
"""The share of samples that the note names."""
DIMENSIONS = 30
"""Sparse features are projected to so many first."""


def scan(data: Dataset, budget: Budget, seed: int) -> Scan:
    """Scores by how few random cuts set a sample apart (Liu, Ting and Zhou, Isolation Forest, 2008)."""
    from sklearn.ensemble import IsolationForest
    from sklearn.random_projection import SparseRandomProjection

    size = len(data.prompts if isinstance(data, Instructions) else data.labels)
    if size < FEWEST:
        return Scan((), np.zeros(size), (f"outliers: there are fewer than {FEWEST} samples",))
    rows, untested = drawn(np.arange(size), seed, "outliers")
    samples = features(data if len(rows) == size else chosen(data, rows))
    if not samples.shape[1]:
        return Scan((), np.zeros(size), ("outliers: the samples have no content",))
    budget.check()
    if issparse(samples):
        samples = SparseRandomProjection(DIMENSIONS, dense_output=True, random_state=seed).fit_transform(samples)
    budget.check()
    forest = IsolationForest(n_estimators=60, max_samples=min(256, len(rows)), random_state=seed).fit(samples)
    scores = np.zeros(size)
    scores[rows] = -forest.score_samples(samples)
    first = np.argsort(-scores, kind="stable")[: max(1, round(SHARE * len(rows)))]
    message = f"{count(len(first), 'sample')} farthest from all others"
    return Scan((Evidence("outliers", "note", message, first.astype(np.int64), None, {}),), scores, untested)
