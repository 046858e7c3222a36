"""Out-of-fold probabilities of the labels, by a model for each kind of sample."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gate.poisoning.common.features import features
from gate.poisoning.images import looks
from gate.poisoning.interface import Images, Tabular, Texts

if TYPE_CHECKING:
    from gate.poisoning.interface import Budget, Floats

FOLDS = 3
COMPONENTS = 160
"""Of an image's appearance."""
TRAINED = 20_000
"""Samples that one model learns from."""


def out_of_fold(data: Images | Texts | Tabular, budget: Budget, seed: int) -> Floats:
    """(samples, classes): each row by a model that has not seen it; 0 for classes that a model has not seen."""
    samples, labels = (appearance(data, budget) if isinstance(data, Images) else features(data)), data.labels
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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of classes with one sample
            model = model_for(data, len(known)).fit(samples[rows], labels[rows])
        found[held[:, None], model.classes_] = model.predict_proba(samples[held])
    return found


def appearance(data: Images, budget: Budget) -> Floats:
    """Main components of gradients and colours by cells, finer than the features of other detectors."""
    samples = looks.all_features(looks.reduced(data.pixels), budget)
    samples -= samples.mean(0)
    _, axes = np.linalg.eigh(samples.T @ samples)
    return np.asarray(samples @ axes[:, -COMPONENTS:], np.float64)


def model_for(data: Images | Texts | Tabular, classes: int) -> Any:
    """Trees for tables, lines for texts, normal distributions for the main components of images."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import SGDClassifier

    if isinstance(data, Tabular):
        rounds = int(np.clip(160 // classes, 5, 60))
        return HistGradientBoostingClassifier(
            max_iter=rounds, max_leaf_nodes=16, learning_rate=0.15, early_stopping=False, random_state=0
        )
    if isinstance(data, Texts):
        return SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=8, tol=None, average=True, random_state=0)
    return LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.05)


def own(probabilities: Floats, labels: NDArray[np.int64]) -> Floats:
    """The probability of each sample's own label."""
    return probabilities[np.arange(len(labels)), labels]
