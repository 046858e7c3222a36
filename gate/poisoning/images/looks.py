"""What an image looks like in rough: oriented gradients and colours by cells, in which neighbours are looked for.

The gradients are those of Dalal and Triggs (2005) with one norm for the whole image, so that a small thing in one cell
changes little elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gate.poisoning.interface import Budget, Ints, Pixels

    Floats32 = NDArray[np.float32]

GRID = 8
"""Cells along the longest side."""
ANGLES = 8
CHUNK = 2048
SIDE = 32
"""Pixels to which sides are reduced."""
COMPONENTS = 128
POOL = 6000
"""Images among which neighbours are looked for."""
NEIGHBOURS = 11


class Looks(NamedTuple):
    """`features` is (n, cells * depth), the features of one cell beside each other; `basis` is (cells * depth, k)."""

    features: Floats32
    centre: Floats32
    basis: Floats32
    cells: int

    def seen(self, hidden: NDArray[np.bool_] | None = None) -> Floats32:
        """The basis without what the hidden cells contribute."""
        if hidden is None:
            return self.basis
        depth = len(self.basis) // self.cells
        return self.basis * ~np.repeat(hidden, depth)[:, None]


def edges(length: int, cells: int) -> Ints:
    """Where the cells begin along one side."""
    return np.arange(cells) * length // cells


def cell_of(length: int, cells: int) -> Ints:
    """The cell of each pixel along one side."""
    return np.searchsorted(edges(length, cells), np.arange(length), side="right") - 1


def reduced(pixels: Pixels) -> Pixels:
    """The images with sides of at most `SIDE` pixels."""
    if max(pixels.shape[1:3]) <= SIDE:
        return pixels
    height, width = min(SIDE, pixels.shape[1]), min(SIDE, pixels.shape[2])
    parts = [pooled(pixels[k : k + CHUNK].astype(np.float32), height, width) for k in range(0, len(pixels), CHUNK)]
    return np.rint(np.concatenate(parts)).astype(np.uint8)


def grid(pixels: Pixels | Floats32) -> tuple[int, int]:
    """How many cells there are down and across."""
    return min(GRID, pixels.shape[1]), min(GRID, pixels.shape[2])


def pooled(values: Floats32, rows: int, columns: int) -> Floats32:
    """Means over cells: (n, height, width, depth) to (n, rows, columns, depth)."""
    height, width = values.shape[1:3]
    down = np.add.reduceat(values, edges(height, rows), axis=1)
    both = np.add.reduceat(down, edges(width, columns), axis=2)
    sizes = np.outer(
        np.diff(np.append(edges(height, rows), height)), np.diff(np.append(edges(width, columns), width))
    ).astype(np.float32)
    return np.asarray(both / sizes[None, :, :, None], np.float32)


def _gradients(grey: Floats32) -> Floats32:
    """How much of each direction there is at each pixel, shared between the two nearest directions."""
    down, across = np.zeros_like(grey), np.zeros_like(grey)
    down[:, 1:-1], across[:, :, 1:-1] = grey[:, 2:] - grey[:, :-2], grey[:, :, 2:] - grey[:, :, :-2]
    strength = np.hypot(down, across)
    place = np.arctan2(down, across) % np.pi * (ANGLES / np.pi)
    lower = np.floor(place).astype(np.int64) % ANGLES
    share = (place - np.floor(place)).astype(np.float32)
    out = np.zeros((*grey.shape, ANGLES), np.float32)
    np.put_along_axis(out, lower[..., None], (strength * (1 - share))[..., None], 3)
    np.put_along_axis(out, ((lower + 1) % ANGLES)[..., None], (strength * share)[..., None], 3)
    return out


def _normed(values: Floats32) -> Floats32:
    flat = values.reshape(len(values), -1)
    return np.asarray(values / (np.linalg.norm(flat, axis=1)[:, None, None, None] + 1e-3), np.float32)


def unit(pixels: Pixels) -> Floats32:
    """The same as 0 to 1."""
    return np.asarray(pixels / np.float32(255), np.float32)


def features(values: Floats32) -> Floats32:
    """(n, cells * depth) of images of 0 to 1."""
    rows, columns = grid(values)
    gradients = _normed(np.sqrt(pooled(_gradients(values.mean(3)), rows, columns)))
    colours = pooled(values, rows, columns)
    colours = _normed(colours - colours.mean((1, 2), keepdims=True)) * 0.5
    tone = np.broadcast_to(_tone(values)[:, None, None, :], (*colours.shape[:3], values.shape[3]))
    parts = (gradients, colours, tone * np.float32(0.5 / np.sqrt(rows * columns)))
    return np.concatenate(parts, axis=3).reshape(len(values), -1)


def _tone(values: Floats32) -> Floats32:
    """The mean of each channel, less the mean of all: 0 where there is one."""
    mean = values.mean((1, 2))
    return np.asarray(mean - mean.mean(1, keepdims=True), np.float32)


def all_features(pixels: Pixels, budget: Budget) -> Floats32:
    """Features of images of 0 to 255, in parts that need little memory."""
    parts = []
    for start in range(0, len(pixels), CHUNK):
        budget.check()
        parts.append(features(unit(pixels[start : start + CHUNK])))
    return np.concatenate(parts)


def look(pixels: Pixels, labels: Ints, budget: Budget) -> Looks:
    """Features of all images, and the components in which they differ more than classes do within themselves.

    Distances are those after whitening by the scatter within the classes, smoothed so that faint components do not
    drown the rest.
    """
    held = all_features(pixels, budget)
    centre = held.mean(0)
    held -= centre
    _, vectors = np.linalg.eigh(held.T @ held)
    main = vectors[:, -COMPONENTS:]
    reduced = held @ main
    rows, columns = grid(pixels)
    basis = main @ _whitening(reduced, class_means(reduced, labels), labels)
    return Looks(held, centre, np.ascontiguousarray(basis, np.float32), rows * columns)


def sharpened(held: Looks, labels: Ints, trusted: NDArray[np.bool_]) -> Looks:
    """The same with more weight where classes differ (linear discriminant analysis, Fisher 1936).

    It learns from rows whose labels nothing contradicts, so that it does not learn a trigger.
    """
    reduced, kept = (held.features @ held.basis)[trusted], labels[trusted]
    means = class_means(reduced, kept)
    white = _whitening(reduced, means, kept)
    basis = held.basis @ (white @ _telling(means @ white, np.bincount(kept)))
    return held._replace(basis=np.ascontiguousarray(basis, np.float32))


def _whitening(values: Floats32, means: Floats32, labels: Ints) -> Floats32:
    within = values - means[labels]
    spread, axes = np.linalg.eigh(within.T @ within / len(within))
    return np.asarray(axes / np.sqrt(spread + 0.5 * spread.mean() + 1e-9), np.float32)


def _telling(means: Floats32, counts: Ints) -> Floats32:
    """Axes that count the more, the more they tell classes apart, up to three times their length."""
    shares = counts / counts.sum()
    means = means - shares @ means
    between, axes = np.linalg.eigh((means * shares[:, None]).T @ means)
    weights = np.sqrt(np.maximum(between, 0) / (between.mean() + 1e-9))
    return np.asarray(axes * np.clip(weights + 0.3, 0, 3), np.float32)


def class_means(values: Floats32, labels: Ints) -> Floats32:
    """(classes, depth); 0 where a class has no sample."""
    count = int(labels.max()) + 1
    sums = np.zeros((count, values.shape[1]), np.float32)
    for kind in range(count):
        rows = labels == kind
        if rows.any():
            sums[kind] = values[rows].mean(0)
    return sums


def neighbours(queries: Floats32, pool: Floats32, own: Ints, count: int = NEIGHBOURS) -> Ints:
    """Positions in the pool of the nearest ones of each query; `own` is where the query itself is there, or -1."""
    found = np.empty((len(queries), min(count, len(pool) - 1)), np.int64)
    squares = (pool * pool).sum(1)
    for start in range(0, len(queries), 1024):
        part = slice(start, start + 1024)
        distance = squares - 2 * queries[part] @ pool.T
        itself = np.flatnonzero(own[part] >= 0)
        distance[itself, own[part][itself]] = np.inf
        found[part] = np.argpartition(distance, found.shape[1], axis=1)[:, : found.shape[1]]
    return found
