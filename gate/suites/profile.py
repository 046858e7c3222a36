"""What the columns of a table hold, measured in the limited process for a draft of a suite.

One pass over all columns finds counts and extremes, a second one the values of columns that have few, and patterns.
Only columns that may be unique cost a query of their own.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gate.core.model import Json
from gate.data.database import explained
from gate.data.interface import Table
from gate.suites.sql.terms import Column, Frame, NotCompiled, fitting, literal

MAX_COLUMNS = 200
"""Columns that are looked at; of the others only the names are known."""
MAX_SET = 20
"""Distinct values that still make a set."""
MAX_CLASSES = 100
"""Distinct values of a column of labels, which are a set whatever their number."""
MAX_VALUE = 100
"""Characters of one value of a set."""
LABELS = frozenset(("label", "class", "target", "y"))
_KEYS = ("id", "uuid", "guid", "key", "path", "sha256", "md5", "url", "file", "filename")
_BATCH = 40
_SLACK = 2
"""Estimates of how many values differ are off by a few per cent: so many times too many are still counted."""
_NEARLY = 0.8
_MOST_COUNTED = 20

_HEX = "[0-9a-f]"
PATTERNS: Mapping[str, tuple[str, int, int]] = {
    "a UUID": (f"^{_HEX}{{8}}(-{_HEX}{{4}}){{3}}-{_HEX}{{12}}$", 36, 36),
    "a UUID in capitals": ("^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$", 36, 36),
    "a SHA-256 digest": (f"^{_HEX}{{64}}$", 64, 64),
    "a SHA-1 digest": (f"^{_HEX}{{40}}$", 40, 40),
    "an MD5 digest": (f"^{_HEX}{{32}}$", 32, 32),
    "a date (year-month-day)": ("^[0-9]{4}-[0-1][0-9]-[0-3][0-9]$", 10, 10),
    "a date (day/month/year or month/day/year)": ("^[0-3][0-9]/[0-3][0-9]/[0-9]{4}$", 10, 10),
    "a date and time": (
        "^[0-9]{4}-[0-1][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]"
        "(:[0-6][0-9]([.][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$",
        16,
        36,
    ),
    "a time of day": ("^[0-2][0-9]:[0-5][0-9](:[0-6][0-9])?$", 5, 8),
    "digits only": ("^[0-9]+$", 1, 40),
    "a web address": ("^https?://[!-~]+$", 10, 2000),
}
"""What texts may look like: the pattern, and the lengths that it can have. None can take long on any text."""


class Profile(NamedTuple):
    """One column: `family` is that of the engine, `present` counts values that are not missing (NaN is).

    `low` and `high` are those of numbers, or of the lengths of texts; None where there are none, or infinite ones.
    `values` are pairs of a value and how often it is there, in order; None where there are too many of them.
    """

    name: str
    type: str
    family: str
    present: int
    low: int | float | None
    high: int | float | None
    values: tuple[tuple[str | int | bool, int], ...] | None
    pattern: str | None
    unique: bool


def is_label(name: str) -> bool:
    """Whether the column holds the classes, to go by its name."""
    return name.lower() in LABELS


def is_key(name: str) -> bool:
    """Whether the column names rows, to go by its name."""
    words = name.lower().replace("-", "_").replace(" ", "_").split("_")
    return words[-1] in _KEYS


def profile(table: Table) -> dict[str, Json]:
    """The number of rows, the names of all columns, and a `Profile` of each of the first ones, as JSON."""
    return _Measuring(table).all()


class _Measuring:
    def __init__(self, table: Table) -> None:
        self._table = table
        self._columns = table.columns[:MAX_COLUMNS]
        self._frame = Frame(table.name, self._columns)

    def all(self) -> dict[str, Json]:
        rows = int(self._ask(["count(*)"])[0])
        names = [name for name, _ in self._columns]
        firsts = {name: self._first(self._frame.column(name)) for name in names}
        found = dict(zip(names, self._batched(firsts), strict=True))
        seconds = {name: self._second(self._frame.column(name), found[name]) for name in names}
        more = dict(zip(names, self._batched(seconds), strict=True))
        unique = self._unique({name: found[name] for name in names}, rows)
        profiles = [list(self._profile(column, found[column[0]], more[column[0]], unique)) for column in self._columns]
        return {
            "rows": rows,
            "columns": [name for name, _ in self._table.columns],
            "profiles": json.loads(json.dumps(profiles, allow_nan=False)),
        }

    def _first(self, column: Column) -> list[str]:
        """The number of values, about how many differ, and the extremes."""
        sql, family = column.sql, column.family
        wanted = [f"count({sql})"]
        if family in ("integer", "text", "boolean"):
            wanted.append(f"approx_count_distinct({sql})")
        else:
            wanted.append("NULL")
        if family in ("float", "single"):
            return [*wanted, f"min({sql})", f"max({sql})", f"count_if(isinf({sql}))"]
        measured = sql if family == "integer" else f"length({sql})"
        extremes = [f"min({measured})", f"max({measured})"] if family in ("integer", "text") else ["NULL", "NULL"]
        return [*wanted, *extremes, "0"]

    def _second(self, column: Column, first: Sequence[Any]) -> list[str]:
        """The values where there are few, and how many of the texts each pattern fits that may fit them."""
        present, about, low, high, _ = first
        most = MAX_CLASSES if is_label(column.name) else MAX_SET
        wanted = ["NULL"]
        if present and about is not None and about <= most * _SLACK and (column.family != "text" or high <= MAX_VALUE):
            wanted = [f"histogram({column.sql})"]
        if column.family == "text" and present:
            for pattern in _possible(low, high):
                wanted.append(f"count_if(regexp_matches({column.sql}, {literal(_whole(pattern))}))")
        return wanted

    def _unique(self, found: Mapping[str, Sequence[Any]], rows: int) -> set[str]:
        """Columns without a value that is there twice; counting takes memory, so only those that are likely."""
        likely = [
            name
            for name, (present, about, *_) in found.items()
            if present > 1 and about is not None and about >= _NEARLY * present and (is_key(name) or rows >= 100)
            if self._frame.column(name).family != "boolean"
        ]
        likely.sort(key=lambda name: not is_key(name))
        return {name for name in likely[:_MOST_COUNTED] if self._differ(name) == found[name][0]}

    def _differ(self, name: str) -> int | None:
        try:
            return int(self._ask([f"count(DISTINCT {self._frame.column(name).sql})"])[0])
        except MemoryError:
            return None  # then nothing is said about it

    def _profile(
        self, described: tuple[str, str], first: Sequence[Any], second: Sequence[Any], unique: set[str]
    ) -> Profile:
        name, kind = described
        column = self._frame.column(name)
        present, _, low, high, infinite = first
        counts, *fits = second
        if infinite or present == 0 or not (_finite(low) and _finite(high)):
            low = high = None
        pattern = None
        if column.family == "text" and present:
            names = zip(_possible(low, high), fits, strict=True)
            pattern = next((pattern for pattern, fit in names if fit == present), None)
        return Profile(name, kind, column.family, present, low, high, _values(column, counts), pattern, name in unique)

    def _batched(self, wanted: Mapping[str, list[str]]) -> Iterable[list[Any]]:
        """The answers to each of the lists, so many lists in one pass."""
        lists = list(wanted.values())
        for start in range(0, len(lists), _BATCH):
            batch = lists[start : start + _BATCH]
            answers = iter(self._ask([term for terms in batch for term in terms]))
            for terms in batch:
                yield [next(answers) for _ in terms]

    def _ask(self, terms: Sequence[str]) -> Sequence[Any]:
        import duckdb

        sql = ", ".join(terms)
        base = self._frame.base(re.findall(r"\bc[0-9]+\b", sql), position=False)
        try:  # without an aggregate there would be an answer for each row
            answer = self._table.connection.execute(f"{base}SELECT count(*), {sql} FROM base")  # noqa: S608 - own terms
            found: Sequence[Any] = answer.fetchall()[0][1:]
        except duckdb.OutOfMemoryException:
            raise MemoryError("measuring the columns needs more memory than it may have") from None
        except duckdb.Error as error:
            raise explained(error, self._table.pieces) from None
        return found


def _finite(value: int | float | None) -> bool:
    return value is not None and math.isfinite(value)


def _possible(low: int, high: int) -> list[str]:
    """The patterns that texts of these lengths may have."""
    return [name for name, (_, least, most) in PATTERNS.items() if least <= low and high <= most]


def _whole(name: str) -> str:
    """The pattern for DuckDB; `$` would let a line end pass, and the reference asks for none."""
    return f"\\A(?:{PATTERNS[name][0][1:-1]})\\z"


def _values(column: Column, counts: Any) -> tuple[tuple[str | int | bool, int], ...] | None:
    """The values in order with their numbers, where they make a set."""
    if not counts or len(counts) > (MAX_CLASSES if is_label(column.name) else MAX_SET):
        return None
    try:
        for value in counts:
            fitting(column, value)
    except NotCompiled:
        return None
    return tuple(sorted((value, int(number)) for value, number in counts.items()))
