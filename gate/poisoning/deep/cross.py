"""Signals that point at the same samples: one of them alone is nature more often than poison.

No signal here has a null distribution that could be stated, and classes have groups of their own by nature; so what
they agree on is a warning, and never blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gate.poisoning.deep.signals import Signals, signals
from gate.poisoning.interface import Evidence, Level, Scan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gate.poisoning.deep.spectral import Split
    from gate.poisoning.interface import Budget, Ints

    Floats32 = NDArray[np.float32]

GAP = 4.0
"""Standard deviations between the two groups of a class from which on they are two."""
RATIO = 1.6
"""The spectral statistic over that of the next class; up to 1.4 on clean data, from 1.9 on with poison."""
SAME = 0.9
"""A signal agrees where it ranks a sample of the group above one of the rest of the class so often."""
AGREE = 2
"""Signals beside the spectral one whose agreement is worth a warning."""


def judged(features: Floats32, labels: Ints, classes: Sequence[str], budget: Budget, seed: int) -> Scan:
    """Asks every signal, and says what they agree on; scores are the spectral ones, raised by each that agrees."""
    if len(np.unique(labels)) < 2:
        return Scan((), np.zeros(len(labels)), ("hidden groups: there are no two classes to compare",))
    found = signals(features, labels, budget, seed)
    ranked = sorted(found.splits, key=lambda split: -split.statistic)
    scores = found.columns["spectral"].copy()
    told = []
    for at, split in enumerate(ranked):
        if split.gap >= GAP and len(ranked) > 1:
            agree = _agreeing(found, split, labels)
            scores[split.rows] *= 1 + len(agree)
            ratio = split.statistic / max(ranked[1 if at == 0 else 0].statistic, 1e-9)
            told.append(_evidence(split, ratio, agree, classes))
    return Scan(tuple(told), scores, found.untested, columns=found.columns)


def _agreeing(found: Signals, split: Split, labels: Ints) -> list[str]:
    """The signals, beside the spectral one, that set the group apart from the rest of its class too."""
    from sklearn.metrics import roc_auc_score

    own = np.flatnonzero(labels == split.target)
    group = np.isin(own, split.rows)
    others = {name: column for name, column in found.columns.items() if name != "spectral"}
    return [name for name, column in others.items() if roc_auc_score(group, column[own]) >= SAME]


def _evidence(split: Split, ratio: float, agree: Sequence[str], classes: Sequence[str]) -> Evidence:
    level: Level = "warn" if ratio >= RATIO and len(agree) >= AGREE else "note"
    words = f"{len(split.rows)} samples of class {classes[split.target]!r} form a group of their own in what a network"
    message = f"{words} learnt of them; signals that agree: {', '.join(agree) or 'none'}"
    effects = {"gap": split.gap, "ratio": ratio, "statistic": split.statistic, "agree": float(len(agree))}
    return Evidence("hidden-group", level, message, split.rows.astype(np.int64), None, effects)
