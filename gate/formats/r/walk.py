"""The walk over one R object: what it is made of, without building any of it."""

from __future__ import annotations

from gate.formats.r.streams import MalformedError, Stream

ITEMS = 10_000_000
"""Values that are followed; each text of a vector of texts is one."""
DEPTH = 100_000
"""Values inside values; R itself overflows its stack long before."""

_SYMBOL, _PAIRS, _CLOSURE, _ENVIRONMENT, _PROMISE, _CALL = 1, 2, 3, 4, 5, 6
_SPECIAL, _BUILTIN, _CHARS, _STRINGS, _DOTS, _LIST, _EXPRESSIONS, _BYTECODE = 7, 8, 9, 16, 17, 19, 20, 21
_POINTER, _WEAK, _S4 = 22, 23, 25
_ALTREP, _NAMESPACE, _PACKAGE, _PERSISTENT, _UNBOUND, _REFERENCE = 238, 249, 248, 247, 252, 255
_WIDTHS = {10: 4, 13: 4, 14: 8, 15: 16, 24: 1}
"""Bytes of one element: logical, integer, real, complex, raw."""
_CONSTANTS = frozenset((241, 242, 250, 251, _UNBOUND, 253, 254))
"""The base, empty and global environment, the base namespace, missing arguments, NULL."""
_ATTRIBUTES, _TAG = 1 << 9, 1 << 10
_HEAD, _VALUE = -1, -2
"""One item each: the function of a call, the value of a promise."""
_PARTS = {_PAIRS: 1, _DOTS: 1, _CLOSURE: 1, _CALL: _HEAD, _PROMISE: _VALUE}
"""What consists of cells, and how its value is looked at."""
NAME = 10_000
"""Bytes of a symbol's name (MAXIDSIZE)."""
_LONG = 1 << 52
"""R_XLEN_T_MAX: elements of a vector."""

_RUNS = frozenset(
    (
        "system", "system2", "shell", "shell.exec", "pipe", "dyn.load", "library.dynam", "source", "sys.source",
        "parse", "str2lang", "str2expression", "do.call", "match.fun", "socketConnection", "download.file", "unlink",
        "file.remove", "Sys.setenv", ".External", ".External2", ".Call", ".C", ".Fortran", ".Internal",
    )
)  # fmt: skip
"""What no formula and no call of a fitting function contains, and code that does harm needs."""


class UnscannableError(Exception):
    """A limit was reached, or there is what this version does not know; the message says which."""


class Walk:
    """Follows one object; the attributes tell what was met.

    `promise` and `function` are the places of the first open promise and the first function. `cut` says that the
    walk ended at bytecode: it belongs to a function.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._todo = [1]
        self._names: list[str | None] = []
        self._heads: set[str] = set()
        self._altrep = False
        self.promise: int | None = None
        self.function: int | None = None
        self.functions = 0
        self.calls = 0
        self.cut = False

    def run(self) -> None:
        """Walk to the end. Raises `MalformedError` and `UnscannableError`."""
        todo, stream = self._todo, self._stream
        for _ in range(ITEMS):
            if not todo or self.cut:
                return
            if len(todo) > DEPTH:
                raise UnscannableError(f"values are nested more than {DEPTH:,} deep")
            turn = todo.pop()
            if turn > 1:
                todo.append(turn - 1)
            flags = stream.integer()
            if flags & 0xFF == _CHARS:
                length = stream.integer()
                if length > 0:
                    stream.skip_text(length)
                if flags & _ATTRIBUTES:
                    todo.append(1)
            else:
                self._item(flags, turn)
        raise UnscannableError(f"more than {ITEMS:,} values")

    def dangerous(self) -> set[str]:
        """Functions that are called somewhere and do harm."""
        called = self._heads & _RUNS
        if self._heads & {"::", ":::"}:  # the name is an argument of these
            called |= _RUNS.intersection(name for name in self._names if name)
        return called

    def mapped(self) -> bool:
        """Whether a vector is another file, mapped into memory (`mmap_*` in `altclasses.c`)."""
        return self._altrep and any(name in ("mmap_integer", "mmap_real") for name in self._names)

    def _item(self, flags: int, turn: int) -> None:
        """One value that is no text of its own; what it consists of is left to do."""
        kind, todo = flags & 0xFF, self._todo
        if kind in _PARTS:
            self._pairs(kind, flags)
        elif kind == _SYMBOL:
            self._names.append(self._text())
            self._called(turn, self._names[-1])
        elif kind == _REFERENCE:
            self._called(turn, self._name(flags >> 8 or self._stream.integer()))
        elif kind in _CONSTANTS:
            if kind == _UNBOUND and turn == _VALUE and self.promise is None:
                self.promise = self._stream.place
        elif kind == _ENVIRONMENT:
            self._stream.integer()  # whether it is locked
            self._names.append(None)
            todo.append(4)  # what encloses it, its frame, its table, its attributes
        elif kind in (_NAMESPACE, _PACKAGE, _PERSISTENT):
            self._names.append(None)
            self._stream.integer()
            self._leave(self._length())
        elif kind == _ALTREP:
            self._altrep = True
            todo.append(3)  # its class, its state, its attributes
        else:
            if flags & _ATTRIBUTES:
                todo.append(1)
            self._content(kind, turn)

    def _pairs(self, kind: int, flags: int) -> None:
        """A cell of a list, a call, a function or a promise: attributes, tag, value, and the next one."""
        if kind == _CALL:
            self.calls += 1
        elif kind == _CLOSURE:
            self.functions += 1
            if self.function is None:
                self.function = self._stream.place
        self._todo += (1, _PARTS[kind])
        self._leave((flags & _ATTRIBUTES != 0) + (flags & _TAG != 0))

    def _content(self, kind: int, turn: int) -> None:
        """What may have attributes, which are already left to do."""
        if kind in _WIDTHS:
            self._stream.skip(self._length(), _WIDTHS[kind])
        elif kind in (_STRINGS, _LIST, _EXPRESSIONS):
            self._leave(self._length())
        elif kind in (_SPECIAL, _BUILTIN):
            self._called(turn, self._name_of(self._stream.integer()))
        elif kind == _POINTER:
            self._names.append(None)
            self._leave(2)
        elif kind == _WEAK:
            self._names.append(None)
        elif kind == _BYTECODE:
            self.function = self._stream.place if self.function is None else self.function
            self.cut = True
        elif kind != _S4:
            raise UnscannableError(f"a value of the unknown type {kind}")

    def _leave(self, number: int) -> None:
        if number:
            self._todo.append(number)

    def _length(self) -> int:
        length = self._stream.integer()
        if length == -1:
            length = (self._stream.integer() & 0xFFFFFFFF) << 32 | self._stream.integer() & 0xFFFFFFFF
        if not 0 <= length < _LONG:
            raise MalformedError(f"a vector has the length {length:,}")
        return length

    def _text(self) -> str:
        """The name of a symbol."""
        if self._stream.integer() & 0xFF != _CHARS:
            raise MalformedError("a symbol has no name")
        return self._name_of(self._stream.integer())

    def _name_of(self, length: int) -> str:
        if not 0 <= length <= NAME:
            raise MalformedError(f"a name has {length:,} bytes")
        return self._stream.text(length).decode("utf-8", "replace")

    def _name(self, number: int) -> str | None:
        if not 1 <= number <= len(self._names):
            raise MalformedError(f"a reference to value {number:,} of {len(self._names):,}")
        return self._names[number - 1]

    def _called(self, turn: int, name: str | None) -> None:
        if turn == _HEAD and name is not None:
            self._heads.add(name)
