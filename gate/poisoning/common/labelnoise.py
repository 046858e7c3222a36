"""Labels that a model of the other samples contradicts: a ranked list and a rate, never a reason to block.

Confident learning (Northcutt, Jiang and Chuang 2021) as cleanlab has it. Backdoored samples rank low here, because a
model learns the trigger too; wrong labels rank high.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gate.poisoning.common.predictions import out_of_fold, own
from gate.poisoning.common.sampling import chosen, drawn
from gate.poisoning.interface import Evidence, Images, Level, Scan, Tabular, Texts

if TYPE_CHECKING:
    from gate.poisoning.interface import Budget, Floats, Ints

RATE = 0.03
"""The share of contradicted labels from which on it is worth a warning."""
LEAST = 5
"""Samples of a class below which nothing can be said about its labels."""


def scan(data: Images | Texts | Tabular, budget: Budget, seed: int) -> Scan:
    """Warns of a high rate of wrong labels; scores are the improbability of a label."""
    size = len(data.labels)
    counts = np.bincount(data.labels, minlength=len(data.classes))
    rare = [name for name, count in zip(data.classes, counts, strict=True) if 0 < count < LEAST]
    kept = np.flatnonzero(counts[data.labels] >= LEAST)
    kept, cut = drawn(kept.astype(np.int64), seed, "label noise")
    untested: tuple[str, ...] = (f"labels of {len(rare)} classes with fewer than {LEAST} samples",) if rare else ()
    untested += cut
    classes, labels = np.unique(data.labels[kept], return_inverse=True)
    if len(classes) < 2:
        return Scan((), np.zeros(size), ("label noise: there are no two classes to tell apart",))
    judged = chosen(data, kept)._replace(
        labels=labels.astype(np.int64), classes=tuple(data.classes[c] for c in classes)
    )
    probabilities = out_of_fold(judged, budget, seed)
    budget.check()
    wrong = issues(judged.labels, probabilities)
    scores = np.zeros(size)
    scores[kept] = np.where(wrong, 1 - own(probabilities, judged.labels), 0)
    suspects, said = kept[wrong], classes[probabilities[wrong].argmax(1)]
    looks_like = dict(zip(suspects.tolist(), said.tolist(), strict=True))
    return Scan(told(data, suspects, len(kept), said), scores, untested, looks_like=looks_like)


def issues(labels: Ints, probabilities: Floats) -> NDArray[np.bool_]:
    """Which labels are contradicted."""
    from cleanlab.filter import find_label_issues

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sums = np.maximum(probabilities.sum(1, keepdims=True), 1e-12)
        found: NDArray[np.bool_] = find_label_issues(labels, probabilities / sums, filter_by="both", n_jobs=1)
    return found


def told(
    data: Images | Texts | Tabular, suspects: NDArray[np.intp], size: int, said: NDArray[np.intp]
) -> tuple[Evidence, ...]:
    """The rate and the most frequent confusion, as a warning from a rate on, else as a note."""
    if not len(suspects):
        return ()
    rate = len(suspects) / size
    pairs, counts = np.unique(np.column_stack([data.labels[suspects], said]), axis=0, return_counts=True)
    given, other = pairs[counts.argmax()]
    message = (
        f"{len(suspects)} labels ({rate:.1%}) are contradicted by a model of the other samples, "
        f"most often {data.classes[given]!r} that look like {data.classes[other]!r} ({counts.max()})"
    )
    level: Level = "warn" if rate >= RATE else "note"
    return (Evidence("label-noise", level, message, suspects.astype(np.int64), None, {"rate": rate}),)
