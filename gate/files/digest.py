"""One pass over an open descriptor: its SHA-256, and whether it held still meanwhile."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

CHUNK = 1024 * 1024
"""Large enough that hashing runs without the interpreter's lock; more made no difference when measured."""

Progress = Callable[[int], object]
"""Called with the number of bytes read since the last call."""


class Digest(NamedTuple):
    """The SHA-256 of what was read, in hexadecimal, how many bytes that were, and other digests that were asked for."""

    sha256: str
    size: int
    others: Mapping[str, str] = {}


def digest(descriptor: int, progress: Progress | None = None, also: Collection[str] = ()) -> Digest:
    """Reads `descriptor` from the start to its end; `also` names further algorithms of hashlib."""
    state = hashlib.sha256()
    others = {name: hashlib.new(name) for name in also}
    buffer = bytearray(CHUNK)
    view = memoryview(buffer)
    size = 0
    while n := os.preadv(descriptor, [buffer], size):
        state.update(view[:n])
        for other in others.values():
            other.update(view[:n])
        size += n
        if progress:
            progress(n)
    return Digest(state.hexdigest(), size, {name: other.hexdigest() for name, other in others.items()})


def line_ending_digests(descriptor: int) -> set[str]:
    """The SHA-256 that the content would have with LF, and with CRLF, at the end of every line.

    Git and editors rewrite line endings without anybody meaning it; telling that from tampering needs the
    digest of the other form. Bytes are streamed: a CR at the end of one chunk waits for the next.
    """
    unix, dos = hashlib.sha256(), hashlib.sha256()
    held = b""
    offset = 0
    while chunk := os.pread(descriptor, CHUNK, offset):
        offset += len(chunk)
        chunk = held + chunk
        held = b"\r" if chunk.endswith(b"\r") else b""
        lines = chunk[: len(chunk) - len(held)].replace(b"\r\n", b"\n")
        unix.update(lines)
        dos.update(lines.replace(b"\n", b"\r\n"))
    unix.update(held)
    dos.update(held)
    return {unix.hexdigest(), dos.hexdigest()}
