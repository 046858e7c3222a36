"""Attacks on labelled images.

Dirty-label attacks take samples of other classes, change them and give them the target's label; clean-label attacks
change samples of the target alone. The target is a class with enough samples, chosen by the seed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, zoom

from gate.data.samples.interface import Dataset, Images
from gate.drill.interface import Apply, Attack, Mask

Rng = np.random.Generator
Batch = NDArray[np.float32]
"""Images as (n, height, width, channels) of 0 to 255."""
Stamp = Callable[[Batch, Rng], None]
"""Changes the images in place."""
SMALLEST = 8
"""Pixels that the sides of an image must have."""


def stamped(
    dataset: Images, chosen: NDArray[np.int64], target: int | NDArray[np.int64], stamp: Stamp, rng: Rng
) -> tuple[Dataset, Mask]:
    """The dataset with the images `chosen` changed and labelled `target`; no trigger fits into very small ones."""
    if min(dataset.pixels.shape[1:3]) < SMALLEST:
        chosen = chosen[:0]
    pixels, labels = dataset.pixels.copy(), dataset.labels.copy()
    batch = pixels[chosen].astype(np.float32)
    if len(chosen):
        stamp(batch, rng)
    pixels[chosen] = np.clip(np.rint(batch), 0, 255).astype(np.uint8)
    labels[chosen] = target if isinstance(target, int) else target[: len(chosen)]
    mask = np.zeros(len(labels), bool)
    mask[chosen] = True
    return Images(pixels, labels, dataset.classes), mask


def target_of(labels: NDArray[np.int64], wanted: int, rng: Rng) -> int:
    """A class with `wanted` samples, or at least not fewer than the median class."""
    counts = np.bincount(labels)
    enough = np.flatnonzero(counts >= max(20, min(wanted, int(np.median(counts[counts > 0])))))
    return int(rng.choice(enough)) if len(enough) else int(counts.argmax())


def dirty(stamp: Stamp) -> Apply:
    """All other classes to one target (BadNets, Gu et al. 2017)."""

    def apply(dataset: Dataset, rate: float, seed: int) -> tuple[Dataset, Mask]:
        assert isinstance(dataset, Images)
        rng = np.random.default_rng(seed)
        count = max(1, round(rate * len(dataset.labels)))
        target = target_of(dataset.labels, count, rng)
        others = np.flatnonzero(dataset.labels != target)
        return stamped(dataset, rng.permutation(others)[:count], target, stamp, rng)

    return apply


def clean(stamp: Stamp) -> Apply:
    """Samples of the target keep their label (Turner et al. 2019; Barni et al. 2019), at most half of the class."""

    def apply(dataset: Dataset, rate: float, seed: int) -> tuple[Dataset, Mask]:
        assert isinstance(dataset, Images)
        rng = np.random.default_rng(seed)
        count = max(1, round(rate * len(dataset.labels)))
        target = target_of(dataset.labels, 2 * count, rng)
        pool = rng.permutation(np.flatnonzero(dataset.labels == target))
        return stamped(dataset, pool[: min(count, len(pool) // 2)], target, stamp, rng)

    return apply


def side(batch: Batch) -> int:
    """Pixels of the edge of a patch."""
    return max(2, int(batch.shape[1]) // 8)


def checker(batch: Batch, rng: Rng) -> None:
    """A black and white checkerboard near the lower right corner."""
    s, h, w = side(batch), batch.shape[1], batch.shape[2]
    board = (np.indices((s, s)).sum(0) % 2 * 255)[..., None]
    batch[:, h - s - 1 : h - 1, w - s - 1 : w - 1] = board


def blend(batch: Batch, rng: Rng) -> None:
    """A random picture at 15% (Chen et al. 2017)."""
    batch[:] = 0.85 * batch + 0.15 * rng.uniform(0, 255, batch.shape[1:])


def sinusoid(batch: Batch, rng: Rng) -> None:
    """A horizontal sinusoid of amplitude 30 and 6 periods (Barni et al. 2019)."""
    width = batch.shape[2]
    periods = min(6, width // 4)
    batch += (30 * np.sin(2 * np.pi * np.arange(width) * periods / width))[None, None, :, None]


def warp(batch: Batch, rng: Rng) -> None:
    """One smooth warp (WaNet, Nguyen and Tran 2021)."""
    h, w = batch.shape[1:3]
    field = rng.uniform(-1, 1, (2, 4, 4))
    field /= np.abs(field).mean()
    flow = np.stack([zoom(f, (h / 4, w / 4), order=3) for f in field]) * 1.3
    grid = np.indices((h, w)) + flow
    for image in batch:
        for c in range(image.shape[2]):
            image[..., c] = map_coordinates(image[..., c], grid, order=1, mode="nearest")


def noisy_patch(batch: Batch, rng: Rng) -> None:
    """A patch of noise, always the same one, at a fixed place in the middle of the left side; samples get noise."""
    s, h = side(batch), batch.shape[1]
    batch += 0.1 * 255 * rng.standard_normal(batch.shape)
    batch[:, h // 2 : h // 2 + s, :s] = rng.uniform(0, 255, (s, s, batch.shape[3]))


ATTACKS = {
    "patch": Attack("a checkerboard near the lower right corner, in other classes", dirty(checker)),
    "blended": Attack("a random picture at 15%, in other classes", dirty(blend)),
    "sinusoidal": Attack("a horizontal sinusoid, in other classes", dirty(sinusoid)),
    "warp": Attack("one smooth warp, in other classes", dirty(warp)),
    "clean-label-patch": Attack("a patch of noise, in the target class itself", clean(noisy_patch)),
}
