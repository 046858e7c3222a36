"""The test: do the images that show a feature look like other classes once the feature is out of sight?

Null hypothesis: within a class, whether the rest of an image contradicts its label does not depend on whether it shows
the feature. The feature was found on other rows, so Fisher's exact test holds as it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import fisher_exact

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.poisoning.images.looks import Floats32
    from gate.poisoning.images.view import Mask, View
    from gate.poisoning.interface import Ints

MOST = 80
"""Images of a kind that are looked at closely."""
ENOUGH = 10
"""Images without the feature that a class must have: what all images of a class show is a property of the class."""
FIRST_LOOK = 0.3
"""Share of contradictions below which the rest of the test is not worth its time."""


class Contradiction(NamedTuple):
    """`share` of the images with the feature that look like other classes, `usual` of others with the same labels.

    `variety` is the mean distance between images with the feature over that between images of the classes they look
    like: 1 where they have nothing but the feature in common, less where they are of one kind. `believed` are the
    classes they look like.
    """

    p: float
    share: float
    usual: float
    variety: float
    tested: int
    believed: Ints


def _some(rows: Mask, rng: np.random.Generator) -> Ints:
    return np.sort(rng.permutation(np.flatnonzero(rows))[:MOST])


def _spread(values: Floats32) -> float:
    squares = (values * values).sum(1)
    distance = np.sqrt(np.maximum(squares[:, None] + squares - 2 * values @ values.T, 0))
    return float(distance.sum() / max(1, len(values) * (len(values) - 1)))


def hide(view: View, features: Floats32, believed: Ints) -> Mask | None:
    """The cells in which these images differ from the classes they resemble, if they are few."""
    means = np.stack([view.looks.features[view.of(int(kind))].mean(0) for kind in believed])
    difference = (features - means).mean(0)
    energy = (difference.reshape(view.looks.cells, -1) ** 2).sum(1)
    order = np.argsort(-energy)
    needed = int(np.searchsorted(np.cumsum(energy[order]), 0.7 * energy.sum())) + 1
    if needed > view.looks.cells // 4:
        return None
    hidden = np.zeros(view.looks.cells, bool)
    hidden[order[:needed]] = True
    return hidden


def contradiction(
    view: View, own: Mask, shown: Mask, treated: Callable[[Ints], Floats32], hidden: Mask | None = None
) -> Contradiction | None:
    """The test on the second half of the rows of `own`; None where even a first look does not speak for it.

    `treated` are the features of rows once the trigger is taken away; `hidden` are the cells it is in.
    """
    rng = np.random.default_rng(view.seed + 1)
    rows, rest = _some(shown & own & ~view.first, rng), _some(own & ~shown & ~view.first, rng)
    if len(rows) < 3 or len(rest) < ENOUGH:
        return None
    features = treated(rows)
    believed, conflict, _ = view.judge(rows, features, hidden)
    if conflict.mean() < FIRST_LOOK:
        return None
    if hidden is None:
        hidden = hide(view, features, believed)
        believed, conflict, _ = view.judge(rows, features, hidden)
    _, normal, _ = view.judge(rest, treated(rest), hidden)
    table = [[conflict.sum(), (~conflict).sum()], [normal.sum(), (~normal).sum()]]
    return Contradiction(
        p=float(fisher_exact(table, alternative="greater").pvalue),
        share=float(conflict.mean()),
        usual=float(normal.mean()),
        variety=_variety(view, features[conflict], believed[conflict], hidden, rng),
        tested=int((shown & own & ~view.first).sum()),
        believed=np.unique(believed[conflict]),
    )


def _variety(view: View, features: Floats32, believed: Ints, hidden: Mask | None, rng: np.random.Generator) -> float:
    alike = []
    for kind in believed:
        candidates = np.flatnonzero(view.of(int(kind)) & ~view.conflict)
        if len(candidates):
            alike.append(rng.choice(candidates))
    if min(len(features), len(alike)) < 3:
        return 0.0
    basis = view.looks.seen(hidden)
    return _spread(features @ basis) / (_spread(view.looks.features[alike] @ basis) + 1e-9)
