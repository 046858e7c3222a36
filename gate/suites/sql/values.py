"""Expectations on every value of a column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gate.suites.interface import MAX_ROWS
from gate.suites.sql.arguments import BOUNDS, Arguments, Bounds
from gate.suites.sql.conditions import row_condition
from gate.suites.sql.patterns import Pattern, translate
from gate.suites.sql.steps import Ask, Failing, Query, Rows, Step, clear, every_row
from gate.suites.sql.terms import (
    NUMBERS,
    PLAIN,
    Column,
    Family,
    Frame,
    NotCompiled,
    both,
    count,
    fitting,
    literal,
    one_of,
    only,
    shown,
)


def _rows(frame: Frame, arguments: Arguments, families: tuple[Family, ...]) -> tuple[Column, Rows]:
    column = frame.column(arguments.text("column"), families)
    condition = row_condition(frame, arguments)
    domain = f"{column.sql} IS NOT NULL"
    return column, Rows((column,), condition.sql, domain, arguments.mostly(), condition.guards)


def nulls(frame: Frame, arguments: Arguments, *, expected: bool) -> Step:
    """All values are missing, or none is; here missing values are elements like others."""
    arguments.known("column", "mostly")
    column = frame.column(arguments.text("column"))
    condition = row_condition(frame, arguments)
    rows = Rows((column,), condition.sql, None, arguments.mostly(), condition.guards, skips_missing=False)
    return every_row(rows, f"{column.sql} IS {'' if expected else 'NOT '}NULL")


def in_set(frame: Frame, arguments: Arguments, *, expected: bool) -> Step:
    """Values are among those of a set, or none of them is."""
    arguments.known("column", "mostly", "value_set")
    column, rows = _rows(frame, arguments, (*NUMBERS, "text", "boolean"))
    test = one_of(column, arguments.values("value_set"))
    return every_row(rows, test if expected else f"NOT ({test})")


def _within(term: str, bounds: Bounds, column: Column | None = None) -> str:
    """The condition that bounds put on a term."""
    parts = []
    for value, operator in (
        (bounds.low, ">" if bounds.strict_low else ">="),
        (bounds.high, "<" if bounds.strict_high else "<="),
    ):
        if value is not None:
            fits = value if column is None or column.family == "integer" else fitting(column, value)
            parts.append(f"{term} {operator} {literal(fits)}")
    return both(*parts) or "TRUE"


def between(frame: Frame, arguments: Arguments) -> Step:
    """Numbers are between bounds."""
    arguments.known("column", "mostly", *BOUNDS)
    column, rows = _rows(frame, arguments, NUMBERS)
    bounds = Bounds(arguments, exact=column.family == "integer")
    return every_row(rows, _within(column.sql, bounds.required(), column))


def lengths_between(frame: Frame, arguments: Arguments) -> Step:
    """Texts have a number of characters between bounds."""
    arguments.known("column", "mostly", *BOUNDS)
    column, rows = _rows(frame, arguments, ("text",))
    return every_row(rows, _within(f"length({column.sql})", Bounds(arguments, whole=True).required()))


def lengths_equal(frame: Frame, arguments: Arguments) -> Step:
    """Texts have this number of characters."""
    arguments.known("column", "mostly", "value")
    column, rows = _rows(frame, arguments, ("text",))
    value = arguments.number("value")
    if value is None:
        raise NotCompiled
    return every_row(rows, f"length({column.sql}) = {literal(value)}")


def _searched(frame: Frame, arguments: Arguments, patterns: list[Pattern], every: bool, expected: bool) -> Step:
    column, rows = _rows(frame, arguments, ("text",))
    guards = [guard for pattern in patterns for guard in pattern.guards(column, rows.scope)]
    rows = rows._replace(guards=(*rows.guards, *dict.fromkeys(guards)))
    test = (" AND " if every else " OR ").join(f"({pattern.matches(column)})" for pattern in patterns)
    return every_row(rows, test if expected else f"NOT ({test})")


def matching(frame: Frame, arguments: Arguments, *, expected: bool) -> Step:
    """A pattern is found in the texts, or in none."""
    arguments.known("column", "mostly", "regex")
    return _searched(frame, arguments, [translate(arguments.text("regex"))], every=True, expected=expected)


def matching_list(frame: Frame, arguments: Arguments) -> Step:
    """Any of the patterns, or each of them, is found in the texts."""
    arguments.known("column", "mostly", "regex_list", "match_on")
    patterns = [translate(pattern) for pattern in arguments.texts("regex_list")]
    every = arguments.choice("match_on", ("any", "all")) == "all"
    return _searched(frame, arguments, patterns, every=every, expected=True)


def not_matching_list(frame: Frame, arguments: Arguments) -> Step:
    """None of the patterns is found in the texts."""
    arguments.known("column", "mostly", "regex_list")
    patterns = [translate(pattern) for pattern in arguments.texts("regex_list")]
    return _searched(frame, arguments, patterns, every=False, expected=False)


def unique(frame: Frame, arguments: Arguments) -> Step:
    """No value is there twice."""
    arguments.known("column", "mostly")
    column, rows = _rows(frame, arguments, PLAIN)
    return repeated(rows, column.sql)


def repeated(rows: Rows, key: str) -> Ask:
    """No key is there twice: the count of different ones in the shared pass, the rest only where there are doubles."""
    different = only(f"count(DISTINCT {key})", rows.considered)
    where = rows.considered or "TRUE"
    doubles = f"SELECT {key} AS k, count(*) AS n FROM base WHERE {where} GROUP BY k HAVING count(*) > 1"  # noqa: S608
    query = (
        f"SELECT pos, {', '.join(shown(column) for column in rows.columns)} FROM base WHERE {where} "  # noqa: S608
        f"AND {key} IN (SELECT k FROM ({doubles})) ORDER BY pos LIMIT {MAX_ROWS}"
    )

    def then(answers: Sequence[Any]) -> Step:
        elements, considered, kinds, *guards = answers
        clear(guards)
        if kinds == considered:
            return rows.verdict(elements, considered, 0, Failing(rows.columns))
        return Query(
            f"SELECT coalesce(sum(n), 0)::BIGINT FROM ({doubles})",  # noqa: S608
            lambda found: rows.verdict(elements, considered, found[0][0], Failing(rows.columns, query=query)),
        )

    return Ask((count(rows.scope), count(rows.considered), different, *rows.guards), then)


def ordered(frame: Frame, arguments: Arguments, *, sign: str) -> Step:
    """No number is below (`sign` is "<") or above (">") the one before it; missing ones are left out."""
    arguments.known("column", "mostly", "strictly")
    column, rows = _rows(frame, arguments, ("integer", "float"))
    if column.family == "integer" and (not column.signed or column.bits < 32):
        raise NotCompiled  # pandas subtracts them in their own width
    bad = f"v {sign} w"
    if arguments.flag("strictly"):
        # The difference of two infinities is no number, and then the reference sees no order to break.
        bad += " OR v = w" if column.family == "integer" else " OR (v = w AND NOT isinf(v))"
    steps = f"SELECT %s{column.sql} AS v, lag({column.sql}) OVER () AS w FROM base WHERE {rows.considered}"  # noqa: S608
    wide = f"abs(v::HUGEINT - w::HUGEINT) >= {2 ** (column.bits - 1)}" if column.family == "integer" else "FALSE"
    failing = f"SELECT pos, v FROM ({steps % 'pos, '}) WHERE coalesce({bad}, FALSE) ORDER BY pos LIMIT {MAX_ROWS}"  # noqa: S608

    def then(answers: Sequence[Any]) -> Step:
        elements, considered, *guards = answers
        clear(guards)

        def judged(found: Sequence[Sequence[Any]]) -> Step:
            unexpected, overflows = found[0]
            clear([overflows])
            return rows.verdict(elements, considered, unexpected, Failing(rows.columns, query=failing))

        return Query(f"SELECT {count(bad)}, {count(wide)} FROM ({steps % ''})", judged)  # noqa: S608

    return Ask((count(rows.scope), count(rows.considered), *rows.guards), then)


def z_scores(frame: Frame, arguments: Arguments) -> Step:
    """Numbers are less than so many standard deviations away from the mean."""
    arguments.known("column", "mostly", "threshold", "double_sided")
    column, rows = _rows(frame, arguments, ("integer", "float"))
    threshold, double = arguments.number("threshold"), arguments.flag("double_sided", default=True)
    if threshold is None or arguments.get("double_sided") is None:
        raise NotCompiled
    value = f"{column.sql}::DOUBLE"

    def then(answers: Sequence[Any]) -> Step:
        mean, deviation, infinite, *guards = answers
        clear([infinite, *guards])
        # Where all numbers are nearly the same the deviation is rounding, and the two engines round differently.
        if mean is None or deviation is None or deviation <= 1e-9 * abs(mean):
            raise NotCompiled
        score = f"(({value} - {literal(float(mean))}) / {literal(float(deviation))})"
        score, limit = (f"abs({score})", abs(threshold)) if double else (score, threshold)
        near = f"abs({score} - {literal(limit)}) <= {literal(1e-7 * max(1.0, abs(limit)))}"
        guarded = rows._replace(guards=(count(both(rows.considered, near)),))
        return every_row(guarded, f"{score} < {literal(limit)}")

    infinite = count(both(rows.considered, f"isinf({value})"))
    finite = both(rows.considered, f"NOT isinf({value})")
    spread = (only(f"favg({value})", finite), only(f"stddev_samp({value})", finite))
    return Ask((*spread, infinite, *rows.guards), then)
