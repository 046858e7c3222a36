"""Which features are worth a test: those that nearly always come with one label, each set of rows once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import xlogy

from gate.poisoning.texts.features import LEAST, Features
from gate.poisoning.texts.rest import Rest, margins

if TYPE_CHECKING:
    from gate.poisoning.interface import Floats, Ints

PURITY = 0.8
"""The share of one label among the rows of a trigger, at least: rows that have it by nature keep their labels."""
PAIR_WORDS = 300
"""Words of the texts whose label the model contradicts that are tried in pairs."""


class Candidate(NamedTuple):
    """A feature and the label it comes with; `rows` are those of that label, `share` is theirs of all with it."""

    name: str
    label: int
    rows: Ints
    share: float


class Mined(NamedTuple):
    """The candidates, and how many hypotheses they were chosen from."""

    candidates: list[Candidate]
    tried: int
    left_out: int


def single(features: Features, labels: Ints, classes: int, most: int, rng: np.random.Generator) -> Mined:
    """The candidates among the features; of more than `most` those that come most significantly with their label."""
    if not len(features):
        return Mined([], 0, 0)
    sizes = np.diff(features.starts)
    owners = np.repeat(np.arange(len(features)), sizes)
    pairs, counts = np.unique(owners * classes + labels[features.rows], return_counts=True)
    order = np.lexsort((counts, pairs // classes))
    top = order[np.flatnonzero(np.diff(pairs[order] // classes, append=-1))]
    label, inside = pairs[top] % classes, counts[top]
    good = np.flatnonzero((inside >= PURITY * sizes) & (inside >= LEAST))
    good = good[_first_of_equals(features, rng)[good]]
    chosen = good
    if len(good) > most:
        base = np.bincount(labels, minlength=classes) / len(labels)
        gain = _surprise(inside[good], sizes[good], base[label[good]])
        chosen = good[np.sort(np.argsort(-gain, kind="stable")[:most])]
    found = []
    for f in chosen:
        rows = features.of(int(f))
        mine = rows[labels[rows] == label[f]]
        found.append(Candidate(features.names(int(f)), int(label[f]), mine, len(mine) / len(rows)))
    return Mined(found, len(good), len(good) - len(chosen))


def _first_of_equals(features: Features, rng: np.random.Generator) -> np.ndarray:
    """Of features with the same rows the last one, which is the longest phrase."""
    marks = rng.integers(2**62, size=int(features.rows.max()) + 1 if len(features.rows) else 1)
    sums = np.add.reduceat(marks[features.rows], features.starts[:-1])
    kept = np.zeros(len(features), dtype=bool)
    last = len(features) - 1 - np.unique(sums[::-1], return_index=True)[1]
    kept[last] = True
    return kept


def _surprise(inside: Ints, sizes: Ints, base: Floats) -> Floats:
    """The log-likelihood ratio of a share of the label against the base rate (G-test)."""
    share = inside / sizes
    left = sizes - inside
    gain: Floats = xlogy(inside, share / base) + xlogy(left, (1 - share) / np.maximum(1 - base, 1e-9))
    return gain


def pairs(rest: Rest, names: tuple[str, ...]) -> Mined:
    """Pairs of words, wherever they stand, that are enriched where the label is contradicted."""
    against = margins(rest.says, rest.labels) < 0
    found: list[Candidate] = []
    total = np.asarray(rest.words.sum(axis=0)).ravel()
    frequent = int((total >= LEAST).sum())
    word_names = {int(c): names[w] for w, c in enumerate(rest.column) if c >= 0}
    for label in np.unique(rest.labels[against]):
        rows = np.flatnonzero(against & (rest.labels == label))
        if len(rows) < LEAST:
            continue
        seen = np.asarray(rest.words[rows].sum(axis=0)).ravel()
        lift = (seen / len(rows)) / np.maximum(total / len(rest.labels), 1e-12)
        score = np.where((seen >= LEAST) & (lift > 1.3), seen * np.log(np.maximum(lift, 1e-12)), 0)
        columns = np.sort(np.argsort(-score, kind="stable")[:PAIR_WORDS])
        columns = columns[score[columns] > 0]
        found += _pure_pairs(rest, int(label), columns, rows, word_names)
    return Mined(found, frequent * frequent // 2 if found else 0, 0)


def _pure_pairs(rest: Rest, label: int, columns: Ints, rows: Ints, names: dict[int, str]) -> list[Candidate]:
    table = rest.words[:, columns]
    both = np.asarray((table.T @ table).todense())
    mine = table[rest.labels == label]
    inside = np.asarray((mine.T @ mine).todense())
    contrary = np.asarray((table[rows].T @ table[rows]).todense())
    good = np.triu((inside >= PURITY * both) & (inside >= LEAST) & (contrary >= 0.3 * inside), 1)
    first, second = np.nonzero(good)
    best = np.argsort(-contrary[first, second], kind="stable")[:PAIR_WORDS]
    columnar = table.tocsc()
    answer = []
    for a, b in zip(first[best], second[best], strict=True):
        rows_a = columnar.indices[columnar.indptr[a] : columnar.indptr[a + 1]]
        rows_b = columnar.indices[columnar.indptr[b] : columnar.indptr[b + 1]]
        shared = np.intersect1d(rows_a, rows_b)
        kept = shared[rest.labels[shared] == label]
        name = f'"{names[int(columns[a])]}" and "{names[int(columns[b])]}"'
        answer.append(Candidate(name, label, kept, len(kept) / len(shared)))
    return answer
