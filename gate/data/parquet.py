"""Parquet files, read by DuckDB as they are."""

# ruff: noqa: S608 # names, paths and values go through `quoted` and `string`
from __future__ import annotations

from collections.abc import Sequence

import duckdb

from gate.data.database import address, check_names, explained, sealed, show, strings
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
    import pyarrow as pa
    from pyarrow import parquet

    try:
        names = parquet.read_schema(address(piece)).names
        described = connection.execute(f"DESCRIBE SELECT * FROM {_reading([piece])}").fetchall()
    except (pa.ArrowException, OSError, ValueError):
        raise DataError(piece.path, "its footer is broken, or it is no Parquet file") from None
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise explained(error, [piece]) from None
    check_names(piece.path, names)
    return tuple((str(row[0]), str(row[1])) for row in described)
