"""Arrow files and streams, and Feather: read batch by batch, each one validated before anything looks into it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import duckdb
import pyarrow as pa

from gate.core.text import shorten
from gate.data.database import check_names, sealed, show
from gate.data.interface import DataError, Layout, Piece, Table
from gate.data.packed import packing, plain


class Batches:
    """The batches of all files as a stream of Arrow; every query begins a new one."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self.schema = _schema(pieces[0])

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        reader = pa.RecordBatchReader.from_batches(self.schema, self._all())
        return reader.__arrow_c_stream__(requested_schema)

    def _all(self) -> Iterator[pa.RecordBatch]:
        for piece in self._pieces:
            yield from batches(piece)


def batches(piece: Piece) -> Iterator[pa.RecordBatch]:
    """The batches of one file. Offsets that point elsewhere would otherwise be followed."""
    try:
        for batch in _opened(piece):
            batch.validate(full=True)
            yield batch
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _broken(piece, error) from None


def open_files(connection: duckdb.DuckDBPyConnection, pieces: Sequence[Piece], layout: Layout, memory: int) -> Table:
    """The rows of all files, which must have the same schema."""
    stream = Batches(pieces)
    check_names(pieces[0].path, stream.schema.names)
    for piece in pieces[1:]:
        if not _schema(piece).equals(stream.schema):
            raise DataError(piece.path, f"its columns are not those of {pieces[0].path}, in the same order and types")
    connection.register("gate_batches", stream)
    for piece in pieces:
        for _ in batches(piece):  # a defect names its file here; later it would be an error of some query
            pass
    show(connection, "SELECT * FROM gate_batches")
    return sealed(connection, pieces, layout, opens=False)


def _schema(piece: Piece) -> pa.Schema:
    if how := packing(piece):
        raise DataError(piece.path, f"an Arrow file packed with {how} is not read; unpack it")
    try:
        source = plain(piece)
        return (pa.ipc.open_file(source) if _is_file(piece) else pa.ipc.open_stream(source)).schema
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _broken(piece, error) from None


def _is_file(piece: Piece) -> bool:
    start = piece.pread(8)
    if start.startswith(b"FEA1"):
        raise DataError(piece.path, "it is Feather of version 1; write it again as Feather 2 or Parquet")
    return start.startswith(b"ARROW1")


def _opened(piece: Piece) -> Iterator[pa.RecordBatch]:
    if not _is_file(piece):
        yield from _stream(piece)
        return
    reader = pa.ipc.open_file(plain(piece))
    for index in range(reader.num_record_batches):
        yield reader.get_batch(index)


def _stream(piece: Piece) -> Iterator[pa.RecordBatch]:
    """The batches of a stream, to the marker that ends it: one that was cut between two batches has none.

    Arrow takes the end of the file for the end of the stream, and does not look at what follows the marker.
    """
    source = _Asked(plain(piece))
    yield from pa.ipc.open_stream(source)
    if source.past_end:
        raise DataError(piece.path, "it was cut off: the marker that ends an Arrow stream is not there; write it again")
    if source.tell() != piece.size:
        raise DataError(piece.path, "it goes on after the marker that ends the stream; write one stream to a file")


class _Asked(io.RawIOBase):
    """A file that knows whether somebody asked for bytes past its end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.past_end = file, False

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1, /) -> bytes:
        found = self._file.read(size)
        self.past_end = self.past_end or (size != 0 and not found)
        return found


def _broken(piece: Piece, error: Exception) -> DataError:
    said = shorten(str(error).splitlines()[0] if str(error) else "", 120)
    return DataError(piece.path, f"it is broken, or no Arrow file: {said}")
