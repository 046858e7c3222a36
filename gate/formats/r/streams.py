"""The three ways in which R writes numbers and texts: XDR, native binary, and ASCII.

Source: `InInteger`, `InString` and `InWord` in `src/main/serialize.c` of R.
"""

from __future__ import annotations

import re
from typing import Literal, Protocol

from gate.formats.interface import Source

BUFFER = 64 * 1024
"""Bytes read at a time."""
TEXT_LIMIT = 64 * 1024 * 1024
"""Bytes of the ASCII format that are read; `ascii = TRUE` is for small objects."""


class MalformedError(Exception):
    """The bytes break the format; the message says how."""


class Stream(Protocol):
    """What the walk asks for, in the order in which R reads it. Everything raises `MalformedError`."""

    @property
    def place(self) -> int:
        """Bytes from the start of the file to what is read next."""

    def integer(self) -> int:
        """The next integer, signed."""

    def text(self, length: int) -> bytes:
        """The next text of `length` bytes."""

    def skip_text(self, length: int) -> None:
        """Step over a text of `length` bytes."""

    def skip(self, number: int, width: int) -> None:
        """Step over `number` values of `width` bytes each."""

    def finish(self) -> int:
        """Bytes that follow what was read, 0 or more; a hint, as all of them are not counted."""


class Binary:
    """XDR, and native binary of either byte order."""

    def __init__(self, source: Source, start: int, order: Literal["little", "big"]) -> None:
        self._source = source
        self._order = order
        self._base = start
        self._data = b""
        self._at = 0

    @property
    def place(self) -> int:
        """See `Stream`."""
        return self._base + self._at

    def integer(self) -> int:
        """See `Stream`."""
        end = self._at + 4
        if end > len(self._data):
            self._fill(4)
            end = 4
        value = int.from_bytes(self._data[self._at : end], self._order, signed=True)
        self._at = end
        return value

    def text(self, length: int) -> bytes:
        """See `Stream`."""
        if self._at + length > len(self._data):
            self._fill(length)
        found = self._data[self._at : self._at + length]
        self._at += length
        return found

    def skip_text(self, length: int) -> None:
        """See `Stream`."""
        self._at += length

    def skip(self, number: int, width: int) -> None:
        """See `Stream`."""
        self._at += number * width

    def finish(self) -> int:
        """See `Stream`."""
        place = self.place
        if not self._source.read(place - 1, 1):
            raise MalformedError("the file ends before the last value does")
        return len(self._source.read(place, 64))

    def _fill(self, wanted: int) -> None:
        """Read on from the place, at least `wanted` bytes."""
        self._base, self._at = self.place, 0
        self._data = self._source.read(self._base, max(wanted, BUFFER))
        if len(self._data) < wanted:
            raise MalformedError(f"the file ends within a value of {wanted:,} bytes")


_WORD = re.compile(rb"\s*(\S+)").match
_NUMBER = re.compile(rb"-?\d{1,19}\Z").match
_CHARACTER = re.compile(rb"\\[0-7]{1,3}|\\.|[^\\]", re.DOTALL).match
_BLANKS = re.compile(rb"\s*").match


class Ascii:
    """The text format: a value on each line."""

    def __init__(self, source: Source, start: int) -> None:
        self._data = source.read(0, TEXT_LIMIT + 1)
        self._at = start

    @property
    def place(self) -> int:
        """See `Stream`."""
        return self._at

    @property
    def too_long(self) -> bool:
        """Whether there is more than is read."""
        return len(self._data) > TEXT_LIMIT

    def integer(self) -> int:
        """See `Stream`."""
        word = self._word()
        if word == b"NA":
            return -(1 << 31)
        if not _NUMBER(word):
            raise MalformedError("there is no number where one has to be")
        return int(word)

    def text(self, length: int) -> bytes:
        """See `Stream`. Escapes stay as they are."""
        blanks = _BLANKS(self._data, self._at)
        start = end = blanks.end() if blanks else self._at
        if b"\\" not in self._data[start : start + length]:
            end = start + length
        else:
            for _ in range(length):
                found = _CHARACTER(self._data, end)
                if found is None:
                    raise MalformedError("the file ends within a text")
                end = found.end()
        if end > len(self._data):
            raise MalformedError("the file ends within a text")
        self._at = end
        return self._data[start:end]

    def skip_text(self, length: int) -> None:
        """See `Stream`."""
        self.text(length)

    def skip(self, number: int, width: int) -> None:
        """See `Stream`."""
        if number > len(self._data) - self._at:
            raise MalformedError(f"{number:,} values are claimed, and fewer bytes follow")
        for _ in range(2 * number if width == 16 else number):  # a complex number is two
            self._word()

    def finish(self) -> int:
        """See `Stream`."""
        return len(self._data[self._at :].strip())

    def _word(self) -> bytes:
        found = _WORD(self._data, self._at)
        if found is None:
            raise MalformedError("the file ends within an object")
        self._at = found.end()
        return found[1]
