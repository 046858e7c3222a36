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


class Baseline(NamedTuple):
    """What is normal: a text of label t that seems to be of class c contradicts t when its margin is below limit[t, c].

    `foreign` is by class the share of the texts of other classes that do, `own` that of the texts of the class, each
    without its strongest word.
    """

    limit: Floats
    foreign: Floats
    own: Floats

    def contradicts(self, says: Floats, labels: Ints) -> NDArray[np.bool_]:
        """Whether what texts say contradicts the labels."""
        rows = np.arange(len(labels))
        others = says.copy()
        others[rows, labels] = -np.inf
        seems = others.argmax(axis=1)
        below: NDArray[np.bool_] = says[rows, labels] - says[rows, seems] < self.limit[labels, seems]
        return below


def baseline(rest: Rest) -> Baseline:
    """What is normal in this dataset."""
    classes = rest.says.shape[1]
    limit = np.zeros((classes, classes))
    for label in range(classes):
        says = rest.says[rest.labels == label]
        limit[:, label] = np.minimum(np.quantile(says - says[:, [label]], STRANGERS, axis=0), 0)
    found = Baseline(limit, np.zeros(classes), np.ones(classes))
    stripped = found.contradicts(without_strongest(rest), rest.labels)
    for label in range(classes):
        inside = rest.labels == label
        strangers = rest.says[~inside]
        found.foreign[label] = found.contradicts(strangers, np.full(len(strangers), label)).mean()
        found.own[label] = (np.sum(stripped[inside]) + 1) / (inside.sum() + 2)
    return found
