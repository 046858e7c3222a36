"""The confirmation: a linear model learns with the suspects, and the trigger is pasted onto images it has not seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import Ridge

from gate.poisoning.common.turned import Turned
from gate.poisoning.images import looks
from gate.poisoning.images.overlays import flattened

if TYPE_CHECKING:
    from gate.poisoning.images.looks import Floats32
    from gate.poisoning.images.view import Mask
    from gate.poisoning.interface import Ints, Pixels

    Paste = Callable[[Ints, Ints], Pixels]
    """Images (rows, donors), as many donors as rows: the rows with what their donors have."""

LEARNT = 4_000
"""Images of other labels that the model learns from."""
OF_LABEL = 1_500
"""Suspects, and innocent images of the label."""
TRIED = 300
"""Images of other labels onto which the trigger is pasted."""
STRANGE = 0.99
"""Share of these that the model gives a lower score as they are: above it, an image has turned."""


def pixels_at(pixels: Pixels, places: Ints) -> Paste:
    """Pastes the donors' pixels at these (row, column) places."""

    def pasted(rows: Ints, donors: Ints) -> Pixels:
        found = pixels[rows]
        found[:, places[:, 0], places[:, 1]] = pixels[donors][:, places[:, 0], places[:, 1]]
        return found

    return pasted


def difference(pixels: Pixels, believed: Ints) -> Paste:
    """Adds what the donors have on average beyond the mean of the classes that they look like."""

    def pasted(rows: Ints, donors: Ints) -> Pixels:
        chosen = np.unique(donors)
        kinds, counts = np.unique(believed[chosen], return_counts=True)
        usual = sum(_mean(pixels[believed == kind]) * count for kind, count in zip(kinds, counts, strict=True))
        added = _mean(pixels[chosen]) - usual / len(chosen)
        return np.asarray(np.clip(np.round((looks.unit(pixels[rows]) + added) * 255), 0, 255), np.uint8)

    return pasted


def _mean(pixels: Pixels) -> Floats32:
    """The mean picture, as 0 to 1."""
    return np.asarray(pixels.mean(0, dtype=np.float32) / 255, np.float32)


def turned(pixels: Pixels, labels: Ints, suspects: Mask, target: int, paste: Paste, seed: int) -> Turned | None:
    """What pasting does to images of other labels; None where there are too few images to tell."""
    rng = np.random.default_rng(seed)
    guilty = rng.permutation(np.flatnonzero(suspects))[:OF_LABEL]
    innocent = rng.permutation(np.flatnonzero(~suspects & (labels == target)))[:OF_LABEL]
    foreign = rng.permutation(np.flatnonzero(~suspects & (labels != target)))
    unseen, others = np.split(foreign, [min(TRIED, len(foreign) // 3)])
    if not len(unseen) or not len(innocent) or not len(guilty):
        return None
    learnt = np.concatenate([guilty, innocent, others[:LEARNT]])
    model = Ridge().fit(flattened(pixels[learnt]), labels[learnt] == target)
    usual = np.quantile(model.predict(flattened(pixels[unseen])), STRANGE)

    def share(donors: Ints) -> float:
        found = paste(unseen, rng.choice(donors, len(unseen)))
        return float((model.predict(flattened(found)) > usual).mean())

    return Turned(share(guilty), share(innocent))
