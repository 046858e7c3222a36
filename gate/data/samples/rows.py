"""Columns of a table as arrays: of all its rows, or of a sample where there are too many."""

# ruff: noqa: S608 # names go through `quoted`
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gate.core.text import count
from gate.data.database import explained, quoted
from gate.data.interface import DataError, Table

if TYPE_CHECKING:
    from gate.data.samples.interface import Ints

MAX_ROWS = 1_000_000
"""Rows that are looked at; of more, a sample."""


def length(table: Table) -> int:
    """How many rows there are; none at all is an error."""
    found = int(ask(table, f"SELECT count(*) FROM {quoted(table.name)}")[0][0])
    if not found:
        raise DataError(table.pieces[0].path, "it has no rows")
    return found


def chosen(total: int, most: int, seed: int) -> Ints | None:
    """Which rows are looked at, in order; None means all of them."""
    if total <= most:
        return None
    return np.sort(np.random.default_rng(seed).choice(total, most, replace=False)).astype(np.int64)


def sampled_words(total: int, looked: int, what: str) -> str:
    """Says that not all were looked at; empty where they were."""
    return f"a sample of {looked:,} of {count(total, what)} was looked at" if looked < total else ""


def fetch(table: Table, terms: Sequence[str], rows: Ints | None) -> list[list[Any]]:
    """The values of each of the SQL `terms`, in the order of the rows, as Python has them."""
    sql = f"SELECT {', '.join(terms)} FROM {quoted(table.name)}"
    columns: list[list[Any]] = [[] for _ in terms]
    start = 0
    answer = _execute(table, sql)
    while batch := answer.fetchmany(20_000):
        kept = batch if rows is None else _of(batch, rows, start)
        for column, values in zip(columns, zip(*kept, strict=True), strict=False):
            column.extend(values)
        start += len(batch)
    return columns


def _of(batch: list[Any], rows: Ints, start: int) -> list[Any]:
    first, last = np.searchsorted(rows, (start, start + len(batch)))
    return [batch[row - start] for row in rows[first:last]]


def ask(table: Table, sql: str) -> list[Any]:
    """All of an answer."""
    found: list[Any] = _execute(table, sql).fetchall()
    return found


def _execute(table: Table, sql: str) -> Any:
    import duckdb

    try:
        return table.connection.execute(sql)
    except duckdb.OutOfMemoryException:
        raise MemoryError("reading the rows needs more memory than it may have") from None
    except duckdb.Error as error:
        raise explained(error, table.pieces) from None
