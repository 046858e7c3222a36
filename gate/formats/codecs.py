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

EVERYTHING = '`pip install "dbom-gate[weights]"`'
"""What installs every optional decoder."""

Pull = Callable[[int], bytes]
"""At most so many of the next bytes, none at the end. Raises `CorruptError`, or `ExhaustedError`."""


class MissingError(Exception):
    """The decoder's library is not installed; the message says which, and how to install it."""


class UnsupportedError(Exception):
    """A variant that nothing here decodes; the message says which."""


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
    """How to decompress `source`, of the sniffed format `form`. Raises `MissingError`, or `UnsupportedError`."""
    if form in ("gzip", "zlib"):
        import zlib

        wbits = 31 if form == "gzip" else 15
        return lambda: _pull(lambda: _Inflate(wbits), source, (zlib.error,), form == "gzip")
    if form == "zfile":
        import zlib

        return lambda: _pull(lambda: _Inflate(15), source, (zlib.error,), False, _after_length(source))
    if form == "bz2":
        import bz2

        return lambda: _pull(bz2.BZ2Decompressor, source, (OSError, ValueError))
    if form in ("xz", "lzma"):
        import lzma

        kind = lzma.FORMAT_XZ if form == "xz" else lzma.FORMAT_ALONE
        return lambda: _pull(lambda: lzma.LZMADecompressor(kind, MEMORY), source, (lzma.LZMAError,), form == "xz")
    return _lz4(source) if form == "lz4" else _zstd(source)


def zip_member(method: int, source: Source) -> Callable[[], Pull] | None:
    """How to decompress a zip member by its method's number (APPNOTE 4.4.5); None for one without a decoder.

    Raises `CorruptError` when the member's properties are impossible, `MissingError` without the method's library.
    """
    if method == 8:
        return raw_deflate(source)
    if method == 14:
        return zip_lzma(source)
    form = {12: "bz2", 93: "zstd", 95: "xz"}.get(method)
    return decoder(form, source) if form else None


def _after_length(source: Source) -> int:
    """Where the data of joblib's old compressed files begins (`read_zfile` in `joblib/numpy_pickle_utils.py`).

    `ZF` and a length in 19 characters; some were written with one blank more.
    """
    return 22 if source.read(21, 1) == b" " else 21


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

    return raw(source, chain, 9)


def raw(source: Source, chain: list[dict[str, Any]], offset: int = 0) -> Callable[[], Pull]:
    """LZMA without a wrapper, from `offset` on; `chain` are the filters, whose memory is the caller's care."""
    import lzma

    def start() -> _Decompressor:
        try:
            return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain)
        except (lzma.LZMAError, ValueError) as error:
            raise CorruptError(str(error)) from None

    return lambda: _pull(start, source, (lzma.LZMAError,), False, offset)


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
        raise UnsupportedError("a legacy frame of lz4, which this version cannot decompress")
    frame = _library("lz4.frame")
    return lambda: _pull(frame.LZ4FrameDecompressor, source, (RuntimeError, EOFError, ValueError))


def _library(name: str) -> Any:
    """An optional module. Raises `MissingError`."""
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        package = name.partition(".")[0]
        message = f"packed with {package}, which is not installed: run `pip install {package}`, or {EVERYTHING}"
        raise MissingError(message) from None


def _zstd(source: Source) -> Callable[[], Pull]:
    zstandard = _library("zstandard")

    def start() -> Pull:
        context = zstandard.ZstdDecompressor(max_window_size=MEMORY)
        stream = context.stream_reader(_File(source), read_across_frames=True)

        given = False

        def pull(length: int) -> bytes:
            nonlocal given
            try:
                piece = bytes(stream.read(length))
            except zstandard.ZstdError as error:
                if given and "Unknown frame descriptor" in str(error):  # other data behind a frame, as OCDBT has it
                    return b""
                raise CorruptError(str(error)) from None
            given = True
            return piece

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
