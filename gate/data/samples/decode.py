"""Images as arrays of one size; what cannot be decoded is told, never guessed."""

from __future__ import annotations

import io
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from gate.data.images import FORMATS, MAX_PIXELS
from gate.data.interface import Piece

if TYPE_CHECKING:
    from gate.data.samples.interface import Pixels

SIDE = 64
"""Pixels of the longest side that are looked at; larger images are made smaller by averaging."""
SMALLER = (64, 48, 32)
"""Sides that are tried, for there to be room for all images."""
MAX_FILE = 64 * 1024 * 1024
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
_TOPS = (1.0, 255.0, 4095.0, 65535.0)
"""The greatest values of pixels as cameras and programs write them."""

Shape = tuple[int, int, int]
"""Height, width, and 1 or 3 for grey or coloured."""


def whole(piece: Piece) -> bytes:
    """The bytes of a file; none where it is larger than any image that is decoded."""
    return piece.pread(MAX_FILE + 1) if piece.size <= MAX_FILE else b""


def common(some: Sequence[bytes]) -> Shape:
    """The shape that images like `some` are brought to: their own where they share one that is small enough."""
    heads = [found for data in some if (found := _head(data)) is not None]
    if not heads:
        return (32, 32, 3)
    channels = 1 if all(mode in ("1", "L", "I", "I;16", "LA") for _, _, mode in heads) else 3
    (height, width), often = Counter((height, width) for height, width, _ in heads).most_common(1)[0]
    if often >= 0.9 * len(heads) and max(height, width) <= SIDE:
        return (height, width, channels)
    side = min(SIDE, max(8, int(np.median([max(height, width) for height, width, _ in heads]))))
    return (side, side, channels)


def fitting(shape: Shape, number: int, room: int) -> tuple[Shape, int]:
    """The shape with which `number` images fit into `room` bytes, and how many of them do."""
    height, width, channels = shape
    for side in SMALLER:
        if max(height, width) > side:
            scale = side / max(height, width)
            height, width = max(1, round(height * scale)), max(1, round(width * scale))
        if number * height * width * channels <= room:
            break
    return (height, width, channels), min(number, max(1000, room // (height * width * channels)))


def pixels(data: bytes, shape: Shape) -> Pixels | None:
    """The image in that shape; None where it cannot be decoded."""
    height, width, channels = shape
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    return None
                image.draft("L" if channels == 1 else "RGB", (width, height))  # JPEG can skip most of its work
                plain = _eight_bits(image).convert("L" if channels == 1 else "RGB")
    except Exception:  # decoders raise all sorts of errors for what they cannot read
        return None
    if plain.size != (width, height):
        plain = plain.resize((width, height), Image.Resampling.BOX)
    return np.asarray(plain, np.uint8).reshape(shape)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Images with more bits are brought to eight: Pillow would cut all values off at 255, and leave white.

    The range is a usual one, by nearly all pixels of the image: a single huge one must not make it black.
    """
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.nan_to_num(np.asarray(image, np.float32))
    low = min(0.0, float(np.quantile(values, 0.01, method="higher")))
    high = float(np.quantile(values, 0.99, method="lower"))
    high = next((top for top in _TOPS if high <= top), high)
    return Image.fromarray(((np.clip(values, low, high) - low) * (255 / (high - low))).round().astype(np.uint8))


def _head(data: bytes) -> tuple[int, int, str] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                return image.height, image.width, image.mode
    except Exception:
        return None
