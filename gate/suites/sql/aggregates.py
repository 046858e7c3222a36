"""Expectations on one number for a whole column: its smallest, its mean, how many different values it has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from gate.core.model import Json
from gate.suites.sql.arguments import BOUNDS, Arguments, Bounds
from gate.suites.sql.conditions import row_condition
from gate.suites.sql.steps import Ask, Step, Verdict, clear
from gate.suites.sql.terms import (
    EXACT,
    NUMBERS,
    PLAIN,
    Family,
    Frame,
    NotCompiled,
    both,
    count,
    fitting,
    number,
    only,
    plain,
)

# How far another order of adding may be away, as a share of the sum of the absolute values.
_ROUNDING = 1e-10


class _Subject:
    """A column, the rows of it that are meant, and the bounds."""

    def __init__(
        self, frame: Frame, arguments: Arguments, families: tuple[Family, ...], *, whole: bool, exact: bool = False
    ) -> None:
        arguments.known("column", *BOUNDS)
        self.column = frame.column(arguments.text("column"), families)
        condition = row_condition(frame, arguments)
        self.scope, self.guards = condition.sql, condition.guards
        self.bounds = Bounds(arguments, whole=whole, exact=exact and self.column.family == "integer")

    def over(self, aggregate: str) -> str:
        return only(aggregate, self.scope)

    def judge(self, value: float | None, slack: float = 0.0) -> Verdict:
        """Without a value there is nothing that could be between the bounds."""
        if value is None:
            return Verdict(False)
        self.bounds.sure(value, slack)
        return Verdict(self.bounds.hold(value), plain(value))


def extreme(frame: Frame, arguments: Arguments, *, function: str) -> Step:
    """The smallest or the greatest number."""
    subject = _Subject(frame, arguments, NUMBERS, whole=False, exact=True)
    for bound in (subject.bounds.low, subject.bounds.high):
        if bound is not None and subject.column.family != "integer":
            fitting(subject.column, bound)

    def then(answers: Sequence[Any]) -> Step:
        clear(answers[1:])
        return subject.judge(answers[0])

    return Ask((subject.over(f"{function}({subject.column.sql})"), *subject.guards), then)


def _adding(subject: _Subject) -> tuple[str, str, str]:
    """The count, the sum and the sum of the absolute values."""
    column = subject.column.sql
    total = f"sum({column})" if subject.column.family == "integer" else f"fsum({column})"
    return subject.over(f"count({column})"), subject.over(total), subject.over(f"sum(abs({column}::DOUBLE))")


def _slack(subject: _Subject, size: float) -> float:
    """Sums of whole numbers that are all doubles are exact; infinities and numbers that overflow are not for here."""
    if not math.isfinite(size) or (subject.column.family == "integer" and size >= 2**62):
        raise NotCompiled
    exact = subject.column.family == "integer" and size < EXACT
    return 0.0 if exact else _ROUNDING * size


def total(frame: Frame, arguments: Arguments) -> Step:
    """The sum, which is 0 where there is nothing to add."""
    subject = _Subject(frame, arguments, ("integer", "float"), whole=False)

    def then(answers: Sequence[Any]) -> Step:
        found, value, size, *guards = answers
        clear(guards)
        return subject.judge(value, _slack(subject, size)) if found else subject.judge(0)

    return Ask((*_adding(subject), *subject.guards), then)


def mean(frame: Frame, arguments: Arguments) -> Step:
    """The mean."""
    subject = _Subject(frame, arguments, ("integer", "float"), whole=False)

    def then(answers: Sequence[Any]) -> Step:
        found, value, size, *guards = answers
        clear(guards)
        if not found:
            return subject.judge(None)
        return subject.judge(value / found, _slack(subject, size) / found)

    return Ask((*_adding(subject), *subject.guards), then)


def deviation(frame: Frame, arguments: Arguments) -> Step:
    """The standard deviation of a sample, which one value alone does not have."""
    subject = _Subject(frame, arguments, ("integer", "float"), whole=False)
    value = f"{subject.column.sql}::DOUBLE"
    finite = both(subject.scope, f"NOT isinf({value})")

    def then(answers: Sequence[Any]) -> Step:
        found, size, spread, infinite, *guards = answers
        clear([infinite, *guards])
        if found < 2:
            return subject.judge(None)
        if not math.isfinite(spread) or not math.isfinite(size):
            raise NotCompiled
        return subject.judge(spread, 1e-7 * spread + _ROUNDING * size / found)

    return Ask(
        (
            subject.over(f"count({subject.column.sql})"),
            subject.over(f"sum(abs({value}))"),
            only(f"stddev_samp({value})", finite),
            count(both(subject.scope, f"isinf({value})")),
            *subject.guards,
        ),
        then,
    )


def median(frame: Frame, arguments: Arguments) -> Step:
    """The median: with an even number of values the mean of the two in the middle."""
    subject = _Subject(frame, arguments, ("integer", "float"), whole=False)
    column = subject.column

    def then(answers: Sequence[Any]) -> Step:
        found, value, *guards = answers
        clear(guards)
        if not found:
            return subject.judge(None)
        if not math.isfinite(value) or abs(value) >= EXACT / 2:
            raise NotCompiled
        exact = found % 2 or column.family == "integer"
        return subject.judge(value, 0.0 if exact else 1e-12 * max(1.0, abs(value)))

    wide = f"abs({column.sql}::DOUBLE) >= {EXACT // 2}"
    guards = (count(both(subject.scope, wide)), *subject.guards)
    return Ask((subject.over(f"count({column.sql})"), subject.over(f"quantile_cont({column.sql}, 0.5)"), *guards), then)


def different(frame: Frame, arguments: Arguments) -> Step:
    """How many different values there are."""
    subject = _Subject(frame, arguments, PLAIN, whole=True)

    def then(answers: Sequence[Any]) -> Step:
        clear(answers[1:])
        return subject.judge(answers[0])

    return Ask((subject.over(f"count(DISTINCT {subject.column.sql})"), *subject.guards), then)


def share_different(frame: Frame, arguments: Arguments) -> Step:
    """Different values as a share of all that are there."""
    return _share(_Subject(frame, arguments, PLAIN, whole=False), "count(DISTINCT {})", "count({})")


def share_present(frame: Frame, arguments: Arguments) -> Step:
    """Values that are there as a share of all rows."""
    families: tuple[Family, ...] = (*PLAIN, "other")
    return _share(_Subject(frame, arguments, families, whole=False), "count({})", "count(*)")


def _share(subject: _Subject, part: str, whole: str) -> Step:
    def then(answers: Sequence[Any]) -> Step:
        counted, of, *guards = answers
        clear(guards)
        return subject.judge(counted / of if of else 0)

    column = subject.column.sql
    return Ask((subject.over(part.format(column)), subject.over(whole.format(column)), *subject.guards), then)


def quantiles(frame: Frame, arguments: Arguments) -> Step:
    """Quantiles, by the ways of numpy to choose between two neighbours."""
    arguments.known("column", "quantile_ranges", "allow_relative_error")
    column = frame.column(arguments.text("column"), ("integer", "float"))
    condition = row_condition(frame, arguments)
    wanted, ranges = _ranges(arguments.get("quantile_ranges"))
    method = _method(arguments.get("allow_relative_error"))
    observed: dict[str, Json] = {"quantiles": [*wanted]}

    def judged(values: Sequence[float]) -> Verdict:
        success = all(_close(value, *pair) for value, pair in zip(values, ranges, strict=True))
        return Verdict(success, {**observed, "values": [plain(value) for value in values]})

    def placed(answers: Sequence[Any]) -> Step:
        found, wide, *guards = answers
        clear([wide, *guards])
        if not found:
            return Verdict(False, {**observed, "values": [None for _ in wanted]})
        places = [_places(method, quantile, found) for quantile in wanted]
        # A discrete quantile in the middle of a rank's share is the value with this rank.
        ranks = ", ".join(f"'{(rank + 0.5) / found!r}'::DOUBLE" for low, high, _ in places for rank in (low, high))

        def then(answers: Sequence[Any]) -> Step:
            picked = [
                float(value) if part else value for value, (_, _, part) in zip(answers[0][::2], places, strict=True)
            ]
            pairs = zip(picked, answers[0][1::2], places, strict=True)
            return judged([_between(low, high, part) for low, high, (_, _, part) in pairs])

        return Ask((only(f"quantile_disc({column.sql}, [{ranks}])", condition.sql),), then)

    wide = count(both(condition.sql, f"isinf({column.sql}::DOUBLE) OR abs({column.sql}::DOUBLE) >= {EXACT}"))
    return Ask((only(f"count({column.sql})", condition.sql), wide, *condition.guards), placed)


def _ranges(value: Json) -> tuple[list[float], list[tuple[float, float]]]:
    if not isinstance(value, dict) or value.keys() != {"quantiles", "value_ranges"}:
        raise NotCompiled
    wanted, ranges = value["quantiles"], value["value_ranges"]
    if not isinstance(wanted, list) or not isinstance(ranges, list) or not 0 < len(wanted) == len(ranges) <= 1000:
        raise NotCompiled
    if not all(0 <= number(quantile) <= 1 for quantile in wanted):
        raise NotCompiled
    return [float(number(quantile)) for quantile in wanted], [_range(pair) for pair in ranges]


def _range(pair: Json) -> tuple[float, float]:
    if not isinstance(pair, list) or len(pair) != 2:
        raise NotCompiled
    low = -math.inf if pair[0] is None else float(number(pair[0]))
    high = math.inf if pair[1] is None else float(number(pair[1]))
    if low > high:
        raise NotCompiled
    return low, high


def _method(value: Json) -> str:
    if value is None or value is False:
        return "nearest"
    if isinstance(value, str) and value in ("linear", "lower", "higher", "midpoint", "nearest"):
        return value
    raise NotCompiled


def _places(method: str, quantile: float, found: int) -> tuple[int, int, float]:
    """The ranks of the neighbours, and how far it is from the lower one; per cent and back rounds as numpy does."""
    place = (found - 1) * (quantile * 100 / 100)
    low, high = math.floor(place), math.ceil(place)
    if method == "nearest":
        return round(place), round(place), 0.0
    if method == "lower":
        return low, low, 0.0
    if method == "higher":
        return high, high, 0.0
    return low, high, 0.5 if method == "midpoint" and low != high else place - low


def _between(low: float, high: float, part: float) -> float:
    """The formula of numpy, which is exact at both ends."""
    if not part or low == high:
        return low
    return low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part)


def _close(value: float, low: float, high: float) -> bool:
    """Within the range, or as near to an end of it as the reference lets pass."""
    near = any(math.isfinite(end) and abs(value - end) <= 1e-8 + 1e-4 * abs(end) for end in (low, high))
    return near or low <= value <= high
