"""The trigger as a picture and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gate.poisoning.interface import Ints, Pixels

WIDE = 0.5
"""Share of the image from which on a trigger is a pattern over the whole of it."""
FEW = 9
"""How many of the most different pixels say how different the trigger is."""
APART = 5.0
"""How many times more different the pixels of a patch are than the typical pixel."""
GAIN = 3.0
"""How much a faint pattern is strengthened so that eyes can see it."""


class Cutout(NamedTuple):
    """`words` without the class; where it is, in pixels; `picture` is (height, width, 3)."""

    words: str
    y: int
    x: int
    picture: Pixels

    @property
    def parts(self) -> dict[str, str | int | float]:
        """For programs."""
        return {"y": self.y, "x": self.x, "height": self.picture.shape[0], "width": self.picture.shape[1]}


def coloured(picture: Pixels) -> Pixels:
    """Three channels, always."""
    return np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else picture


def _where(y: float, x: float, height: int, width: int) -> str:
    down = ("upper", "", "lower")[min(2, int(3 * y / height))]
    across = ("left", "", "right")[min(2, int(3 * x / width))]
    return f"at the {down} {across}".replace("  ", " ").rstrip() if down or across else "in the middle"


def _box(strong: NDArray[np.bool_]) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(strong.any(1)), np.flatnonzero(strong.any(0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def fixed(shown: Pixels, alike: Pixels) -> Cutout:
    """What images have in common at one place; `alike` are as many of the classes that they look like."""
    shown_mean, alike_mean = shown.astype(np.float32).mean(0), alike.astype(np.float32).mean(0)
    difference = shown_mean - alike_mean
    noise = np.sqrt((shown.var(0) + alike.var(0)) / len(shown)).mean(2) + 4
    strength = np.abs(difference).max(2) / noise
    strong = strength >= max(4.0, 0.5 * float(np.sort(strength, axis=None)[-FEW:].mean()))
    height, width = strong.shape
    apart = strong.any() and strength[strong].mean() >= APART * np.median(strength)
    if not apart or strong.mean() > WIDE / 2 or _area(strong) > WIDE * strong.size:
        frame = strong.copy()
        frame[2:-2, 2:-2] = False
        words = "a frame" if apart and frame.sum() > 0.8 * strong.sum() else "a pattern over the whole image"
        visible = np.clip(128 + GAIN * difference, 0, 255).astype(np.uint8)
        return Cutout(words, 0, 0, coloured(visible))
    rows, columns = _box(strong)
    size = f"{rows.stop - rows.start}x{columns.stop - columns.start}"
    words = f"a {size} patch {_where((rows.start + rows.stop) / 2, (columns.start + columns.stop) / 2, height, width)}"
    return Cutout(words, rows.start, columns.start, coloured(np.rint(shown_mean[rows, columns]).astype(np.uint8)))


def _area(strong: NDArray[np.bool_]) -> int:
    rows, columns = _box(strong)
    return int((rows.stop - rows.start) * (columns.stop - columns.start))


def moving(pixels: Pixels, places: Ints, side: int) -> Cutout:
    """A thing at changing places: the surroundings of the first image's place."""
    (y, x), (height, width) = places[0], pixels.shape[1:3]
    top, left = max(0, int(y) - side // 2), max(0, int(x) - side // 2)
    part = pixels[0, top : min(height, top + 2 * side), left : min(width, left + 2 * side)]
    return Cutout("a sticker at changing places", int(y), int(x), coloured(part))
