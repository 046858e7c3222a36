"""The words of the SQL: columns with what their types allow, literals that cannot be more than literals."""

from __future__ import annotations

import datetime
import math
import struct
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from gate.core.model import Json

Family = Literal["integer", "float", "single", "text", "boolean", "moment", "other"]
Scalar = str | int | float | bool
NUMBERS: tuple[Family, ...] = ("integer", "float", "single")
PLAIN: tuple[Family, ...] = (*NUMBERS, "text", "boolean", "moment")

# Whole numbers from here on are not all doubles: pandas may hold a column of them as doubles, and would then round.
EXACT = 2**53
_SHOWN = 200
_MOST_VALUES = 10_000  # of a set: constants take memory in the query
_FAMILIES: Mapping[str, tuple[Family, int]] = {
    "TINYINT": ("integer", 8),
    "SMALLINT": ("integer", 16),
    "INTEGER": ("integer", 32),
    "BIGINT": ("integer", 64),
    "UTINYINT": ("integer", 8),
    "USMALLINT": ("integer", 16),
    "UINTEGER": ("integer", 32),
    "DOUBLE": ("float", 64),
    "FLOAT": ("single", 32),
    "VARCHAR": ("text", 0),
    "BOOLEAN": ("boolean", 0),
    "DATE": ("moment", 0),
    "TIMESTAMP": ("moment", 0),
    "TIMESTAMP_NS": ("moment", 0),
}


class NotCompiled(Exception):  # noqa: N818 - it is an answer, not an error: the reference evaluates the expectation
    """This expectation, or this data under it, is for the reference engine."""


class MissingColumn(Exception):  # noqa: N818 - named after what is missing
    """The expectation speaks of a column that the data do not have."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Column(NamedTuple):
    """A column: `sql` is its alias in `base`, where NaN is NULL already; `bits` is the width of whole numbers."""

    name: str
    sql: str
    family: Family
    bits: int
    signed: bool


class Frame:
    """The columns of a table, under aliases that no name in the data can reach."""

    def __init__(self, view: str, columns: Iterable[tuple[str, str]]) -> None:
        self.view = view
        self.names: list[str] = []
        self._columns: dict[str, Column] = {}
        for number, (name, kind) in enumerate(columns):
            family, bits = _FAMILIES.get(kind.upper(), ("other", 0))
            self.names.append(name)
            self._columns[name] = Column(name, f"c{number}", family, bits, not kind.upper().startswith("U"))

    def column(self, name: str, families: tuple[Family, ...] | None = None) -> Column:
        """The column with exactly this name; its type has to be of one of `families`, if any are given."""
        found = self._columns.get(name)
        if found is None:
            raise MissingColumn(name)
        if families is not None and found.family not in families:
            raise NotCompiled
        return found

    def knows(self, name: str) -> bool:
        """Whether there is a column with exactly this name."""
        return name in self._columns

    def base(self, used: Iterable[str], position: bool) -> str:
        """A common table expression `base` with the columns whose aliases are used, and `pos` if it is wanted."""
        wanted = set(used)
        terms = ["row_number() OVER () - 1 AS pos"] if position else []
        terms += [_cleaned(column) for column in self._columns.values() if column.sql in wanted]
        return f"WITH base AS NOT MATERIALIZED (SELECT {', '.join(terms) or '1 AS one'} FROM {identifier(self.view)}) "  # noqa: S608 - only quoted


def _cleaned(column: Column) -> str:
    """The column under its alias; NaN as NULL, and one zero, so that groups are those of pandas."""
    name = identifier(column.name)
    if column.family in ("float", "single"):
        zero = "0::FLOAT" if column.family == "single" else "0::DOUBLE"
        return f"CASE WHEN isnan({name}) THEN NULL WHEN {name} = 0 THEN {zero} ELSE {name} END AS {column.sql}"
    return f"{name} AS {column.sql}"


def identifier(name: str) -> str:
    """A name in double quotes."""
    return '"' + checked(name).replace('"', '""') + '"'


def checked(text: str) -> str:
    """Text that reaches the database as it is: without NUL, which ends a string in C, and without half characters."""
    if "\0" in text or any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise NotCompiled
    return text


def literal(value: Scalar) -> str:
    """A constant. Doubles are read from text, because 0.1 alone would be a decimal number."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return f"({value})"
    if isinstance(value, float):
        return f"'{value!r}'::DOUBLE"
    return "'" + checked(value).replace("'", "''") + "'"


def number(value: object) -> int | float:
    """A number that means the same as whole number and as double."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise NotCompiled
    if not math.isfinite(value) or abs(value) >= EXACT:
        raise NotCompiled
    return value


def fitting(column: Column, value: object) -> Scalar:
    """A value that pandas compares with those of the column as DuckDB does."""
    if column.family == "text" and isinstance(value, str):
        return checked(value)
    if column.family == "boolean" and isinstance(value, bool):
        return value
    if column.family in NUMBERS:
        found = number(value)
        if column.family == "single" and not _single(found):
            raise NotCompiled
        return found
    raise NotCompiled


def _single(value: float) -> bool:
    """Whether the number is one of single precision: pandas rounds constants to the precision of the column."""
    try:
        return bool(struct.unpack("f", struct.pack("f", value))[0] == value)
    except OverflowError:
        return False


def one_of(column: Column, values: Iterable[object]) -> str:
    """That a value, which is not NULL, is one of these."""
    constants = dict.fromkeys(literal(_same(fitting(column, value))) for value in values)
    if not 0 < len(constants) <= _MOST_VALUES:
        raise NotCompiled
    return f"{column.sql} IN ({', '.join(constants)})"


def distinct(values: Iterable[Scalar]) -> list[Scalar]:
    """The values once each, where 1 and 1.0 are the same."""
    found = list(dict.fromkeys(_same(value) for value in values))
    if len(found) > _MOST_VALUES:
        raise NotCompiled
    return found


def _same(value: Scalar) -> Scalar:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def both(*conditions: str | None) -> str | None:
    """All of the conditions that there are."""
    found = [f"({condition})" for condition in conditions if condition]
    return " AND ".join(found) or None


def only(aggregate: str, *conditions: str | None) -> str:
    """An aggregate over the rows that meet the conditions."""
    where = both(*conditions)
    return f"{aggregate} FILTER (WHERE {where})" if where else aggregate


def count(*conditions: str | None) -> str:
    """How many rows meet the conditions."""
    where = both(*conditions)
    # Not FILTER: for each of those DuckDB keeps a copy of all columns of the query.
    return f"count(CASE WHEN {where} THEN 1 END)" if where else "count(*)"


def shown(column: Column) -> str:
    """A value as far as a report shows it: texts of the data can be long."""
    if column.family in ("text", "other"):
        return f"left({column.sql}::VARCHAR, {_SHOWN})"
    return column.sql


def plain(value: Any) -> Json:
    """A value of DuckDB as reports show it: JSON, and long texts cut."""
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return str(value)[:_SHOWN]
