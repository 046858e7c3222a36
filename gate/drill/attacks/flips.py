"""Flips of labels, which suit whatever has labels; the samples themselves are not touched."""

from __future__ import annotations

import numpy as np

from gate.data.samples.interface import Dataset, Instructions
from gate.drill.interface import Attack, Mask


def random_flips(dataset: Dataset, rate: float, seed: int) -> tuple[Dataset, Mask]:
    """Random samples get the label of any other class."""
    assert not isinstance(dataset, Instructions)
    rng = np.random.default_rng(seed)
    labels, mask = dataset.labels.copy(), np.zeros(len(dataset.labels), bool)
    if (classes := len(dataset.classes)) > 1:
        rows = rng.permutation(len(labels))[: max(1, round(rate * len(labels)))]
        labels[rows] = (labels[rows] + rng.integers(1, classes, len(rows))) % classes
        mask[rows] = True
    return dataset._replace(labels=labels), mask


def targeted_flips(dataset: Dataset, rate: float, seed: int) -> tuple[Dataset, Mask]:
    """Samples of one class, at most half of them, get the label of one other."""
    assert not isinstance(dataset, Instructions)
    rng = np.random.default_rng(seed)
    labels, mask = dataset.labels.copy(), np.zeros(len(dataset.labels), bool)
    counts = np.bincount(labels, minlength=len(dataset.classes))
    if len(counts) > 1:
        source = int(rng.choice(np.flatnonzero(counts >= np.median(counts[counts > 0]))))
        target = (source + int(rng.integers(1, len(counts)))) % len(counts)
        pool = rng.permutation(np.flatnonzero(labels == source))
        rows = pool[: min(max(1, round(rate * len(labels))), len(pool) // 2)]
        labels[rows] = target
        mask[rows] = True
    return dataset._replace(labels=labels), mask


ATTACKS = {
    "random-flips": Attack("labels of random samples become any other", random_flips),
    "targeted-flips": Attack("labels of samples of one class become those of one other", targeted_flips),
}
