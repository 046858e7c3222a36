"""How the loss went while the network learnt: by class and epoch, and by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gate.poisoning.interface import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gate.poisoning.interface import Ints

    Floats32 = NDArray[np.float32]

MAX_CLASSES = 100
NEAR = 25
"""Batches on either side that a batch is compared with."""
SPIKE = 6.0
"""Standard deviations above the batches near it, by their median deviation."""
NORMAL = 1.4826
"""The standard deviation of normal values over their median deviation (Hampel 1974)."""


def curves(losses: Floats32, labels: Ints, classes: Sequence[str]) -> Mapping[str, tuple[float, ...]]:
    """The mean loss of each class by epoch; of many classes the first ones."""
    return {
        classes[target]: tuple(np.nan_to_num(losses[:, labels == target].mean(1)).tolist())
        for target in np.unique(labels)[:MAX_CLASSES]
    }


def leaps(batches: Floats32, worst: Ints) -> tuple[Evidence, ...]:
    """A note of the batches whose loss leapt, with the worst sample of each."""
    found = spikes(batches)
    if not len(found):
        return ()
    message = f"the loss leapt in {len(found)} of {len(batches)} batches; named is the worst sample of each"
    effects = {"batches": float(len(found)), "highest": float(batches[found].max())}
    return (Evidence("loss-spikes", "note", message, np.unique(worst[found]), None, effects),)


def spikes(batches: Floats32) -> NDArray[np.intp]:
    """The batches whose loss stands out from those near them."""
    padded = np.pad(batches.astype(np.float64), NEAR, mode="symmetric")
    near = np.lib.stride_tricks.sliding_window_view(padded, 2 * NEAR + 1)
    middle = np.median(near, axis=1)
    deviation = NORMAL * np.median(np.abs(near - middle[:, None]), axis=1)
    return np.flatnonzero(batches - middle > SPIKE * (deviation + 1e-3))
