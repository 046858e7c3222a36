"""A static pickle machine: it carries out every instruction of a pickle except those that run anything.

The stack and the memo are real, so what reaches an import or a call is what would reach it in the unpicklers
(`Lib/pickle.py`, `Modules/_pickle.c`), whatever detours the stream takes. What a call would give is not known;
that it is called, and with what, is. Memory is bounded by the stack and the memo: texts and numbers stay in the
file until somebody asks for them.

The machine goes on where the unpicklers would stop with an exception only if that is harmless, and accepts at
least what they accept.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from gate.formats.interface import Source
from gate.formats.pickle import literals
from gate.formats.pickle.calls import Call
from gate.formats.pickle.cursor import Cursor, TruncatedError
from gate.formats.pickle.instructions import BARE, SPECIAL, BrokenError
from gate.formats.pickle.memo import Memo
from gate.formats.pickle.opcodes import OPCODES
from gate.formats.pickle.values import ANY, Imported, Value, is_object
from gate.formats.streams import Budget, ExhaustedError

UNSURE = 4_000_000
"""Instructions followed in what does not say that it is a pickle, before giving up without an answer."""
ENTRIES = 4_000_000
"""Entries on the stack, all levels together; picklers hand over containers in portions of 1,000."""
COST = 16
"""How much dearer than decompressing a byte following an instruction is: one budget pays for both."""
_MARK = 8
"""Entries that a mark counts for, as it takes a list."""
STRIDE = 32 * 1024
"""Instructions between two looks at the limits."""
DEPTH = 4
"""Pickles in the middle of pickles, as arrays of objects have them."""
FORKED = 10_000
"""Instructions that a fork follows: data is no pickle for long."""
ODD = 100
"""Oddities that are reported for one pickle."""
FIRST_UNMAPPED = 3
"""The protocol from which on names are no longer translated from Python 2 (`find_class` in `Lib/pickle.py`)."""
_BINGET, _BINPUT = 0x68, 0x71
_MARGIN = 16
"""Bytes that any instruction without counted data fits in."""

End = Literal["stop", "broken", "truncated", "limit", "unresolved"]
"""Why the machine stopped; `unresolved`: raw data follows whose length cannot be told."""


class Oddity(NamedTuple):
    """Something that no pickler writes and that stands for an unknown: `offset` of the instruction."""

    message: str
    offset: int


class Nested(NamedTuple):
    """What a loader of pickles was given: `given` are its arguments, `offset` is that of the call."""

    given: Value
    offset: int


class Machine:
    """One pass over one pickle: `source` from byte `start` on, where `depth` others are being followed around it.

    `inner` are the machines that followed pickles in the middle of this one, `stops` the ends of values in front
    of it, where nothing says that this is a pickle yet.
    """

    def __init__(self, source: Source, budget: Budget, start: int = 0, depth: int = 0) -> None:
        self.source = source
        self.budget = budget
        self.start = start
        self.cursor = Cursor(source, start)
        self.stack: list[Value] = []
        self.below: list[list[Value]] = []
        self.held = 0
        self.memo = Memo()
        self.count = 0
        self.offset = start
        self.version = 0
        self.declared: int | None = None
        self.evidence: int | None = None
        self.imports: dict[tuple[str | None, str | None, bool], Imported] = {}
        self.calls: dict[Imported, Call] = {}
        self.odd: list[Oddity] = []
        self.nested: list[Nested] = []
        self.frame = start
        self.stops: list[int] = []
        self.depth = depth
        self.limit = 1 << 62
        self.inner: list[Machine] = []

    def run(self) -> End:
        """Follow the pickle to its STOP or as far as it goes."""
        try:
            while True:
                before = self.count
                self._stride()
                end = self._step()
                self.budget.charge((self.count - before) * COST)
                if end is not None:
                    return end
                if self.held + len(self.stack) + _MARK * len(self.below) > ENTRIES:
                    return "limit"
                if self.count >= (self.limit if self.certain else min(UNSURE, self.limit)):
                    return "limit"
        except BrokenError:
            return "broken"
        except TruncatedError:
            return "truncated"
        except ExhaustedError:
            return "limit"

    def glance(self, steps: int) -> bool:
        """Whether the first `steps` instructions do not rule out that this is a pickle."""
        try:
            while self.count < steps and self.evidence is None:
                if self._step() is not None:
                    break
        except (BrokenError, TruncatedError, ExhaustedError):
            return self.certain or bool(self.stops)
        return True

    @property
    def certain(self) -> bool:
        """Whether this is a pickle beyond doubt, wherever the walk ends: it says so, or imports and calls."""
        return self.evidence is not None or (self.declared is not None and self.count > 1)

    def _stride(self) -> None:
        """Follow the instructions that need no look beyond the buffer; the next one is for `_step`."""
        cursor = self.cursor
        if not 0 <= cursor.position - cursor.base < len(cursor.buffer) - _MARGIN:
            cursor.fill()
        buffer, base = cursor.buffer, cursor.base
        index, size = cursor.position - base, len(buffer)
        last, stack, memo, count = size - _MARGIN, self.stack, self.memo, 0
        while index < last and count < STRIDE:
            code = buffer[index]
            if length := _LITERALS[code]:
                stack.append(base + index)
                index += length
            elif act := BARE[code]:
                self.offset = base + index
                act(self)
                stack = self.stack
                index += 1
            elif width := _COUNTED[code]:
                end = index + 1 + width + int.from_bytes(buffer[index + 1 : index + 1 + width], "little")
                if end > size:
                    break
                stack.append(base + index)
                index = end
            elif code == _BINGET:
                value = memo.get(buffer[index + 1])
                if value is None:
                    break
                stack.append(value)
                index += 2
            elif code == _BINPUT and stack:
                memo.put(buffer[index + 1], stack[-1])
                index += 2
            else:
                break
            count += 1
        self.count += count
        cursor.position = base + index

    def _step(self) -> End | None:
        """Follow one instruction, whatever it is."""
        self.offset = self.cursor.position
        op = OPCODES.get(self.cursor.code())
        if op is None:
            raise BrokenError
        self.count += 1  # one that is cut off is an instruction all the same
        if act := BARE[op.code]:
            act(self)
            return None
        argument = self.cursor.argument(op) if op.width else b""
        special = SPECIAL.get(op.name)
        if special is None:
            self.stack.append(self.offset)
            return None
        return special(self, op, argument)

    def take(self, number: int) -> list[Value]:
        """Pop entries above the topmost mark, lowest first."""
        if len(self.stack) < number:
            raise BrokenError
        taken = self.stack[-number:]
        del self.stack[-number:]
        return taken

    def mark(self) -> None:
        """Set a mark."""
        self.held += len(self.stack)
        self.below.append(self.stack)
        self.stack = []

    def unmark(self) -> list[Value]:
        """Pop everything above the topmost mark, and the mark."""
        if not self.below:
            raise BrokenError
        taken = self.stack
        self.stack = self.below.pop()
        self.held -= len(self.stack)
        return taken

    def top(self) -> Value:
        """The topmost entry."""
        if not self.stack:
            raise BrokenError
        return self.stack[-1]

    def is_scalar(self, value: Value) -> bool:
        """Whether `value` is a number, a truth value or None: no call can take it for its arguments."""
        return type(value) is int and literals.kind(self.source, value) == "scalar"

    def is_text(self, value: Value) -> bool:
        """Whether `value` is a literal text."""
        return type(value) is int and literals.kind(self.source, value) == "string"

    def imported(self, module: str | None, name: str | None) -> Imported:
        """Note an import."""
        key = module, name, self.version < FIRST_UNMAPPED
        found = self.imports.get(key)
        if found is None:
            found = self.imports[key] = Imported(module, name, self.offset, key[2])
        found.pushed += 1
        return found

    def is_none(self, value: Value) -> bool:
        """Whether `value` is the literal None."""
        return type(value) is int and self.source.read(value, 1) == b"N"

    def embedded(self) -> End | None:
        """Follow a pickle that stands in the middle of this one, with a stack and a memo of its own."""
        if self.depth >= DEPTH:
            return "limit"
        inner = Machine(self.source, self.budget, self.cursor.position, self.depth + 1)
        end = inner.run()
        self.inner.append(inner)
        self.cursor.position = inner.cursor.position
        return None if end == "stop" else end

    def fork(self) -> None:
        """Follow what comes next with a copy of stack and memo, and keep that machine if it imports something."""
        other = Machine(self.source, self.budget, self.cursor.position, DEPTH)
        other.memo = self.memo.copy()
        other.stack = [ANY if is_object(value) else value for value in self.stack]
        other.below = [
            [ANY if is_object(value) else value for value in level[-FORKED:]] for level in self.below[-FORKED:]
        ]
        other.version, other.declared, other.limit = self.version, self.declared, FORKED
        other.run()
        modules = [value.module or "" for value in other.imports.values()]
        if modules and all(module.replace(".", "_").isidentifier() for module in modules):
            self.inner.append(other)

    def runs(self) -> None:
        """Note that this instruction can run code, if anything was imported to be run."""
        if self.imports and self.evidence is None:
            self.evidence = self.offset

    def nest(self, given: Value) -> None:
        """Note what a loader of pickles is called with."""
        self.nested.append(Nested(given, self.offset))

    def oddity(self, message: str) -> None:
        """Note something that no pickler writes."""
        if len(self.odd) < ODD:
            self.odd.append(Oddity(message, self.offset))


_LITERALS = [0] * 256
"""Bytes of the instruction that pushes a literal, by code, where that is the same for all of them."""
_COUNTED = [0] * 256
"""Bytes of the length that a literal's data begins with, by code."""
for _op in OPCODES.values():
    if _op.form in ("fixed", "none") and _op.leaves == ("scalar",):
        _LITERALS[_op.code] = 1 + _op.width
    elif _op.form == "counted":
        _COUNTED[_op.code] = _op.width
