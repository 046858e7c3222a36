"""Expectations on the table as a whole: its rows and its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gate.core.model import Json
from gate.suites.sql.arguments import BOUNDS, Arguments, Bounds
from gate.suites.sql.conditions import row_condition
from gate.suites.sql.steps import Ask, Step, Verdict, clear
from gate.suites.sql.terms import Frame, NotCompiled, count


def exists(frame: Frame, arguments: Arguments) -> Step:
    """There is a column with this name, at this place if one is given; place 0 counts as none, as in the reference."""
    arguments.known("column", "column_index")
    _all_rows(arguments)
    name, index = arguments.text("column"), arguments.whole("column_index")
    if not index:
        return Verdict(frame.knows(name))
    names = frame.names
    return Verdict(-len(names) <= index < len(names) and names[index] == name)


def _all_rows(arguments: Arguments) -> None:
    if arguments.get("row_condition") is not None or arguments.get("condition_parser") is not None:
        raise NotCompiled


def _rows(frame: Frame, arguments: Arguments, test: Callable[[int], bool]) -> Step:
    condition = row_condition(frame, arguments)

    def then(answers: Sequence[Any]) -> Step:
        clear(answers[1:])
        return Verdict(test(answers[0]), answers[0])

    return Ask((count(condition.sql), *condition.guards), then)


def rows_between(frame: Frame, arguments: Arguments) -> Step:
    """The number of rows is between bounds."""
    arguments.known(*BOUNDS)
    bounds = Bounds(arguments, whole=True)
    if bounds.low is not None and bounds.high is not None:
        bounds.required()
    return _rows(frame, arguments, bounds.hold)


def rows_equal(frame: Frame, arguments: Arguments) -> Step:
    """There are so many rows."""
    arguments.known("value")
    value = _value(arguments)
    return _rows(frame, arguments, lambda found: found == value)


def _value(arguments: Arguments) -> int:
    value = arguments.whole("value")
    if value is None:
        raise NotCompiled
    return value


def columns_between(frame: Frame, arguments: Arguments) -> Step:
    """The number of columns is between bounds."""
    arguments.known("min_value", "max_value")
    _all_rows(arguments)
    found = len(frame.names)
    return Verdict(Bounds(arguments, whole=True, strict=False).hold(found), found)


def columns_equal(frame: Frame, arguments: Arguments) -> Step:
    """There are so many columns."""
    arguments.known("value")
    _all_rows(arguments)
    found = len(frame.names)
    return Verdict(found == _value(arguments), found)


def columns_listed(frame: Frame, arguments: Arguments) -> Step:
    """The columns are these, in this order."""
    arguments.known("column_list")
    _all_rows(arguments)
    observed: list[Json] = [*frame.names]
    return Verdict(frame.names == arguments.texts("column_list"), observed)


def columns_in_set(frame: Frame, arguments: Arguments) -> Step:
    """The columns are these in any order; without `exact_match` there may be more."""
    arguments.known("column_set", "exact_match")
    _all_rows(arguments)
    wanted, found = set(arguments.texts("column_set")), set(frame.names)
    observed: list[Json] = [*sorted(found)]
    return Verdict(wanted == found if arguments.flag("exact_match", default=True) else wanted <= found, observed)
