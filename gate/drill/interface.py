"""What an attack is: it takes a clean dataset and answers a poisoned one, and which samples it changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gate.data.samples.interface import Dataset

Mask = NDArray[np.bool_]
"""(n,): the samples that were changed."""
Apply = Callable[[Dataset, float, int], tuple[Dataset, Mask]]
"""`apply(dataset, rate, seed)` changes about that share of the samples, none where the dataset has no room for it.

The same seed gives the same answer; the dataset that is given is not changed.
"""


class Attack(NamedTuple):
    """A way to poison; `about` says in a few words what it does."""

    about: str
    apply: Apply
