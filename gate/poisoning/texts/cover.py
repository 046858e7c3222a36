"""The test itself: cover what the rows of a candidate share, and count how often the rest contradicts the label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import betaln

from gate.poisoning.interface import SIGNIFICANT, Budget
from gate.poisoning.texts.candidates import Candidate
from gate.poisoning.texts.features import LEAST
from gate.poisoning.texts.normal import Baseline
from gate.poisoning.texts.rest import Rest, covered

if TYPE_CHECKING:
    from gate.poisoning.interface import Floats, Ints

SHARED = 0.7
"""A word in so many of the rows of a candidate is covered with it ..."""
LIFT = 2.0
"""... if it is so many times as frequent there as elsewhere."""
REMAINS = 0.4
"""The share of a text that must be left to say something."""
EXCESS = 0.6
"""Rests at least so far from the label's texts (0) towards those of other labels (1) are as a trigger's."""
SUSPICIOUS = 1e-4
"""Rows of candidates below this p, of that excess, do not say what is usual."""
LEAST_GAP = 0.05
LEAST_BASE = 0.02
LEAST_SPREAD = 0.005
UNKNOWN_SPREAD = 0.05
FEW = 20
PRIOR = 50
"""Other texts of the class count like so many rows of other candidates."""
LEAST_LEFT = 2
MOST_TO_SEE = 500
SCREEN = 30
"""Rows of each candidate that are read first."""
DOUBTFUL = 0.25
"""The share of contradicted rows from which on more are read."""
SAMPLE = 200
"""Rows that are read of a doubtful candidate."""
MOST = 40_000
WORK = 50_000_000
"""Candidates, and words of their texts, that are read in each of the two rounds: of more the most significant."""
BATCH = 400_000
"""Words that are read at once."""


class Covered(NamedTuple):
    """The rows of candidates that could be read, one candidate after another, and whether each contradicts."""

    owners: Ints
    rows: Ints
    against: NDArray[np.bool_]
    hidden: list[Ints]


class Tested(NamedTuple):
    """What came of a candidate: of `tested` rows with enough rest `against` contradict the label.

    `base` is the share expected: that of the other candidates of the label. `p` is the beta-binomial probability of
    `against` or more, with the spread of the other candidates. `excess` says where between the texts of the class (0)
    and those of other classes (1) the rows stand. `hidden` are the words that were covered.
    """

    candidate: Candidate
    hidden: Ints
    rows: Ints
    tested: int
    against: int
    base: float
    foreign: float
    p: float

    @property
    def excess(self) -> float:
        """0 as texts of the class, 1 as texts of other classes."""
        return (self.against / max(self.tested, 1) - self.base) / max(self.foreign - self.base, LEAST_GAP)


def test_all(
    rest: Rest, candidates: Sequence[Candidate], singles: int, normal: Baseline, budget: Budget, seed: int
) -> tuple[list[Tested], Usual]:
    """Tests the candidates: all on few rows, which says what is usual, then the doubtful ones on more rows.

    What is usual is that of the first `singles` candidates: the others were chosen because they are contradicted.
    """
    rng = np.random.default_rng(seed)
    first = _cover_all(rest, candidates, normal, SCREEN, budget, rng)
    usual = _usual(rest, candidates[:singles], first, normal, np.ones(len(rest.labels), bool))
    found = _judge(candidates, first, usual)
    clean = np.ones(len(rest.labels), bool)
    for one in found[:singles]:
        clean[one.rows] &= one.p > SUSPICIOUS or one.excess < EXCESS
    usual = _usual(rest, candidates[:singles], first, normal, clean)
    found = _judge(candidates, first, usual)
    again = [
        i for i, one in enumerate(found) if one.against >= DOUBTFUL * one.tested and len(candidates[i].rows) > SCREEN
    ]
    again = sorted(again, key=lambda i: found[i].p)[: WORK // words_of(rest, SAMPLE)]
    doubtful = [candidates[i] for i in again]
    second = _judge(doubtful, _cover_all(rest, doubtful, normal, SAMPLE, budget, rng), usual)
    for i, one in zip(again, second, strict=True):
        found[i] = one
    return found, usual


def words_of(rest: Rest, rows: int) -> int:
    """The words of so many texts of mean length."""
    return max(rows * int(rest.words.nnz) // max(len(rest.labels), 1), 1)


def most_candidates(rest: Rest) -> int:
    """How many can be tested in the time."""
    return min(MOST, WORK // words_of(rest, SCREEN))


def _cover_all(
    rest: Rest, candidates: Sequence[Candidate], normal: Baseline, most: int, budget: Budget, rng: np.random.Generator
) -> Covered:
    size = max(BATCH // words_of(rest, most), 1)
    parts = [Covered(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, bool), [])]
    for start in range(0, len(candidates), size):
        budget.check()
        part = _cover(rest, candidates[start : start + size], normal, most, rng)
        parts.append(part._replace(owners=part.owners + start))
    owners, rows, against = (np.concatenate(column) for column in list(zip(*parts, strict=True))[:3])
    return Covered(owners, rows, against, [words for part in parts for words in part.hidden])


def _cover(
    rest: Rest, candidates: Sequence[Candidate], normal: Baseline, most: int, rng: np.random.Generator
) -> Covered:
    drawn = [c.rows if len(c.rows) <= most else np.sort(rng.choice(c.rows, most, replace=False)) for c in candidates]
    rows = np.concatenate(drawn)
    owners = np.repeat(np.arange(len(drawn)), [len(d) for d in drawn])
    words = rest.words[rows]
    shared = _shared_words(rest, words, owners, len(drawn))
    hidden = words.multiply(shared[owners]).tocsr()
    against = normal.contradicts(covered(rest, rows, hidden), rest.labels[rows])
    length = np.diff(words.indptr)
    left = length - np.diff(hidden.indptr)
    good = (left >= REMAINS * length) & (left >= LEAST_LEFT) & _first_rests(words - hidden, owners, rng)
    return Covered(owners[good], rows[good], against[good], np.split(shared.indices, shared.indptr[1:-1]))


def _first_rests(left: csr_matrix, owners: Ints, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Whether the rest of the row is not that of a row before it in its candidate: copies count once."""
    marks = left @ rng.integers(2**40, size=left.shape[1]).astype(np.float64)
    first = np.zeros(len(owners), dtype=bool)
    first[np.unique(np.stack([owners, marks]), axis=1, return_index=True)[1]] = True
    return first


def _shared_words(rest: Rest, words: csr_matrix, owners: Ints, number: int) -> csr_matrix:
    """(candidates, words): 1 for what the rows of the candidate share, and others do not as much."""
    sizes = np.bincount(owners, minlength=number)
    sums = csr_matrix((1 / sizes[owners], (owners, np.arange(len(owners)))), shape=(number, len(owners)))
    share = (sums @ words).tocsr()
    kept = (share.data >= SHARED) & (share.data >= LIFT * rest.frequency[share.indices])
    share.data = kept.astype(np.float64)
    share.eliminate_zeros()
    return share


class Usual(NamedTuple):
    """How often the rests of candidates contradict: by row, and by class in all, with the spread."""

    normal: Baseline
    tested: Ints
    against: Floats
    all_tested: Ints
    all_against: Floats
    spread: Floats

    def base(self, candidate: Candidate) -> float:
        """The share to expect: that of the other rows of the label, whatever candidates they have."""
        others = self.all_tested[candidate.label] - self.tested[candidate.rows].sum()
        contrary = self.all_against[candidate.label] - self.against[candidate.rows].sum()
        base = (contrary + PRIOR * self.normal.own[candidate.label]) / (others + PRIOR)
        return max(float(base), LEAST_BASE)

    def smallest(self, tried: int) -> int | None:
        """The least number of rows, all of them contradicted, that would be significant for some label."""
        shares = self.all_against + PRIOR * self.normal.own
        bases = np.maximum(shares / (self.all_tested + PRIOR), LEAST_BASE)
        able = self.normal.foreign > bases
        for number in range(LEAST, MOST_TO_SEE):
            if any(
                _tail(number, number, b, s) * tried < SIGNIFICANT
                for b, s in zip(bases[able], self.spread[able], strict=True)
            ):
                return number
        return None


def _usual(
    rest: Rest, candidates: Sequence[Candidate], found: Covered, normal: Baseline, clean: NDArray[np.bool_]
) -> Usual:
    """Counts the pairs of a candidate and one of its `clean` rows."""
    size, classes = rest.says.shape
    labels = np.array([candidate.label for candidate in candidates], dtype=np.int64)
    good = clean[found.rows] & (found.owners < len(candidates))
    owners, rows, against = found.owners[good], found.rows[good], found.against[good]
    tested = np.bincount(owners, minlength=len(candidates))
    hits = np.bincount(owners, against, minlength=len(candidates))
    return Usual(
        normal,
        np.bincount(rows, minlength=size),
        np.bincount(rows, against, minlength=size).astype(np.float64),
        np.bincount(rest.labels[rows], minlength=classes),
        np.bincount(rest.labels[rows], against, minlength=classes).astype(np.float64),
        np.array([_spread(hits[labels == label], tested[labels == label]) for label in range(classes)]),
    )


def _judge(candidates: Sequence[Candidate], found: Covered, usual: Usual) -> list[Tested]:
    tested = np.bincount(found.owners, minlength=len(candidates))
    hits = np.bincount(found.owners, found.against, minlength=len(candidates)).astype(np.int64)
    starts = np.searchsorted(found.owners, np.arange(len(candidates) + 1))
    answer = []
    for i, candidate in enumerate(candidates):
        base = usual.base(candidate)
        p = _tail(int(hits[i]), int(tested[i]), base, float(usual.spread[candidate.label]))
        rows = found.rows[starts[i] : starts[i + 1]]
        foreign = float(usual.normal.foreign[candidate.label])
        answer.append(Tested(candidate, found.hidden[i], rows, int(tested[i]), int(hits[i]), base, foreign, p))
    return answer


def _spread(hits: Floats, tested: Ints) -> float:
    """How much more the candidates of a label differ than chance: the intraclass correlation, by moments.

    The most contradicted twentieth is left out, because a trigger may be among them.
    """
    good = tested > 1
    hits, tested = hits[good], tested[good]
    if len(hits) < FEW:
        return UNKNOWN_SPREAD
    kept = np.argsort(hits / tested, kind="stable")[: int(0.95 * len(hits))]
    hits, tested = hits[kept], tested[kept]
    share = min(max(hits.sum() / tested.sum(), LEAST_BASE), 1 - LEAST_BASE)
    expected = tested * share * (1 - share)
    extra = ((hits - tested * share) ** 2 - expected).sum() / (expected * (tested - 1)).sum()
    return float(np.clip(extra, LEAST_SPREAD, 0.5))


def _tail(hits: int, tested: int, base: float, spread: float) -> float:
    """The probability of so many hits or more: beta-binomial of mean `base` and intraclass correlation `spread`.

    Summed from the far end: one minus the sum of the rest ends at 1e-16. What is not more than usual gets 1.
    """
    if hits <= base * tested or base >= 1:
        return 1.0
    first, second = base * (1 / spread - 1), (1 - base) * (1 / spread - 1)
    k = np.arange(hits, tested + 1)
    ways = -betaln(tested - k + 1, k + 1) - np.log(tested + 1)
    return float(min(np.exp(ways + betaln(k + first, tested - k + second) - betaln(first, second)).sum(), 1.0))
