"""What is normal in a dataset: how clearly texts of one class contradict the label of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gate.poisoning.texts.rest import Rest, without_strongest

if TYPE_CHECKING:
    from gate.poisoning.interface import Floats, Ints

STRANGERS = 0.8
"""A text contradicts a label as clearly as this share of the texts of other classes does."""
BETTER = 0.1
"""How much better all classes together must tell texts of others than the best other class does."""


class Baseline(NamedTuple):
    """What is normal: a text of label t that seems to be of class c contradicts t when its margin is below limit[t, c].

    Where t is `pooled`, what a text says of t counts alone, against all classes together, and the limit is alone[t]:
    among many classes the best other one is often best by chance. `foreign` is by class the share of the texts of
    other classes that contradict it, `own` that of the texts of the class, each without its strongest word.
    """

    limit: Floats
    alone: Floats
    pooled: NDArray[np.bool_]
    foreign: Floats
    own: Floats

    def contradicts(self, says: Floats, labels: Ints) -> NDArray[np.bool_]:
        """Whether what texts say contradicts the labels."""
        rows = np.arange(len(labels))
        others = says.copy()
        others[rows, labels] = -np.inf
        seems = others.argmax(axis=1)
        margin = says[rows, labels] - says[rows, seems] < self.limit[labels, seems]
        against: NDArray[np.bool_] = np.where(self.pooled[labels], says[rows, labels] < self.alone[labels], margin)
        return against

    @property
    def gap(self) -> Floats:
        """By class, how much more often texts of others contradict it."""
        return self.foreign - self.own


def baseline(rest: Rest) -> Baseline:
    """What is normal in this dataset."""
    classes = rest.says.shape[1]
    limit, alone = np.zeros((classes, classes)), np.zeros(classes)
    for label in range(classes):
        inside = rest.labels == label
        says = rest.says[inside]
        limit[:, label] = np.minimum(np.quantile(says - says[:, [label]], STRANGERS, axis=0), 0)
        alone[label] = min(float(np.quantile(rest.says[~inside, label], STRANGERS)), 0)
    stripped = without_strongest(rest)
    by_best, by_all = (
        _measured(Baseline(limit, alone, np.full(classes, pooled), np.zeros(classes), np.ones(classes)), rest, stripped)
        for pooled in (False, True)
    )
    pooled = by_all.gap > by_best.gap + BETTER
    return Baseline(
        limit,
        alone,
        pooled,
        np.where(pooled, by_all.foreign, by_best.foreign),
        np.where(pooled, by_all.own, by_best.own),
    )


def _measured(normal: Baseline, rest: Rest, stripped: Floats) -> Baseline:
    """With how often texts of each class, without their strongest word, and of other classes contradict it."""
    against = normal.contradicts(stripped, rest.labels)
    for label in range(len(normal.own)):
        inside = rest.labels == label
        strangers = rest.says[~inside]
        normal.foreign[label] = normal.contradicts(strangers, np.full(len(strangers), label)).mean()
        normal.own[label] = (np.sum(against[inside]) + 1) / (inside.sum() + 2)
    return normal
