"""Listings: the per-file digests of a directory, in the format that `sha256sum -c` reads.

One line `<hex>  <path>` per file, paths relative to the directory with forward slashes, sorted by bytes,
nothing left out. As coreutils does, a line whose name holds a newline, a carriage return or a backslash
begins with a backslash and escapes the three. The digest of a directory is the SHA-256 of its listing, so
coreutils alone can check it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import NamedTuple

MAX_BYTES = 256 * 1024 * 1024

_LINE = re.compile(r"([0-9a-f]{64}) [ *]([^\n]+)")
_LINES = re.compile(r"(?:[0-9a-f]{64} [ *][^\n]+\n)*")
_SUSPECT = ("\0", "\\", "//", "  /", " */", "/.", "  .", " *.", "/\n")
"""What lines hold that are escaped or leave the directory; names such as `.keep` hold it too."""
_ESCAPES = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}


class ListingError(ValueError):
    """A line that is no line of a listing; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class UnsafePathError(ListingError):
    """A path that leaves the directory."""


class Entry(NamedTuple):
    """One file: its path relative to the directory, and its SHA-256."""

    path: str
    sha256: str


def format_listing(digests: Mapping[str, str]) -> bytes:
    """The listing of `digests`, which maps paths to SHA-256 digests in hexadecimal."""
    encoded = sorted((os.fsencode(path), digest) for path, digest in digests.items())
    return b"".join(_line(path, digest.encode()) for path, digest in encoded)


def _line(path: bytes, digest: bytes) -> bytes:
    if b"\n" in path or b"\r" in path or b"\\" in path:
        escaped = path.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
        return b"\\%s  %s\n" % (digest, escaped)
    return b"%s  %s\n" % (digest, path)


def parse_listing(data: bytes) -> dict[str, str]:
    """Paths and their SHA-256 from a listing; raises `ListingError` at the first line that is none."""
    text = os.fsdecode(data)
    if any(part in text for part in _SUSPECT) or _LINES.fullmatch(text) is None:
        return _parse_slowly(text)
    lines = text.split("\n")
    del lines[-1]
    parsed = {line[66:]: line[:64] for line in lines}
    return parsed if len(parsed) == len(lines) else _parse_slowly(text)


def _parse_slowly(text: str) -> dict[str, str]:
    """Line by line: for escaped names, and to say which line is wrong."""
    parsed: dict[str, str] = {}
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), 1):
        entry = _parse_line(line, number)
        if entry.path in parsed:
            raise ListingError(number, "a path that was listed before")
        parsed[entry.path] = entry.sha256
    return parsed


def _parse_line(line: str, number: int) -> Entry:
    escaped = line.startswith("\\")
    match = _LINE.fullmatch(line[1:] if escaped else line)
    if match is None:
        raise ListingError(number, "not `<64 hexadecimal digits>  <path>`")
    path = match[2]
    if escaped:
        if re.search(r"(?<!\\)(?:\\\\)*\\(?![\\nr])", path):
            raise ListingError(number, "an escape that coreutils does not know")
        path = re.sub(r"\\[\\nr]", lambda m: _ESCAPES[m[0]], path)
    if "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
        raise UnsafePathError(number, "a path that is absolute or leaves the directory")
    return Entry(path, match[1])
