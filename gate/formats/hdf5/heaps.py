"""Local heaps (III.D) and global heaps (III.E): where names and texts of varying length lie."""

from __future__ import annotations

from gate.formats.hdf5.file import ENTRY, Cursor, File, MalformedError


class LocalHeap:
    """The names of one old-style group, or of one list of external files."""

    def __init__(self, file: File, address: int) -> None:
        head = file.read(address, 8 + 2 * file.lengths + file.offsets, "a local heap")
        head.expect(b"HEAP", "a local heap")
        head.version((0,), "a local heap")
        head.skip(3)
        length = head.length()
        head.skip(file.lengths)
        where = head.address()
        if where is None:
            raise MalformedError(f"the local heap at {head.start:,} has no data", head.start)
        self._names = file.read(where, length, "the data of a local heap")

    def name(self, offset: int) -> bytes:
        """The name at `offset`. Raises `MalformedError` where there is none."""
        self._names.position = min(offset, len(self._names.data))
        name = self._names.text()
        self._names.file.charge(len(name))
        return name


def global_object(file: File, address: int, index: int) -> Cursor:
    """Object number `index` of the global heap collection at `address`."""
    head = file.read(address, 8 + file.lengths, "a global heap")
    head.expect(b"GCOL", "a global heap")
    head.version((1,), "a global heap")
    head.skip(3)
    heap = file.read(address, head.length(), "a global heap")
    width = -(-(8 + file.lengths) // 8) * 8  # of the heap's header and of each object's: the library aligns both
    heap.skip(width)
    while heap.left >= width:
        entry = heap.part(width)
        number = entry.number(2)
        entry.skip(6)
        length = entry.length()
        if number == index:
            return heap.part(length)
        if not number:  # the free space: everything that is left
            break
        file.charge(ENTRY)
        heap.skip(min(-(-length // 8) * 8, heap.left))
    raise MalformedError(f"the global heap at {head.start:,} has no object {index}", head.start)
