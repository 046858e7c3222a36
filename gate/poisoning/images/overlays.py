"""Mines what is added to many images at the same place: patches, blended pictures, waves, frames.

Pixels less the mean of their class, whitened by what varies within the OTHER classes, so that an artificial pattern is
long and natural variation is of length one (spectral signatures, Tran et al. 2018, whitened as in SPECTRE, Hayase et
al. 2021, but without the class itself, whose poison would hide in its own variance). Directions come from the first
half of the rows: where the class varies most, and what its contradicting samples have in common. So does the variance
of the others: rows that it was learnt from would be shorter than those it was not, whatever they show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.poisoning.images import looks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.poisoning.images.looks import Floats32
    from gate.poisoning.images.view import Mask, View
    from gate.poisoning.interface import Budget, Ints, Pixels

RIDGE = 2e-4
"""Variance added to each direction: about four of 255 levels, which is what cameras and compression add."""
DIRECTIONS = 4
LEAST = 5
PURE = 0.9
PASSES = 2
"""How often each half learns from the other."""
GAP = 4.0
"""Standard deviations of the other images between the samples that show a direction and the rest of their class."""


class Overlay(NamedTuple):
    """What is added to images of the class `target`: `strength` of it in each image is its part of the `pattern`.

    `shown` are the rows of the second half that show it; `pattern` is (depth,) as from `flattened`.
    """

    target: int
    pattern: Floats32
    strength: Floats32
    shown: Mask


def without(overlay: Overlay, pixels: Pixels, rows: Ints) -> Floats32:
    """These images as 0 to 1, less what they have of the overlay."""
    part = picture(overlay.pattern, pixels.shape[1:])
    return np.asarray(looks.unit(pixels[rows]) - overlay.strength[rows, None, None, None] * part, np.float32)


def picture(pattern: Floats32, shape: tuple[int, ...]) -> Floats32:
    """The pattern as (height, width, channels)."""
    height, width, channels = shape
    part = np.repeat(pattern[: height * width].reshape(height, width)[..., None], channels, axis=2)
    if channels > 1:
        across = min(looks.GRID, height), min(looks.GRID, width)
        red, blue = np.moveaxis(pattern[height * width :].reshape(*across, 2), 2, 0)
        for channel, cells in ((0, red), (1, -red - blue), (2, blue)):
            part[..., channel] += cells[looks.cell_of(height, across[0])][:, looks.cell_of(width, across[1])]
    return part


def flattened(pixels: Pixels) -> Floats32:
    """(n, at most 1152): grey at full resolution, the other two channels' differences from it by cells."""
    rows, columns = looks.grid(pixels)
    parts = []
    for start in range(0, len(pixels), looks.CHUNK):
        values = looks.unit(pixels[start : start + looks.CHUNK])
        grey = values.mean(3, keepdims=True)
        flat = [grey.reshape(len(values), -1)]
        if values.shape[3] > 1:
            colour = looks.pooled(values[..., [0, 2]] - grey, rows, columns)
            flat.append(colour.reshape(len(values), -1))
        parts.append(np.concatenate(flat, axis=1))
    return np.concatenate(parts)


class Residuals(NamedTuple):
    """Images less the mean of the class they are believed to be of; `scatters` sum the outer products of two halves."""

    values: Floats32
    scatters: tuple[Floats32, Floats32]


def residuals(view: View) -> Residuals:
    """Of the images of the view."""
    values = flattened(view.images.pixels)
    means = looks.class_means(values, view.believed)
    values -= means[view.believed]
    first, second = values[view.first], values[~view.first]
    return Residuals(values, (first.T @ first, second.T @ second))


def _root(view: View, rest: Residuals, left_out: Mask, *, second: bool = False) -> Floats32:
    """The lower Cholesky factor of the covariance of the other images of one half."""
    from scipy.linalg import cholesky

    half = view.first != second
    out = rest.values[left_out & half]
    others = (rest.scatters[second] - out.T @ out) / max(1, int(half.sum()) - len(out))
    others[np.diag_indices_from(others)] += RIDGE
    return np.asarray(cholesky(others, lower=True, check_finite=False))


def _directions(view: View, rest: Residuals, target: int) -> Iterator[tuple[Floats32, Floats32]]:
    """Directions and the patterns that they respond to, one a row, both signs."""
    from scipy.linalg import solve_triangular
    from sklearn.utils.extmath import randomized_svd

    own = view.of(target)
    for odd in (own, own & view.conflict):
        mined = odd & view.first
        if mined.sum() < LEAST:
            continue
        root = _root(view, rest, odd)
        white = solve_triangular(root, rest.values[mined].T, lower=True, check_finite=False).T
        axes = randomized_svd(white, min(DIRECTIONS, len(white)), n_iter=4, random_state=view.seed)[2]
        axes = np.concatenate([axes, -axes])
        yield solve_triangular(root, axes.T, lower=True, trans="T", check_finite=False).T, axes @ root.T


def refined(view: View, rest: Residuals, target: int, holders: Mask) -> tuple[Floats32, Mask]:
    """How strongly each image shows what the holders share, and which ones do.

    Each half is judged by the linear discriminant of the other half's holders, so that no image vouches for itself.
    """
    from scipy.linalg import cho_solve

    own = view.of(target)
    roots = [_root(view, rest, own & (view.conflict | holders), second=second) for second in (False, True)]
    centre = rest.values[own & ~holders].mean(0) if (own & ~holders).any() else 0.0
    strength, rows = np.zeros(len(own), np.float32), holders.copy()
    for half, root in zip((view.first, ~view.first) * PASSES, roots[::-1] * PASSES, strict=True):
        taught = rows & own & ~half
        if not taught.any():
            continue
        weights = cho_solve((root, True), rest.values[taught].mean(0) - centre, check_finite=False)
        part = rest.values @ weights
        part = (part - part[own & ~rows].mean()) / (part[~own].std() + 1e-9) if (own & ~rows).any() else part
        strength[half] = part[half]
        floor = shown(part[half], own[half], 3)
        if floor is not None:
            found = half & own & (part >= floor)
            rows = np.where(half, found & (part >= part[found].mean() / 2), rows)
    return strength, rows & own


def shown(strength: Floats32, own: Mask, least: int) -> float | None:
    """The lowest strength such that 9 of 10 images from it on are of the class; None where there are too few."""
    order = np.argsort(-strength, kind="stable")
    count = np.cumsum(own[order])
    fit = np.flatnonzero((count >= PURE * np.arange(1, len(order) + 1)) & (count >= least) & own[order])
    return float(strength[order[fit[-1]]]) if len(fit) else None


def mine(view: View, rest: Residuals, budget: Budget) -> Iterator[Overlay]:
    """What some images of one class show and hardly any other image does."""
    second = np.flatnonzero(~view.first)
    for target in range(len(view.images.classes)):
        budget.check()
        own = view.of(target)
        if (own & view.first).sum() < LEAST or own.all():
            continue
        for directions, patterns in _directions(view, rest, target):
            for strength, pattern in zip((rest.values @ directions.T).T, patterns, strict=True):
                rows = _showing(strength[second], own[second])
                if rows is not None:
                    held = np.zeros(len(view.first), bool)
                    held[second[rows]] = True
                    yield Overlay(target, pattern, strength, held)


def _showing(strength: Floats32, own: Mask) -> Mask | None:
    """Which images show a direction, if they stand apart from the rest of their class."""
    floor = shown(strength, own, LEAST)
    if floor is None:
        return None
    rows = np.asarray(strength >= floor)
    middle = strength[own & ~rows].mean() if (own & ~rows).any() else 0.0
    return rows if strength[rows].mean() - middle >= GAP * strength[~own].std() else None
