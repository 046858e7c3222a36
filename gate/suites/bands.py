"""Bands around what was observed, with round ends: what a draft proposes as a range."""

from __future__ import annotations

import math
import struct
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

_EXACT = 2**53
"""Numbers from here on mean something else as a double, so no engine compares them alike."""
_DIGITS = 2


def row_band(rows: int) -> tuple[int, int]:
    """A fifth fewer, to half as many more: exports that grow are normal, those that shrink are not."""
    low, high = max(1, rows * 4 // 5), rows + (rows + 1) // 2
    return max(1, int(_down(low, _unit(low)))), int(_up(high, _unit(high)))


def length_band(low: int, high: int) -> tuple[int, int]:
    """From one character, where no text is empty, to half as many more as in the longest."""
    most = max(1, high + (high + 1) // 2)
    return min(low, 1), int(_up(most, _unit(most)))


def band(low: int | float, high: int | float, family: str) -> tuple[int | float, int | float] | None:
    """A tenth of the width more on either side, ends rounded outwards; zero is crossed only where the data do.

    None where the ends are not comparable, or are too large for a double to hold.
    """
    if not (math.isfinite(low) and math.isfinite(high)) or max(abs(low), abs(high)) >= _EXACT / 4:
        return None
    if low == high:
        return low, high
    width = Decimal(high) - Decimal(low)
    unit = _unit(width)
    if family == "integer":
        unit = max(unit, Decimal(1))
    least, most = _down(Decimal(low) - width / 10, unit), _up(Decimal(high) + width / 10, unit)
    if low >= 0:
        least = max(least, Decimal(0))
    if high <= 0:
        most = min(most, Decimal(0))
    if low >= 0 and high <= 1 and family != "integer":  # a share
        most = min(most, Decimal(1))
    found = (_number(least, family), _number(most, family))
    return found if found[0] <= low and high <= found[1] else (low, high)


def _unit(value: int | Decimal) -> Decimal:
    """The place of the second digit of `value`."""
    return Decimal(1).scaleb(Decimal(value).adjusted() - _DIGITS + 1) if value else Decimal(1)


def _down(value: int | Decimal, unit: Decimal) -> Decimal:
    return (Decimal(value) / unit).to_integral_value(ROUND_FLOOR) * unit


def _up(value: int | Decimal, unit: Decimal) -> Decimal:
    return (Decimal(value) / unit).to_integral_value(ROUND_CEILING) * unit


def _number(value: Decimal, family: str) -> int | float:
    if family == "integer":
        return int(value)
    found = float(value)
    if family == "single":  # a bound that single precision does not have would be rounded by one engine
        found = float(struct.unpack("f", struct.pack("f", found))[0])
    return found + 0.0  # without a negative zero
