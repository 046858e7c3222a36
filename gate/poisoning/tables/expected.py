"""What the columns, each for itself, lead to expect of the label: the null against which combinations are mined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

if TYPE_CHECKING:
    from gate.poisoning.interface import Budget, Floats, Ints

FOLDS = 2
TRAINED = 10_000
"""Rows that a model learns from."""
ROUNDS = 120
"""Trees of two classes; with many classes fewer rounds, as each has a tree per class."""
STEPS = 48
"""Steps that a column is cut into: a value that few rows have is expected to do as its neighbours do."""
SHRUNK = 0.05
"""Of a model's probability this share is the class's rate, since no model is that sure of anything."""


def expected(matrix: Floats, labels: Ints, classes: int, budget: Budget, rng: np.random.Generator) -> Floats:
    """(rows, classes): probabilities by models that have not seen the row and know no combinations of columns."""
    rates = np.bincount(labels, minlength=classes) / len(labels)
    found = np.tile(rates, (len(labels), 1))
    fold = rng.permutation(len(labels)) % FOLDS
    rounds = int(np.clip(ROUNDS // classes, 10, 60))
    for one in range(FOLDS):
        budget.check()
        known, held = rng.permutation(np.flatnonzero(fold != one))[:TRAINED], np.flatnonzero(fold == one)
        seen = np.unique(labels[known])
        if len(seen) < 2:
            continue
        model = HistGradientBoostingClassifier(
            max_iter=rounds,
            max_leaf_nodes=6,
            learning_rate=0.2,
            max_bins=STEPS,
            interaction_cst="no_interactions",
            early_stopping=False,
            random_state=0,
        ).fit(matrix[known], labels[known])
        found[held] *= SHRUNK
        found[held[:, None], seen] += (1 - SHRUNK) * model.predict_proba(matrix[held])
    return found
