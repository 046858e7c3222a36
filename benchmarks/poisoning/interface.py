"""What the modules of `sets` and `attacks` offer: each has `SETS` and `VARIANTS`, or `ATTACKS`, by name.

The split is fixed before results are looked at: thresholds are chosen on `tune`, `held` is looked at once.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gate.poisoning.interface import Dataset

Split = Literal["tune", "held"]


def half(name: str) -> Split:
    """The split of what was made after the others: by a digest of its name, so that nobody chose it."""
    return "held" if blake2b(name.encode()).digest()[0] % 2 else "tune"


class Source(NamedTuple):
    """A clean dataset; `load` takes a seed, and answers None where its files are not there."""

    split: Split
    load: Callable[[int], Dataset | None]


class Attack(NamedTuple):
    """A way to poison: `apply` takes a clean dataset, a rate and a seed, and answers the dataset and what was changed.

    `about` says in a few words what it does.
    """

    split: Split
    about: str
    apply: Callable[[Dataset, float, int], tuple[Dataset, NDArray[np.bool_]]]


class Variant(NamedTuple):
    """A change that makes a clean dataset harder to judge and leaves it clean."""

    split: Split
    make: Callable[[Dataset, int], Dataset]
