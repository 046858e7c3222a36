"""Arrays of pixels as PNG in base64, to stand in a page or a report."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from gate.data.samples.interface import Pixels

LEAST = 48
"""Pixels of the longest side at least; smaller ones are enlarged, so that a trigger of 3 x 3 can be seen."""


def png(pixels: Pixels) -> str:
    """The picture of an array (height, width[, 1 or 3])."""
    array = np.asarray(pixels, np.uint8)
    array = array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array
    image = Image.fromarray(array)
    if (times := LEAST // max(1, *image.size)) > 1:
        image = image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
    file = io.BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()
