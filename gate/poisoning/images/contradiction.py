"""The test: does a feature decide the label although the rest of the image says otherwise?

Two null hypotheses, and both must fall. Within a class, whether the rest of an image contradicts its label does not
depend on whether it shows the feature (Fisher's exact test): this holds for what a class has by nature. Among images
that look alike, the label does not depend on the feature (the same test): this holds for wrong labels, whatever the
class that they come from carries. The feature was found on other rows, so both hold as they stand; images of one scene
count once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import fisher_exact

from gate.poisoning.images import copies, looks
from gate.poisoning.images.view import FEW, conflicting, resembled

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.poisoning.images.looks import Floats32
    from gate.poisoning.images.view import Mask, View
    from gate.poisoning.interface import Ints

    Treated = Callable[[Ints], Floats32]

MOST = 160
"""Images of a kind that are looked at closely."""
LEAST = 3
"""Images with the feature."""
MINED = 2000
"""Images of the first half among which copies are looked for."""
OTHERS = 400
"""Images without the feature that say how often a label is given to what looks so."""
ENOUGH = 10
"""Images without the feature that a class must have: what all images of a class show is a property of the class."""
FIRST_LOOK = 0.3
"""Share of contradictions below which the rest of the test is not worth its time."""
FOLLOWING = 0.8
"""Share of contradicting images whose label is that of most others that look like the same class."""


class Contradiction(NamedTuple):
    """`share` of the images with the feature that look like other classes, `usual` of others with the same labels.

    `decided` is the share of the images with the feature, of those that do not look like the class, that have its
    label. `plain` is the share that contradicts its label even as it is: the images of a kind of its own have each
    other as neighbours. `variety` is the mean distance between images with the feature over that between images of the
    classes they look like: 1 where they have nothing but the feature in common, less where they are of one kind.
    `tested` are scenes, `believed` the classes they look like.
    """

    p: float
    share: float
    usual: float
    decided: float
    plain: float
    variety: float
    tested: int
    believed: Ints


class Question(NamedTuple):
    """What is tested: images of `target`, or of all classes where it is None, that are `shown` to have the feature.

    `treated` are the features of rows once the trigger is taken away; `hidden` are the cells it is in, None where it
    is to be found out. An image contradicts its label when `few` neighbours or less have it, or, where `toward` names
    the classes (a mask) that the feature was found on, when no more than `few` have another label than these.
    """

    target: int | None
    shown: Mask
    treated: Treated
    hidden: Mask | None = None
    few: int = FEW
    toward: Mask | None = None

    def against(self, votes: Ints, labels: Ints) -> Mask:
        """Where the neighbours' votes contradict the label."""
        if self.toward is None:
            return conflicting(votes, labels, self.few)
        return np.asarray(votes[:, ~self.toward].sum(1) <= self.few)


class _Seen(NamedTuple):
    rows: Ints
    features: Floats32
    votes: Ints


def contradiction(view: View, question: Question) -> Contradiction | None:
    """The test on the second half of the rows; None where even a first look does not speak for it."""
    rng = np.random.default_rng(view.seed + 1)
    labels = view.images.labels
    own = ~view.first if question.target is None else view.of(question.target) & ~view.first
    rest = own & ~question.shown
    if (own & question.shown).sum() < LEAST or rest.sum() < ENOUGH:
        return None
    with_it = _scenes(view, question, own & question.shown, rng)
    if not len(with_it.rows):
        return None
    if question.against(with_it.votes, labels[with_it.rows]).mean() < FIRST_LOOK:
        return None
    if question.hidden is None and question.few == FEW:
        question = question._replace(hidden=_differing(view, with_it))
        with_it = with_it._replace(votes=view.judge(with_it.rows, with_it.features, question.hidden))
    without = _some(view, question, rest, MOST, rng)
    conflict = question.against(with_it.votes, labels[with_it.rows])
    normal = question.against(without.votes, labels[without.rows])
    if not conflict.any():
        return None
    table = [[conflict.sum(), (~conflict).sum()], [normal.sum(), (~normal).sum()]]
    believed = resembled(with_it.votes, labels[with_it.rows])[conflict]
    chance, decided = _decision(view, question, np.unique(believed), with_it, rng)
    return Contradiction(
        p=max(float(fisher_exact(table, alternative="greater").pvalue), chance),
        share=float(conflict.mean()),
        usual=float(normal.mean()),
        decided=decided,
        plain=float(view.conflict[with_it.rows].mean()),
        variety=_variety(view, with_it.features[conflict], believed, question.hidden, rng),
        tested=len(with_it.rows),
        believed=np.unique(believed),
    )


def _scenes(view: View, question: Question, rows: Mask, rng: np.random.Generator) -> _Seen:
    """Some rows, one of each scene and none of which the first half has a copy, with what they look like."""
    mined = view.first if question.target is None else view.first & view.of(question.target)
    before = rng.permutation(np.flatnonzero(mined))[:MINED]
    chosen = rng.permutation(np.flatnonzero(rows))[:MOST]
    new = np.zeros(len(rows), bool)
    new[chosen[~copies.known(view.looks.features[chosen], view.looks.features[before])]] = True
    if new.sum() < LEAST:
        return _Seen(np.zeros(0, np.int64), view.looks.features[:0], view.votes[:0])
    some = _some(view, question, new, MOST, rng)
    one = copies.distinct(some.features, looks.grid(view.images.pixels), view.alike)
    return _Seen(some.rows[one], some.features[one], some.votes[one])


def _some(view: View, question: Question, rows: Mask, most: int, rng: np.random.Generator) -> _Seen:
    chosen = np.sort(rng.permutation(np.flatnonzero(rows))[:most])
    features = question.treated(chosen)
    return _Seen(chosen, features, view.judge(chosen, features, question.hidden))


def _differing(view: View, seen: _Seen) -> Mask | None:
    """The cells in which these images differ from the classes they resemble, if they are few."""
    believed = resembled(seen.votes, view.images.labels[seen.rows])
    means = {kind: view.looks.features[view.of(int(kind))].mean(0) for kind in np.unique(believed)}
    difference = seen.features.mean(0) - np.mean([means[kind] for kind in believed], axis=0)
    energy = (difference.reshape(view.looks.cells, -1) ** 2).sum(1)
    order = np.argsort(-energy)
    needed = int(np.searchsorted(np.cumsum(energy[order]), 0.7 * energy.sum())) + 1
    if needed > view.looks.cells // 4:
        return None
    hidden = np.zeros(view.looks.cells, bool)
    hidden[order[:needed]] = True
    return hidden


def _decision(
    view: View, question: Question, believed: Ints, with_it: _Seen, rng: np.random.Generator
) -> tuple[float, float]:
    """The p-value of the second null hypothesis, and the share of the images with the feature that have the label."""
    if question.target is None:
        return _rule(view, question, with_it)
    labels, target = view.images.labels, question.target
    everywhere = _scenes(view, question, question.shown & ~view.first, rng)
    pool = ~question.shown & ~view.first & np.isin(labels, [*believed, target])
    if not pool.any():
        return 1.0, 0.0
    others = _some(view, question, pool, OTHERS, rng)
    shown, plain = (
        labels[some.rows[question.against(some.votes, np.full(len(some.rows), target))]] == target
        for some in (everywhere, others)
    )
    if not len(shown):
        return 1.0, 0.0
    table = [[shown.sum(), (~shown).sum()], [plain.sum(), (~plain).sum()]]
    return float(fisher_exact(table, alternative="greater").pvalue), float(shown.mean())


def _rule(view: View, question: Question, with_it: _Seen) -> tuple[float, float]:
    """The same where labels are many: wrong labels that follow from what images look like, not chance."""
    labels = view.images.labels[with_it.rows]
    conflict = question.against(with_it.votes, labels)
    pairs = np.zeros((with_it.votes.shape[1],) * 2, np.int64)
    np.add.at(pairs, (resembled(with_it.votes, labels)[conflict], labels[conflict]), 1)
    following = float(pairs.max(1).sum() / pairs.sum())
    seen = pairs.sum(1) > 1
    several = len(np.unique(pairs[seen].argmax(1))) > 1
    return (0.0 if following >= FOLLOWING and several else 1.0), following


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


def _spread(values: Floats32) -> float:
    squares = (values * values).sum(1)
    distance = np.sqrt(np.maximum(squares[:, None] + squares - 2 * values @ values.T, 0))
    return float(distance.sum() / max(1, len(values) * (len(values) - 1)))
