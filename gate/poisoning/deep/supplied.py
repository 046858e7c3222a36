"""The deep scan on features that a user supplies: from a network that does what the data are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.poisoning.deep.cross import judged
from gate.poisoning.deep.inputs import kinds
from gate.poisoning.interface import Dataset, Scan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gate.poisoning.interface import Budget


class Supplied(NamedTuple):
    """Samples with a row of `features` (samples, features) for each."""

    samples: Dataset
    features: NDArray[np.float32]


def scan(data: Supplied, budget: Budget, seed: int) -> Scan:
    """What `gate.poisoning.deep.scan` does with the features of its network."""
    labels, classes = kinds(data.samples, seed)
    return judged(data.features, labels, classes, budget, seed)
