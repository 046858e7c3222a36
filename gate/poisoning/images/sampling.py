"""Which images are looked at where there are too many for the time and memory of a scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gate.poisoning.interface import Images

if TYPE_CHECKING:
    from gate.poisoning.interface import Ints

MOST = 50_000


def sampled(images: Images, seed: int) -> tuple[Images, Ints, tuple[str, ...]]:
    """At most `MOST` images chosen by chance, which rows they are, and what that leaves out, in words."""
    count = len(images.labels)
    if count <= MOST:
        return images, np.arange(count), ()
    rows = np.sort(np.random.default_rng(seed).choice(count, MOST, replace=False))
    words = f"images: {count - MOST} of {count} were not looked at; {MOST} were chosen by chance"
    return Images(images.pixels[rows], images.labels[rows], images.classes), rows, (words,)
