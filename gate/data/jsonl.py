"""JSON lines: one object per line, its keys the columns."""

# ruff: noqa: S608 # names, paths and values go through `quoted` and `string`
from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence

import duckdb

from gate.core.model import Json
from gate.core.text import shorten
from gate.data import packed
from gate.data.database import (
    ROWS,
    address,
    check_names,
    explained,
    hold,
    is_small,
    line_of,
    quoted,
    sealed,
    show,
    string,
    strings,
)
from gate.data.interface import DataError, Layout, Piece, Table
from gate.data.packed import packing

MAX_RECORD = 16 * 1024 * 1024
"""Bytes of one line at most."""
_TYPES = {"UBIGINT": "BIGINT", "BIGINT": "BIGINT", "HUGEINT": "HUGEINT", "DOUBLE": "DOUBLE", "BOOLEAN": "BOOLEAN"}
_BYTE = re.compile(r"at byte (\d+)")


def open_files(connection: duckdb.DuckDBPyConnection, pieces: Sequence[Piece], layout: Layout, memory: int) -> Table:
    """The records of all files; a key that a record does not have is a missing value, and nested values are JSON."""
    how = packing(pieces[0])
    for piece in pieces:
        if packing(piece) != how:
            raise DataError(piece.path, f"it is not packed as {pieces[0].path} is; pack all files alike")
        _check_start(piece)
    files = strings(map(address, pieces))
    options = f"compression={string(how or 'none')}, maximum_object_size={MAX_RECORD}, ignore_errors=false"
    columns = _columns(connection, pieces, f"read_ndjson_objects({files}, {options})")
    try:
        opens = _read(connection, pieces, columns, f"{files}, format='newline_delimited', {options}", memory)
    except duckdb.InvalidInputException:  # a whole number past 64 bits: the structure does not tell
        wider = {name: "HUGEINT" if kind == "BIGINT" else kind for name, kind in columns.items()}
        opens = _read(connection, pieces, wider, f"{files}, format='newline_delimited', {options}", memory)
    return sealed(connection, pieces, layout, opens)


def _check_start(piece: Piece) -> None:
    start = packed.head(piece, 4096)
    if start.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise DataError(piece.path, "line 1: it begins with a byte order mark; JSON lines are UTF-8 without one")
    if start.lstrip().startswith(b"["):
        raise DataError(piece.path, "line 1: it is a JSON array; write one object per line")


def _columns(connection: duckdb.DuckDBPyConnection, pieces: Sequence[Piece], objects: str) -> dict[str, str]:
    """The keys of all records and a type that all their values have."""
    wrong = "json_type(json) <> 'OBJECT' OR len(json_keys(json)) <> len(list_distinct(json_keys(json)))"
    query = f"SELECT json_group_structure(json), count(*), count_if({wrong}) FROM {objects}"
    try:
        answer = connection.execute(query).fetchone()
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise _malformed(error, pieces) from None
    structure, count, misfits = answer or (None, 0, 0)
    if not count:
        raise DataError(pieces[0].path, "the file is empty: it has no record")
    if misfits:
        raise _first_misfit(pieces)
    found: Json = json.loads(structure)
    check_names(pieces[0].path, list(found) if isinstance(found, dict) else [])
    if not found or not isinstance(found, dict):
        raise DataError(pieces[0].path, "its records have no keys")
    return {name: _TYPES.get(kind, "VARCHAR") if isinstance(kind, str) else "VARCHAR" for name, kind in found.items()}


def _read(
    connection: duckdb.DuckDBPyConnection, pieces: Sequence[Piece], columns: dict[str, str], given: str, memory: int
) -> bool:
    pairs = ", ".join(f"{string(name)}: {string(kind)}" for name, kind in columns.items())
    reading = f"read_json({given}, auto_detect=false, columns={{{pairs}}})"
    held = is_small(pieces, len(columns), memory, bool(packing(pieces[0]))) and hold(
        connection, f"SELECT * FROM {reading}"
    )
    if not held:
        asked = ", ".join(f"count({quoted(name)})" for name in columns)
        connection.execute(f"SELECT {asked} FROM {reading}")
    show(connection, f"SELECT * FROM {ROWS if held else reading}")
    return not held


def _malformed(error: Exception, pieces: Sequence[Piece]) -> DataError:
    """With the line counted again: what DuckDB says is one too many, or of a part of the file."""
    said = explained(error, pieces)
    if "recursion depth" in str(error):
        return DataError(said.path, "a record is nested too deeply; at most 100 levels are read")
    if "maximum_object_size" in str(error):
        return DataError(said.path, f"a record has more than {MAX_RECORD:,} bytes")
    if found := _first_defect(pieces):
        return found
    line = line_of(error)
    return said if line is None else DataError(said.path, f"near line {line}: {said.message}")


def _first_misfit(pieces: Sequence[Piece]) -> DataError:
    return _first_defect(pieces) or DataError(pieces[0].path, "a line holds no JSON object, or one with a key twice")


def _first_defect(pieces: Sequence[Piece]) -> DataError | None:
    for piece in pieces:
        try:
            found = _defect(piece)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            return packed.broken(piece, error)
        if found:
            return DataError(piece.path, found)
    return None


def _defect(piece: Piece) -> str | None:
    """What is wrong with the first line that is no record."""
    with packed.unpacked(piece) as stream:
        for number, line in enumerate(stream, 1):
            try:
                if line.strip() and not isinstance(json.loads(line, object_pairs_hook=_once), dict):
                    return f"line {number}: it holds no JSON object"
            except _TwiceError as error:  # noqa: PERF203 # the loop ends here
                return f"line {number}: the record has the key {shorten(str(error), 60)!r} twice"
            except UnicodeDecodeError:
                return f"line {number}: it is not UTF-8"
            except RecursionError:
                return f"line {number}: it is nested too deeply"
            except json.JSONDecodeError as error:
                return f"line {number}, column {error.colno}: it is no JSON object: {error.msg}"
    return None


class _TwiceError(ValueError):
    """A key that a record has twice."""


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        raise _TwiceError(next(name for name, _ in pairs if name in seen or seen.add(name)))  # type: ignore[func-returns-value]
    return found
