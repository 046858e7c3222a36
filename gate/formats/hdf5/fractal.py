"""Fractal heaps (III.G): where links and attributes lie once an object has many of them."""

from __future__ import annotations

from gate.formats.hdf5.file import Cursor, File, MalformedError, UnsupportedError
from gate.formats.hdf5.trees import records

_MANAGED, _HUGE, _TINY = 0, 1, 2
_DEPTH = 64
"""Indirect blocks inside each other: each level doubles the space, of which there are 64 bits."""


class FractalHeap:
    """One heap; its objects are asked for by their heap ID."""

    def __init__(self, file: File, address: int) -> None:
        self._file = file
        head = file.read(address, 22 + 12 * file.lengths + 3 * file.offsets, "a fractal heap")
        head.expect(b"FRHP", "a fractal heap")
        head.version((0,), "a fractal heap")
        self._id_length = head.number(2)
        if head.number(2):
            raise UnsupportedError(f"the fractal heap at {head.start:,} is compressed, which is not read", head.start)
        head.skip(1)
        largest = head.number(4)
        head.skip(file.lengths)
        self._huge = head.address()
        head.skip(file.lengths + file.offsets + 8 * file.lengths)
        self._width = head.number(2)
        self._first, self._direct = head.length(), head.length()
        self._offset_width = (head.number(2) + 7) // 8
        head.skip(2)
        self._root, self._rows = head.address(), head.number(2)
        self._start = head.start
        self._huge_objects: dict[int, tuple[int | None, int]] | None = None
        if not self._width or not _power(self._first) or not _power(self._direct):
            raise MalformedError(f"the fractal heap at {head.start:,} has blocks of impossible sizes", head.start)
        direct_width = (self._direct.bit_length() + 6) // 8
        self._length_width = min(direct_width, (max(1, largest).bit_length() - 1) // 8 + 1)

    def object(self, identifier: bytes) -> Cursor:
        """The object that a heap ID stands for. Raises `MalformedError` for an ID that stands for none."""
        cursor = Cursor(self._file, identifier, self._start)
        first = cursor.number(1)
        kind = first >> 4 & 3
        if first >> 6 or kind > _TINY:
            raise UnsupportedError(f"the fractal heap at {self._start:,} has an ID of an unknown kind", self._start)
        if kind == _MANAGED:
            return self._managed(cursor.number(self._offset_width), cursor.number(self._length_width))
        if kind == _HUGE:
            return self._huge_object(cursor)
        if self._id_length <= 17:
            return cursor.part((first & 15) + 1)
        return cursor.part(((first & 15) << 8 | cursor.number(1)) + 1)

    def _huge_object(self, identifier: Cursor) -> Cursor:
        """An object of its own, found through a tree where the ID has no room for its address and length."""
        file = self._file
        if self._id_length - 1 >= file.offsets + file.lengths:
            address, length = identifier.address(), identifier.length()
        else:
            address, length = self._huge_table().get(identifier.number(min(identifier.left, 8)), (None, 0))
        if address is None:
            raise MalformedError(f"the fractal heap at {self._start:,} lacks a large object", self._start)
        return file.read(address, length, "a large object of a fractal heap")

    def _huge_table(self) -> dict[int, tuple[int | None, int]]:
        if self._huge_objects is None:
            self._huge_objects = {}
            for record in records(self._file, self._huge) if self._huge is not None else ():
                address, length = record.address(), record.length()
                self._huge_objects[record.length()] = address, length
        return self._huge_objects

    def _managed(self, offset: int, length: int) -> Cursor:
        """Follow the doubling table down to the block that holds `offset`."""
        address, rows, inside = self._root, self._rows, offset
        for _ in range(_DEPTH):
            if address is None:
                break
            if not rows:
                if inside + length > self._direct:
                    break
                return self._file.read(address + inside, length, "an object of a fractal heap")
            address, rows, inside = self._child(address, rows, inside)
        raise MalformedError(f"the fractal heap at {self._start:,} has no object at {offset:,}", self._start)

    def _child(self, address: int, rows: int, inside: int) -> tuple[int | None, int, int]:
        """The block within the indirect block at `address`, its own rows (0 if direct), and the offset in it."""
        file = self._file
        row, start = 0, 0
        while row < rows and inside >= start + self._width * self._block(row):
            start += self._width * self._block(row)
            row += 1
        if row >= rows:
            return None, 0, 0
        size = self._block(row)
        column = (inside - start) // size
        head = 5 + file.offsets + self._offset_width
        block = file.read(address, head, "an indirect block of a fractal heap")
        block.expect(b"FHIB", "an indirect block of a fractal heap")
        place = address + head + (row * self._width + column) * file.offsets
        child = file.read(place, file.offsets, "an indirect block of a fractal heap").address()
        below = (size // (self._first * self._width)).bit_length() if size > self._direct else 0
        return child, below, (inside - start) % size

    def _block(self, row: int) -> int:
        """Bytes that a block of `row` stands for: the first two rows alike, then each twice the one before."""
        return self._first << max(0, row - 1)


def _power(size: int) -> bool:
    return size > 0 and not size & (size - 1)
