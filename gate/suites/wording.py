"""What an expectation expects and what was found instead, in words for people."""

from __future__ import annotations

import json
from collections.abc import Mapping

from gate.core.model import Json
from gate.core.text import count, printable, shorten
from gate.suites.interface import Expectation, Outcome

_VALUE = 120
"""Characters of one argument that a sentence holds."""
_SENTENCES: dict[str, str] = {
    "expect_column_to_exist": "there must be a column {column}",
    "expect_column_values_to_not_be_null": "the values of {column} must not be null",
    "expect_column_values_to_be_null": "the values of {column} must be null",
    "expect_column_values_to_be_unique": "the values of {column} must be unique",
    "expect_column_values_to_be_in_set": "the values of {column} must be in {value_set}",
    "expect_column_values_to_not_be_in_set": "the values of {column} must not be in {value_set}",
    "expect_column_values_to_be_between": "the values of {column} must be {range}",
    "expect_column_value_lengths_to_be_between": "the lengths of the values of {column} must be {range}",
    "expect_column_value_lengths_to_equal": "the values of {column} must have the length {value}",
    "expect_column_values_to_match_regex": "the values of {column} must match {regex}",
    "expect_column_values_to_not_match_regex": "the values of {column} must not match {regex}",
    "expect_column_values_to_match_strftime_format": "the values of {column} must be dates such as {strftime_format}",
    "expect_column_values_to_be_of_type": "the values of {column} must be of the type {type_}",
    "expect_column_values_to_be_in_type_list": "the values of {column} must be of a type of {type_list}",
    "expect_column_values_to_be_increasing": "the values of {column} must increase",
    "expect_column_values_to_be_decreasing": "the values of {column} must decrease",
    "expect_column_distinct_values_to_be_in_set": "the distinct values of {column} must be in {value_set}",
    "expect_column_distinct_values_to_equal_set": "the distinct values of {column} must be {value_set}",
    "expect_column_distinct_values_to_contain_set": "the distinct values of {column} must hold {value_set}",
    "expect_column_most_common_value_to_be_in_set": "the most common value of {column} must be in {value_set}",
    "expect_column_mean_to_be_between": "the mean of {column} must be {range}",
    "expect_column_median_to_be_between": "the median of {column} must be {range}",
    "expect_column_min_to_be_between": "the smallest value of {column} must be {range}",
    "expect_column_max_to_be_between": "the largest value of {column} must be {range}",
    "expect_column_sum_to_be_between": "the sum of {column} must be {range}",
    "expect_column_stdev_to_be_between": "the standard deviation of {column} must be {range}",
    "expect_column_unique_value_count_to_be_between": "the number of distinct values of {column} must be {range}",
    "expect_column_proportion_of_unique_values_to_be_between": "the share of distinct {column} must be {range}",
    "expect_column_proportion_of_non_null_values_to_be_between": "the share of {column} not null must be {range}",
    "expect_table_row_count_to_be_between": "the number of rows must be {range}",
    "expect_table_row_count_to_equal": "the number of rows must be {value}",
    "expect_table_column_count_to_be_between": "the number of columns must be {range}",
    "expect_table_column_count_to_equal": "the number of columns must be {value}",
    "expect_table_columns_to_match_set": "the columns must be {column_set}, in any order",
    "expect_table_columns_to_match_ordered_list": "the columns must be {column_list}, in this order",
    "expect_column_pair_values_a_to_be_greater_than_b": "{column_A} must be greater than {column_B}",
    "expect_column_pair_values_to_be_equal": "{column_A} must be equal to {column_B}",
    "expect_column_pair_values_to_be_in_set": "the pairs of {column_A} and {column_B} must be in {value_pairs_set}",
    "expect_compound_columns_to_be_unique": "the values of {column_list} must be unique together",
    "expect_select_column_values_to_be_unique_within_record": "the values of {column_list} must differ within a row",
    "expect_multicolumn_sum_to_equal": "the sum of {column_list} must be {sum_total}",
}
_CONDITIONS = ("row_condition", "mostly")


def expected(expectation: Expectation) -> str:
    """What it asks for, as a sentence without its full stop."""
    kwargs = expectation.kwargs
    template = _SENTENCES.get(expectation.type)
    words = {key: _argument(value) for key, value in kwargs.items()}
    try:
        text = template.format_map({**words, "range": _range(kwargs)}) if template else _generic(expectation, words)
    except (KeyError, IndexError, ValueError):
        text = _generic(expectation, words)
    mostly, condition = kwargs.get("mostly"), kwargs.get("row_condition")
    if isinstance(mostly, (int, float)) and mostly != 1:
        text += f", {mostly * 100:g}% of them"
    return text + (f", where {_argument(condition)}" if condition else "")


def found(outcome: Outcome) -> str:
    """What there is instead: how many values, or the value that was observed; empty where nothing says so."""
    unexpected, elements = outcome.unexpected_count, outcome.element_count
    if unexpected and elements:
        of = elements - (outcome.missing_count or 0)
        of = of if of >= unexpected else elements
        share = f"{unexpected / of:.2%}" if unexpected / of >= 0.0001 else "less than 0.01%"
        return f"{unexpected:,} of {count(of, 'value')} {'is' if unexpected == 1 else 'are'} not as expected ({share})"
    if unexpected:
        return f"{count(unexpected, 'value')} {'is' if unexpected == 1 else 'are'} not as expected"
    return "" if outcome.observed is None else f"found {value(outcome.observed)}"


def holding(good: int, total: int) -> str:
    """`6 of 11 expectations hold`."""
    return f"{good:,} of {count(total, 'expectation')} {'holds' if total == 1 else 'hold'}"


def value(value: Json, limit: int = _VALUE) -> str:
    """A value as JSON, cut and harmless."""
    return shorten(json.dumps(value, ensure_ascii=False), limit)


def _generic(expectation: Expectation, words: Mapping[str, str]) -> str:
    said = ", ".join(f"{key} {word}" for key, word in words.items() if key not in _CONDITIONS)
    name = printable(expectation.type[:100]).removeprefix("expect_").replace("_", " ")
    return f"expected {name}" + (f" ({shorten(said, 300)})" if said else "")


def _argument(argument: Json) -> str:
    return value(argument)


def _range(kwargs: Mapping[str, Json]) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    strict = bool(kwargs.get("strict_min")), bool(kwargs.get("strict_max"))
    if low is not None and low == high and not any(strict):
        return _argument(low)
    if low is not None and high is not None and not any(strict):
        return f"between {_argument(low)} and {_argument(high)}"
    parts = []
    if low is not None:
        parts.append(f"{'more than' if strict[0] else 'at least'} {_argument(low)}")
    if high is not None:
        parts.append(f"{'less than' if strict[1] else 'at most'} {_argument(high)}")
    return " and ".join(parts) or "anything"
