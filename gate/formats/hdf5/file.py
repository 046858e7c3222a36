"""Reading by address: every read is checked against the end of the file and paid for.

Exceptions
  MalformedError     a structure contradicts the specification or the file's size
  UnsupportedError   a variant of a structure that is not read, or is larger than is read
"""

from __future__ import annotations

from gate.core.text import size as in_units
from gate.formats.interface import Source
from gate.formats.streams import budget_of

BLOCK = 64 * 1024 * 1024
"""Bytes of the largest single structure that is read; the names of a million links take about half."""
COST = 256
"""What a structure costs beside its bytes: time goes by structures as well."""
ENTRY = 128
"""What an entry of a structure costs beside its bytes, of which no honest one has fewer than a dozen."""


class _PlacedError(Exception):
    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class MalformedError(_PlacedError):
    """A rule of the format broken: the sentence, and where in the file."""


class UnsupportedError(_PlacedError):
    """Something that is not looked into: the sentence, and where in the file."""


class File:
    """The bytes behind a superblock at `base`; addresses and lengths take `offsets` and `lengths` bytes each."""

    def __init__(self, source: Source, base: int) -> None:
        self._source = source
        self._budget = budget_of(source)
        self.base = base
        self.size = source.size
        self.offsets = 8
        self.lengths = 8

    def read(self, address: int, length: int, what: str) -> Cursor:
        """`length` bytes of `what` at `address`.

        Raises `MalformedError` where they are not all there, `UnsupportedError` where they are too many, and
        `ExhaustedError`.
        """
        start = self.base + address
        if start + length > self.size:
            raise MalformedError(f"{what} at {start:,} does not fit into the file of {self.size:,} bytes", start)
        if length > BLOCK:
            raise UnsupportedError(f"{what} at {start:,} is larger than {in_units(BLOCK)}", start)
        self.charge(length + COST)
        return Cursor(self, self._source.read(start, length), start)

    def charge(self, work: int) -> None:
        """Pay for `work` bytes. Raises `ExhaustedError`."""
        self._budget.charge(work)


class Cursor:
    """Bytes that are taken one field after the other; `start` is where in the file they begin."""

    __slots__ = ("data", "file", "position", "start")

    def __init__(self, file: File, data: bytes, start: int) -> None:
        self.file = file
        self.data = data
        self.start = start
        self.position = 0

    @property
    def left(self) -> int:
        """How many bytes are still to be taken."""
        return len(self.data) - self.position

    @property
    def place(self) -> int:
        """Where in the file the next byte is."""
        return self.start + self.position

    def take(self, length: int) -> bytes:
        """The next `length` bytes. Raises `MalformedError` where there are fewer, as all of these do."""
        begin = self.position
        if length > len(self.data) - begin:
            raise MalformedError(f"a structure at {self.start:,} ends in the middle of a field", self.place)
        self.position = begin + length
        return self.data[begin : self.position]

    def skip(self, length: int) -> None:
        """Leave `length` bytes out."""
        self.take(length)

    def number(self, length: int) -> int:
        """An unsigned number of `length` bytes."""
        return int.from_bytes(self.take(length), "little")

    def length(self) -> int:
        """A number as wide as the file's lengths."""
        return self.number(self.file.lengths)

    def address(self) -> int | None:
        """An address; None where it is the undefined one, all bits set."""
        width = self.file.offsets
        value = self.number(width)
        return None if value == (1 << 8 * width) - 1 else value

    def text(self) -> bytes:
        """Bytes up to a zero byte, which is taken as well."""
        end = self.data.find(b"\0", self.position)
        if end < 0:
            raise MalformedError(f"a text at {self.place:,} has no end", self.place)
        found = self.data[self.position : end]
        self.position = end + 1
        return found

    def part(self, length: int) -> Cursor:
        """The next `length` bytes as a cursor of their own."""
        start = self.place
        return Cursor(self.file, self.take(length), start)

    def expect(self, signature: bytes, what: str) -> None:
        """Take the signature that `what` begins with."""
        place = self.place
        if self.take(len(signature)) != signature:
            raise MalformedError(f"{what} was expected at {place:,} and is not there", place)

    def version(self, known: tuple[int, ...], what: str) -> int:
        """Take the version of `what`. Raises `UnsupportedError` for one that is not known."""
        place = self.place
        value = self.number(1)
        if value not in known:
            raise UnsupportedError(f"{what} at {place:,} has version {value}, which is not read", place)
        return value
