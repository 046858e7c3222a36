"""Flatbuffers: tables and vectors, each checked against the file before it is followed.

Source: the internals of FlatBuffers (flatbuffers.dev/internals) and its `verifier.h`.

Exceptions
  FlatError     an offset or a size that leads out of the file
  FollowError   more tables than are followed
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.formats.interface import Source
from gate.formats.streams import budget_of

TABLES = 500_000
"""Tables of one file that are followed, as often as they are referred to."""
STRIDE, PRICE = 1024, 256
"""Tables after which the file's budget is charged, and how much dearer one is than decompressing a byte."""
PAGE = 16 * 1024
PAGES = 256
"""Bytes of a page, and pages that stay in memory."""
STRING_LIMIT = 8192
"""Bytes of a string that are read."""


class FlatError(Exception):
    """What does not lie within the file; `offset` in bytes."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class FollowError(FlatError):
    """More tables than are followed."""


class Flat:
    """The bytes of a flatbuffer at random."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.size = source.size
        self._pages: dict[int, bytes] = {}
        self._left = TABLES
        self._budget = budget_of(source)

    def number(self, offset: int, width: int, signed: bool = False) -> int:
        """The little-endian number of `width` bytes at `offset`."""
        self.check(offset, width)
        page, place = divmod(offset, PAGE)
        data = self._page(page)[place : place + width]
        if len(data) < width:
            data = self.source.read(offset, width)
        return int.from_bytes(data, "little", signed=signed)

    def check(self, offset: int, length: int) -> None:
        """Raise `FlatError` unless `length` bytes lie at `offset`."""
        if offset < 0 or length > self.size - offset:
            raise FlatError(f"something of {length:,} bytes goes beyond the end of the file", max(0, offset))

    def root(self) -> Table:
        """The outermost table."""
        return Table(self, self.number(0, 4))

    def spend(self, offset: int) -> None:
        """Account for one more table, at `offset`. Raises `FollowError` and `ExhaustedError`."""
        self._left -= 1
        if self._left < 0:
            raise FollowError(f"more than {TABLES:,} tables", offset)
        if not self._left % STRIDE:
            self._budget.charge(STRIDE * PRICE)

    def _page(self, number: int) -> bytes:
        page = self._pages.get(number)
        if page is None:
            if len(self._pages) >= PAGES:
                self._pages.clear()
            page = self._pages[number] = self.source.read(number * PAGE, PAGE)
        return page


class Table:
    """One table; its fields are numbered from 0 as the schema lists them."""

    def __init__(self, flat: Flat, start: int) -> None:
        flat.spend(start)
        self.start = start
        self._flat = flat
        self._fields = start - flat.number(start, 4, signed=True)
        self._length = flat.number(self._fields, 2)
        if self._length < 4 or self._length & 1:
            raise FlatError("a table has no list of its fields", start)
        flat.check(self._fields, self._length)
        self._size = flat.number(self._fields + 2, 2)
        flat.check(start, self._size)

    def place(self, field: int) -> int | None:
        """Where a field lies; None if it is absent."""
        entry = 4 + 2 * field
        offset = self._flat.number(self._fields + entry, 2) if entry < self._length else 0
        if offset >= self._size:
            raise FlatError(f"field {field} lies outside of its table", self.start)
        return self.start + offset if offset else None

    def number(self, field: int, width: int, default: int = 0, signed: bool = False) -> int:
        """A number of `width` bytes."""
        place = self.place(field)
        return default if place is None else self._flat.number(place, width, signed)

    def table(self, field: int) -> Table | None:
        """A table that a field refers to."""
        target = self._target(field)
        return None if target is None else Table(self._flat, target)

    def text(self, field: int) -> str:
        """A string, empty if absent."""
        start, length = self.vector(field, 1)
        return self._flat.source.read(start, min(length, STRING_LIMIT)).decode("utf-8", "surrogateescape")

    def vector(self, field: int, width: int) -> tuple[int, int]:
        """Where the elements of a vector begin, and how many of `width` bytes there are."""
        target = self._target(field)
        if target is None:
            return 0, 0
        length = self._flat.number(target, 4)
        self._flat.check(target + 4, length * width)
        return target + 4, length

    def tables(self, field: int) -> Iterator[Table]:
        """The tables of a vector."""
        start, length = self.vector(field, 4)
        for place in range(start, start + 4 * length, 4):
            yield Table(self._flat, place + self._flat.number(place, 4))

    def _target(self, field: int) -> int | None:
        place = self.place(field)
        return None if place is None else place + self._flat.number(place, 4)
