"""Expectations on two columns, row by row."""

from __future__ import annotations

from collections.abc import Sequence

from gate.core.model import Json
from gate.suites.sql.arguments import Arguments
from gate.suites.sql.conditions import row_condition
from gate.suites.sql.steps import Rows, Step, every_row
from gate.suites.sql.terms import EXACT, NUMBERS, Column, Family, Frame, NotCompiled, both, count, fitting, literal

_IGNORED = ("both_values_are_missing", "either_value_is_missing", "neither")
_FAMILIES: tuple[Family, ...] = (*NUMBERS, "text", "boolean")
_MOST_PAIRS = 2000
_HELD: dict[Family, int] = {"float": EXACT, "single": 2**24}
"""Up to where fractions hold every whole number."""


def _pair(frame: Frame, arguments: Arguments, families: tuple[Family, ...]) -> tuple[Column, Column, Rows]:
    columns = tuple(frame.column(arguments.text(name), families) for name in ("column_A", "column_B"))
    first, second = columns
    condition = row_condition(frame, arguments)
    ignored = arguments.choice("ignore_row_if", _IGNORED)
    word = {"both_values_are_missing": "OR", "either_value_is_missing": "AND"}.get(ignored)
    domain = f"{first.sql} IS NOT NULL {word} {second.sql} IS NOT NULL" if word else None
    return first, second, Rows(columns, condition.sql, domain, arguments.mostly(), condition.guards)


def _comparable(first: Column, second: Column) -> None:
    if first.family != second.family and not (first.family in NUMBERS and second.family in NUMBERS):
        raise NotCompiled


def missing_guard(columns: Sequence[Column], considered: str | None) -> tuple[str, ...]:
    """Rows that lack one of the values: comparing them depends on the type that pandas keeps the column in.

    Texts and doubles are always the same there, and compare as different.
    """
    if all(column.family in ("text", "float", "single") for column in columns):
        return ()
    return (count(both(considered, " OR ".join(f"{column.sql} IS NULL" for column in columns))),)


def rounded_guard(columns: Sequence[Column], considered: str | None) -> tuple[str, ...]:
    """Whole numbers that DuckDB would round before it compares them with fractions; pandas does not."""
    narrow = min((_HELD[column.family] for column in columns if column.family in _HELD), default=None)
    whole = [column for column in columns if column.family == "integer"]
    if narrow is None or not whole:
        return ()
    return (count(both(considered, " OR ".join(f"abs({column.sql}::DOUBLE) >= {narrow}" for column in whole))),)


def compared(frame: Frame, arguments: Arguments, *, equal: bool) -> Step:
    """The two are equal, or the first is greater (or equal, with `or_equal`)."""
    arguments.known("column_A", "column_B", "mostly", "ignore_row_if", *(() if equal else ("or_equal",)))
    first, second, rows = _pair(frame, arguments, _FAMILIES if equal else (*NUMBERS, "text"))
    _comparable(first, second)
    operator = "=" if equal else ">"
    if not equal and arguments.get("or_equal") is not None and arguments.flag("or_equal"):
        operator = ">="
    pair = (first, second)
    guards = (*rows.guards, *missing_guard(pair, rows.considered), *rounded_guard(pair, rows.considered))
    return every_row(rows._replace(guards=guards), f"coalesce({first.sql} {operator} {second.sql}, FALSE)")


def in_set(frame: Frame, arguments: Arguments) -> Step:
    """The two together are one of the pairs; a pair may have null for a missing value."""
    arguments.known("column_A", "column_B", "mostly", "ignore_row_if", "value_pairs_set")
    if arguments.get("row_condition") is not None:
        raise NotCompiled  # the reference leaves it out of the counts of this one
    first, second, rows = _pair(frame, arguments, (*NUMBERS, "text"))
    pairs = arguments.values("value_pairs_set")
    if len(pairs) > _MOST_PAIRS:
        raise NotCompiled
    tests = [f"({_is(first, one)} AND {_is(second, other)})" for one, other in map(_two, pairs)]
    return every_row(rows, " OR ".join(tests))


def _two(pair: Json) -> tuple[Json, Json]:
    if not isinstance(pair, list) or len(pair) != 2:
        raise NotCompiled
    return pair[0], pair[1]


def _is(column: Column, value: Json) -> str:
    if value is None:
        return f"{column.sql} IS NULL"
    return f"{column.sql} IS NOT DISTINCT FROM {literal(fitting(column, value))}"
