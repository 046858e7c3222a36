"""Expectations on the different values of a column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gate.core.model import Json
from gate.suites.sql.arguments import Arguments
from gate.suites.sql.conditions import row_condition
from gate.suites.sql.steps import Ask, Query, Step, Verdict, clear
from gate.suites.sql.terms import NUMBERS, Family, Frame, NotCompiled, both, distinct, fitting, literal, only, plain

_FAMILIES: tuple[Family, ...] = (*NUMBERS, "text", "boolean")
_MOST_MODES = 1000


def compared(frame: Frame, arguments: Arguments, *, within: bool, covering: bool) -> Step:
    """The different values are all in the set (`within`), the set is all among them (`covering`), or both."""
    arguments.known("column", "value_set")
    column = frame.column(arguments.text("column"), _FAMILIES)
    condition = row_condition(frame, arguments)
    values = distinct(fitting(column, value) for value in arguments.values("value_set"))
    test = f"{column.sql} IN ({', '.join(literal(value) for value in values)})"
    inside = only(f"count(DISTINCT {column.sql})", both(condition.sql, test))
    outside = only(f"count(DISTINCT {column.sql})", both(condition.sql, f"NOT ({test})"))

    def then(answers: Sequence[Any]) -> Step:
        known, strange, *guards = answers
        clear(guards)
        missing = len(values) - known if covering else None
        observed: list[Json] | None = None if known or strange else []  # as many as say that nothing was judged
        return Verdict(not (missing or (within and strange)), observed, None, missing, strange if within else None)

    return Ask((inside, outside, *condition.guards), then)


def most_common(frame: Frame, arguments: Arguments) -> Step:
    """The most common value, or one of them, is in the set."""
    arguments.known("column", "value_set", "ties_okay")
    column = frame.column(arguments.text("column"), _FAMILIES)
    condition = row_condition(frame, arguments)
    values = set(distinct(fitting(column, value) for value in arguments.values("value_set")))
    ties = arguments.get("ties_okay")
    if ties not in (None, True, False):
        raise NotCompiled
    where = both(condition.sql, f"{column.sql} IS NOT NULL")
    sql = (
        f"SELECT v FROM (SELECT {column.sql} AS v, count(*) AS n FROM base WHERE {where} GROUP BY v) "  # noqa: S608
        f"QUALIFY n = max(n) OVER () ORDER BY v LIMIT {_MOST_MODES + 1}"
    )

    def judged(found: Sequence[Sequence[Any]]) -> Step:
        modes = [row[0] for row in found]
        if len(modes) > _MOST_MODES:
            raise NotCompiled
        common = values.intersection(modes)
        success = bool(common) if ties else len(modes) == 1 and len(common) == 1
        return Verdict(success, [plain(mode) for mode in modes])

    def then(answers: Sequence[Any]) -> Step:
        clear(answers)
        return Query(sql, judged)

    return Ask(condition.guards, then)
