"""Object headers (IV.A), old and new, with all their continuations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gate.formats.hdf5.file import COST, ENTRY, Cursor, File, MalformedError, UnsupportedError

DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL, LAYOUT, FILTERS = 0x1, 0x2, 0x3, 0x6, 0x7, 0x8, 0xB
ATTRIBUTE, SHARED_TABLE, CONTINUATION, SYMBOLS, ATTRIBUTE_INFO, CACHE_IMAGE = 0xC, 0xF, 0x10, 0x11, 0x15, 0x18
SHARED = 0x2
"""The flag of a message that is stored elsewhere."""
_SHAREABLE = frozenset((DATASPACE, DATATYPE, 0x4, 0x5, FILTERS, ATTRIBUTE))
"""Kinds that the library accepts as shared; 4 and 5 are fill values."""
_STRUCTURE = frozenset((LINK_INFO, LINK, SHARED_TABLE, CONTINUATION, SYMBOLS, ATTRIBUTE_INFO, CACHE_IMAGE))
_WANTED = _STRUCTURE | {DATASPACE, DATATYPE, EXTERNAL, LAYOUT, FILTERS, ATTRIBUTE}


class Message(NamedTuple):
    """One header message: its kind, flags and body."""

    kind: int
    flags: int
    body: Cursor


def messages(file: File, address: int) -> Iterator[Message]:
    """Every message of the object header at `address`."""
    prefix = file.read(address, 4, "an object header")
    if prefix.data == b"OHDR":
        chunk, form = _new_chunk(file, address)
    elif prefix.data[0] == 1:
        chunk, form = (
            file.read(address + 16, file.read(address + 8, 4, "an object header").number(4), "its messages"),
            0,
        )
    else:
        raise MalformedError(f"an object header was expected at {prefix.start:,} and is not there", prefix.start)
    waiting = [chunk]
    seen = {address}
    while waiting:
        for message in _in_chunk(waiting.pop(), form):
            if message.kind != CONTINUATION:
                yield message
                continue
            where, length = message.body.address(), message.body.length()
            if where is None or where in seen:
                raise MalformedError(f"the object header at {prefix.start:,} goes on in itself", prefix.start)
            seen.add(where)
            waiting.append(_continuation(file, where, length, form))


def _new_chunk(file: File, address: int) -> tuple[Cursor, int]:
    """The messages behind the prefix of version 2, and the length of a message's own header."""
    prefix = file.read(address + 4, 2, "an object header")
    prefix.version((2,), "an object header")
    flags = prefix.number(1)
    width = 1 << (flags & 3)
    start = address + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    length = file.read(start, width, "an object header").number(width)
    return file.read(start + width, length, "the messages of an object header"), 6 if flags & 0x4 else 4


def _continuation(file: File, address: int, length: int, form: int) -> Cursor:
    if not form:
        return file.read(address, length, "a continuation of an object header")
    chunk = file.read(address, length, "a continuation of an object header")
    chunk.expect(b"OCHK", "a continuation of an object header")
    return chunk.part(max(0, chunk.left - 4))  # without the checksum


def _in_chunk(chunk: Cursor, form: int) -> Iterator[Message]:
    """Messages that matter; what is left at the end and too short for one is a gap. `form` 0 is version 1."""
    file, data = chunk.file, chunk.data
    while chunk.left >= (form or 8):
        begin = chunk.position
        if form:
            kind, length, flags = data[begin], data[begin + 1] | data[begin + 2] << 8, data[begin + 3]
        else:
            kind = data[begin] | data[begin + 1] << 8
            length, flags = data[begin + 2] | data[begin + 3] << 8, data[begin + 4]
        place = chunk.place
        chunk.position += form or 8
        if kind > CACHE_IMAGE:
            raise UnsupportedError(f"a header message at {place:,} is of the unknown kind {kind}", place)
        if flags & SHARED and kind not in _SHAREABLE:
            raise MalformedError(f"a header message at {place:,} of kind {kind} must not be shared", place)
        body = chunk.part(length)
        if kind in _WANTED:
            file.charge(COST)
            yield Message(kind, flags, body)
        else:
            file.charge(ENTRY)
