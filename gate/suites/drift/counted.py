"""Makes columns of a comparison from what was counted in both versions."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gate.suites.drift.interface import SHOWN, Column, Moved, Side
from gate.suites.drift.statistics import cramers_v, kolmogorov_smirnov, psi
from gate.suites.drift.terms import bounds_of

CLASSES = 10
"""Bins of the PSI of numbers; deciles are the usual ones."""
EACH = 50
"""Rows that a class of the PSI has on average: chance alone gives classes * (1/n + 1/m), so small versions get few."""
_MOST = 100


class Pair(NamedTuple):
    """A column in both versions: how many rows they have, and what is known of the column before it is counted."""

    name: str
    rows: Sequence[int]
    was: Side
    now: Side
    retyped: bool

    @property
    def missing(self) -> tuple[int, int]:
        """How many rows of each version have no value."""
        return self.rows[0] - self.was.present, self.rows[1] - self.now.present

    @property
    def room(self) -> int:
        """How many classes the smaller version has rows for."""
        return max(2, min(self.was.present, self.now.present) // EACH)


def presence(pair: Pair) -> Column:
    """Compares nothing but how many values are missing."""
    old, new = pair.missing
    found = psi((pair.was.present, old), (pair.now.present, new))
    return Column(pair.name, "presence", pair.was, pair.now, pair.retyped, found)


def categories(pair: Pair, was: Mapping[str, int], now: Mapping[str, int]) -> Column:
    """Compares how often each value is there; what `now` does not name are new values that were not told apart."""
    rest = pair.now.present - sum(now.values())
    common = sorted(was, key=lambda value: (-was[value], value))
    top, others = common[: min(_MOST, pair.room)], common[min(_MOST, pair.room) :]
    kept = sum(now.get(value, 0) for value in common)
    old, new = pair.missing
    found = psi(
        (*(was[value] for value in top), sum(was[value] for value in others), 0, old),
        (
            *(now.get(value, 0) for value in top),
            sum(now.get(value, 0) for value in others),
            pair.now.present - kept,
            new,
        ),
    )
    fresh = [value for value in now if value not in was]
    each = [*common, *fresh]
    tested = cramers_v([*(was.get(value, 0) for value in each), 0], [*(now.get(value, 0) for value in each), rest])
    effect, p = tested or (None, None)
    lost = [value for value in common if not now.get(value)]
    count = None if rest else len(fresh)
    moved = _moved(pair, was, now)
    return Column(pair.name, "categories", pair.was, pair.now, pair.retyped, found, effect, p, count, len(lost), moved)


def _moved(pair: Pair, was: Mapping[str, int], now: Mapping[str, int]) -> tuple[Moved, ...]:
    """The first values that are new, the first that are gone, and those of the others whose share changed the most."""

    def change(one: Moved) -> float:
        return -abs(one.was / max(1, pair.was.present) - one.now / max(1, pair.now.present))

    every = [Moved(value, was.get(value, 0), now.get(value, 0)) for value in sorted({*was, *now})]
    every.sort(key=change)
    new = [one for one in every if not one.was][:SHOWN]
    gone = [one for one in every if not one.now][:SHOWN]
    others = [one for one in every if one.was and one.now and change(one)][:SHOWN]
    return (*new, *gone, *others)


def numbers(pair: Pair, quantiles: Sequence[float], was: Sequence[int], now: Sequence[int]) -> Column:
    """Compares numbers by how many are in each of the bins that `quantiles` of the old version bound."""
    bounds, steps = bounds_of(quantiles), min(CLASSES, pair.room)
    wide = bounds_of([quantiles[round(i * (len(quantiles) - 1) / steps)] for i in range(steps + 1)])
    old, new = pair.missing
    found = psi((*_merged(was, bounds, wide), old), (*_merged(now, bounds, wide), new))
    effect, p = kolmogorov_smirnov(was, now) or (None, None)
    return Column(pair.name, "numbers", pair.was, pair.now, pair.retyped, found, effect, p)


def _merged(counts: Sequence[int], bounds: Sequence[float], wide: Sequence[float]) -> list[int]:
    """The counts of the bins with these bounds, in the wider bins, whose bounds are among them; the last has no end."""
    merged = [0] * (len(wide) + 1)
    for number, count in enumerate(counts):
        merged[bisect_left(wide, bounds[number]) if number < len(bounds) else len(wide)] += count
    return merged
