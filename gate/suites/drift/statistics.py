"""How far two distributions are apart: PSI, the distance of Kolmogorov and Smirnov, chi-square with Cramér's V."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

LEAST = 0.0001
"""A share counts as so much at the least: the logarithm of none is infinite. The usual convention; where half a row
is more than that, half a row, for a few rows say little about what is rare."""


def psi(was: Sequence[int], now: Sequence[int]) -> float | None:
    """The population stability index of the counts of the same classes; None where all of either are 0.

    The sum over the classes of (q - p) * ln(q / p), where p and q are the shares (Siddiqi, Credit Risk Scorecards,
    2006). By the usual reading less than 0.1 is no change, and more than 0.25 a large one.
    """
    before, after = sum(was), sum(now)
    if not before or not after:
        return None
    shares = ((_share(a, before), _share(b, after)) for a, b in zip(was, now, strict=True) if a or b)
    return math.fsum((q - p) * math.log(q / p) for p, q in shares)


def _share(count: int, total: int) -> float:
    return max(max(count, 0.5) / total, LEAST)


def kolmogorov_smirnov(was: Sequence[int], now: Sequence[int]) -> tuple[float, float] | None:
    """The greatest distance D of the two distributions at the bounds of these bins in order, with its p-value.

    The p-value is the asymptotic one, of D * sqrt(n * m / (n + m)). None where all counts of either are 0.
    """
    before, after = sum(was), sum(now)
    if not before or not after:
        return None
    distance = max(abs(a / before - b / after) for a, b in zip(accumulate(was), accumulate(now), strict=True))
    return distance, _kolmogorov(distance * math.sqrt(before / (before + after) * after))


def _kolmogorov(x: float) -> float:
    """How likely a value of Kolmogorov's distribution is greater than `x`; the series ends where terms are nothing."""
    if x < 0.2:  # there the series needs many terms, and the answer is 1 to ten digits
        return 1.0
    terms = (math.exp(-2 * (k * x) ** 2) for k in range(1, 31))
    return min(1.0, 2 * math.fsum(term if k % 2 == 0 else -term for k, term in enumerate(terms)))


def cramers_v(was: Sequence[int], now: Sequence[int]) -> tuple[float, float] | None:
    """Cramér's V of the counts of the same classes, with the p-value of chi-square (Pearson's, not corrected).

    With two samples V is the root of chi-square over the number of rows. None where all counts of either are 0.
    """
    before, after = sum(was), sum(now)
    if not before or not after:
        return None
    square = 0.0
    for a, b in zip(was, now, strict=True):
        if a or b:
            expected = (a + b) * (before / (before + after))
            square += (a - expected) ** 2 * (1 / expected + 1 / (a + b - expected))
    freedom = sum(1 for a, b in zip(was, now, strict=True) if a or b) - 1
    return min(1.0, math.sqrt(square / (before + after))), _chi_square(square, freedom)


def _chi_square(square: float, freedom: int) -> float:
    """How likely a value of this chi-square distribution is greater than `square`.

    The finite sums of Abramowitz and Stegun 26.4.4 (odd degrees of freedom) and 26.4.5 (even ones).
    """
    half = square / 2
    if freedom < 1 or half <= 0:
        return 1.0
    first = 0.5 if freedom % 2 else 0.0
    powers = (first + i for i in range(freedom // 2))
    total = math.fsum(math.exp(power * math.log(half) - half - math.lgamma(power + 1)) for power in powers)
    return min(1.0, total + (math.erfc(math.sqrt(half)) if freedom % 2 else 0.0))
