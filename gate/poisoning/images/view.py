"""What all miners of one scan share: rows in two halves, what the images look like, whom each resembles."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.poisoning.images import copies, looks
from gate.poisoning.interface import Budget, Images

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gate.poisoning.images.looks import Floats32, Looks
    from gate.poisoning.interface import Ints

    Mask = NDArray[np.bool_]

FEW = 2
"""A label contradicts the rest of an image when at most so many of its 11 neighbours have it."""
LOOSE = 7
"""The same where half of what looks so may be poisoned."""


class View(NamedTuple):
    """`first` are the rows on which features are mined; they are tested on the others.

    `votes` (n, classes) are the labels of each image's neighbours, `resembles` is the most frequent one, and `conflict`
    is where no more than `FEW` of them have the image's own. `pool` are the rows in which neighbours are looked for,
    `pooled` what of their features is compared; from the
    cosine `alike` on two images are of one scene.
    """

    images: Images
    looks: Looks
    first: Mask
    pool: Ints
    pooled: Floats32
    votes: Ints
    resembles: Ints
    conflict: Mask
    alike: float
    seed: int

    @property
    def believed(self) -> Ints:
        """The class that each image is of, were conflicting labels wrong."""
        return np.where(self.conflict, self.resembles, self.images.labels)

    def of(self, target: int) -> Mask:
        """The rows with this label."""
        return np.asarray(self.images.labels == target)

    def judge(self, rows: Ints, features: Floats32, hidden: Mask | None = None) -> Ints:
        """The votes (rows, classes) of the neighbours of these rows with these features, some cells hidden."""
        basis = self.looks.seen(hidden)
        places = np.full(len(self.images.labels), -1)
        places[self.pool] = np.arange(len(self.pool))
        pool = self.pooled if hidden is None else self.looks.features[self.pool] @ basis
        near = self.images.labels[self.pool][looks.neighbours(features @ basis, pool, places[rows])]
        votes = np.zeros((len(rows), len(self.images.classes)), np.int64)
        for column in near.T:
            np.add.at(votes, (np.arange(len(rows)), column), 1)
        return votes


def conflicting(votes: Ints, labels: Ints, few: int = FEW) -> Mask:
    """Where no more than `few` neighbours have the label."""
    return np.asarray(votes[np.arange(len(labels)), labels] <= few)


def resembled(votes: Ints, labels: Ints) -> Ints:
    """The most frequent other label."""
    others = votes.copy()
    others[np.arange(len(labels)), labels] = -1
    return np.asarray(others.argmax(1))


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
    alike = copies.threshold(held.features, images.labels, looks.grid(images.pixels), rng)
    pooled = held.features[pool] @ held.basis
    rough = View(images, held, first, pool, pooled, nothing, nothing, nothing > 0, alike, seed)
    doubtful = conflicting(_judged(rough, budget), images.labels)
    if (~doubtful).sum() >= len(doubtful) / 4:
        held = looks.sharpened(held, images.labels, ~doubtful)
    fine = rough._replace(looks=held, pooled=held.features[pool] @ held.basis)
    votes = _judged(fine, budget)
    resembles = votes.argmax(1)
    conflict = conflicting(votes, images.labels) & (resembles != images.labels)
    return fine._replace(votes=votes, resembles=resembles, conflict=conflict)


def _judged(seen: View, budget: Budget) -> Ints:
    """All rows, by their own features."""
    parts = []
    for start in range(0, len(seen.images.labels), 4096):
        budget.check()
        rows = np.arange(start, min(start + 4096, len(seen.images.labels)))
        parts.append(seen.judge(rows, seen.looks.features[rows]))
    return np.concatenate(parts)
