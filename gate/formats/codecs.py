"""Decoders as `Unpacked` wants them: a function that gives the next bytes, bounded in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from gate.formats.interface import Source
from gate.formats.streams import CorruptError, ExhaustedError

INPUT = 64 * 1024
"""Compressed bytes handed to a decoder at a time."""
MEMORY = 256 << 20
"""Bytes that an xz or zstd dictionary may take: attackers choose its size. The strongest preset of xz needs 65 MiB."""

Pull = Callable[[int], bytes]
"""At most so many of the next bytes, none at the end. Raises `CorruptError`, or `ExhaustedError`."""


class MissingError(Exception):
    """The decoder's library is not installed; the message is its name."""


class _Decompressor(Protocol):
    """The incremental interface that bz2, lzma and lz4.frame share."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Inflate:
    """zlib's decompressor with that interface."""

    def __init__(self, wbits: int) -> None:
        import zlib

        self._inner = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def decoder(form: str, source: Source) -> Callable[[], Pull]:
    """How to decompress `source`, of the sniffed format `form`. Raises `MissingError` without its library."""
    if form in ("gzip", "zlib"):
        import zlib

        wbits = 31 if form == "gzip" else 15
        return lambda: _pull(lambda: _Inflate(wbits), source, (zlib.error,), form == "gzip")
    if form == "bz2":
        import bz2

        return lambda: _pull(bz2.BZ2Decompressor, source, (OSError, ValueError))
    if form in ("xz", "lzma"):
        import lzma

        kind = lzma.FORMAT_XZ if form == "xz" else lzma.FORMAT_ALONE
        return lambda: _pull(lambda: lzma.LZMADecompressor(kind, MEMORY), source, (lzma.LZMAError,), form == "xz")
    return _lz4(source) if form == "lz4" else _zstd(source)


def raw_deflate(source: Source) -> Callable[[], Pull]:
    """Deflate without a wrapper, as zip members have it."""
    import zlib

    return lambda: _pull(lambda: _Inflate(-15), source, (zlib.error,), False)


def zip_lzma(source: Source) -> Callable[[], Pull]:
    """LZMA as zip members have it: two bytes of version, two of length, the properties, the data (APPNOTE 5.8.8).

    Raises `CorruptError` when the properties are impossible.
    """
    import lzma

    head = source.read(0, 9)
    if len(head) < 9 or head[2:4] != b"\x05\0" or head[4] >= 225:
        raise CorruptError("impossible LZMA properties")
    dictionary = int.from_bytes(head[5:9], "little")
    if dictionary > MEMORY:
        raise CorruptError(f"an LZMA dictionary of {dictionary:,} bytes")
    packed, lc = divmod(head[4], 9)
    pb, lp = divmod(packed, 5)
    chain = [{"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4096), "lc": lc, "lp": lp, "pb": pb}]

    def start() -> _Decompressor:
        try:
            return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain)
        except (lzma.LZMAError, ValueError) as error:
            raise CorruptError(str(error)) from None

    return lambda: _pull(start, source, (lzma.LZMAError,), False, 9)


def _pull(
    start: Callable[[], _Decompressor],
    source: Source,
    errors: tuple[type[Exception], ...],
    several: bool = True,
    offset: int = 0,
) -> Pull:
    """Read `source` through decompressors, one after the other if `several` streams may follow each other."""
    current = start()
    position = offset
    pending = b""
    first = True

    def refill() -> bytes:
        nonlocal position
        data = source.read(position, INPUT)
        position += len(data)
        return data

    def pull(length: int) -> bytes:
        nonlocal current, pending, first
        while True:
            if current.eof:
                if not several:
                    return b""
                pending = (current.unused_data or pending or refill()).lstrip(b"\0")
                if not pending:
                    pending = refill().lstrip(b"\0")
                if not pending:
                    return b""
                current, first = start(), False
            elif current.needs_input and not pending:
                pending = refill()
                if not pending:
                    raise CorruptError("the compressed data ends too early")
            data, pending = pending, b""
            try:
                piece = current.decompress(data, length)
            except errors as error:
                raise _failure(error, first) from None
            if piece:
                return piece

    return pull


def _failure(error: Exception, first: bool) -> CorruptError | ExhaustedError:
    """What a decoder's error means; `first` says that no stream was complete before it."""
    if "limit exceeded" in str(error):  # how `lzma` words LZMA_MEMLIMIT_ERROR, which has no class of its own
        return ExhaustedError(f"its dictionary needs more than {MEMORY:,} bytes")
    return CorruptError(f"{'' if first else 'what follows a complete stream is none: '}{error}")


def _lz4(source: Source) -> Callable[[], Pull]:
    if source.read(0, 4) == b"\x02\x21\x4c\x18":
        raise MissingError("a decoder of the legacy frame")
    frame = _library("lz4.frame")
    return lambda: _pull(frame.LZ4FrameDecompressor, source, (RuntimeError, EOFError, ValueError))


def _library(name: str) -> Any:
    """An optional module. Raises `MissingError`."""
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        raise MissingError(name.partition(".")[0]) from None


def _zstd(source: Source) -> Callable[[], Pull]:
    zstandard = _library("zstandard")

    def start() -> Pull:
        context = zstandard.ZstdDecompressor(max_window_size=MEMORY)
        stream = context.stream_reader(_File(source), read_across_frames=True)

        def pull(length: int) -> bytes:
            try:
                return bytes(stream.read(length))
            except zstandard.ZstdError as error:
                raise CorruptError(str(error)) from None

        return pull

    return start


class _File:
    """A source as the file object that zstandard reads from."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._position = 0

    def read(self, length: int) -> bytes:
        """The next bytes, none at the end."""
        data = self._source.read(self._position, min(length, INPUT) if length > 0 else INPUT)
        self._position += len(data)
        return data
