"""A forward reader over a `Source` that takes pickle arguments apart, within limits."""

from __future__ import annotations

from gate.formats.interface import Source
from gate.formats.pickle.opcodes import Opcode
from gate.formats.streams import ExhaustedError

WINDOW = 64 * 1024
"""Bytes read at a time."""
KEPT = 64 * 1024
"""Bytes of one argument that are handed on; what is longer is stepped over."""
LINES = 64 * 1024 * 1024
"""Bytes of text lines searched for their newline, all together, before the walk gives up."""
FAR = 1 << 46
"""Bytes; beyond any file, so that a claimed length of 2**63 never reaches an operating system call."""


class TruncatedError(Exception):
    """The bytes end inside an instruction."""


class Cursor:
    """Reads instructions one after the other. `position` is the offset in bytes of the next."""

    __slots__ = ("_base", "_buffer", "_lines", "_read", "position")

    def __init__(self, source: Source) -> None:
        self._read = source.read
        self._buffer = b""
        self._base = 0
        self._lines = LINES
        self.position = 0

    def code(self) -> int:
        """The next byte. Raises `TruncatedError` at the end."""
        index = self.position - self._base
        if not 0 <= index < len(self._buffer):
            self._fill(1)
            index = 0
        self.position += 1
        return self._buffer[index]

    def ended(self) -> bool:
        """Whether nothing follows."""
        return not self._read(self.position, 1)

    def argument(self, op: Opcode) -> bytes:
        """The argument of `op`: data without its length, lines with a newline between them.

        At most `KEPT` bytes of it. Raises `TruncatedError`, or `ExhaustedError` when newlines are too far away.
        """
        if op.form == "fixed":
            return self._take(op.width)
        if op.form == "counted":
            length = int.from_bytes(self._take(op.width), "little", signed=op.signed)
            if length < 0:
                raise TruncatedError
            return self._data(length)
        if op.width == 1:
            return self._line()
        return self._line() + b"\n" + self._line()

    def _fill(self, length: int) -> None:
        self._buffer = self._read(self.position, max(length, WINDOW))
        self._base = self.position
        if len(self._buffer) < length and not self._read(self.position + len(self._buffer), 1):
            raise TruncatedError  # asked again, as a source that shows only its head answers by raising

    def _take(self, length: int) -> bytes:
        index = self.position - self._base
        if not 0 <= index <= len(self._buffer) - length:
            self._fill(length)
            index = 0
        self.position += length
        return self._buffer[index : index + length]

    def _data(self, length: int) -> bytes:
        if length <= KEPT:
            return self._take(length)
        end = self.position + length
        if end > FAR or not self._read(end - 1, 1):
            raise TruncatedError
        kept = self._take(KEPT)
        self.position = end
        return kept

    def _line(self) -> bytes:
        """One line without its newline. Of a long one only both ends, which is all that anyone looks at."""
        found = b""
        while True:
            index = self.position - self._base
            if not 0 <= index < len(self._buffer):
                self._fill(1)
                index = 0
            end = self._buffer.find(b"\n", index)
            piece = self._buffer[index : end if end >= 0 else len(self._buffer)]
            self.position += len(piece)
            found = found[:KEPT] + piece
            self._lines -= len(piece)
            if end >= 0:
                self.position += 1
                return found
            if self._lines < 0:
                raise ExhaustedError(f"no line end within {LINES:,} bytes")
