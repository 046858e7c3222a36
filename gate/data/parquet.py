"""Parquet files, read by DuckDB as they are."""

# ruff: noqa: S608 # names, paths and values go through `quoted` and `string`
from __future__ import annotations

from collections.abc import Sequence

import duckdb

from gate.data.database import address, check_names, explained, sealed, show, string, strings
from gate.data.interface import DataError, Layout, Piece, Table


def open_files(connection: duckdb.DuckDBPyConnection, pieces: Sequence[Piece], layout: Layout, memory: int) -> Table:
    """The rows of all files, which must have the same columns."""
    first: tuple[tuple[str, str], ...] | None = None
    for piece in pieces:
        found = _schema(connection, piece)
        if first is None:
            first = found
            check_names(piece.path, [name for name, _ in found])
        elif found != first:
            raise DataError(piece.path, f"its columns are not those of {pieces[0].path}, in the same order and types")
    show(connection, f"SELECT * FROM {_reading(pieces)}")
    return sealed(connection, pieces, layout, opens=True)


def _reading(pieces: Sequence[Piece]) -> str:
    return f"read_parquet({strings(map(address, pieces))}, hive_partitioning=false, union_by_name=false)"


def _schema(connection: duckdb.DuckDBPyConnection, piece: Piece) -> tuple[tuple[str, str], ...]:
    """Names and types, from the file's own footer: DuckDB gives names that occur twice others."""
    try:
        footer = f"SELECT name, num_children FROM parquet_schema({string(address(piece))})"
        elements = connection.execute(footer).fetchall()
        described = connection.execute(f"DESCRIBE SELECT * FROM {_reading([piece])}").fetchall()
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise explained(error, [piece]) from None
    check_names(piece.path, _columns(elements))
    return tuple((str(row[0]), str(row[1])) for row in described)


def _columns(elements: Sequence[tuple[str, int | None]]) -> list[str]:
    """The names of the columns: the footer lists a root, and each element before those that are nested in it."""
    names = []
    nested = 0
    for name, children in elements[1:]:
        if nested:
            nested -= 1
        else:
            names.append(name)
        nested += children or 0
    return names


def count_rows(table: Table, piece: Piece) -> int:
    """How many rows of the table are those of one of its files."""
    found = table.connection.execute(f"SELECT count(*) FROM {_reading([piece])}").fetchone()
    return int(found[0]) if found else 0
