"""Compares two tables in the limited process, in three passes over the old one and two over the new one.

The first finds how much there is of each column, one over the old table its quantiles, and the last counts the values
of both in the same classes: the categories of the old table, or bins between its quantiles.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gate.core.model import Json
from gate.data.database import explained, quoted
from gate.data.interface import Table
from gate.suites.drift import counted, terms
from gate.suites.drift.interface import Column, Kind, Side
from gate.suites.profile import MAX_CLASSES, MAX_SET, MAX_VALUE, is_key, is_label
from gate.suites.sql.terms import literal

QUANTILES = 1000
"""Bins of D, which is exact to one in so many."""
SAMPLE = 200_000
"""Rows of the old table that quantiles are taken of at the most, evenly spread."""
MAX_NEW = 1000
"""Different values of the new table that are counted one by one; where there are more, those of the old one are."""
HASHES = 10_000
"""About as many different texts of each table are looked up in the other, chosen by their hash."""
_OFTEN = 5
"""Rows that a value of a set has on average, so that it is no accident."""
_NEARLY = 0.8
"""Share of values that differ in a column that names rows."""
_LEAST, _MOST = 40, 100
"""Columns in one pass, the more the fewer rows there are."""


class _First(NamedTuple):
    """What the first pass finds of a column, `about` how many values differ, and its family."""

    side: Side
    about: int
    family: terms.Family


class _Version:
    """One of the tables, asked for aggregates; columns have aliases that no name in the data can reach."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.types = dict(table.columns)
        self._aliases = {name: f"c{i}" for i, (name, _) in enumerate(table.columns)}
        self.rows = int(self.ask([], ["count(*)"])[0])

    def alias(self, name: str) -> str:
        return self._aliases[name]

    def number(self, name: str) -> str:
        return terms.number(self.alias(name), self.types[name])

    def each(self, wanted: Mapping[str, Sequence[str]]) -> dict[str, Sequence[Any]]:
        """The answers to the aggregates that are wanted of each column, in one pass."""
        found = iter(self.ask(list(wanted), [term for several in wanted.values() for term in several]))
        return {name: [next(found) for _ in several] for name, several in wanted.items()}

    def ask(self, names: Sequence[str], aggregates: Sequence[str], every: int = 1) -> Sequence[Any]:
        """Aggregates of columns over each `every`-th row."""
        import duckdb

        read = [f"{terms.value(name, self.types[name])} AS {self.alias(name)}" for name in names]
        read += ["row_number() OVER () AS position"] if every > 1 else []
        base = f"SELECT {', '.join(read) or '1 AS one'} FROM {quoted(self._table.name)}"  # noqa: S608 - only quoted
        where = f"WHERE position % {every} = 0" if every > 1 else ""
        wanted = ", ".join(["count(*)", *aggregates])  # without an aggregate there would be an answer for each row
        query = f"WITH base AS NOT MATERIALIZED ({base}) SELECT {wanted} FROM base {where}"  # noqa: S608 - own terms
        try:
            answer = self._table.connection.execute(query)
            found: Sequence[Any] = answer.fetchall()[0][1:]
        except duckdb.OutOfMemoryException:
            raise MemoryError("comparing the columns needs more memory than it may have") from None
        except duckdb.Error as error:
            raise explained(error, self._table.pieces) from None
        return found


def compare(old: Table, new: Table) -> dict[str, Json]:
    """Both tables, as a `Comparison` without digests in JSON."""
    was, now = _Version(old), _Version(new)
    names = [name for name in was.types if name in now.types]
    size = max(_LEAST, min(_MOST, _LEAST * SAMPLE // max(1, was.rows, now.rows)))
    batches = [names[start : start + size] for start in range(0, len(names), size)]
    columns = [list(column) for batch in batches for column in _batch(was, now, batch)]
    return {
        "rows": [was.rows, now.rows],
        "columns": json.loads(json.dumps(columns, allow_nan=False)),
        "added": [name for name in now.types if name not in was.types],
        "removed": [name for name in was.types if name not in now.types],
        "reordered": names != [name for name in now.types if name in was.types],
    }


def _batch(old: _Version, new: _Version, names: Sequence[str]) -> Iterator[Column]:
    was, now = _firsts(old, names), _firsts(new, names)
    kinds = {name: _kind(name, was[name], now[name]) for name in names}
    quantiles = _quantiles(old, [name for name in names if kinds[name] in ("numbers", "lengths")])
    hashed = {name: max(was[name].about, now[name].about) for name in names if kinds[name] == "lengths"}
    before = old.each({name: _terms(old, name, kinds[name], quantiles.get(name), hashed.get(name)) for name in names})
    asked = {name: _terms(new, name, kinds[name], quantiles.get(name), hashed.get(name)) for name in names}
    for name in names:
        if kinds[name] == "categories" and now[name].about > MAX_NEW:
            asked[name] = [_histogram(new, name, list(before[name][0] or {}))]
    after = new.each(asked)
    for name in names:
        retyped = was[name].family != now[name].family and bool(was[name].side.present and now[name].side.present)
        pair = counted.Pair(name, (old.rows, new.rows), was[name].side, now[name].side, retyped)
        found = _column(pair, kinds[name], quantiles.get(name, ()), before[name], after[name])
        moves = "times" in (was[name].family, now[name].family) or (is_key(name) and _unique(was[name], now[name]))
        yield found._replace(psi=counted.presence(pair).psi) if moves else found


def _firsts(version: _Version, names: Sequence[str]) -> dict[str, _First]:
    """The first pass: how much there is of each column, and its mean and extremes."""
    wanted = {}
    for name in names:
        alias, number = version.alias(name), terms.finite(version.number(name))
        measured = terms.is_measured(version.types[name])
        numbers = [f"{aggregate}({number})" if measured else "NULL" for aggregate in ("avg", "min", "max")]
        wanted[name] = [f"count({alias})", f"approx_count_distinct({alias})", *numbers]
    found = {}
    for name, (present, about, mean, low, high) in version.each(wanted).items():
        kind = version.types[name]
        found[name] = _First(Side(kind, present, mean, low, high), about, terms.family(kind))
    return found


def _kind(name: str, was: _First, now: _First) -> Kind:
    """What of the column is compared."""
    if not was.side.present or not now.side.present:
        return "presence"
    if was.family != now.family:
        return "numbers" if {was.family, now.family} == {"whole numbers", "numbers"} else "presence"
    if was.family == "true or false" or (was.family not in ("times", "other") and _few(name, was)):
        return "categories"
    kinds: dict[terms.Family, Kind] = {"texts": "lengths", "other": "presence"}
    return kinds.get(was.family, "numbers")


def _few(name: str, first: _First) -> bool:
    """Whether the values are a set: few, short, and each there often enough to be no accident."""
    text = first.family == "texts"
    most = MAX_CLASSES if text or is_label(name) else MAX_SET
    short = not text or (first.side.high or 0) <= MAX_VALUE
    return first.about <= most and short and (is_label(name) or first.side.present >= _OFTEN * first.about)


def _unique(*firsts: _First) -> bool:
    return all(first.about >= _NEARLY * first.side.present for first in firsts)


def _quantiles(old: _Version, names: Sequence[str]) -> dict[str, list[float]]:
    """The quantiles of the finite numbers of columns, the least and the greatest among them; of a sample."""
    steps = max(1, min(QUANTILES, old.rows))
    fractions = ", ".join(str(i / steps) for i in range(steps + 1))
    wanted = [f"quantile_disc({terms.finite(old.number(name))}, [{fractions}])" for name in names]
    found = old.ask(names, wanted, max(1, math.ceil(old.rows / SAMPLE))) if names else ()
    return {name: quantiles or [0.0, 0.0] for name, quantiles in zip(names, found, strict=True)}


def _terms(
    version: _Version, name: str, kind: Kind, quantiles: Sequence[float] | None, about: int | None
) -> Sequence[str]:
    """What is counted of a column; of texts also the hashes of some that are chosen by them, about `HASHES`."""
    if kind == "categories":
        return [_histogram(version, name)]
    counts = [] if quantiles is None else [terms.in_bins(version.number(name), terms.bounds_of(quantiles))]
    if about is None:
        return counts
    value = f"hash({version.alias(name)}::VARCHAR)"
    chosen = f"{version.alias(name)} IS NOT NULL AND {value} % {max(1, about // HASHES)} = 0"
    return [*counts, f"list(DISTINCT CASE WHEN {chosen} THEN {value} END)"]  # FILTER would copy all columns


def _histogram(version: _Version, name: str, among: Sequence[str] | None = None) -> str:
    """How often each value is there, as text; long ones are cut, `among` leaves out all others."""
    text = f"left({version.alias(name)}::VARCHAR, {MAX_VALUE + 1})"
    if among is None:
        return f"histogram({text})"
    return f"histogram(CASE WHEN {text} IN ({', '.join(map(literal, among)) or 'NULL'}) THEN {text} END)"


def _column(
    pair: counted.Pair, kind: Kind, quantiles: Sequence[float], was: Sequence[Any], now: Sequence[Any]
) -> Column:
    if kind == "presence":
        return counted.presence(pair)
    if kind == "categories":
        return counted.categories(pair, was[0] or {}, now[0] or {})
    found = counted.numbers(pair, quantiles, _counts(was[0], quantiles), _counts(now[0], quantiles))
    if kind == "numbers":
        return found
    known, there = ({one for one in hashes or () if one is not None} for hashes in (was[1], now[1]))
    return found._replace(kind="lengths", unseen=len(there - known) / len(there) if there else None)


def _counts(histogram: Mapping[float, int] | None, quantiles: Sequence[float]) -> list[int]:
    """The counts of all bins in order; the database leaves the last one out where it is empty."""
    known = histogram or {}
    return [known.get(bound, 0) for bound in (*terms.bounds_of(quantiles), math.inf)]
