"""The deep scan: trains a small network on the samples, and looks for groups in what it learnt of each class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gate.poisoning.deep.cross import judged
from gate.poisoning.deep.inputs import inputs
from gate.poisoning.deep.sampling import length, sampled, spread
from gate.poisoning.deep.spectral import LEAST
from gate.poisoning.interface import Dataset, Scan

if TYPE_CHECKING:
    from gate.poisoning.interface import Budget


def scan(data: Dataset, budget: Budget, seed: int) -> Scan:
    """Warns of groups on which several signals agree; the columns are the signals, the curves are those of the loss."""
    from gate.poisoning.deep.curves import curves, leaps
    from gate.poisoning.deep.network import learn

    size = length(data)
    if size < 2 * LEAST:
        return Scan((), np.zeros(size), (f"hidden groups: there are fewer than {2 * LEAST} samples",))
    some, rows = sampled(data, seed)
    given = inputs(some, seed)
    budget.check()
    learnt = learn(given, budget, seed)
    found = judged(learnt.features, given.labels, given.classes, budget, seed)
    found = found._replace(
        evidence=(*found.evidence, *leaps(learnt.batches, learnt.worst)),
        curves=curves(learnt.losses, given.labels, given.classes),
    )
    return spread(found, rows, size)
