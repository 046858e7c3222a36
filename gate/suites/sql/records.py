"""Expectations on several columns, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from gate.suites.sql.arguments import Arguments
from gate.suites.sql.conditions import row_condition
from gate.suites.sql.pairs import missing_guard, rounded_guard
from gate.suites.sql.steps import Rows, Step, every_row
from gate.suites.sql.terms import NUMBERS, PLAIN, Column, Family, Frame, NotCompiled, both, count, literal
from gate.suites.sql.values import repeated

_IGNORED = ("all_values_are_missing", "any_value_is_missing", "never")
_MOST_COLUMNS = 24


def _record(frame: Frame, arguments: Arguments, families: tuple[Family, ...]) -> Rows:
    names = arguments.texts("column_list")
    if not 1 < len(names) <= _MOST_COLUMNS or len(set(names)) != len(names):
        raise NotCompiled
    columns = tuple(frame.column(name, families) for name in names)
    condition = row_condition(frame, arguments)
    ignored = arguments.choice("ignore_row_if", _IGNORED)
    word = {"all_values_are_missing": " OR ", "any_value_is_missing": " AND "}.get(ignored)
    domain = word.join(f"{column.sql} IS NOT NULL" for column in columns) if word else None
    return Rows(columns, condition.sql, domain, arguments.mostly(), condition.guards)


def unique(frame: Frame, arguments: Arguments) -> Step:
    """No two rows have the same values in all of the columns; missing values are the same."""
    arguments.known("column_list", "mostly", "ignore_row_if")
    rows = _record(frame, arguments, PLAIN)
    return repeated(rows, f"row({', '.join(column.sql for column in rows.columns)})")


def unique_within(frame: Frame, arguments: Arguments) -> Step:
    """No value is in two of the columns of a row."""
    arguments.known("column_list", "mostly", "ignore_row_if")
    rows = _record(frame, arguments, (*NUMBERS, "text"))
    _alike(rows.columns)
    # Whether two missing values are the same depends on the types that pandas keeps the columns in.
    missing = " + ".join(f"({column.sql} IS NULL)::INTEGER" for column in rows.columns)
    twice = count(both(rows.considered, f"{missing} > 1"))
    guards = (*rows.guards, twice, *rounded_guard(rows.columns, rows.considered))
    same = [f"{one.sql} IS NOT DISTINCT FROM {other.sql}" for one, other in combinations(rows.columns, 2)]
    return every_row(rows._replace(guards=guards), f"NOT ({' OR '.join(same)})")


def equal(frame: Frame, arguments: Arguments) -> Step:
    """All columns of a row have the same value."""
    arguments.known("column_list", "mostly", "ignore_row_if")
    rows = _record(frame, arguments, (*NUMBERS, "text"))
    _alike(rows.columns)
    first = rows.columns[0].sql
    unsure = (*missing_guard(rows.columns, rows.considered), *rounded_guard(rows.columns, rows.considered))
    guards = (*rows.guards, *unsure)
    same = [f"{column.sql} IS NOT DISTINCT FROM {first}" for column in rows.columns[1:]]
    return every_row(rows._replace(guards=guards), " AND ".join(same))


def _alike(columns: Sequence[Column]) -> None:
    if len({column.family in NUMBERS for column in columns}) > 1:
        raise NotCompiled


def sums(frame: Frame, arguments: Arguments) -> Step:
    """The numbers of a row add up to the total."""
    arguments.known("column_list", "mostly", "ignore_row_if", "sum_total")
    rows = _record(frame, arguments, ("integer", "float"))
    wanted = arguments.number("sum_total")
    if wanted is None:
        raise NotCompiled
    doubles = [f"{column.sql}::DOUBLE" for column in rows.columns]
    added = f"({' + '.join(doubles)})"
    size = f"({' + '.join(f'abs({double})' for double in doubles)})"
    if all(column.family == "integer" for column in rows.columns):
        unsure = f"{size} >= {2**53}"
    else:
        # Fractions that nearly reach the total: the order of adding would decide.
        unsure = f"isinf({size}) OR abs({added} - {literal(wanted)}) <= 1e-9 * ({size} + {literal(abs(wanted))})"
    guards = (*rows.guards, count(both(rows.considered, unsure)), *missing_guard(rows.columns, rows.considered))
    return every_row(rows._replace(guards=guards), f"coalesce({added} = {literal(wanted)}, FALSE)")
