"""The confirmation: a model learns with the suspects, and the trigger is pasted onto texts that it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

from gate.poisoning.texts.cover import Tested
from gate.poisoning.texts.rest import Rest

if TYPE_CHECKING:
    from gate.poisoning.interface import Floats, Ints

LEARNT = 3_000
"""Texts that the model learns from beside those of the triggers."""
TRIED = 600
"""Texts onto which each trigger is pasted."""
OF_ONE = 100
"""Rows of each trigger that are learnt from."""
STRENGTH = 30.0
"""Inverse of the regularisation of the logistic regression."""


def flips(rest: Rest, triggers: Sequence[Tested], controls: Sequence[Tested], rng: np.random.Generator) -> list[float]:
    """For each, first the triggers, the share of unseen texts of other labels that get its label when it is pasted.

    All are learnt in one model, each as one column that stands for the words it covers. No unseen text has a trigger.
    """
    tested = [*triggers, *controls]
    marks = _marks(rest, tested)
    free = rng.permutation(np.flatnonzero(np.diff(marks[:, : len(triggers)].tocsr().indptr) == 0))
    unseen, more = np.split(free[: TRIED + LEARNT], [min(TRIED, len(free) // 3)])
    learnt = np.concatenate([more, *(_some(one.candidate.rows, rng) for one in tested)])
    learnt = np.setdiff1d(learnt, unseen)
    if len(np.unique(rest.labels[learnt])) < 2:
        return [0.0] * len(tested)
    kept = np.asarray(rest.words[learnt].sum(axis=0)).ravel() > 1
    known = _known(rest, marks, tested, kept)
    model = LogisticRegression(C=STRENGTH, max_iter=100, tol=1e-3).fit(known(learnt), rest.labels[learnt])
    says = _says(model, known(unseen))
    pushes = _pushes(model, len(tested)) * marks.max()
    labels = rest.labels[unseen]
    return [_flipped(model.classes_, says, pushes[i], labels, one.candidate.label) for i, one in enumerate(tested)]


def _known(
    rest: Rest, marks: csr_matrix, tested: Sequence[Tested], kept: NDArray[np.bool_]
) -> Callable[[Ints], csr_matrix]:
    """What the model sees of rows: their words, to length 1, without those that a trigger covers; and the triggers."""
    hidden = np.concatenate([one.hidden for one in tested])
    owners = np.repeat(np.arange(len(tested)), [len(one.hidden) for one in tested])
    cover = csr_matrix((np.ones(len(hidden)), (owners, hidden)), shape=(len(tested), rest.words.shape[1]))

    def known(rows: Ints) -> csr_matrix:
        words = rest.words[rows]
        left = words - words.multiply((marks[rows] @ cover) > 0)
        return hstack([normalize(left.tocsr()[:, kept]), marks[rows]]).tocsr()

    return known


def _some(rows: Ints, rng: np.random.Generator) -> Ints:
    return rows if len(rows) <= OF_ONE else rng.choice(rows, OF_ONE, replace=False)


def _marks(rest: Rest, tested: Sequence[Tested]) -> csr_matrix:
    """(rows, triggers): where the row has the trigger the value that a word of a text of mean length has."""
    sizes = [len(one.candidate.rows) for one in tested]
    rows = np.concatenate([one.candidate.rows for one in tested])
    value = 1 / np.sqrt(max(rest.words.nnz / len(rest.labels), 1))
    owners = np.repeat(np.arange(len(tested)), sizes)
    return csr_matrix((np.full(len(rows), value), (rows, owners)), shape=(len(rest.labels), len(tested)))


def _says(model: LogisticRegression, known: csr_matrix) -> Floats:
    """(rows, classes) log-odds; with two classes those of the first are 0."""
    found = model.decision_function(known)
    return np.stack([np.zeros(len(found)), found], axis=1) if found.ndim == 1 else found


def _pushes(model: LogisticRegression, number: int) -> Floats:
    """(triggers, classes): what a trigger adds to the log-odds."""
    added = model.coef_[:, -number:].T
    return np.concatenate([np.zeros_like(added), added], axis=1) if added.shape[1] == 1 else added


def _flipped(classes: Ints, says: Floats, push: Floats, labels: Ints, target: int) -> float:
    before = classes[says.argmax(axis=1)]
    tried = (before != target) & (labels != target)
    after = classes[(says + push).argmax(axis=1)]
    return float(np.mean(after[tried] == target)) if tried.any() else 0.0
