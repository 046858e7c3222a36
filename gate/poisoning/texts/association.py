"""How surely something comes with one label: an exact test against the share that the label has of all texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import binom

if TYPE_CHECKING:
    from gate.poisoning.interface import Ints


class Association(NamedTuple):
    """The label that most of the rows have, their share, and the binomial probability of so many, over all labels."""

    label: int
    share: float
    p: float


def association(rows: Ints, labels: Ints) -> Association:
    """Tests the rows against all `labels` of the dataset."""
    counts, everywhere = np.bincount(labels[rows]), np.bincount(labels)
    label = int(counts.argmax())
    inside = int(counts[label])
    p = float(binom.sf(inside - 1, len(rows), everywhere[label] / len(labels)))
    return Association(label, inside / len(rows), min(1.0, p * int((everywhere > 0).sum())))
