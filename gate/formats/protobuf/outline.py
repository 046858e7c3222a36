"""Which fields a message has, before anyone knows what kind of message it is: what rules out most kinds."""

from __future__ import annotations

from collections.abc import Set

from gate.formats.interface import Source
from gate.formats.protobuf.wire import (
    BYTES,
    FIELDS,
    GROUP,
    GROUP_END,
    PRICE,
    STRIDE,
    VARINT,
    LimitError,
    Wire,
    WireError,
)
from gate.formats.streams import budget_of

Path = tuple[int, ...]
"""Where a field is: its number behind those of the fields that it lies in."""


def outline(source: Source, entered: Set[Path]) -> set[Path]:
    """The fields that occur, as far as they can be read: numbers from the outermost in, then the wire type.

    `entered` says which fields are looked into, by their numbers. Raises `LimitError` where the end was not reached,
    and `ExhaustedError`.
    """
    walk = _Outline(source, entered)
    walk.run()
    return {(*outer, *field) for outer, fields in walk.found.items() for field in fields}


class _Outline:
    """The state of one walk: where the frame that is being read ends, and what was found in it."""

    def __init__(self, source: Source, entered: Set[Path]) -> None:
        self._wire = Wire(source)
        self._budget = budget_of(source)
        self._entered = entered
        self._stack: list[tuple[int, Path]] = []
        self._groups: list[int] = []
        self.found: dict[Path, set[Path]] = {}
        self._enter(self._wire.size, ())

    def run(self) -> None:
        """Read everything. What is no field ends the message that holds it, as if it were cut off there."""
        wire, stack = self._wire, self._stack
        for count in range(1, FIELDS + 1):
            if not count % STRIDE:
                self._budget.charge(STRIDE * PRICE)
            while wire.position >= self._end:
                if not stack:
                    return
                wire.go(self._end)
                self._enter(*stack.pop())
            try:
                number, form, value = wire.field(self._end)
            except WireError:
                wire.go(self._end)
                continue
            if form in (GROUP, GROUP_END):
                self._group(number, form)
            elif self._groups:
                wire.position += value if form != VARINT else 0
            else:
                self._field(number, form, value)
        raise LimitError(f"more than {FIELDS:,} fields", wire.position)

    def _enter(self, end: int, path: Path) -> None:
        self._end, self._path = end, path
        self._here = self.found.setdefault(path, set())
        self._groups.clear()

    def _group(self, number: int, form: int) -> None:
        """Groups hold nothing that any kind knows."""
        if form == GROUP:
            self._groups.append(number)
        elif not self._groups or self._groups.pop() != number:
            self._wire.go(self._end)

    def _field(self, number: int, form: int, value: int) -> None:
        wire = self._wire
        self._here.add((number, form))
        if form == VARINT or not value:
            tags = wire.small(self._end)
            self._here.update((tag >> 3, tag & 7) for tag in set(tags))
            self._budget.charge(2 * len(tags))
        elif form == BYTES and (*self._path, number) in self._entered:
            self._stack.append((self._end, self._path))
            self._enter(min(wire.position + value, self._end), (*self._path, number))
        else:
            wire.position += value
