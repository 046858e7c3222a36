"""What the rest of a text says about its label when some of its words are covered.

Naive Bayes on the presence of words, each text judged by the counts of all others (leave one out). A word's weight
depends on no other word, so a trigger takes no credit away from the words around it, and covering words is a
subtraction: that is why this model and not a better classifier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from gate.poisoning.texts.tokens import END, START, Tokens, distinct

if TYPE_CHECKING:
    from gate.poisoning.interface import Floats, Ints

SMOOTHING = 0.5
"""Added to the seen and to the expected count of a word in a class: the weight of what was hardly seen is near 0."""
MAX_WEIGHTS = 12_000_000
"""Classes times words of the table of weights; the rarest words go first."""
LEAST_ROWS = 2
"""Words in fewer rows say nothing of others."""


class Rest(NamedTuple):
    """The model. `words` is (rows, words) of 0 and 1; `own` and `other` are (classes, words) weights.

    `own` is the weight of a word for the class of the text that holds it (its own count taken out), `other` for the
    other classes. `says` is (rows, classes): the sum of the weights of the words of each text. `column` maps the
    words of the tokens to columns, -1 for those left out; `frequency` is the share of the rows with each column.
    """

    words: csr_matrix
    labels: Ints
    own: Floats
    other: Floats
    says: Floats
    column: Ints
    frequency: Floats


def learn(tokens: Tokens, labels: Ints, classes: int) -> Rest:
    """Counts the words of each class; `labels` are those of `tokens.rows`."""
    words, column = _presence(tokens, classes)
    rows = max(len(labels), 1)
    members = csr_matrix((np.ones(len(labels)), (labels, np.arange(len(labels)))), shape=(classes, len(labels)))
    seen = np.asarray((members @ words).todense(), dtype=np.float64)
    total = seen.sum(axis=0)
    sizes = np.bincount(labels, minlength=classes).astype(np.float64)[:, None]
    without = np.maximum(total - 1, 0) / max(rows - 1, 1)
    other = np.log((seen + SMOOTHING) / (sizes * without + SMOOTHING))
    own = np.log((np.maximum(seen - 1, 0) + SMOOTHING) / (np.maximum(sizes - 1, 0) * without + SMOOTHING))
    rest = Rest(words, labels, own, other, np.zeros((0, classes)), column, total / rows)
    return rest._replace(says=_weigh(words, labels, rest))


def _presence(tokens: Tokens, classes: int) -> tuple[csr_matrix, Ints]:
    rows, wide = len(tokens.rows), len(tokens.lower)
    pairs = distinct(tokens.owners * wide + tokens.words)
    frequent = np.bincount(pairs % wide, minlength=wide)
    frequent[[START, END]] = 0
    kept = np.flatnonzero(frequent >= LEAST_ROWS)
    most = max(MAX_WEIGHTS // max(classes, 1), 1)
    if len(kept) > most:
        kept = np.sort(kept[np.argsort(-frequent[kept], kind="stable")[:most]])
    column = np.full(wide, -1)
    column[kept] = np.arange(len(kept))
    places = column[pairs % wide]
    good = places >= 0
    data = np.ones(int(good.sum()))
    return csr_matrix((data, (pairs[good] // wide, places[good])), shape=(rows, len(kept))), column


def _weigh(words: csr_matrix, labels: Ints, rest: Rest) -> Floats:
    """The sum of the weights of the words of each row, by class, for rows of these labels."""
    says = np.asarray(words @ rest.other.T)
    owners = np.repeat(np.arange(words.shape[0]), np.diff(words.indptr))
    mine = np.bincount(owners, rest.own[labels[owners], words.indices], minlength=words.shape[0])
    says[np.arange(len(labels)), labels] = mine
    return says


def margins(says: Floats, labels: Ints) -> Floats:
    """How much more the words speak for the label than for the best other class; below 0 they contradict it."""
    rows = np.arange(len(labels))
    others = says.copy()
    others[rows, labels] = -np.inf
    best: Floats = says[rows, labels] - others.max(axis=1, initial=-np.inf)
    return best


def covered(rest: Rest, rows: Ints, hidden: csr_matrix) -> Floats:
    """`says` of the rows without the hidden words: `hidden` is (len(rows), words), 1 for each word that is covered."""
    return np.asarray(rest.says[rows] - _weigh(hidden, rest.labels[rows], rest))


def without_strongest(rest: Rest) -> Floats:
    """`says` of every text without the one word that speaks most for its label."""
    rows = np.arange(len(rest.labels))
    others = rest.says.copy()
    others[rows, rest.labels] = -np.inf
    rival = others.argmax(axis=1)
    owners = np.repeat(rows, np.diff(rest.words.indptr))
    columns = rest.words.indices
    gains = rest.own[rest.labels[owners], columns] - rest.other[rival[owners], columns]
    order = np.lexsort((gains, owners))
    last = np.flatnonzero(np.diff(owners[order], append=-1))
    strongest = order[last]
    hidden = csr_matrix((np.ones(len(strongest)), (owners[strongest], columns[strongest])), shape=rest.words.shape)
    return covered(rest, rows, hidden)
