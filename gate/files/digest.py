"""One pass over an open descriptor: its SHA-256, and whether it held still meanwhile."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gate.files.beside import Beside

CHUNK = 1024 * 1024
"""Large enough that hashing runs without the interpreter's lock; more made no difference when measured."""

GIT_BLOB = "git-blob"
"""The name of the id that git gives content: SHA-1 of its length and itself."""

Progress = Callable[[int], object]
"""Called with the number of bytes read since the last call."""


class Digest(NamedTuple):
    """The SHA-256 of what was read, in hexadecimal, how many bytes that were, and other digests that were asked for."""

    sha256: str
    size: int
    others: Mapping[str, str] = {}


def digest(descriptor: int, progress: Progress | None = None, also: Collection[str] = ()) -> Digest:
    """Reads `descriptor` from the start to its end; `also` names further algorithms of hashlib, or `GIT_BLOB`."""
    state = hashlib.sha256()
    others = hashers(also, descriptor)
    buffer = bytearray(CHUNK)
    view = memoryview(buffer)
    size = 0
    while n := os.preadv(descriptor, [buffer], size):
        for one in (state, *others.values()):
            one.update(view[:n])
        size += n
        if progress:
            progress(n)
    return Digest(state.hexdigest(), size, {name: other.hexdigest() for name, other in others.items()})


def digest_beside(
    descriptor: int, path: str, also: Collection[str], beside: Beside, progress: Progress | None = None
) -> Digest:
    """As `digest`, but that `beside` works out `also`, and has it for `path` later."""
    state = hashlib.sha256()
    others = hashers(also, descriptor)
    size = 0
    while data := beside.read(descriptor, size, others.values()):
        state.update(data)
        size += len(data)
        if progress:
            progress(len(data))
    beside.finish(path, others)
    return Digest(state.hexdigest(), size)


def hashers(names: Collection[str], descriptor: int) -> dict[str, hashlib._Hash]:
    """An empty state for each of the algorithms, for what `descriptor` holds."""
    return {name: _hasher(name, descriptor) for name in names}


def _hasher(name: str, descriptor: int) -> hashlib._Hash:
    if name != GIT_BLOB:
        return hashlib.new(name)
    return hashlib.sha1(b"blob %d\0" % os.fstat(descriptor).st_size, usedforsecurity=False)  # git's own form of it


def line_ending_digests(descriptor: int, algorithm: str = "sha256") -> tuple[str, str]:
    """The digests that the content would have with LF, and with CRLF, at the end of every line.

    Git and editors rewrite line endings without anybody meaning it; telling that from tampering needs the
    digest of the other form. Bytes are streamed: a CR at the end of one chunk waits for the next.
    """
    unix, dos = hashlib.new(algorithm), hashlib.new(algorithm)
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
    return unix.hexdigest(), dos.hexdigest()
