"""Out-of-fold probabilities of the labels, by a model for each kind of sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gate.poisoning.common.features import features
from gate.poisoning.interface import Images, Tabular, Texts

if TYPE_CHECKING:
    from gate.poisoning.interface import Budget, Floats

FOLDS = 3
TRAINED = 20_000
"""Samples that one model learns from."""


def out_of_fold(data: Images | Texts | Tabular, budget: Budget, seed: int) -> Floats:
    """(samples, classes): each row by a model that has not seen it; 0 for classes that a model has not seen."""
    samples, labels = features(data), data.labels
    found = np.zeros((len(labels), len(data.classes)))
    rng = np.random.default_rng(seed)
    fold = rng.permutation(len(labels)) % FOLDS
    for one in range(FOLDS):
        budget.check()
        rows, held = rng.permutation(np.flatnonzero(fold != one))[:TRAINED], np.flatnonzero(fold == one)
        known = np.unique(labels[rows])
        if len(known) == 1:
            found[held, known[0]] = 1
            continue
        model = model_for(data, len(known)).fit(samples[rows], labels[rows])
        found[held[:, None], model.classes_] = model.predict_proba(samples[held])
    return found


def model_for(data: Images | Texts | Tabular, classes: int) -> Any:
    """Trees for tables, lines for the others."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if isinstance(data, Tabular):
        rounds = int(np.clip(160 // classes, 5, 60))
        return HistGradientBoostingClassifier(
            max_iter=rounds, max_leaf_nodes=16, learning_rate=0.15, early_stopping=False, random_state=0
        )
    texts = isinstance(data, Texts)
    lines = SGDClassifier(
        loss="log_loss", alpha=1e-5 if texts else 1e-3, max_iter=8, tol=None, average=True, random_state=0
    )
    return lines if texts else make_pipeline(StandardScaler(), lines)


def own(probabilities: Floats, labels: NDArray[np.int64]) -> Floats:
    """The probability of each sample's own label."""
    return probabilities[np.arange(len(labels)), labels]
