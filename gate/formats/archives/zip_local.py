"""The local headers of a zip, which stand before each member and repeat what the directory says.

Some programs read these, some the directory: where the two differ, so do the programs.
Source: APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.9 and 4.4.
"""

from __future__ import annotations

from typing import NamedTuple

from gate.formats.archives.zip_directory import Directory, Entry, MalformedError, extended, fields
from gate.formats.interface import Source

LOCAL = b"PK\x03\x04"
ENCRYPTED = 0x1 | 0x40 | 0x2000
"""Flag bits for encryption, strong encryption and an encrypted directory (4.4.4)."""
_SIZE = 30
_EXTRA = 96
"""Bytes of extra fields that are read together with the header: the padding of torch takes up to 68."""
_FULL32 = 0xFFFFFFFF
_LATER = 0x8
"""Flag bit for checksum and sizes that follow the data, and may be zero in the header."""
_UTF8 = 0x800
_UNICODE_PATH = 0x7075
_DESCRIPTORS = (16, 24, 12, 20)
"""Lengths of what follows the data: with a signature or without, sizes of 32 or 64 bits."""
_REPLACED = frozenset("?_#")
"""What programs write for a letter that a name cannot hold."""


class Local(NamedTuple):
    """A local header. `start` is where the data begins."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int
    extra: bytes


def local_header(source: Source, entry: Entry, directory: Directory) -> Local:
    """The local header of `entry`. Raises `MalformedError` if it, or the member's end, is not in the file."""
    if entry.local + _SIZE > directory.start:
        raise MalformedError(f"its local header at {entry.local:,} would lie behind the members", entry.offset)
    header = source.read(entry.local, _SIZE + len(entry.name) + _EXTRA)
    if not header.startswith(LOCAL):
        raise MalformedError(f"there is no local header at {entry.local:,}, where it should be", entry.offset)
    lengths = _int(header, 26, 2), _int(header, 28, 2)
    length = _SIZE + sum(lengths)
    if length > len(header):
        header = source.read(entry.local, length)
    start = entry.local + length
    if start + entry.packed > directory.start:
        raise MalformedError(f"its {entry.packed:,} bytes at {start:,} reach past the members", entry.offset)
    extra = header[_SIZE + lengths[0] : length]
    packed, size = _int(header, 18, 4), _int(header, 22, 4)
    if _FULL32 in (packed, size):
        size, packed, _ = extended(extra, (size, packed, 0), [size == _FULL32, packed == _FULL32, False])
    name = header[_SIZE : _SIZE + lengths[0]]
    return Local(name, _int(header, 6, 2), _int(header, 8, 2), _int(header, 14, 4), packed, size, start, extra)


def disagreements(entry: Entry, local: Local) -> list[str]:
    """How the local header contradicts the directory, a sentence each; empty for what programs write."""
    found = []
    if local.name != entry.name:
        found.append("its own header gives it another name: programs differ in which one they believe")
    if local.method != entry.method:
        found.append(f"packed with method {local.method} by its own header, with {entry.method} by the directory")
    if bool(local.flags & ENCRYPTED) != bool(entry.flags & ENCRYPTED):
        found.append("encrypted by one of its two headers only: programs differ in whether they read it as it is")
    if not entry.name.isascii() and (local.flags ^ entry.flags) & _UTF8:
        found.append("its two headers differ in how the name is encoded")
    for what, ours, theirs in (
        ("unpacked", local.size, entry.size),
        ("packed", local.packed, entry.packed),
    ):
        if ours != theirs and not (local.flags & _LATER and ours in (0, _FULL32)):
            found.append(f"{ours:,} bytes {what} by its own header, {theirs:,} by the directory")
    if local.crc != entry.crc and not (local.flags & _LATER and local.crc == 0):
        found.append("its two headers give different checksums")
    return found + [message for extra in {entry.extra, local.extra} if (message := _unicode_path(entry, extra))]


def _unicode_path(entry: Entry, extra: bytes) -> str:
    """How a Unicode name in the extra fields contradicts the name (4.6.9); empty if it does not.

    It is there to spell out letters that the name cannot hold. One whose plain name would do says something else.
    """
    for kind, content in fields(extra):
        if kind != _UNICODE_PATH or len(content) < 5:
            continue
        import zlib

        if _int(content, 1, 4) != zlib.crc32(entry.name):
            continue  # stale, and programs know it
        path = content[5:].decode("utf-8", "surrogateescape")
        plain = path.isascii() or (entry.name.isascii() and not _REPLACED.intersection(entry.text))
        if plain and path != entry.text:
            return "an extra field gives it another name: programs differ in which one they believe"
    return ""


def unicode_name(entry: Entry) -> str:
    """The name in the directory's Unicode path field; empty without one."""
    found = (content for kind, content in fields(entry.extra) if kind == _UNICODE_PATH)
    return next(found, b"")[5:].decode("utf-8", "surrogateescape")


def descriptor(source: Source, entry: Entry, local: Local, limit: int) -> int:
    """How many bytes behind the data repeat checksum and sizes (4.3.9); at most up to `limit`."""
    if not local.flags & _LATER:
        return 0
    end = local.start + entry.packed
    data = source.read(end, min(24, max(0, limit - end)))
    signed = data.startswith(b"PK\x07\x08")
    for length in _DESCRIPTORS[:2] if signed else _DESCRIPTORS[2:]:
        values = data[4 if signed else 0 : length]
        width = (len(values) - 4) // 2
        if len(data) >= length and (_int(values, 4, width), _int(values, 4 + width, width)) == (
            entry.packed,
            entry.size,
        ):
            return length
    return 0


def _int(data: bytes, offset: int, width: int) -> int:
    return int.from_bytes(data[offset : offset + width], "little")
