"""Digests beside SHA-256 on a thread of their own, so that slower ones do not add their time to it.

Hashing frees the interpreter. What is read is handed over and the next bytes are read, of the next file too: only
where the thread lags behind by `QUEUED` pieces does the reader wait. Pieces lie in buffers that are used again: memory
that is new for each piece costs more than half as much as its MD5.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import hashlib

QUEUED = 8
"""Pieces that wait in memory."""
PIECE = 256 * 1024
"""Bytes of one that is read into a buffer: it is still in the cache of the processor when its turn comes."""

WORTH = 16 * 1024
"""Bytes from which handing over takes less time than hashing."""


class Beside:
    """The thread; what it has found is there when the block of this context has ended."""

    def __init__(self) -> None:
        self._free: SimpleQueue[bytearray] = SimpleQueue()
        self._handed: SimpleQueue[tuple[Collection[hashlib._Hash], memoryview | bytes, bytearray] | None]
        self._handed = SimpleQueue()
        self._finished: dict[str, Mapping[str, hashlib._Hash]] = {}
        self._error: Exception | None = None
        self._thread = Thread(target=self._work, name="gate-beside", daemon=True)

    def __enter__(self) -> Beside:
        for _ in range(QUEUED):
            self._free.put(bytearray(PIECE))
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._handed.put(None)
        self._thread.join()
        if self._error and error is None:
            raise self._error

    def read(self, descriptor: int, offset: int, states: Collection[hashlib._Hash]) -> memoryview:
        """The next bytes of a file, none at its end, which are taken into `states`; good until the next is read."""
        buffer = self._free.get()
        n = 0
        try:
            n = os.preadv(descriptor, [buffer], offset)
        finally:
            if not n:
                self._free.put(buffer)
        data = memoryview(buffer)[:n]
        if n:
            self._handed.put((states, data, buffer))
        return data

    def whole(self, path: str, data: bytes, states: Mapping[str, hashlib._Hash]) -> None:
        """Has all of the file at `path`, which is `data`, taken into `states`."""
        if len(data) < WORTH:
            for state in states.values():
                state.update(data)
        else:
            self._handed.put((states.values(), data, self._free.get()))
        self.finish(path, states)

    def finish(self, path: str, states: Mapping[str, hashlib._Hash]) -> None:
        """Says that `states` are those of the file at `path`, and that all of it was read."""
        self._finished[path] = states

    def found(self, path: str) -> Mapping[str, str]:
        """The digests of the file, by algorithm; none where it was not finished."""
        return {name: state.hexdigest() for name, state in self._finished.get(path, {}).items()}

    def _work(self) -> None:
        while handed := self._handed.get():
            states, data, buffer = handed
            try:
                for state in states:
                    state.update(data)
            except Exception as error:  # the reader would wait for ever for what a thread that is gone does not free
                self._error = error
            self._free.put(buffer)
