"""XGBoost: UBJSON, and the binary format before it; data only.

Sources: ubjson.org, draft 12, and `json_io.h` of XGBoost; `learner.cc` for the binary format (`binf`).
"""

from __future__ import annotations

from gate.core.model import Json
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.streams import ExhaustedError

ITEMS = 10_000_000
"""Values that are followed."""
DEPTH = 1000
"""Objects and arrays inside each other; a model has about ten."""
BUFFER = 64 * 1024
_BINARY_HEADER = 4 + 136
"""Bytes: the magic and `LearnerModelParamLegacy`."""
_FIXED = {b"i": 1, b"U": 1, b"I": 2, b"l": 4, b"L": 8, b"d": 4, b"D": 8, b"C": 1}
_FIXED |= {b"Z": 0, b"N": 0, b"T": 0, b"F": 0}
_OBJECT, _LIST = -1, -2
"""Open containers with a mark at their end; of the others, how many values are left is noted."""
_INTEGERS = frozenset((b"i", b"U", b"I", b"l", b"L"))


class _MalformedError(Exception):
    """The bytes break the format; the message says how."""


class _Walk:
    """Front to back over the values; what is typed and counted is stepped over."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._base = self._at = 0
        self._data = b""
        self._open: list[int] = []
        self.items = 0

    @property
    def place(self) -> int:
        return self._base + self._at

    def _take(self, length: int) -> bytes:
        if self._at + length > len(self._data):
            self._base, self._at = self.place, 0
            self._data = self._source.read(self._base, max(length, BUFFER))
            if len(self._data) < length:
                raise _MalformedError("the file ends within a value")
        found = self._data[self._at : self._at + length]
        self._at += length
        return found

    def _length(self) -> int:
        kind = self._take(1)
        if kind not in _INTEGERS:
            raise _MalformedError("there is no length where one has to be")
        found = int.from_bytes(self._take(_FIXED[kind]), "big", signed=kind != b"U")
        if not 0 <= found < 1 << 48:
            raise _MalformedError(f"there is a length of {found:,}")
        return found

    def _skip(self, width: int) -> None:
        """Step over a length, and as many elements of `width` bytes."""
        length = self._length()
        self._at += length * width

    def run(self) -> None:
        """Follow the outermost object. Raises `_MalformedError` and `ExhaustedError`."""
        while self.items < ITEMS:
            self.items += 1
            if not self._closed():
                self._value()
            while self._open and self._open[-1] == 0:
                self._open.pop()
            if not self._open:
                return
            if len(self._open) > DEPTH:
                raise _MalformedError(f"values are nested more than {DEPTH:,} deep")
        raise ExhaustedError(f"more than {ITEMS:,} values")

    def _closed(self) -> bool:
        """Whether the innermost container ends here; if not, step over the name of what comes next in an object."""
        if not self._open:
            return False
        left = self._open[-1]
        if left > 0:
            self._open[-1] -= 1
            return False
        mark = self._take(1)
        if mark == {_OBJECT: b"}", _LIST: b"]"}[left]:
            self._open.pop()
            return True
        self._at -= 1
        if left == _OBJECT:
            self._skip(1)
        return False

    def _value(self) -> None:
        kind = self._take(1)
        if kind not in (b"{", b"["):
            self._scalar(kind)
            return
        mark = self._take(1)
        if mark not in (b"$", b"#"):
            self._at -= 1
            self._open.append(_OBJECT if kind == b"{" else _LIST)
        elif kind == b"{":
            raise _MalformedError("there is a counted object, which XGBoost does not write")
        elif mark == b"#":
            self._open.append(self._length())
        else:
            width = _FIXED.get(self._take(1))
            if width is None or self._take(1) != b"#":
                raise _MalformedError("there is a typed array of unknown type or without a count")
            self._skip(width)

    def _scalar(self, kind: bytes) -> None:
        if kind in (b"S", b"H"):
            self._skip(1)
        elif kind in _FIXED:
            self._at += _FIXED[kind]
        else:
            raise _MalformedError("there is a value of an unknown type")

    def finish(self) -> None:
        """Raises `_MalformedError` unless the file ends here."""
        if not self._source.read(self.place - 1, 1):
            raise _MalformedError("the file ends within a value")
        if self._source.read(self.place, 1):
            raise _MalformedError("bytes follow the model")


def read(source: Source) -> Inspection:
    """Follow a UBJSON model to its end; of the binary format, only the header has a known length.

    Facts: `encoding`, `ubjson` or `binary`.
    """
    if source.read(0, 4) == b"binf":
        short = len(source.read(0, _BINARY_HEADER)) < _BINARY_HEADER
        flaws = (Flaw("weights/malformed", "an XGBoost model that ends within its header"),) if short else ()
        return Inspection("xgboost", "weights", flaws, {"encoding": "binary"})
    facts: dict[str, Json] = {"encoding": "ubjson"}
    walk = _Walk(source)
    try:
        walk.run()
        walk.finish()
    except ExhaustedError as error:
        flaw = Flaw("weights/unscannable", f"an XGBoost model in UBJSON, not followed to its end: {error}", walk.place)
        return Inspection("xgboost", "weights", (flaw,), facts)
    except _MalformedError as error:
        flaw = Flaw("weights/malformed", f"an XGBoost model in UBJSON: {error}", walk.place)
        return Inspection("xgboost", "weights", (flaw,), facts)
    return Inspection("xgboost", "weights", (), facts)
