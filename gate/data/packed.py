"""Files as streams: plain, or packed with gzip or Zstandard, from their descriptors."""

from __future__ import annotations

import hashlib
import io
import os
from typing import TYPE_CHECKING

from gate.data.interface import DataError, Piece
from gate.files.digest import digest

if TYPE_CHECKING:
    import gzip

PACKED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"PK\x03\x04": "zip"}
CHUNK = 4 * 1024 * 1024


class _Pread(io.RawIOBase):
    """A file from its beginning, whatever others do with the position of its descriptor."""

    def __init__(self, piece: Piece) -> None:
        self._piece, self._at = piece, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size()}[whence]
        self._at = max(0, base + offset)
        return self._at

    def _size(self) -> int:
        whole = self._piece.offset is None
        return os.fstat(self._piece.descriptor).st_size if whole else self._piece.size

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # the buffer protocol has a type only from Python 3.12 on
        data = self._piece.pread(len(view), self._at)
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


def plain(piece: Piece) -> io.BufferedReader:
    """The bytes as they lie there."""
    return io.BufferedReader(_Pread(piece), CHUNK)


def sha256(piece: Piece) -> str:
    """The digest of the bytes as they lie there."""
    if piece.offset is None:
        return digest(piece.descriptor).sha256
    state = hashlib.sha256()
    with plain(piece) as stream:
        while data := stream.read(CHUNK):
            state.update(data)
    return state.hexdigest()


def packing(piece: Piece) -> str:
    """What the file is packed with, by its first bytes; empty when it is not."""
    head = piece.pread(8)
    return next((name for magic, name in PACKED.items() if head.startswith(magic)), "")


def unpacked(piece: Piece) -> io.BufferedReader | gzip.GzipFile:
    """The content; reading it raises DataError through `chunks`, else what the library raises."""
    how = packing(piece)
    if not how:
        return plain(piece)
    if how == "gzip":
        import gzip

        return gzip.GzipFile(fileobj=plain(piece))
    if how == "zstd":
        import pyarrow as pa

        return io.BufferedReader(_Arrow(pa.CompressedInputStream(pa.PythonFile(plain(piece)), "zstd")), CHUNK)
    raise DataError(piece.path, f"it is packed with {how}, which is not read; pack it with gzip or zstd")


class _Arrow(io.RawIOBase):
    """A stream of pyarrow as one of Python."""

    def __init__(self, stream: object) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._stream.read(len(view))  # type: ignore[attr-defined]
        view[: len(data)] = data
        return len(data)


def head(piece: Piece, length: int) -> bytes:
    """The first bytes of the content."""
    try:
        with unpacked(piece) as stream:
            return stream.read(length)
    except (OSError, EOFError, ValueError, _zlib_error()) as error:
        raise broken(piece, error) from None


def broken(piece: Piece, error: Exception) -> DataError:
    """A stream that cannot be unpacked."""
    how = packing(piece)
    return DataError(piece.path, f"its {how} stream is broken" if how else f"it cannot be read: {type(error).__name__}")


def _zlib_error() -> type[Exception]:
    import zlib

    return zlib.error
