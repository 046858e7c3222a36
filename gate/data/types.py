"""The types of the columns of a CSV file: found on a sample, and checked on every row.

DuckDB converts more than it should: read as whole numbers, 1.5 becomes 2; as dates, times are cut off; as truth
values, 0 and `yes` count. So a column is read as its carrier, which holds what was written, and then checked.
"""

from __future__ import annotations

import re
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
_NUMBER = r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*"  # one way to match: time is linear
_WHOLE = r"\s*[+-]?[0-9]+\s*"
_DAY = r"\d{4}-\d{2}-\d{2}"
PATTERNS = {
    "BIGINT": _WHOLE,
    "BOOLEAN": "(?i)true|false",
    "DATE": _DAY,
    "TIMESTAMP": _DAY + r"[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?",
    "TIME": r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?",
    "DOUBLE": rf"(?i){_NUMBER}|\s*[+-]?(nan|inf|infinity)\s*",
}
"""How the values of a type are written, the same to RE2 and to Python."""
GUESSES = ("BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP")
"""The types that are tried, in this order; all else is VARCHAR. A column without any value gets the first."""
LOST = "gate: a value would be changed"
"""The error of a query that meets a value which is not of its column's type."""


class Column(NamedTuple):
    """One column and its type."""

    name: str
    type: str


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


def exactly(column: Column) -> str:
    """The column, read as its carrier, as its own type; a value that the type would change is the error `LOST`."""
    name, kind = quoted(column.name), column.type
    held = carrier(kind)
    if held == kind:
        return name
    if held == "DOUBLE":
        fits = f"abs({name}) < 9007199254740992 AND {name} = trunc({name})"
    elif held == "TIMESTAMP":
        fits = f"{name} = CAST(CAST({name} AS DATE) AS TIMESTAMP)"
    else:
        fits = f"NOT ({unfit(column.name, kind)})"
    cast = f"CAST({name} AS {kind})"
    return f"CASE WHEN {name} IS NULL THEN NULL WHEN {fits} THEN {cast} ELSE error({string(LOST)}) END AS {name}"


def unfit(name: str, kind: str) -> str:
    """A condition on the column as text that holds for a value that is not of the type."""
    column = quoted(name)
    pattern = PATTERNS.get(kind) or (_WHOLE if kind.endswith("INT") or kind == "INTEGER" else PATTERNS["DOUBLE"])
    fits = f"regexp_full_match({column}, {string(pattern)})"
    return f"{column} IS NOT NULL AND (NOT {fits} OR try_cast({column} AS {kind}) IS NULL)"


def cast(column: Column) -> str:
    """The column, read as text, as its own type, which every value of it has."""
    name = quoted(column.name)
    return name if column.type == "VARCHAR" else f"CAST({name} AS {column.type}) AS {name}"
