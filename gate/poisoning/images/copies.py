"""Images of one scene, such as frames of a film or crops that overlap: in a test they count as one.

Their labels are not independent of each other: one decision labelled all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gate.poisoning.images.looks import Floats32
    from gate.poisoning.interface import Ints

REACH = 3
"""Cells by which a scene may be moved."""
ALIKE = 0.65
"""Cosine from which on two images are of one scene, at least; 97 of 100 pairs of digits of one class are below it."""
COPY = 0.95
"""Cosine of images that differ by noise alone, at least."""
USUAL = 0.97
"""Share of the pairs of one class that are below it, where the images of a class are more alike."""
CLASSES, EACH = 6, 30
"""From how many that is estimated."""


def threshold(features: Floats32, labels: Ints, grid: tuple[int, int], rng: np.random.Generator) -> float:
    """The cosine from which on two images of this dataset are of one scene."""
    found = []
    for kind in rng.permutation(np.unique(labels))[:CLASSES]:
        some = features[rng.permutation(np.flatnonzero(labels == kind))[:EACH]]
        pairs = _similarity(some.reshape(len(some), *grid, -1))[np.triu_indices(len(some), 1)]
        found.append(pairs)
    every = np.concatenate(found)
    return max(ALIKE, float(np.quantile(every, USUAL))) if len(every) else ALIKE


def known(features: Floats32, before: Floats32) -> NDArray[np.bool_]:
    """Which images have a near copy among those `before`, on which the feature was found."""
    one, other = (part / (np.linalg.norm(part, axis=1, keepdims=True) + 1e-6) for part in (features, before))
    return np.asarray((one @ other.T >= COPY).any(1))


def distinct(features: Floats32, grid: tuple[int, int], least: float) -> Ints:
    """Positions of one image of each scene, the first one; from the cosine `least` on two are of one scene."""
    alike = _similarity(features.reshape(len(features), *grid, -1)) >= least
    kept: list[int] = []
    for row in range(len(alike)):
        if not alike[row, kept].any():
            kept.append(row)
    return np.array(kept, np.int64)


def _similarity(values: Floats32) -> Floats32:
    """The highest cosine of each pair over all moves of one against the other; `values` are (n, rows, columns, k)."""
    rows, columns = values.shape[1:3]
    best = np.full((len(values), len(values)), -1, np.float32)
    for down in range(-min(REACH, rows - 1), min(REACH, rows - 1) + 1):
        for across in range(-min(REACH, columns - 1), min(REACH, columns - 1) + 1):
            one, other = _overlap(values, down, across), _overlap(values, -down, -across)
            np.maximum(best, one @ other.T, out=best)
    return best


def _overlap(values: Floats32, down: int, across: int) -> Floats32:
    """What remains within the frame when an image is moved, of length one."""
    rows, columns = values.shape[1:3]
    part = values[:, max(0, down) : rows + min(0, down), max(0, across) : columns + min(0, across)]
    flat = part.reshape(len(values), -1)
    return np.asarray(flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-6), np.float32)
