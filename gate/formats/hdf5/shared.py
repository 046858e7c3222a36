"""Messages that are stored elsewhere (IV.A.2, 'Shared Message'): in another header, or in a heap for all of them."""

from __future__ import annotations

from gate.formats.hdf5.file import Cursor, File, MalformedError
from gate.formats.hdf5.fractal import FractalHeap
from gate.formats.hdf5.header import SHARED, SHARED_TABLE, messages

_HEAP = 1
"""The type of sharing by heap, in version 3 only."""


class Shared:
    """Looks shared messages up; `extension` is the address of the superblock's extension, which names the heaps."""

    def __init__(self, file: File, extension: int | None) -> None:
        self._file = file
        self._extension = extension
        self._heaps: list[tuple[int, FractalHeap]] | None = None

    def resolve(self, kind: int, body: Cursor) -> Cursor:
        """The message of `kind` that `body` stands for. Raises `MalformedError` where there is none."""
        place = body.place
        version = body.version((1, 2, 3), "a shared message")
        how = body.number(1)
        if version == 3 and how == _HEAP:
            return self.in_heap(kind, body.take(8))
        if version == 1:
            body.skip(6 + self._file.lengths)
        address = body.address()
        for message in messages(self._file, address) if address is not None else ():
            if message.kind == kind and not message.flags & SHARED:
                return message.body
        raise MalformedError(f"the shared message at {place:,} leads to none of its kind", place)

    def in_heap(self, kind: int, identifier: bytes) -> Cursor:
        """The message of `kind` in the heap that messages of this kind share."""
        if self._heaps is None:
            self._heaps = self._table()
        for kinds, heap in self._heaps:
            if kinds >> kind & 1:
                return heap.object(identifier)
        raise MalformedError(f"a message of kind {kind} lies in a heap that the file does not have", self._file.base)

    def _table(self) -> list[tuple[int, FractalHeap]]:
        """The shared message table (III.H): which kinds of messages, as bits, lie in which heap."""
        file = self._file
        for message in messages(file, self._extension) if self._extension is not None else ():
            if message.kind == SHARED_TABLE:
                message.body.version((0,), "a shared message table")
                address, number = message.body.address(), message.body.number(1)
                return self._indexes(address, number) if address is not None else []
        return []

    def _indexes(self, address: int, number: int) -> list[tuple[int, FractalHeap]]:
        file = self._file
        table = file.read(address, 4 + number * (14 + 2 * file.offsets), "the shared message table")
        table.expect(b"SMTB", "the shared message table")
        found = []
        for _ in range(number):
            table.version((0,), "a shared message index")
            table.skip(1)
            kinds = table.number(2)
            table.skip(10 + file.offsets)
            heap = table.address()
            if heap is not None:
                found.append((kinds, FractalHeap(file, heap)))
        return found
