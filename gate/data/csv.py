"""CSV files: every value as it was written, or an error with its line."""

# ruff: noqa: S608 # names, paths and values go through `quoted` and `string`
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from gate.core.text import shorten
from gate.data import types
from gate.data.database import ROWS, address, hold, is_small, quoted, sealed, show, string, strings
from gate.data.dialect import MAX_CELL, Dialect, find_dialect
from gate.data.interface import DataError, Layout, Piece, Table
from gate.data.packed import packing
from gate.data.scan import check_bytes, diagnosed, line_of_row
from gate.data.types import Column

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE = 4096
"""Rows on which types are guessed."""
_SHORT = 1024 * 1024
"""Bytes of the longest record that the sample is read with at first: whole buffers are read, of twice its size."""
_AT_ONCE = 1000
"""Columns that one query judges: each has as many conditions as there are types."""


class _Source(NamedTuple):
    connection: duckdb.DuckDBPyConnection
    pieces: Sequence[Piece]
    dialect: Dialect
    memory: int

    def read(self, kinds: Sequence[str], more: str = "", longest: int = MAX_CELL) -> str:
        """The expression that reads the files, with the types of the columns and the bytes of the longest record."""
        columns = zip(self.dialect.names, kinds, strict=True)
        pairs = ", ".join(f"{string(name)}: {string(kind)}" for name, kind in columns)
        how = packing(self.pieces[0]) or "none"
        return (
            f"read_csv({strings(map(address, self.pieces))}, auto_detect=false, columns={{{pairs}}}, "
            f"delim={string(self.dialect.delimiter)}, quote={string(self.dialect.quote)}, "
            f"escape={string(self.dialect.quote)}, header={str(self.dialect.header).lower()}, "
            f"encoding={string(self.dialect.encoding)}, compression={string(how)}, null_padding=false, "
            "ignore_errors=false, strict_mode=true, comment='', skip=0, hive_partitioning=false, "
            f"max_line_size={longest}, buffer_size={2 * longest}{more})"
        )

    def texts(self) -> str:
        """The same with every column as text."""
        return self.read(["VARCHAR"] * len(self.dialect.names))


def open_files(connection: duckdb.DuckDBPyConnection, pieces: Sequence[Piece], layout: Layout, memory: int) -> Table:
    """The rows of CSV files, in memory where they are small."""
    source = _Source(connection, pieces, _one_dialect(pieces, layout), memory)
    _check_form(source)
    columns = _guess(source, _declared(source, layout))
    try:
        opens = _read(source, columns)
    except duckdb.ConversionException:
        opens = None
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise diagnosed(error, pieces, source.dialect) from None
    if opens is None:
        opens = _read_exactly(source, columns)
    dialect = source.dialect
    found = Layout("csv", layout.columns, dialect.delimiter, dialect.quote, dialect.header, dialect.encoding)
    return sealed(connection, pieces, found, opens)


def _one_dialect(pieces: Sequence[Piece], layout: Layout) -> Dialect:
    """Of all files: a reader takes the columns by their place, so they must be the same everywhere."""
    first = find_dialect(pieces[0], layout)
    found = layout._replace(delimiter=first.delimiter, quote=first.quote, header=first.header, encoding=first.encoding)
    for piece in pieces[1:]:
        if packing(piece) != packing(pieces[0]):
            raise DataError(piece.path, f"it is not packed as {pieces[0].path} is; pack all files alike")
        if find_dialect(piece, found).names != first.names:
            raise DataError(piece.path, f"its columns are not those of {pieces[0].path}, in the same order")
    return first


def _declared(source: _Source, layout: Layout) -> dict[str, str]:
    path = source.pieces[0].path
    found = {}
    for name, text in layout.columns.items():
        if name not in source.dialect.names:
            raise DataError(path, f"the layout declares the column {name!r}, which the file does not have")
        if (kind := types.declared_type(text)) is None:
            raise DataError(path, f"the layout declares {text!r} for {name!r}, which is no type of a CSV column")
        found[name] = kind
    return found


def _check_form(source: _Source) -> None:
    """What DuckDB lets pass: NUL bytes, and one empty value too many at the end of a row.

    It takes a last value too many for nothing when it reads as NULL; with another text for NULL it does not.
    """
    suspicious = [check_bytes(piece, source.dialect) for piece in source.pieces]
    if any(suspicious):
        kinds = ["VARCHAR"] * len(source.dialect.names)
        strict = source.read(kinds, ", nullstr='\x01'")
        _guarded(source, lambda: source.connection.execute(f"SELECT count(*) FROM {strict}").fetchone())


def _guarded(source: _Source, query: Callable[[], tuple[object, ...] | None]) -> tuple[object, ...]:
    """One row of an answer; an error of the reader with its line."""
    try:
        return query() or ()
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise diagnosed(error, source.pieces, source.dialect) from None


def _guess(source: _Source, declared: dict[str, str]) -> list[Column]:
    """The types that the first rows suggest."""
    texts = ["VARCHAR"] * len(source.dialect.names)
    short = f"{source.read(texts, longest=_SHORT)} LIMIT {SAMPLE}"
    try:
        return _judge(source, short, declared, unknown="BIGINT")
    except DataError:  # a long record, or one that is wrong: the question is asked again
        return _judge(source, f"{source.texts()} LIMIT {SAMPLE}", declared, unknown="BIGINT")


def _judge(source: _Source, rows: str, declared: dict[str, str], unknown: str = "VARCHAR") -> list[Column]:
    """The first type of each column that all of `rows`, which hold texts, have; `unknown` where there is no value."""
    found: list[Column] = []
    names = source.dialect.names
    for start in range(0, len(names), _AT_ONCE):
        asked = names[start : start + _AT_ONCE]
        conditions = [
            condition
            for name in asked
            for condition in (f"{quoted(name)} IS NOT NULL", *(types.unfit(name, kind) for kind in types.GUESSES))
        ]
        these = ", ".join(map(quoted, asked))  # and no others: a vector of each would be in memory
        query = f"SELECT {types.counts(conditions)} FROM (SELECT {these} FROM {rows})"
        answer = _guarded(source, lambda query=query: source.connection.execute(query).fetchone())  # type: ignore[misc]
        step = 1 + len(types.GUESSES)
        for index, name in enumerate(asked):
            filled, *misfits = answer[index * step : (index + 1) * step]
            fitting = [kind for kind, count in zip(types.GUESSES, misfits, strict=True) if not count]
            guess = (fitting[0] if fitting else "VARCHAR") if filled else unknown
            kind = declared.get(name, guess)
            found.append(Column(name, kind, name in declared))
    return found


def _read(source: _Source, columns: Sequence[Column]) -> bool | None:
    """Makes the view of the guessed types, and says whether it reads the files; None when a value does not fit."""
    carriers = [types.carrier(column.type) for column in columns]
    reading = source.read(carriers)
    held = _is_held(source, reading)
    rows = ROWS if held else reading
    for start in range(0, len(columns), _AT_ONCE):
        asked = columns[start : start + _AT_ONCE]
        checks = [check for column in asked if (check := types.lost(column))]
        # what is not held is converted once here, so that no later query meets a value that does not convert
        converted = [] if held else [f"count({quoted(column.name)})" for column in asked]
        selected = ", ".join([*(f"count_if({check})" for check in checks), *converted]) or "0"
        answer = source.connection.execute(f"SELECT {selected} FROM {rows}").fetchone() or ()
        if any(answer[: len(checks)]):
            return None
    _show(source, columns, carriers, rows)
    return not held


def _read_exactly(source: _Source, columns: Sequence[Column]) -> bool:
    """The second try: types that every row has, from the texts as they were written."""
    texts = source.texts()
    held = _is_held(source, texts)
    rows = ROWS if held else texts
    declared = {column.name: column.type for column in columns if column.declared}
    for name, kind in declared.items():
        _check_declared(source, rows, name, kind)
    _show(source, _judge(source, rows, declared), ["VARCHAR"] * len(columns), rows)
    return not held


def _check_declared(source: _Source, rows: str, name: str, kind: str) -> None:
    numbered = f"SELECT row_number() OVER () - 1, {quoted(name)} FROM {rows}"
    query = f"SELECT * FROM ({numbered}) AS t(row, {quoted(name)}) WHERE {types.unfit(name, kind)} ORDER BY 1 LIMIT 1"
    if found := _guarded(source, lambda: source.connection.execute(query).fetchone()):
        path, line = line_of_row(source.pieces, source.dialect, int(str(found[0])))
        words = f"line {line}: {shorten(str(found[1]), 60)!r} in the column {shorten(name, 60)!r} is no {kind}"
        raise DataError(path, f"{words}, which the layout declares")


def _is_held(source: _Source, reading: str) -> bool:
    small = is_small(source.pieces, len(source.dialect.names), source.memory, bool(packing(source.pieces[0])))
    return small and hold(source.connection, f"SELECT * FROM {reading}")


def _show(source: _Source, columns: Sequence[Column], held: Sequence[str], rows: str) -> None:
    selected = ", ".join(types.cast(column, kind) for column, kind in zip(columns, held, strict=True))
    show(source.connection, f"SELECT {selected} FROM {rows}")
