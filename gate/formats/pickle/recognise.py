"""Is this a pickle? Decided from the bytes by following them, never by loading.

Text begins with letters that are opcodes (`c`, `I`, `S`, `V`, `N`, `(`), so a stream without a protocol header
counts as a pickle only once

* it calls or changes something that it imported, or imports with STACK_GLOBAL, which no text does, or
* it runs to a STOP that is the last byte.

GLOBAL alone is no evidence: `cat`, newline, `dog`, newline is a list of labels.
"""

from __future__ import annotations

from gate.formats.pickle.machine import Machine
from gate.formats.streams import Budget

GLANCED = 512
"""Instructions followed in the head of a file before it counts as undecided."""


class _UnseenError(Exception):
    """The machine ran off the head of a longer file."""


class _Head:
    """The first bytes of a file of `size` bytes, as a source that refuses to guess the rest."""

    def __init__(self, head: bytes, size: int) -> None:
        self._head = head
        self.size = size

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the head. Raises `_UnseenError` when the answer lies behind it."""
        found = self._head[offset : offset + length]
        if not found and offset < self.size:
            raise _UnseenError
        return found


def may_be_pickle(head: bytes, size: int) -> bool:
    """Whether a file of `size` bytes that starts with `head` is a pickle or needs its reader to tell."""
    machine = Machine(_Head(head, size), Budget(0))
    try:
        return machine.glance(GLANCED)
    except _UnseenError:
        return True
