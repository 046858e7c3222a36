"""What all miners of one scan share: rows in two halves, what the images look like, whom each resembles."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.poisoning.images import looks
from gate.poisoning.interface import Budget, Images

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gate.poisoning.images.looks import Floats32, Looks
    from gate.poisoning.interface import Ints

    Mask = NDArray[np.bool_]

FEW = 2
"""A label contradicts the rest of an image when at most so many of its 11 neighbours have it."""


class View(NamedTuple):
    """`first` are the rows on which features are mined; they are tested on the others.

    `resembles` is the class most frequent among each image's neighbours, `conflict` where the label is not that of
    more than `FEW` of them, and `sure` where moreover nearly all of them agree. `pool` are the rows in which neighbours
    are looked for, `pooled` what of their features is compared.
    """

    images: Images
    looks: Looks
    first: Mask
    pool: Ints
    pooled: Floats32
    resembles: Ints
    conflict: Mask
    sure: Mask
    seed: int

    @property
    def believed(self) -> Ints:
        """The class that each image is of, were conflicting labels wrong."""
        return np.where(self.conflict, self.resembles, self.images.labels)

    def of(self, target: int) -> Mask:
        """The rows with this label."""
        return np.asarray(self.images.labels == target)

    def judge(self, rows: Ints, features: Floats32, hidden: Mask | None = None) -> tuple[Ints, Mask, Mask]:
        """What these rows, with these features, resemble, some cells hidden; where that is in conflict; and sure."""
        basis = self.looks.seen(hidden)
        places = np.full(len(self.images.labels), -1)
        places[self.pool] = np.arange(len(self.pool))
        pool = self.pooled if hidden is None else self.looks.features[self.pool] @ basis
        near = looks.neighbours(features @ basis, pool, places[rows])
        return vote(self.images.labels[self.pool][near], self.images.labels[rows])


def vote(near: Ints, labels: Ints) -> tuple[Ints, Mask, Mask]:
    """The most frequent label of each row's neighbours, where the row's own is rare, and where nearly all agree."""
    votes = np.zeros((len(labels), max(int(near.max()), int(labels.max())) + 1), np.int16)
    for column in near.T:
        np.add.at(votes, (np.arange(len(labels)), column), 1)
    resembles = votes.argmax(1)
    conflict = (votes[np.arange(len(labels)), labels] <= FEW) & (resembles != labels)
    return resembles, conflict, conflict & (votes.max(1) >= near.shape[1] - FEW)


def halves(labels: Ints, rng: np.random.Generator) -> Mask:
    """A random half of each class."""
    first = np.zeros(len(labels), bool)
    for kind in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == kind))
        first[rows[: len(rows) // 2]] = True
    return first


def view(images: Images, budget: Budget, seed: int) -> View:
    """Everything that needs one look at all images."""
    rng = np.random.default_rng(seed)
    images = images._replace(pixels=looks.reduced(images.pixels))
    first = halves(images.labels, rng)
    held = looks.look(images.pixels, images.labels, budget)
    pool = np.sort(rng.permutation(len(images.labels))[: looks.POOL])
    nothing = np.zeros(0, np.int64)
    rough = View(images, held, first, pool, held.features[pool] @ held.basis, nothing, nothing > 0, nothing > 0, seed)
    _, doubtful, _ = _judged(rough, budget)
    if (~doubtful).sum() >= len(doubtful) / 4:
        held = looks.sharpened(held, images.labels, ~doubtful)
    fine = rough._replace(looks=held, pooled=held.features[pool] @ held.basis)
    resembles, conflict, sure = _judged(fine, budget)
    return fine._replace(resembles=resembles, conflict=conflict, sure=sure)


def _judged(seen: View, budget: Budget) -> tuple[Ints, Mask, Mask]:
    """All rows, by their own features."""
    parts = []
    for start in range(0, len(seen.images.labels), 4096):
        budget.check()
        rows = np.arange(start, min(start + 4096, len(seen.images.labels)))
        parts.append(seen.judge(rows, seen.looks.features[rows]))
    resembles, conflict, sure = (np.concatenate(part) for part in zip(*parts, strict=True))
    return resembles, conflict, sure
