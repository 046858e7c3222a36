"""CSV and JSON lines read as text, record by record: where a row or a defect is."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections.abc import Iterator, Sequence

from gate.core.text import shorten
from gate.data import packed
from gate.data.database import explained, line_of
from gate.data.dialect import MAX_CELL, Dialect, reader
from gate.data.interface import DataError, Piece

MAX_SCAN = 1024 * 1024 * 1024
"""Bytes that are read to find the line of a defect; past them DuckDB's own estimate serves."""
_BOM = b"\xef\xbb\xbf"


def check_bytes(piece: Piece, dialect: Dialect) -> bool:
    """Whether a record may have one empty value too many, which is looked into then.

    NUL bytes and bytes that are not UTF-8 are an error: DuckDB does not look into columns that nobody asks for.
    """
    delimiter, quote = dialect.delimiter.encode(dialect.encoding), dialect.quote.encode(dialect.encoding)
    decoder = codecs.getincrementaldecoder(dialect.encoding)()
    kept, found, number = b"", False, 1
    for chunk in chunks(piece):
        if b"\0" in chunk:
            line = _newlines_before(piece, number) + chunk[: chunk.index(b"\0")].count(b"\n")
            raise DataError(piece.path, f"line {line}: it has a NUL byte; the file is damaged, or it is no UTF-8 text")
        try:
            if not chunk.isascii() or decoder.getstate()[0]:
                decoder.decode(chunk)
        except UnicodeDecodeError:
            raise DataError(piece.path, undecodable(piece)) from None
        found = found or _ends_empty(chunk, delimiter, quote) or _ends_empty(kept + chunk[:4], delimiter, quote)
        kept = bytes(chunk[-4:])
        number += 1
    if decoder.getstate()[0]:  # the file ends within a character
        raise DataError(piece.path, undecodable(piece))
    return found or _ends_empty(kept + b"\n", delimiter, quote)


def _ends_empty(data: bytes | bytearray, delimiter: bytes, quote: bytes) -> bool:
    """Whether a line in it ends with an empty value; the cheapest questions come first, for all of a file is asked."""
    ends = [delimiter, delimiter + quote * 2] if quote and quote in data else [delimiter]
    returns = [b"\n", b"\r"] if b"\r" in data else [b"\n"]
    return any(end + new in data for end in ends for new in returns)


def _newlines_before(piece: Piece, number: int) -> int:
    """The line at which the chunk of this number, from 1, begins."""
    return 1 + sum(chunk.count(b"\n") for chunk in itertools.islice(chunks(piece), number - 1))


def chunks(piece: Piece) -> Iterator[bytes | bytearray]:
    """The content piece by piece, each overwriting the one before; a broken stream is a DataError."""
    import zlib

    try:
        with packed.unpacked(piece) as stream:
            buffer = bytearray(packed.CHUNK)  # one for all: fresh memory costs more than what is done with it
            while count := stream.readinto(buffer):
                yield buffer if count == len(buffer) else buffer[:count]
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise packed.broken(piece, error) from None


def records(piece: Piece, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Every record with its line, the header and empty lines among them; csv.Error and UnicodeError as they come."""
    csv.field_size_limit(MAX_CELL)
    encoding = "utf-8-sig" if dialect.encoding == "utf-8" else dialect.encoding
    with packed.unpacked(piece) as stream, io.TextIOWrapper(stream, encoding, newline="") as text:
        rows = reader(text, dialect.delimiter, dialect.quote)
        before = 0
        for row in rows:
            yield before + 1, row
            before = rows.line_num


def rows_of(piece: Piece, dialect: Dialect) -> Iterator[int]:
    """The line of every row, in order. An empty line is a row, without a value, only where there is one column."""
    single = len(dialect.names) == 1
    found = (line for line, row in records(piece, dialect) if row or single)
    return itertools.islice(found, int(dialect.header), None)


def line_of_row(pieces: Sequence[Piece], dialect: Dialect, row: int) -> tuple[str, int | None]:
    """The file and the line of one row of all."""
    for piece in pieces:
        for line in rows_of(piece, dialect):
            if row == 0:
                return piece.path, line
            row -= 1
    return pieces[-1].path, None


def diagnosed(error: Exception, pieces: Sequence[Piece], dialect: Dialect) -> DataError:
    """What is wrong with the form of the files, by the first record that breaks it; else what DuckDB said."""
    for piece in pieces if sum(piece.size for piece in pieces) <= MAX_SCAN else ():
        if problem := _problem(piece, dialect):
            return DataError(piece.path, problem)
    said = explained(error, pieces)
    line = line_of(error)
    return said if line is None else DataError(said.path, shorten(f"near line {line}: {said.message}", 200))


def _problem(piece: Piece, dialect: Dialect) -> str | None:
    width = len(dialect.names)
    line = 0
    size = 0
    try:
        for line, row in records(piece, dialect):
            size = sum(map(len, row))
            if size > MAX_CELL:
                return f"line {line}: the record has more than {MAX_CELL:,} bytes"
            if len(row) != width and row:
                return f"line {line}: {_values(len(row))} where the file has {_values(width)} a row"
    except UnicodeError:
        return undecodable(piece)
    except csv.Error as error:
        return f"line {line + 1}: {_quotes(str(error))}"
    return None


def _values(count: int) -> str:
    return f"{count:,} value" + ("s" if count != 1 else "")


def _quotes(said: str) -> str:
    if "field larger" in said:
        return f"a value has more than {MAX_CELL:,} bytes"
    if "unexpected end" in said:
        return "a quote is opened and never closed"
    return "text follows a closing quote; double the quotes within a value"


def undecodable(piece: Piece) -> str:
    """What is said of a file that is not UTF-8, with the line of its first such byte."""
    found = 0
    with packed.unpacked(piece) as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode()
            except UnicodeDecodeError:  # noqa: PERF203 # the loop ends here
                found = number
                break
    return f"line {found}: it is not UTF-8; convert the file, or declare its encoding"
