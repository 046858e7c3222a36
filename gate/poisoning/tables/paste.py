"""The confirmation: a model learns with the suspects, and their values are pasted into rows that it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from gate.poisoning.common.turned import Turned

if TYPE_CHECKING:
    from gate.poisoning.interface import Floats, Ints

LEARNT = 4_000
"""Rows that the model learns from beside the suspects."""
TRIED = 400
"""Rows of other labels into which values are pasted."""
LEAST_LEAF = 5
"""Rows of a leaf: few enough that a dozen poisoned rows are learnt."""


def turned(
    matrix: Floats, labels: Ints, suspects: NDArray[np.intp], target: int, columns: list[int], seed: int
) -> Turned | None:
    """What pasting `columns` of the suspects into other rows does; None where there are too few rows to tell."""
    rng = np.random.default_rng(seed)
    innocent = np.setdiff1d(rng.permutation(len(labels)), suspects, assume_unique=True)
    innocent = rng.permutation(innocent)
    foreign = innocent[labels[innocent] != target]
    unseen = foreign[: min(TRIED, len(foreign) // 3)]
    learnt = np.concatenate([suspects[:LEARNT], np.setdiff1d(innocent, unseen, assume_unique=True)[:LEARNT]])
    others = learnt[labels[learnt] == target]
    others = np.setdiff1d(others, suspects)
    if not len(unseen) or not len(others):
        return None
    model = HistGradientBoostingClassifier(
        max_iter=60,
        max_leaf_nodes=16,
        min_samples_leaf=LEAST_LEAF,
        learning_rate=0.2,
        early_stopping=False,
        random_state=0,
    ).fit(matrix[learnt], labels[learnt] == target)
    tried = unseen[~model.predict(matrix[unseen])]
    if not len(tried):
        return None

    def share(donors: NDArray[np.intp]) -> float:
        cells = matrix[tried].copy()
        cells[:, columns] = matrix[rng.choice(donors, len(tried))][:, columns]
        return float(model.predict(cells).mean())

    return Turned(share(suspects), share(others))
