"""CSV files: every value as it was written, or an error with its line."""

# ruff: noqa: S608 # names, paths and values go through `quoted` and `string`
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import duckdb

from gate.core.text import shorten
from gate.data import types
from gate.data.database import ROWS, VIEW, address, hold, is_small, quoted, sealed, show, string, strings
from gate.data.dialect import MAX_CELL, Dialect, find_dialect
from gate.data.guess import guess
from gate.data.interface import DataError, Layout, Piece, Table
from gate.data.packed import packing
from gate.data.scan import check_bytes, diagnosed, line_of_row
from gate.data.types import Column

_AT_ONCE = 1000
"""Columns that one query judges."""


class _Source(NamedTuple):
    connection: duckdb.DuckDBPyConnection
    pieces: Sequence[Piece]
    dialect: Dialect
    memory: int
    names: Sequence[str]
    """The columns that are asked for, in the order of the file."""

    def read(self, kinds: Mapping[str, str], more: str = "") -> str:
        """The expression that reads the files; a column without a type is text."""
        pairs = ", ".join(f"{string(name)}: {string(kinds.get(name, 'VARCHAR'))}" for name in self.dialect.names)
        how = packing(self.pieces[0]) or "none"
        return (
            f"read_csv({strings(map(address, self.pieces))}, auto_detect=false, columns={{{pairs}}}, "
            f"delim={string(self.dialect.delimiter)}, quote={string(self.dialect.quote)}, "
            f"escape={string(self.dialect.quote)}, header={str(self.dialect.header).lower()}, "
            f"encoding={string(self.dialect.encoding)}, compression={string(how)}, null_padding=false, "
            "ignore_errors=false, strict_mode=true, comment='', skip=0, hive_partitioning=false, "
            f"max_line_size={MAX_CELL}, buffer_size={2 * MAX_CELL}{more})"
        )


def open_files(
    connection: duckdb.DuckDBPyConnection,
    pieces: Sequence[Piece],
    layout: Layout,
    memory: int,
    asked: Callable[[str], bool],
) -> Table:
    """The rows of CSV files, in memory where they are small, with the columns that are `asked` for or declared."""
    dialect = _one_dialect(pieces, layout)
    declared = _declared(pieces[0].path, dialect, layout)
    names = [name for name in dialect.names if name in declared or asked(name)] or dialect.names[:1]
    source = _Source(connection, pieces, dialect, memory, names)
    with ThreadPoolExecutor(1) as pool:  # beside DuckDB, which mostly waits for no lock of Python's
        suspicious = pool.submit(_look, pieces, dialect)
        try:
            opens = _read(source, declared)
        except duckdb.OutOfMemoryException:
            raise
        except (duckdb.Error, DataError) as error:
            _check_form(source, suspicious.result())  # it knows the line
            raise error if isinstance(error, DataError) else diagnosed(error, pieces, dialect) from None
        _check_form(source, suspicious.result())
    found = Layout("csv", layout.columns, dialect.delimiter, dialect.quote, dialect.header, dialect.encoding)
    table = sealed(connection, pieces, found, opens)
    kinds = dict(table.columns)
    columns = tuple((name, kinds.get(name, "VARCHAR")) for name in dialect.names)
    return table._replace(columns=columns, whole=len(names) == len(columns))


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


def _declared(path: str, dialect: Dialect, layout: Layout) -> dict[str, str]:
    found = {}
    for name, text in layout.columns.items():
        if name not in dialect.names:
            raise DataError(path, f"the layout declares the column {name!r}, which the file does not have")
        if (kind := types.declared_type(text)) is None:
            raise DataError(path, f"the layout declares {text!r} for {name!r}, which is no type of a CSV column")
        found[name] = kind
    return found


def _look(pieces: Sequence[Piece], dialect: Dialect) -> bool:
    """Whether a record of any file may have one empty value too many."""
    found = [check_bytes(piece, dialect) for piece in pieces]
    return any(found)


def _check_form(source: _Source, suspicious: bool) -> None:
    """One empty value too many at the end of a row, which DuckDB lets pass.

    It takes a last value too many for nothing when it reads as NULL; with another text for NULL it does not.
    """
    if suspicious:
        strict = source.read({}, ", nullstr='\x01'")
        _guarded(source, f"SELECT count(*) FROM {strict}")


def _guarded(source: _Source, query: str) -> tuple[object, ...]:
    """One row of an answer; an error of the reader with its line."""
    try:
        return source.connection.execute(query).fetchone() or ()
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise diagnosed(error, source.pieces, source.dialect) from None


def _read(source: _Source, declared: Mapping[str, str]) -> bool:
    """Makes the view, by the types of the first rows, else of all rows; whether it still opens the files."""
    fitting = guess(source.pieces, source.dialect, source.names)
    columns = [Column(name, declared.get(name) or (*fitting[name], "VARCHAR")[0]) for name in source.names]
    carriers = {column.name: types.carrier(column.type) for column in columns}
    try:
        return _show(source, map(types.exactly, columns), source.read(carriers))
    except duckdb.ConversionException:
        pass
    except duckdb.InvalidInputException as error:
        if types.LOST not in str(error):
            raise
    _check_declared(source, declared)
    return _show(source, map(types.cast, _judge(source, fitting, declared)), source.read({}))


def _show(source: _Source, selected: Iterable[str], reading: str) -> bool:
    """Makes the view, after each value of it was converted once; whether it still opens the files."""
    select = f"SELECT {', '.join(selected)} FROM {reading}"
    if is_small(source.pieces, len(source.names), source.memory, bool(packing(source.pieces[0]))) and hold(
        source.connection, select
    ):
        show(source.connection, f"SELECT * FROM {ROWS}")
        return False
    show(source.connection, select)
    for names in _portions(source.names):
        counted = ", ".join(f"count({quoted(name)})" for name in names)
        source.connection.execute(f"SELECT {counted} FROM {quoted(VIEW)}").fetchone()
    return True


def _portions(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE))


def _judge(source: _Source, fitting: Mapping[str, Sequence[str]], declared: Mapping[str, str]) -> list[Column]:
    """Each column with the first type, of those that are `fitting` so far, that all rows have."""
    found = []
    for names in _portions(source.names):
        asked = [(name, kind) for name in names if name not in declared for kind in fitting[name]]
        misfits = dict(zip(asked, _misfits(source, asked), strict=True))
        for name in names:
            kinds = (kind for kind in fitting[name] if not misfits.get((name, kind)))
            found.append(Column(name, declared.get(name) or next(kinds, "VARCHAR")))
    return found


def _misfits(source: _Source, asked: Sequence[tuple[str, str]]) -> tuple[object, ...]:
    """How many values of each column are not of the type."""
    if not asked:
        return ()
    counts = ", ".join(f"count_if({types.unfit(name, kind)})" for name, kind in asked)
    return _guarded(source, f"SELECT {counts} FROM {source.read({})}")


def _check_declared(source: _Source, declared: Mapping[str, str]) -> None:
    for names in _portions(list(declared)):
        asked = [(name, declared[name]) for name in names]
        for (name, kind), count in zip(asked, _misfits(source, asked), strict=True):
            if count:
                raise _undeclared(source, name, kind)


def _undeclared(source: _Source, name: str, kind: str) -> DataError:
    """The first value that is not of the declared type."""
    numbered = f"SELECT row_number() OVER () - 1, {quoted(name)} FROM {source.read({})}"
    query = f"SELECT * FROM ({numbered}) AS t(row, {quoted(name)}) WHERE {types.unfit(name, kind)} ORDER BY 1 LIMIT 1"
    row, value = _guarded(source, query)
    path, line = line_of_row(source.pieces, source.dialect, int(str(row)))
    words = f"line {line}: {shorten(str(value), 60)!r} in the column {shorten(name, 60)!r} is no {kind}"
    return DataError(path, f"{words}, which the layout declares")
