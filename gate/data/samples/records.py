"""Records of JSON lines, a JSON array or Parquet, one at a time, each with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from gate.core.model import Json
from gate.core.text import shorten
from gate.data import packed
from gate.data.choose import choose
from gate.data.interface import DataError, Layout, Piece, Place

MAX_RECORD = 16 * 1024 * 1024
"""Bytes of one line at most."""
MAX_ARRAY = 512 * 1024 * 1024
"""Bytes of a JSON array, which is read as a whole."""

Record = tuple[Place, Json]


def records(pieces: Sequence[Piece], layout: Layout) -> Iterator[Record]:
    """The records of all files that hold rows; raises DataError."""
    form, chosen = choose(pieces, layout)
    for piece in chosen:
        if form == "jsonl":
            yield from _array(piece) if _is_array(piece) else _lines(piece)
        elif form in ("parquet", "arrow"):
            yield from _parquet(piece) if form == "parquet" else _arrow(piece)
        else:
            raise DataError(
                piece.path, f"instructions are read from JSON, JSON lines, Parquet and Arrow, not from {form}"
            )


def _is_array(piece: Piece) -> bool:
    return packed.head(piece, 4096).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"["


def _array(piece: Piece) -> Iterator[Record]:
    data = packed.head(piece, MAX_ARRAY + 1)
    if len(data) > MAX_ARRAY:
        raise DataError(piece.path, f"a JSON array of more than {MAX_ARRAY >> 20} MiB is not read; write JSON lines")
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise DataError(piece.path, "it is nested too deeply") from None
    except UnicodeDecodeError:
        raise DataError(piece.path, "it is not UTF-8") from None
    except ValueError as error:
        raise DataError(piece.path, f"it is no JSON: {shorten(str(error), 200)}") from None
    for row, record in enumerate(found):
        yield Place(piece.path, row), record


def _lines(piece: Piece) -> Iterator[Record]:
    row = 0
    try:
        with packed.unpacked(piece) as stream:
            number = 0
            while line := stream.readline(MAX_RECORD + 1):
                number += 1
                if len(line) > MAX_RECORD:
                    raise DataError(piece.path, f"line {number}: a record has more than {MAX_RECORD:,} bytes")
                if line.strip():
                    yield Place(piece.path, row, number), _parsed(piece, number, line)
                    row += 1
    except (OSError, EOFError) as error:
        raise packed.broken(piece, error) from None


def _parsed(piece: Piece, number: int, line: bytes) -> Json:
    try:
        found: Json = json.loads(line.decode("utf-8-sig"))
    except RecursionError:
        raise DataError(piece.path, f"line {number}: it is nested too deeply") from None
    except UnicodeDecodeError:
        raise DataError(piece.path, f"line {number}: it is not UTF-8") from None
    except ValueError as error:
        raise DataError(piece.path, f"line {number}: it is no JSON: {shorten(str(error), 200)}") from None
    return found


def _parquet(piece: Piece) -> Iterator[Record]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(packed.plain(piece)) as file:
            row = 0
            for batch in file.iter_batches(batch_size=1000):
                for record in batch.to_pylist():
                    yield Place(piece.path, row), record
                    row += 1
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(piece.path, f"it is no Parquet that can be read: {shorten(str(error), 200)}") from None


def _arrow(piece: Piece) -> Iterator[Record]:
    from gate.data.arrow import batches

    row = 0
    for batch in batches(piece):
        for record in batch.to_pylist():
            yield Place(piece.path, row), record
            row += 1
