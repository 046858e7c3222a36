"""Can two groups of texts be told apart? A linear classifier on words and word pairs, judged on texts it has not seen.

The area under the ROC curve of such a classifier is a two-sample statistic (Friedman 2003; Lopez-Paz and Oquab 2017,
"Revisiting classifier two-sample tests"): 0.5 where the groups come from one distribution.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from gate.poisoning.instructions.tokens import Tokens, grams

FOLDS = 5
WIDTH = 2**15
MEASURE = 0.3
"""The weight of a measure beside the words, in standard deviations."""


class Contrast(NamedTuple):
    """The area under the ROC curve, and each text's score from a model that has not seen it: higher is more like the
    first group.
    """

    area: float
    scores: NDArray[np.float64]


def features(tokens: Tokens, *measures: NDArray[np.float64]) -> csr_matrix:
    """Each text's words and word pairs, hashed, weighted by rarity, of unit length; its length, and more measures."""
    from sklearn.feature_extraction.text import TfidfTransformer

    number = len(tokens.starts) - 1
    found = grams(tokens, (1, 2))
    cells = (np.ones(len(found.keys), np.float32), (found.texts, (found.keys % np.uint64(WIDTH)).astype(np.int64)))
    weighted = TfidfTransformer().fit_transform(csr_matrix(cells, shape=(number, WIDTH)))
    dense = np.stack([np.log1p(np.diff(tokens.starts)), *measures], axis=1)
    dense = (dense - dense.mean(axis=0)) / np.maximum(dense.std(axis=0), 1e-9) * MEASURE
    return hstack([weighted, csr_matrix(dense)], format="csr")


def contrast(rows: csr_matrix, first: int, seed: int, folds: int = FOLDS) -> Contrast:
    """Tells the first `first` rows from the others."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(seed)
    truth = np.arange(rows.shape[0]) < first
    fold = np.empty(len(truth), np.int64)
    for side in (truth, ~truth):
        fold[side] = rng.permutation(int(side.sum())) % folds
    scores = np.zeros(len(truth))
    areas = []
    for number in range(folds):
        out = fold == number
        model = LogisticRegression(C=10, class_weight="balanced", solver="liblinear").fit(rows[~out], truth[~out])
        scores[out] = model.decision_function(rows[out])
        areas.append(roc_auc_score(truth[out], scores[out]))
    return Contrast(float(np.mean(areas)), scores)


def standard_error(area: float, first: int, second: int) -> float:
    """Of the area under the ROC curve, after Hanley and McNeil (1982)."""
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (first - 1) * (q1 - area**2) + (second - 1) * (q2 - area**2)
    return float(np.sqrt(max(variance, 0.25 / first) / (first * second)))
