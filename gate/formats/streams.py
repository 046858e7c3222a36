"""Sources inside sources, and the budget that everything found inside one file shares.

Exception
  ExhaustedError   a limit was reached: what lies beyond was not looked at
  CorruptError     bytes that no decoder accepts
"""

from __future__ import annotations

from collections.abc import Callable

from gate.formats.interface import Source

DEPTH = 4
"""Containers inside containers that are followed. A `model.tar.gz` with a torch zip is three."""
WORK = 256 * 1024 * 1024
"""Bytes that are decompressed for one file, whatever its size."""
RATIO = 8
"""Bytes that are decompressed in addition for each byte of the file, so that large data archives pass: their
sender has paid for them in real bytes, and they are hashed from end to end anyway."""
WINDOW = 4 * 1024 * 1024
"""Bytes of decompressed content that stay in memory; going back further starts over, on the same budget."""
STEP = 64 * 1024
"""Bytes decompressed at a time."""


class ExhaustedError(Exception):
    """A limit was reached; the message says which."""


class CorruptError(Exception):
    """Compressed bytes that cannot be decompressed; the message is the decoder's."""


class Budget:
    """What may still be spent on one file: shared by everything inside it, `depth` containers down."""

    __slots__ = ("_left", "depth")

    def __init__(self, work: int, depth: int = 0) -> None:
        self._left = [work]
        self.depth = depth

    def deeper(self) -> Budget:
        """The same purse, one container further down."""
        below = Budget(0, self.depth + 1)
        below._left = self._left
        return below

    def charge(self, length: int) -> None:
        """Spend `length` decompressed bytes. Raises `ExhaustedError`."""
        self._left[0] -= length
        if self.spent:
            raise ExhaustedError("more is packed inside than this version decompresses for one file")

    @property
    def spent(self) -> bool:
        """Whether nothing is left."""
        return self._left[0] < 0


def budget_of(source: Source) -> Budget:
    """The budget a nested source carries, or a fresh one for a file."""
    if isinstance(source, (Slice, Unpacked)):
        return source.budget
    return Budget(WORK + RATIO * source.size)


class Slice:
    """A `Source` that is a stretch of another: a stored archive member."""

    def __init__(self, base: Source, start: int, size: int, budget: Budget) -> None:
        self._base = base
        self._start = start
        self._size = size
        self.budget = budget

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self._size

    def read(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset`."""
        length = min(length, self._size - offset)
        return self._base.read(self._start + offset, length) if length > 0 else b""


class Unpacked:
    """A `Source` over what a decoder gives out, front to back.

    `decoder` starts decompression from the beginning and returns a function that gives the next bytes, at
    most as many as asked for and none at the end. Reading raises `ExhaustedError` or `CorruptError`.
    """

    def __init__(self, decoder: Callable[[], Callable[[int], bytes]], budget: Budget) -> None:
        self._decoder = decoder
        self.budget = budget
        self._restart()

    def _restart(self) -> None:
        self._next = self._decoder()
        self._window = bytearray()
        self._start = 0
        self._ended = False

    @property
    def size(self) -> int:
        """How many bytes there are: decompresses all of it to know."""
        while not self._ended:
            self._advance(STEP)
        return self._start + len(self._window)

    def read(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset`."""
        if offset < self._start:
            self._restart()
        while not self._ended and self._start + len(self._window) < offset + length:
            self._advance(offset)
        begin = offset - self._start
        return bytes(self._window[begin : begin + length])

    def _advance(self, wanted: int) -> None:
        """Decompress one step; forget what lies more than a window before the end and before `wanted`."""
        piece = self._next(STEP)
        self._ended = not piece
        self.budget.charge(len(piece))
        self._window += piece
        surplus = min(len(self._window) - WINDOW, wanted - self._start)
        if surplus >= WINDOW:  # in large portions, as moving the rest costs time
            del self._window[:surplus]
            self._start += surplus
