"""Digests beside SHA-256 on a thread of their own, so that slower ones do not add their time to it.

Hashing frees the interpreter. What is read is handed over and the next bytes are read, of the next file too: only
where the thread lags behind by `QUEUED` pieces does the reader wait.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import hashlib

QUEUED = 8
"""Pieces of at most `gate.files.digest.CHUNK` bytes that wait in memory."""


class Beside:
    """The thread, and what it has found by the path of each file."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gate-beside")
        self._waiting: deque[Future[None]] = deque()
        self._found: dict[str, Future[dict[str, str]]] = {}

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown(cancel_futures=error is not None)

    def update(self, states: Collection[hashlib._Hash], data: bytes) -> None:
        """Has `data` taken into `states`, behind all that was handed over before."""
        if len(self._waiting) == QUEUED:
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(_update, states, data))

    def finish(self, path: str, states: Mapping[str, hashlib._Hash]) -> None:
        """Says that all of the file at `path` was handed over."""
        self._found[path] = self._thread.submit(_hexadecimal, states)

    def found(self, path: str) -> Mapping[str, str]:
        """The digests of the file, by algorithm, as soon as they are there; none where it was not finished."""
        return self._found[path].result() if path in self._found else {}


def _update(states: Collection[hashlib._Hash], data: bytes) -> None:
    for state in states:
        state.update(data)


def _hexadecimal(states: Mapping[str, hashlib._Hash]) -> dict[str, str]:
    return {name: state.hexdigest() for name, state in states.items()}
