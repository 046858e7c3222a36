"""The central directory of a zip, read straight from the bytes.

`zipfile` is not used: it loads the whole directory whatever its size, and forgives what must be reported.
Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from typing import NamedTuple

from gate.formats.interface import Source
from gate.formats.sniff import END_OF_DIRECTORY, TAIL

CENTRAL = b"PK\x01\x02"
_END64 = b"PK\x06\x06"
END_SIZE, _LOCATOR_SIZE, _END64_SIZE, _CENTRAL_SIZE = 22, 20, 56, 46
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_UNIX = (3, 19)
"""Systems whose external attributes hold a Unix mode: Unix and macOS (APPNOTE 4.4.2)."""
CHUNK = 1024 * 1024
"""Bytes of directory read at a time; an entry has at most 46 + 3 * 65,535."""


class MalformedError(Exception):
    """The directory contradicts itself or the file; the message says how, `offset` where."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class Directory(NamedTuple):
    """Where the entries are: offsets in bytes into the file. `shift` is what stands before the zip."""

    start: int
    size: int
    entries: int
    shift: int
    record: int
    """Where the end record stands."""
    end: int
    """Where the archive ends, comment included."""


class Entry(NamedTuple):
    """A member as the central directory has it."""

    name: bytes
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    local: int
    """Offset of its local header in the file."""
    offset: int
    """Offset of this entry in the file."""
    extra: bytes
    mode: int
    """Unix file type and permissions; 0 where the entry was not made on Unix."""

    @property
    def text(self) -> str:
        """The name; bit 11 says UTF-8, otherwise code page 437 (APPNOTE appendix D)."""
        if self.flags & 0x800 or self.name.isascii():
            return self.name.decode("utf-8", "surrogateescape")
        return self.name.decode("cp437")

    @property
    def is_link(self) -> bool:
        """Whether Unix programs make a symbolic link of it, whose target is the content."""
        return stat.S_ISLNK(self.mode)


def locate(source: Source) -> Directory | None:
    """The directory that zip programs find from the end of `source`; None if there is no end record."""
    size = source.size
    base = max(0, size - TAIL)
    tail = source.read(base, TAIL)
    found = tail.rfind(END_OF_DIRECTORY)
    if found < 0:
        return None
    record = tail[found : found + END_SIZE]
    position = place = base + found
    if len(record) < END_SIZE:
        raise MalformedError("the end record is cut off", position)
    end = position + END_SIZE + _int(record, 20, 2)
    entries, length, start = _int(record, 10, 2), _int(record, 12, 4), _int(record, 16, 4)
    large = _zip64(source, position)
    if large:  # honoured even where nothing needs it: torch always writes one
        claims = zip((entries, length, start), large, (_FULL16, _FULL32, _FULL32), strict=False)
        if any(short not in (long, full) for short, long, full in claims):
            raise MalformedError("the two end records, of 32 and of 64 bits, contradict each other", position)
        entries, length, start, position = large
    shift = position - length - start
    if shift < 0:
        message = f"the central directory of {length:,} bytes at {start:,} reaches past its own end record"
        raise MalformedError(message, position)
    return Directory(start + shift, length, entries, shift, place, end)


def _zip64(source: Source, position: int) -> tuple[int, int, int, int] | None:
    """Entries, size, start from the 64-bit end record, and where that record is; None if there is none."""
    locator = source.read(max(0, position - _LOCATOR_SIZE), _LOCATOR_SIZE)
    if not locator.startswith(b"PK\x06\x07"):
        return None
    where = _int(locator, 8, 8)
    adjacent = position - _LOCATOR_SIZE - _END64_SIZE
    for place in (adjacent, where):  # adjacent first: it holds whatever stands before the zip
        if 0 <= place < position:
            record = source.read(place, _END64_SIZE)
            if len(record) == _END64_SIZE and record.startswith(_END64):
                if place != where < position and source.read(where, 4) == _END64:  # torch (miniz) would read that one
                    raise MalformedError("there are two 64-bit end records", position)
                return _int(record, 32, 8), _int(record, 40, 8), _int(record, 48, 8), place
    raise MalformedError("the 64-bit end record is not where its locator says", position)


def entries(source: Source, directory: Directory) -> Iterator[Entry]:
    """The entries in order. Raises `MalformedError` at the first that is none."""
    position, limit = directory.start, directory.start + directory.size
    buffer, base = b"", position
    while position < limit:
        index = position - base
        if len(buffer) - index < _CENTRAL_SIZE + 3 * _FULL16 and base + len(buffer) < limit:
            buffer, base, index = source.read(position, min(CHUNK, limit - position)), position, 0
        record = buffer[index : index + _CENTRAL_SIZE]
        if len(record) < _CENTRAL_SIZE or not record.startswith(CENTRAL):
            raise MalformedError("an entry of the central directory is none", position)
        lengths = _int(record, 28, 2), _int(record, 30, 2), _int(record, 32, 2)
        following = position + _CENTRAL_SIZE + sum(lengths)
        if following > limit:
            raise MalformedError("an entry of the central directory reaches past it", position)
        rest = buffer[index + _CENTRAL_SIZE : index + _CENTRAL_SIZE + lengths[0] + lengths[1]]
        yield _entry(record, rest[: lengths[0]], rest[lengths[0] :], position, directory.shift)
        position = following


def _entry(record: bytes, name: bytes, extra: bytes, position: int, shift: int) -> Entry:
    packed, size, local = _int(record, 20, 4), _int(record, 24, 4), _int(record, 42, 4)
    wanted = [value == _FULL32 for value in (size, packed, local)]
    if any(wanted):
        size, packed, local = extended(extra, (size, packed, local), wanted)
    mode = _int(record, 40, 2) if record[5] in _UNIX else 0
    return Entry(
        name,
        _int(record, 10, 2),
        _int(record, 8, 2),
        _int(record, 16, 4),
        packed,
        size,
        local + shift,
        position,
        extra,
        mode,
    )


def fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The extra fields of a header, as identifier and content (APPNOTE 4.5.1)."""
    while len(extra) >= 4:
        length = _int(extra, 2, 2)
        yield _int(extra, 0, 2), extra[4 : 4 + length]
        extra = extra[4 + length :]


def extended(extra: bytes, values: tuple[int, int, int], wanted: list[bool]) -> tuple[int, int, int]:
    """64-bit values from extra field 1, which holds only those whose 32-bit place is full (APPNOTE 4.5.3)."""
    found = list(values)
    for kind, content in fields(extra):
        if kind == 1:
            field = content
            for index, want in enumerate(wanted):
                if want and len(field) >= 8:
                    found[index], field = _int(field, 0, 8), field[8:]
            break
    return found[0], found[1], found[2]


def _int(data: bytes, offset: int, width: int) -> int:
    return int.from_bytes(data[offset : offset + width], "little")
