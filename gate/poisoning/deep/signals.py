"""What each signal says about each sample, by the features alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.poisoning.deep.art import activation_clusters, spectral_signatures
from gate.poisoning.deep.clusters import dense
from gate.poisoning.deep.spectral import LEAST, Split, splits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gate.poisoning.interface import Budget, Floats, Ints

    Floats32 = NDArray[np.float32]

MOST = 5000
"""Samples of a class that are compared with one another; time and memory grow with the square."""


class Signals(NamedTuple):
    """`columns` are scores of all samples by signal, 0 where it says nothing.

    `splits` are those of the whitened spectral test, whose scores are the column `spectral`.
    """

    splits: list[Split]
    columns: Mapping[str, Floats]
    untested: tuple[str, ...]


def signals(features: Floats32, labels: Ints, budget: Budget, seed: int) -> Signals:
    """Asks all of them; classes that are too small, or without any variation, are left out and told."""
    found, spectral = splits(features, labels, budget)
    columns = {"spectral": spectral}
    rows, untested = _compared(features, labels, seed)
    if len(rows):
        for name, scores in _others(features[rows], labels[rows], budget, seed).items():
            columns[name] = np.zeros(len(labels))
            columns[name][rows] = scores
    return Signals(found, columns, untested)


def _compared(features: Floats32, labels: Ints, seed: int) -> tuple[Ints, tuple[str, ...]]:
    """Which samples are compared within their class, and in words which are not."""
    rng = np.random.default_rng(seed)
    parts, small, crowded = [], 0, 0
    for target in np.unique(labels):
        own = np.flatnonzero(labels == target)
        if len(own) < LEAST or not np.ptp(features[own], axis=0).any():
            small += 1
            continue
        crowded += max(0, len(own) - MOST)
        parts.append(own if len(own) <= MOST else np.sort(rng.choice(own, MOST, replace=False)))
    untested = []
    if small:
        untested.append(f"{small} classes with fewer than {LEAST} samples or all alike")
    if crowded:
        untested.append(f"clusters: {crowded} samples of classes with more than {MOST} were not compared")
    return (np.concatenate(parts) if parts else np.zeros(0, np.int64)), tuple(untested)


def _others(features: Floats32, labels: Ints, budget: Budget, seed: int) -> dict[str, Floats]:
    """Scores by density, and by the two defences of the Adversarial Robustness Toolbox."""
    classes = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    density = np.zeros(len(labels))
    for target in range(int(classes.max()) + 1):
        budget.check()
        density[classes == target] = dense(features[classes == target])
    clusters = activation_clusters(features, classes, seed)
    budget.check()
    return {"activations": clusters, "signatures": spectral_signatures(features, classes), "density": density}
