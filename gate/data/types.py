"""The types of the columns of a CSV file: found on a sample, and checked on every row.

DuckDB converts more than it should: read as whole numbers, 1.5 becomes 2; as dates, times are cut off; as truth
values, 0 and `yes` count. So a column is read as its carrier, which holds what was written, and then checked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from gate.data.database import quoted, string

_DECLARED = re.compile(
    r"(?:BOOLEAN|TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|FLOAT|DOUBLE|VARCHAR"
    r"|DATE|TIME|TIMESTAMP)"  # no DECIMAL: DuckDB would round what has more digits
)
_SAME = {
    "BOOL": "BOOLEAN",
    "INT": "INTEGER",
    "INT64": "BIGINT",
    "INT32": "INTEGER",
    "LONG": "BIGINT",
    "REAL": "FLOAT",
    "FLOAT8": "DOUBLE",
    "STRING": "VARCHAR",
    "TEXT": "VARCHAR",
    "DATETIME": "TIMESTAMP",
}
_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_NUMBER = r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*"
_WHOLE = r"\s*[+-]?[0-9]+\s*"
_DAY = r"\d{4}-\d{2}-\d{2}"
_PATTERNS = {
    "BOOLEAN": "(?i)true|false",
    "DATE": _DAY,
    "TIMESTAMP": _DAY + r"[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?",
    "TIME": r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?",
    "DOUBLE": rf"(?i){_NUMBER}|\s*[+-]?(nan|inf|infinity)\s*",
}
GUESSES = ("BOOLEAN", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP")
"""The types that are tried, in this order; all else is VARCHAR."""


class Column(NamedTuple):
    """One column: its type, and whether the layout declares it."""

    name: str
    type: str
    declared: bool = False


def declared_type(text: str) -> str | None:
    """A type of DuckDB by its usual names; None for what a CSV file cannot hold."""
    upper = " ".join(text.upper().split())
    upper = _SAME.get(upper, upper)
    return upper if _DECLARED.fullmatch(upper) else None


def carrier(kind: str) -> str:
    """The type as which DuckDB's reader is to take it, so that a check sees what was lost."""
    if kind in _INTEGERS:
        return "DOUBLE"
    if kind == "DATE":
        return "TIMESTAMP"
    return kind if kind in ("DOUBLE", "FLOAT", "TIMESTAMP") else "VARCHAR"


def lost(column: Column) -> str | None:
    """A condition on the carrier that holds for a value that the type would change; None if there is none."""
    name = quoted(column.name)
    if column.type in _INTEGERS:
        return f"isnan({name}) OR abs({name}) >= 9007199254740992 OR {name} <> trunc({name})"
    if column.type == "DATE":
        return f"{name} <> CAST(CAST({name} AS DATE) AS TIMESTAMP)"
    return None if carrier(column.type) == column.type else unfit(column.name, column.type)


def unfit(name: str, kind: str) -> str:
    """A condition on the column as text that holds for a value that is not of the type."""
    column = quoted(name)
    pattern = _PATTERNS.get(kind) or (_WHOLE if kind.endswith("INT") or kind == "INTEGER" else _PATTERNS["DOUBLE"])
    fits = f"regexp_full_match({column}, {string(pattern)})"
    return f"{column} IS NOT NULL AND (NOT {fits} OR try_cast({column} AS {kind}) IS NULL)"


def cast(column: Column, held: str) -> str:
    """The column, held as the type `held`, as its own."""
    name = quoted(column.name)
    return name if held == column.type else f"CAST({name} AS {column.type}) AS {name}"


def counts(conditions: Sequence[str]) -> str:
    """Aggregates that count the rows of each condition."""
    return ", ".join(f"count_if({condition})" for condition in conditions) or "0"
