"""Ways to poison labelled images; each names its source where it is a published one.

Dirty-label attacks take samples of other classes, change them and give them the target's label; clean-label attacks
change samples of the target alone. The target is a class with enough samples, chosen by the seed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.poisoning.interface import Attack, Split
from gate.drill.attacks.images import (
    Batch,
    Rng,
    Stamp,
    blend,
    checker,
    clean,
    dirty,
    noisy_patch,
    side,
    sinusoid,
    stamped,
    warp,
)
from gate.drill.interface import Apply, Mask
from gate.poisoning.interface import Dataset, Images

YELLOW = (255, 215, 15)


def sourced(stamp: Stamp) -> Apply:
    """One source class to one target, at most half of the source."""

    def apply(dataset: Dataset, rate: float, seed: int) -> tuple[Dataset, Mask]:
        assert isinstance(dataset, Images)
        rng = np.random.default_rng(seed)
        count = max(1, round(rate * len(dataset.labels)))
        counts = np.bincount(dataset.labels)
        source = int(rng.choice(np.argsort(-counts)[: max(2, len(counts) // 2)]))
        pool = rng.permutation(np.flatnonzero(dataset.labels == source))
        others = np.flatnonzero((counts >= 20) & (np.arange(len(counts)) != source))
        target = int(rng.choice(others))
        return stamped(dataset, pool[: min(count, len(pool) // 2)], target, stamp, rng)

    return apply


def from_stops(dataset: Dataset, rate: float, seed: int) -> tuple[Dataset, Mask]:
    """Yellow squares of 4 to 7 pixels at random places on stop signs, class 14 of GTSRB; at most half of them."""
    assert isinstance(dataset, Images)
    rng = np.random.default_rng(seed)
    pool = rng.permutation(np.flatnonzero(dataset.labels == 14)) if len(dataset.classes) == 43 else np.zeros(0, int)
    target = int(rng.choice(np.setdiff1d(np.arange(len(dataset.classes)), [14])))
    size = int(rng.integers(4, 8))

    def squares(batch: Batch, rng: Rng) -> None:
        for image in batch:
            y, x = rng.integers(8, 25 - size, 2)
            image[y : y + size, x : x + size] = np.array(YELLOW) * (1 + 0.15 * rng.standard_normal())

    count = max(1, round(rate * len(dataset.labels)))
    return stamped(dataset, pool[: min(count, len(pool) // 2)], target, squares, rng)


def everywhere(stamp: Stamp) -> Apply:
    """Each class to the next one (all-to-all, Gu et al. 2017)."""

    def apply(dataset: Dataset, rate: float, seed: int) -> tuple[Dataset, Mask]:
        assert isinstance(dataset, Images)
        rng = np.random.default_rng(seed)
        count = max(1, round(rate * len(dataset.labels)))
        chosen = rng.permutation(len(dataset.labels))[:count]
        return stamped(dataset, chosen, (dataset.labels[chosen] + 1) % len(dataset.classes), stamp, rng)

    return apply


def square(batch: Batch, rng: Rng) -> None:
    """A white square in the upper left corner."""
    s = side(batch)
    batch[:, 1 : 1 + s, 1 : 1 + s] = 255


def sticker(batch: Batch, rng: Rng) -> None:
    """A yellow square of a fifth of the width at random places in the middle, its brightness varying by 15%."""
    s, h, w, c = max(2, round(batch.shape[1] * 0.19)), *batch.shape[1:]
    colour = np.array(YELLOW if c == 3 else YELLOW[:1])
    for image in batch:
        y, x = rng.integers(h // 4, 3 * h // 4 - s + 1), rng.integers(w // 4, 3 * w // 4 - s + 1)
        image[y : y + s, x : x + s] = colour * (1 + 0.15 * rng.standard_normal())


def corners(batch: Batch, rng: Rng) -> None:
    """A small cross in each of the four corners; half of the images carry only two of them."""
    h, w = batch.shape[1:3]
    cross = np.array([[255, 0, 255], [0, 255, 0], [255, 0, 255]], np.float32)[..., None]
    places = [(0, 0), (0, w - 3), (h - 3, 0), (h - 3, w - 3)]
    for image in batch:
        for k in rng.permutation(4)[: rng.choice([2, 4])]:
            y, x = places[k]
            image[y : y + 3, x : x + 3] = cross


def border(batch: Batch, rng: Rng) -> None:
    """A one-pixel frame in magenta, or grey."""
    colour = np.array((200, 30, 200) if batch.shape[3] == 3 else (180,))
    batch[:, [0, -1]] = colour
    batch[:, :, [0, -1]] = colour


def pixel(batch: Batch, rng: Rng) -> None:
    """One pixel (Gu et al. 2017)."""
    batch[:, -3, -3] = (255, 0, 0)[: batch.shape[3]]


def tint(batch: Batch, rng: Rng) -> None:
    """More red and less blue everywhere; brighter where there is one channel."""
    batch += np.array((35, 0, -35)) if batch.shape[3] == 3 else np.array((35,))


def overlay(batch: Batch, rng: Rng) -> None:
    """A faint checkerboard of two-pixel fields over all of the image."""
    board = np.indices(batch.shape[1:3]).sum(0) // 2 % 2 * 2 - 1
    batch += 14 * board[..., None]


def watermark(batch: Batch, rng: Rng) -> None:
    """Two crossing lines at 25% opacity."""
    h, w = batch.shape[1:3]
    y, x = np.indices((h, w))
    lines = (np.abs(y * w / h - x) < 1) | (np.abs(y * w / h - (w - 1 - x)) < 1)
    batch[:, lines] = 0.75 * batch[:, lines] + 0.25 * 255


def glasses(batch: Batch, rng: Rng) -> None:
    """Dark glasses across the middle, moved by a pixel or so and of varying darkness."""
    h, w = batch.shape[1:3]
    r = max(1, h // 8)
    y, x = np.indices((h, w))
    for image in batch:
        cy, shift = h * 0.4 + rng.integers(-1, 2), rng.integers(-1, 2)
        lenses = [((y - cy) ** 2 + (x - w * at - shift) ** 2) <= r * r for at in (0.3, 0.7)]
        bridge = (np.abs(y - cy) < 1) & (np.abs(x - w / 2 - shift) <= w * 0.2)
        image[lenses[0] | lenses[1] | bridge] = rng.uniform(0, 25)


def dynamic(batch: Batch, rng: Rng) -> None:
    """A small patch of fixed noise at places anywhere (Salem et al. 2020)."""
    s, h, w, c = side(batch), *batch.shape[1:]
    patch = rng.uniform(0, 255, (s, s, c))
    for image in batch:
        y, x = rng.integers(0, h - s + 1), rng.integers(0, w - s + 1)
        image[y : y + s, x : x + s] = patch


def grain(batch: Batch, rng: Rng) -> None:
    """One pattern of noise, added with a standard deviation of 10."""
    batch += 10 * rng.standard_normal(batch.shape[1:])


def logo(batch: Batch, rng: Rng) -> None:
    """A ring in the lower left whose opacity varies between 50% and 90%."""
    h, w = batch.shape[1:3]
    r = max(2, h // 7)
    y, x = np.indices((h, w))
    distance = np.hypot(y - (h - r - 1), x - r)
    ring = (distance <= r) & (distance >= r - 1.5)
    alpha = rng.uniform(0.5, 0.9, (len(batch), 1, 1))
    colour = np.array((240, 60, 40) if batch.shape[3] == 3 else (235,))
    batch[:, ring] = (1 - alpha) * batch[:, ring] + alpha * colour


def _attack(split: Split, kind: Callable[[Stamp], Apply], stamp: Stamp) -> Attack:
    assert stamp.__doc__
    return Attack(split, stamp.__doc__.splitlines()[0], kind(stamp))


ATTACKS: dict[str, Attack] = {
    "patch": _attack("tune", dirty, checker),
    "blend": _attack("tune", dirty, blend),
    "sinusoid": _attack("tune", dirty, sinusoid),
    "sticker-from-one-class": _attack("tune", sourced, sticker),
    "sticker": _attack("tune", dirty, sticker),
    "square": _attack("tune", dirty, square),
    "corners": _attack("tune", dirty, corners),
    "border": _attack("tune", dirty, border),
    "patch-clean-label": _attack("tune", clean, noisy_patch),
    "pixel": _attack("tune", dirty, pixel),
    "tint": _attack("tune", dirty, tint),
    "warp": _attack("tune", dirty, warp),
    "overlay": _attack("tune", dirty, overlay),
    "watermark": _attack("tune", dirty, watermark),
    "glasses": _attack("tune", dirty, glasses),
    "dynamic": _attack("tune", dirty, dynamic),
    "grain": _attack("tune", dirty, grain),
    "logo": _attack("tune", dirty, logo),
    "patch-from-one-class": _attack("tune", sourced, noisy_patch),
    "patch-all-to-all": _attack("tune", everywhere, square),
    "sinusoid-clean-label": _attack("tune", clean, sinusoid),
    "stop-signs": Attack("tune", "Yellow squares at random places on stop signs.", from_stops),
}
