"""What columns are to a comparison: families of types, and the SQL that reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from gate.data.database import quoted

Family = Literal["whole numbers", "numbers", "texts", "true or false", "times", "other"]

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_FAMILIES: dict[str, Family] = {
    **dict.fromkeys(_WHOLE, "whole numbers"),
    **dict.fromkeys([f"U{name}" for name in _WHOLE], "whole numbers"),
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL"), "numbers"),
    **dict.fromkeys(("VARCHAR", "UUID", "ENUM"), "texts"),
    "BOOLEAN": "true or false",
    **dict.fromkeys(("DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "times"),
    **dict.fromkeys(("TIMESTAMP WITH TIME ZONE", "TIME WITH TIME ZONE"), "times"),
}


def family(kind: str) -> Family:
    """The family of a type of DuckDB; nested types and binary ones are `other`."""
    kind = kind.upper()
    return "other" if kind.endswith("]") else _FAMILIES.get(kind.partition("(")[0].strip(), "other")


def value(name: str, kind: str) -> str:
    """The values of a column, where NaN is missing too."""
    column = quoted(name)
    return f"CASE WHEN NOT isnan({column}) THEN {column} END" if kind.upper() in ("FLOAT", "DOUBLE") else column


def number(term: str, kind: str) -> str:
    """A column as doubles: times as seconds since 1970 (of the day, for times of day), texts as their lengths."""
    of = family(kind)
    if of == "times":
        return f"epoch({term})::DOUBLE"
    return f"length({term}::VARCHAR)::DOUBLE" if of == "texts" else f"({term})::DOUBLE"


def is_measured(kind: str) -> bool:
    """Whether there are numbers to a column of this type: see `number`."""
    return family(kind) not in ("true or false", "other")


def finite(term: str) -> str:
    """A column of doubles without the infinite ones, and those so large that a sum of their squares is infinite."""
    return f"CASE WHEN abs({term}) < 1e100 THEN {term} END"


def in_bins(term: str, bounds: Sequence[float]) -> str:
    """How many numbers are in each bin, by its upper bound, which belongs to it; the last bin has no end."""
    listed = ", ".join(f"'{bound!r}'::DOUBLE" for bound in bounds)
    return f"histogram({term}, [{listed}])"


def bounds_of(quantiles: Sequence[float]) -> list[float]:
    """The upper bounds of bins between these quantiles, the least and the greatest value among them.

    What is below and above all values is a bin each. So is a value that is several quantiles in a row, for otherwise
    it could become any other one of its bin without a trace.
    """
    bounds = set(quantiles)
    often = {low for low, high in pairwise(quantiles) if low == high}
    bounds |= {math.nextafter(one, -math.inf) for one in {*often, *quantiles[:1]}}
    return sorted(bounds)
