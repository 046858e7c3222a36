"""Keyword arguments of an expectation: those that are known, with the types that they have to have."""

from __future__ import annotations

from collections.abc import Mapping

from gate.core.model import Json
from gate.suites.sql.terms import NotCompiled, number

_WIDEST = 2**127
"""Whole numbers from here on DuckDB reads as doubles."""
_ROWS = frozenset({"row_condition", "condition_parser"})


class Arguments:
    """The arguments of one expectation; one that is unknown or has another type is never ignored."""

    def __init__(self, kwargs: Mapping[str, Json]) -> None:
        self._kwargs = kwargs

    def known(self, *names: str) -> None:
        """All arguments are among these and those that choose rows."""
        if not self._kwargs.keys() <= _ROWS.union(names):
            raise NotCompiled

    def get(self, name: str) -> Json:
        """As it is; None where there is none."""
        return self._kwargs.get(name)

    def text(self, name: str) -> str:
        """A text that is not empty."""
        value = self._kwargs.get(name)
        if not isinstance(value, str) or not value:
            raise NotCompiled
        return value

    def texts(self, name: str) -> list[str]:
        """A list of texts, at least one."""
        value = self.values(name)
        if not all(isinstance(item, str) for item in value):
            raise NotCompiled
        return [item for item in value if isinstance(item, str)]

    def values(self, name: str) -> list[Json]:
        """A list, not empty."""
        value = self._kwargs.get(name)
        if not isinstance(value, list) or not value:
            raise NotCompiled
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """True or false."""
        value = self._kwargs.get(name, default)
        if not isinstance(value, bool):
            raise NotCompiled
        return value

    def number(self, name: str) -> int | float | None:
        """A number, or nothing."""
        value = self._kwargs.get(name)
        return None if value is None else number(value)

    def whole(self, name: str) -> int | None:
        """A whole number, or nothing."""
        value = self.number(name)
        if isinstance(value, float):
            raise NotCompiled
        return value

    def exact(self, name: str) -> int | float | None:
        """A number, or nothing; a whole one of up to 128 bits, for what is compared with whole numbers only."""
        value = self._kwargs.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _WIDEST:
            return value
        return self.number(name)

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of the words, the first by default."""
        value = self._kwargs.get(name, choices[0])
        if not isinstance(value, str) or value not in choices:
            raise NotCompiled
        return value

    def mostly(self) -> float:
        """The share of rows that has to be as expected."""
        value = number(self._kwargs.get("mostly", 1))
        if not 0 <= value <= 1:
            raise NotCompiled
        return float(value)


class Bounds:
    """`min_value`, `max_value` and whether they themselves are outside.

    `whole` wants whole numbers; `exact` lets them be of any size, for a column that has whole numbers only.
    """

    def __init__(self, arguments: Arguments, *, whole: bool = False, strict: bool = True, exact: bool = False) -> None:
        read = arguments.whole if whole else arguments.exact if exact else arguments.number
        self.low, self.high = read("min_value"), read("max_value")
        self.strict_low = arguments.flag("strict_min") if strict else False
        self.strict_high = arguments.flag("strict_max") if strict else False

    def required(self) -> Bounds:
        """At least one of them, and in order: the reference reports the others as errors."""
        if self.low is None and self.high is None:
            raise NotCompiled
        if self.low is not None and self.high is not None and self.low > self.high:
            raise NotCompiled
        return self

    def hold(self, value: float) -> bool:
        """Whether the value is between them."""
        above = self.low is None or (value > self.low if self.strict_low else value >= self.low)
        below = self.high is None or (value < self.high if self.strict_high else value <= self.high)
        return above and below

    def sure(self, value: float, slack: float) -> None:
        """No bound is so near that the rounding of another engine could be on its other side."""
        if slack and any(bound is not None and abs(value - bound) <= slack for bound in (self.low, self.high)):
            raise NotCompiled


BOUNDS = ("min_value", "max_value", "strict_min", "strict_max")
