"""Which expectations say nothing: no data could fail them, or there was no value that they could have judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from gate.core.model import Json
from gate.suites.interface import Expectation, Outcome

DISTINCT = "expect_column_distinct_values_to_be_in_set"
"""The one expectation without counts that holds where there is no value; it then observes an empty list."""


class _Range(NamedTuple):
    """The values that there can be: bounds no narrower than these hold always."""

    low: float | None
    high: float | None


_RANGES = {
    "expect_table_row_count_to_be_between": _Range(0, None),
    "expect_table_column_count_to_be_between": _Range(0, None),
    "expect_column_unique_value_count_to_be_between": _Range(0, None),
    "expect_column_value_lengths_to_be_between": _Range(0, None),
    "expect_column_proportion_of_unique_values_to_be_between": _Range(0, 1),
    "expect_column_proportion_of_non_null_values_to_be_between": _Range(0, 1),
    **{
        f"expect_column_{what}_to_be_between": _Range(None, None)
        for what in ("min", "max", "mean", "median", "sum", "stdev")
    },
}


def why_idle(expectation: Expectation) -> str | None:
    """Why no data could fail the expectation, as far as its arguments tell; None where some could."""
    kwargs = expectation.kwargs
    mostly = kwargs.get("mostly")
    if mostly == 0 and not isinstance(mostly, bool):
        return "`mostly: 0` lets every value fail"
    if (possible := _RANGES.get(expectation.type)) and _holds_always(kwargs, possible):
        return "its bounds leave nothing out"
    idle = _IDLE.get(expectation.type)
    return idle[1] if idle and idle[0](kwargs) else None


def judged_nothing(expectation: Expectation, outcome: Outcome) -> bool:
    """Whether it succeeded because every value was missing, or no row met its conditions."""
    if not outcome.success:
        return False
    if outcome.element_count is None:
        return expectation.type == DISTINCT and outcome.observed == []
    return outcome.element_count == (outcome.missing_count or 0)


def _holds_always(kwargs: Mapping[str, Json], possible: _Range) -> bool:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    at_least = possible.low is not None and _number(low) and low <= possible.low and not kwargs.get("strict_min")  # type: ignore[operator]
    at_most = possible.high is not None and _number(high) and high >= possible.high and not kwargs.get("strict_max")  # type: ignore[operator]
    return (low is None or at_least) and (high is None or at_most)


def _number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _no_quantile(kwargs: Mapping[str, Json]) -> bool:
    asked = kwargs.get("quantile_ranges")
    ranges = asked.get("value_ranges") if isinstance(asked, dict) else None
    return isinstance(ranges, list) and all(pair == [None, None] for pair in ranges)


_IDLE: Mapping[str, tuple[Callable[[Mapping[str, Json]], bool], str]] = {
    "expect_column_values_to_not_be_in_set": (lambda kwargs: kwargs.get("value_set") == [], "its set is empty"),
    "expect_column_distinct_values_to_contain_set": (lambda kwargs: kwargs.get("value_set") == [], "its set is empty"),
    "expect_table_columns_to_match_set": (
        lambda kwargs: not kwargs.get("column_set") and kwargs.get("exact_match") is False,
        "its set is empty",
    ),
    "expect_table_columns_to_match_ordered_list": (
        lambda kwargs: kwargs.get("column_list") is None,
        "it names no column",
    ),
    "expect_column_quantile_values_to_be_between": (_no_quantile, "its bounds leave nothing out"),
}
