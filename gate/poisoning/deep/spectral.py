"""Groups within a class, along the directions in which the class varies more than all others do.

Spectral signatures (Tran, Li and Madry 2018) of features that are whitened as in SPECTRE (Hayase et al. 2021), by the
OTHER classes: poison would hide in the variance that it makes itself. In place of the farthest samples the best split
into two groups counts, since poison may be any share of its class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.linalg import cholesky, solve_triangular

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gate.poisoning.interface import Budget, Floats, Ints

    Floats32 = NDArray[np.float32]

LEAST = 20
"""Samples of a class below which it is not looked at."""
SMALLEST = 5
"""Samples of the smaller group."""
DIRECTIONS = 3
RIDGE = 1e-2
"""Variance that is added to each feature, as a share of the mean variance."""


class Split(NamedTuple):
    """The class `target` in two groups: `rows` are the smaller one.

    `gap` is the distance of the groups' means in standard deviations within them, `statistic` is that times the root
    of the size of the smaller one.
    """

    target: int
    rows: Ints
    gap: float
    statistic: float


def splits(features: Floats32, labels: Ints, budget: Budget) -> tuple[list[Split], Floats]:
    """The best split of each class with enough samples, and a score of each sample."""
    scores = np.zeros(len(labels))
    counts = np.bincount(labels)
    values = features.astype(np.float64)
    for target in np.flatnonzero(counts):
        values[labels == target] -= values[labels == target].mean(0)
    scatter = values.T @ values
    found = []
    for target in np.flatnonzero(counts >= LEAST):
        budget.check()
        own = np.flatnonzero(labels == target)
        if len(own) == len(labels):
            continue
        others = (scatter - values[own].T @ values[own]) / (len(labels) - len(own))
        split, distance = _best(int(target), own, _whitened(values[own], others))
        scores[own] = distance
        scores[split.rows] += split.statistic
        found.append(split)
    return found, scores


def _whitened(values: Floats, covariance: Floats) -> Floats:
    covariance = covariance.copy()
    covariance[np.diag_indices_from(covariance)] += RIDGE * np.trace(covariance) / len(covariance) + 1e-12
    return np.asarray(solve_triangular(cholesky(covariance, lower=True), values.T, lower=True).T)


def _best(target: int, own: Ints, white: Floats) -> tuple[Split, Floats]:
    """The split with the highest statistic, and how far each sample is from the middle of the class, below 1."""
    axes = np.linalg.eigh(white.T @ white)[1][:, -DIRECTIONS:]
    best = Split(target, own[:0], 0.0, 0.0)
    distance = np.zeros(len(own))
    for along in (white @ axes).T:
        far = np.abs(along - np.median(along))
        distance = np.maximum(distance, far / (1 + far))
        gap, rows = halves(along)
        statistic = gap * float(np.sqrt(len(rows)))
        if statistic > best.statistic:
            best = Split(target, own[rows], gap, statistic)
    return best, distance


def halves(values: Floats) -> tuple[float, NDArray[np.intp]]:
    """The cut that leaves the least variance within both groups: the gap between them, and the smaller group."""
    order = np.argsort(values, kind="stable")
    ranked, count = values[order], len(values)
    left = np.arange(SMALLEST, count - SMALLEST + 1)
    sums, squares = np.cumsum(ranked), np.cumsum(ranked**2)
    first, second = sums[left - 1] / left, (sums[-1] - sums[left - 1]) / (count - left)
    within = squares[-1] - left * first**2 - (count - left) * second**2
    cut = int(within.argmin())
    deviation = np.sqrt(max(float(within[cut]), 0.0) / count) + 1e-9
    rows = order[: left[cut]] if left[cut] <= count - left[cut] else order[left[cut] :]
    return float((second[cut] - first[cut]) / deviation), rows
