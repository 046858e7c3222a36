"""Whether the rest of some rows speaks against their label, beside the rows of that class and beside all rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, rel_entr
from scipy.stats import binom, rankdata

if TYPE_CHECKING:
    from gate.poisoning.interface import Floats
    from gate.poisoning.tables.rest import Rest

ROWS = 400
"""Suspects that the models look at."""
REFERENCES = 800
"""Rows of each kind that they are held against."""
FEWEST = 15
"""With fewer rows of a kind there is nothing to compare with."""
MUCH = 0.05
"""Suspects that are more of the target's rows than this are left out when the models learn what it looks like."""
DOUBT = 0.3
"""But not where models that have learnt from them find that they look like the target: it takes long."""


class Conflict(NamedTuple):
    """What the rest says of suspects, against rows of the target class, of other classes, and of all.

    `told` is the area under the ROC curve by which the rest tells the target from the others; `place` is where the
    suspects stand between those, 0 as the target's own rows, 1 as the others'. `p_own` is the probability that rows of
    the target look so little like it; `p_any` that rows of any class do, as where the value itself decides the label;
    `p_others` that rows of other classes differ so much from others.
    """

    told: float
    place: float
    p_own: float
    p_any: float
    p_others: float


SILENT = Conflict(0.5, 0.0, 1.0, 1.0, 1.0)
"""There are no other columns."""


class References:
    """Rows of each class, of the others, and of all, and what the rest of them says, once for each set of columns."""

    def __init__(self, rest: Rest, rng: np.random.Generator) -> None:
        self._rest, self._labels, self._rng = rest, rest.labels, rng
        self._all = rng.permutation(len(rest.labels))
        self._known: dict[tuple[int, tuple[int, ...]], tuple[Floats, Floats]] = {}

    def conflict(self, suspects: NDArray[np.intp], target: int, columns: tuple[int, ...]) -> Conflict:
        """How the suspects compare when these columns are left out."""
        is_own = self._labels == target
        found = self._compared(suspects, target, columns, self._rest)
        if found.place < DOUBT or len(suspects) <= MUCH * is_own.sum():
            return found
        return self._compared(suspects, target, columns, self._rest.without(suspects))

    def _compared(self, suspects: NDArray[np.intp], target: int, columns: tuple[int, ...], rest: Rest) -> Conflict:
        """The same, by these models."""
        own, others = self._of(target, columns, suspects, rest, keep=rest is self._rest)
        looked = suspects if len(suspects) <= ROWS else self._rng.permutation(suspects)[:ROWS]
        mine = rest.says(looked, target, columns)
        told, place = above(own, others), above(own, mine)
        return Conflict(
            told,
            (place - 0.5) / max(told - 0.5, 0.01),
            higher(own, mine),
            fewer(mine, own, others, float((self._labels == target).mean())),
            min(1.0, 2 * higher(others, mine), 2 * higher(mine, others)),
        )

    def _of(
        self, target: int, columns: tuple[int, ...], suspects: NDArray[np.intp], rest: Rest, keep: bool
    ) -> tuple[Floats, Floats]:
        """What the rest says of rows of the target, but for the suspects, and of others."""
        is_own = self._labels[self._all] == target
        kinds = self._all[is_own][:REFERENCES], self._all[~is_own][:REFERENCES]
        if not keep or (target, columns) not in self._known:
            found = rest.says(kinds[0], target, columns), rest.says(kinds[1], target, columns)
            if keep:
                self._known[target, columns] = found
        else:
            found = self._known[target, columns]
        return found[0][~np.isin(kinds[0], suspects)], found[1]


def above(high: Floats, low: Floats) -> float:
    """The share of pairs in which the first is the higher (the area under the ROC curve)."""
    if not len(high) or not len(low):
        return 0.5
    ranks = rankdata(np.concatenate([high, low]))[: len(high)]
    return float((ranks.sum() - len(high) * (len(high) + 1) / 2) / (len(high) * len(low)))


def higher(high: Floats, low: Floats) -> float:
    """The probability that the first are so much higher by chance (Mann and Whitney 1947, normal approximation)."""
    if len(high) < FEWEST or not len(low):
        return 1.0
    deviation = math.sqrt((len(high) + len(low) + 1) / (12 * len(high) * len(low)))
    return float(ndtr(-(above(high, low) - 0.5) / deviation))


def fewer(mine: Floats, own: Floats, others: Floats, share: float) -> float:
    """The probability of so few suspects above a limit if `share` of them were `own`.

    The limit is where, by the references alone, one sees most (the Kullback-Leibler divergence of the two rates). The
    rate is taken two standard errors lower than the references have it.
    """
    if len(own) < FEWEST or len(others) < FEWEST:
        return 1.0
    limits = np.quantile(np.concatenate([own, others]), np.linspace(0.02, 0.98, 49))
    high, low = ((one[:, None] > limits).mean(0) for one in (own, others))
    high = high - 2 * np.sqrt((high * (1 - high) + 0.25 / len(own)) / len(own))
    rate = np.clip(share * high + (1 - share) * low, 1e-6, 1 - 1e-6)
    low = np.clip(low, 1e-6, 1 - 1e-6)
    gain = np.where(rate > low, rel_entr(low, rate) + rel_entr(1 - low, 1 - rate), 0)
    at = int(gain.argmax())
    return float(binom.cdf((mine > limits[at]).sum(), len(mine), rate[at]))
