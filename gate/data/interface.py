"""What a dataset is to those who look at its rows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import duckdb

Format = Literal["csv", "jsonl", "parquet", "arrow", "images"]


class Layout(NamedTuple):
    """How a dataset is to be read, as far as its entry says so; what it leaves out is found out.

    `columns` maps names to DuckDB types. `delimiter`, `quote`, `header`, `encoding` are those of CSV.
    """

    format: Format | None = None
    columns: Mapping[str, str] = {}
    delimiter: str | None = None
    quote: str | None = None
    header: bool | None = None
    encoding: str | None = None


class Piece(NamedTuple):
    """One file: `path` as reports know it, `descriptor` open for reading, `size` in bytes.

    Where there are more files than may be open, they lie one after the other in a copy: `offset` is then its place.
    """

    path: str
    descriptor: int
    size: int
    offset: int | None = None

    def pread(self, length: int, at: int = 0) -> bytes:
        """At most `length` bytes from `at` on."""
        if self.offset is not None:
            length = max(0, min(length, self.size - at))
        return os.pread(self.descriptor, length, (self.offset or 0) + at)


class Place(NamedTuple):
    """Where a row is: `line` from 1 in text formats, None otherwise; `row` from 0 within its file."""

    path: str
    row: int
    line: int | None = None


class Table(NamedTuple):
    """A dataset in DuckDB: the view `name` of `connection` has its columns and nothing else, in the order of the files.

    `pieces` are its files in order, without those that hold no rows; `layout` is the whole layout as it was found.
    Where it is not `whole`, the view has some of the columns only; the others are listed as VARCHAR.
    """

    connection: duckdb.DuckDBPyConnection
    name: str
    columns: tuple[tuple[str, str], ...]
    pieces: tuple[Piece, ...]
    layout: Layout = Layout()
    whole: bool = True


class DataError(Exception):
    """A dataset that cannot be read: `path` is the file, and the message says what is wrong and where in it."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path, self.message = path, message
