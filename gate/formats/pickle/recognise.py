"""Is this a pickle? Decided from the bytes by following them, never by loading.

The walk accepts at least what the unpicklers accept: the stack keeps its marks and knows of each entry only what
is needed to see that an instruction must fail (an integer cannot be called). Text begins with letters that
are opcodes (`c`, `I`, `S`, `V`, `N`, `(`), so a stream without a protocol header counts as a pickle only once

* it calls or changes something that it imported, or imports with STACK_GLOBAL, which no text does, or
* it runs to a STOP that is the last byte.

GLOBAL alone is no evidence: `cat`, newline, `dog`, newline is a list of labels.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from gate.formats.interface import Source
from gate.formats.pickle import arguments
from gate.formats.pickle.cursor import Cursor, TruncatedError
from gate.formats.pickle.opcodes import HIGHEST_PROTOCOL, OPCODES, Item, Opcode
from gate.formats.streams import ExhaustedError

STEPS = 400_000
"""Instructions followed before the walk gives up without an answer."""
GLANCED = 512
"""Instructions followed in the head of a file before it counts as undecided."""
FOLLOWED = 100_000
"""Instructions followed in all once the answer is known, to see whether the stream holds together."""
TORCH_MAGIC = (0x1950A86A20F9469CFC6C).to_bytes(10, "little")
"""First value of files by `torch.save` before 1.6 (`torch/serialization.py`, MAGIC_NUMBER)."""
_JOBLIB = (b"joblib.numpy_pickle", b"NumpyArrayWrapper"), (b"joblib.numpy_pickle_compat", b"NDArrayWrapper")

_OBJECTS: tuple[Item, ...] = ("any", "imported", "persistent")
"""What can be called or have methods of its own."""

End = Literal["stop", "broken", "truncated", "array", "limit"]
"""Why the walk ended; `array`: raw bytes of an array follow, which are no instructions."""


class Pickle(NamedTuple):
    """A recognised pickle: offsets in bytes.

    `evidence` is where it first imports or calls (None: neither before the walk ended), `position` where
    the walk ended, `sure` is False if a limit was reached before anything was certain.
    """

    format: Literal["pickle", "joblib", "torch-legacy"]
    protocol: int
    opcodes: int
    evidence: int | None
    end: End
    position: int
    sure: bool


class _UnseenError(Exception):
    """The walk ran off the head of a longer file."""


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


class _BrokenError(Exception):
    """An instruction that no unpickler can carry out."""


def may_be_pickle(head: bytes, size: int) -> bool:
    """Whether a file of `size` bytes that starts with `head` is a pickle or needs `recognise` to tell."""
    walk = _Walk(_Head(head, size), GLANCED)
    try:
        return walk.run(stop_early=True) is not None
    except _UnseenError:
        return True


def recognise(source: Source) -> Pickle | None:
    """What kind of pickle `source` is, or None."""
    return _Walk(source, STEPS).run(stop_early=False)


class _Walk:
    """One pass over a stream: the state of the unpickler, as far as it matters."""

    def __init__(self, source: Source, steps: int) -> None:
        self.cursor = Cursor(source)
        self.steps = steps
        self.stack: list[Item | bytes] = []
        self.below: list[list[Item | bytes]] = []
        self.memo: dict[int, Item | bytes] = {}
        self.count = 0
        self.protocol = 0
        self.declared = False
        self.imports = False
        self.evidence: int | None = None
        self.format: Literal["pickle", "joblib", "torch-legacy"] = "pickle"
        self.offset = 0

    def run(self, stop_early: bool) -> Pickle | None:
        """Walk until the end, a break or a limit, and judge."""
        end = self._follow(stop_early)
        whole = end == "stop" and self.cursor.ended()
        certain = self.evidence is not None or (self.declared and self.count > 1) or whole
        if not certain and end != "limit":
            return None
        where = self.cursor.position if end == "stop" else self.offset
        return Pickle(self.format, self.protocol, self.count, self.evidence, end, where, certain)

    def _follow(self, stop_early: bool) -> End:
        try:
            while True:
                end = self._step()
                if end is not None:
                    return end
                if self.evidence is not None and (stop_early or self.count >= FOLLOWED):
                    return "limit"
                if self.count >= self.steps:
                    return "limit"
        except _BrokenError:
            return "broken"
        except TruncatedError:
            return "truncated"
        except ExhaustedError:
            return "limit"

    def _step(self) -> End | None:
        self.offset = self.cursor.position
        op = OPCODES.get(self.cursor.code())
        if op is None:
            raise _BrokenError
        try:
            argument = self.cursor.argument(op) if op.width else b""
        except TruncatedError:
            self.count += 1  # an instruction all the same
            raise
        special = _SPECIAL.get(op.name)
        end = special(self, op, argument) if special else self.plain(op, argument)
        self.count += 1
        self.protocol = max(self.protocol, op.protocol)
        return end

    def plain(self, op: Opcode, argument: bytes) -> End | None:
        """What the table says: take and leave."""
        if op.mark:
            self.unmark()
        self.take(op.below)
        if op.leaves:
            self.stack.append(argument if op.leaves[0] == "string" else op.leaves[0])
        return None

    def take(self, number: int) -> list[Item | bytes]:
        """Pop entries above the topmost mark, lowest first."""
        if number == 0:
            return []
        if len(self.stack) < number:
            raise _BrokenError
        taken = self.stack[-number:]
        del self.stack[-number:]
        return taken

    def unmark(self) -> list[Item | bytes]:
        """Pop everything above the topmost mark, and the mark."""
        if not self.below:
            raise _BrokenError
        taken = self.stack
        self.stack = self.below.pop()
        return taken

    def top(self) -> Item | bytes:
        """The topmost entry."""
        if not self.stack:
            raise _BrokenError
        return self.stack[-1]

    def found(self) -> None:
        """Note that this instruction can run code, if anything was imported to be run."""
        if self.imports and self.evidence is None:
            self.evidence = self.offset

    def imported(self, module: bytes, name: bytes) -> None:
        """Note an import."""
        self.imports = True
        if (module, name) in _JOBLIB and self.format == "pickle":
            self.format = "joblib"


def _mark(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    walk.below.append(walk.stack)
    walk.stack = []
    return None


def _pop(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    if walk.stack:
        walk.stack.pop()
    else:
        walk.unmark()  # both unpicklers let POP remove a mark
    return None


def _dup(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    walk.stack.append(walk.top())
    return None


def _stop(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    walk.take(1)
    if walk.declared or walk.evidence is not None or walk.cursor.ended():
        return "stop"
    walk.stack, walk.below = [], []  # a harmless value first, a second pickle behind it; the memo lives on
    return None


def _proto(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    if walk.offset == 0 and argument[0] >= 2:
        walk.declared = True
        walk.protocol = argument[0]
    if argument[0] > HIGHEST_PROTOCOL:
        walk.count += 1  # a header of tomorrow is still a header
        raise _BrokenError
    return None


def _get(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    key = _index(op, argument)
    if key is None:
        walk.stack.append("any")
        return None
    if key not in walk.memo:
        raise _BrokenError
    walk.stack.append(walk.memo[key])
    return None


def _put(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    key, value = _index(op, argument), walk.top()
    if key is not None:
        walk.memo[key] = value
    return None


def _memoize(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    walk.memo[len(walk.memo)] = walk.top()
    return None


def _index(op: Opcode, argument: bytes) -> int | None:
    if op.form == "fixed":
        return int.from_bytes(argument, "little")
    try:
        return arguments.index(argument)
    except ValueError:
        raise _BrokenError from None


def _number(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    if not (arguments.is_float if op.name == "FLOAT" else arguments.is_integer)(argument):
        raise _BrokenError
    return walk.plain(op, argument)


def _string(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    text = arguments.unquoted(argument)
    if text is None:
        raise _BrokenError
    return walk.plain(op, text)


def _long1(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    if walk.count <= 1 and argument == TORCH_MAGIC:
        walk.format = "torch-legacy"
    return walk.plain(op, argument)


def _global(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    module, _, name = argument.partition(b"\n")
    try:
        argument.decode()
    except UnicodeDecodeError:
        raise _BrokenError from None
    if op.name == "INST":
        walk.unmark()
        walk.imported(module, name)
        walk.found()
        walk.stack.append("any")
    else:
        walk.imported(module, name)
        walk.stack.append("imported")
    return None


def _stack_global(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    module, name = walk.take(2)
    if not all(isinstance(part, bytes) or part in _OBJECTS for part in (module, name)):
        raise _BrokenError
    walk.imported(module if isinstance(module, bytes) else b"", name if isinstance(name, bytes) else b"")
    walk.found()
    walk.stack.append("imported")
    return None


def _extension(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    walk.imported(b"", b"")
    return walk.plain(op, argument)


def _call(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    """REDUCE, NEWOBJ, NEWOBJ_EX: something callable below something that can be its arguments."""
    callee, *arguments = walk.take(op.below)
    if callee not in _OBJECTS or "scalar" in arguments:
        raise _BrokenError
    walk.found()
    walk.stack.append("any")
    return None


def _obj(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    entries = walk.unmark()
    if not entries or entries[0] not in _OBJECTS:
        raise _BrokenError
    walk.found()
    walk.stack.append("any")
    return None


def _build(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    target, state = walk.take(2)
    if target not in _OBJECTS:
        if isinstance(state, bytes) and state:
            raise _BrokenError
        walk.stack.append(target)  # a state that is empty, zero or None is set on anything
        return None
    if not isinstance(state, bytes) and state != "persistent":  # a text is no state: labels, not an attack
        walk.found()
    walk.stack.append("any")
    return "array" if walk.format == "joblib" else None


def _change(walk: _Walk, op: Opcode, argument: bytes) -> End | None:
    """APPEND(S), SETITEM(S), ADDITEMS: methods of whatever was imported (`os.environ`, say) run."""
    nothing = op.mark and not walk.unmark()  # no items are added to anything, whatever methods it lacks
    target, *values = walk.take(op.below)
    if not nothing and (target == "scalar" or isinstance(target, bytes)):
        raise _BrokenError
    if target in _OBJECTS and "persistent" not in values:
        walk.found()
    walk.stack.append(target)
    return None


_SPECIAL = {
    "MARK": _mark,
    "POP": _pop,
    "DUP": _dup,
    "STOP": _stop,
    "PROTO": _proto,
    "GET": _get,
    "BINGET": _get,
    "LONG_BINGET": _get,
    "PUT": _put,
    "BINPUT": _put,
    "LONG_BINPUT": _put,
    "MEMOIZE": _memoize,
    "INT": _number,
    "LONG": _number,
    "FLOAT": _number,
    "STRING": _string,
    "LONG1": _long1,
    "GLOBAL": _global,
    "INST": _global,
    "STACK_GLOBAL": _stack_global,
    "EXT1": _extension,
    "EXT2": _extension,
    "EXT4": _extension,
    "REDUCE": _call,
    "NEWOBJ": _call,
    "NEWOBJ_EX": _call,
    "OBJ": _obj,
    "BUILD": _build,
    "APPEND": _change,
    "APPENDS": _change,
    "SETITEM": _change,
    "SETITEMS": _change,
    "ADDITEMS": _change,
}
