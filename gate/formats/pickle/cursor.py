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
    """Reads instructions one after the other. `position` is the offset in bytes of the next.

    `buffer` holds the bytes from `base` on, for who reads ahead of it.
    """

    __slots__ = ("_lines", "_read", "base", "buffer", "position")

    def __init__(self, source: Source, position: int = 0) -> None:
        self._read = source.read
        self._lines = LINES
        self.buffer = b""
        self.base = position
        self.position = position

    def fill(self) -> None:
        """Make `buffer` begin at `position`. Raises `TruncatedError` at the end."""
        self._fill(1)

    def forget(self) -> None:
        """Let go of what was read ahead; the cursor can go on all the same."""
        self.buffer, self.base = b"", self.position

    def code(self) -> int:
        """The next byte. Raises `TruncatedError` at the end."""
        index = self.position - self.base
        if not 0 <= index < len(self.buffer):
            self._fill(1)
            index = 0
        self.position += 1
        return self.buffer[index]

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
            return self._data(self.length(op))
        if op.width == 1:
            return self._line()
        return self._line() + b"\n" + self._line()

    def length(self, op: Opcode) -> int:
        """The length that a counted argument begins with. Raises `TruncatedError`, also for a negative one."""
        length = int.from_bytes(self._take(op.width), "little", signed=op.signed)
        if length < 0:
            raise TruncatedError
        return length

    def skip(self, length: int) -> None:
        """Step over `length` bytes of data. Raises `TruncatedError` if there are fewer."""
        end = self.position + length
        if length and (end > FAR or not self._read(end - 1, 1)):
            raise TruncatedError
        self.position = end

    def _fill(self, length: int) -> None:
        self.buffer = self._read(self.position, max(length, WINDOW))
        self.base = self.position
        if len(self.buffer) < length and not self._read(self.position + len(self.buffer), 1):
            raise TruncatedError  # asked again, as a source that shows only its head answers by raising

    def _take(self, length: int) -> bytes:
        index = self.position - self.base
        if not 0 <= index <= len(self.buffer) - length:
            self._fill(length)
            index = 0
        self.position += length
        return self.buffer[index : index + length]

    def _data(self, length: int) -> bytes:
        if length <= KEPT:
            return self._take(length)
        kept = self._take(KEPT)
        self.skip(length - KEPT)
        return kept

    def _line(self) -> bytes:
        """One line without its newline. Of a long one only both ends, which is all that anyone looks at."""
        found = b""
        while True:
            index = self.position - self.base
            if not 0 <= index < len(self.buffer):
                self._fill(1)
                index = 0
            end = self.buffer.find(b"\n", index)
            piece = self.buffer[index : end if end >= 0 else len(self.buffer)]
            self.position += len(piece)
            found += piece
            if len(found) > 2 * KEPT:
                found = found[:KEPT] + found[-KEPT:]
            self._lines -= len(piece)
            if end >= 0:
                self.position += 1
                return found
            if self._lines < 0:
                raise ExhaustedError(f"no line end within {LINES:,} bytes")
