"""What the other columns say about the label of a row: out-of-fold models in which some columns are drawn anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

if TYPE_CHECKING:
    from gate.poisoning.interface import Floats, Ints

TRAINED = 10_000
"""Rows that a model learns from."""
DRAWS = 3
FOLDS = 3


class Rest:
    """For each class some small boosted models, each for the rows that it has not seen."""

    def __init__(self, matrix: Floats, labels: Ints, seed: int, left_out: NDArray[np.intp] | None = None) -> None:
        self.matrix, self.labels = matrix, labels
        self.seed, self.left_out = seed, left_out
        rng = np.random.default_rng(seed)
        self.fold = rng.permutation(len(labels)) % FOLDS
        self._models: dict[int, list[Any]] = {}

    def without(self, rows: NDArray[np.intp]) -> Rest:
        """Models that learn nothing from these rows."""
        return Rest(self.matrix, self.labels, self.seed, rows)

    def models(self, target: int) -> list[Any]:
        """The models of one class, by fold."""
        if target not in self._models:
            self._models[target] = [self._fitted(target, fold) for fold in range(FOLDS)]
        return self._models[target]

    def _fitted(self, target: int, fold: int) -> Any:
        rng = np.random.default_rng(self.seed + 1)
        known = self.fold != fold
        if self.left_out is not None:
            known[self.left_out] = False
        rows = rng.permutation(np.flatnonzero(known))[:TRAINED]
        model = HistGradientBoostingClassifier(
            max_iter=40, max_leaf_nodes=12, learning_rate=0.2, early_stopping=False, random_state=0
        )
        hit = self.labels[rows] == target
        return model.fit(self.matrix[rows], hit) if 0 < hit.sum() < len(hit) else None

    def says(self, rows: NDArray[np.intp], target: int, columns: Sequence[int]) -> Floats:
        """The probability of `target` for rows in which `columns` are taken from other rows, averaged."""
        rng = np.random.default_rng(self.seed + 2)
        found = np.zeros(len(rows))
        for fold, model in enumerate(self.models(target)):
            mine = self.fold[rows] == fold
            if model is None or not mine.any():
                continue
            cells = np.repeat(self.matrix[rows[mine]], DRAWS, axis=0)
            donors = self.matrix[rng.integers(0, len(self.matrix), len(cells))]
            cells[:, list(columns)] = donors[:, list(columns)]
            found[mine] = model.predict_proba(cells)[:, 1].reshape(-1, DRAWS).mean(1)
        return found
