"""msgpack: the parameters of Flax models, and arrays as msgpack-numpy writes them.

Flax keeps arrays in extension types, which hold numbers only. msgpack-numpy keeps them in maps, and unpickles where
such a map says so. Most other msgpack is no model, and none of it runs anything.
Sources: the msgpack specification; `flax/serialization.py`; `msgpack_numpy.py` (`decode`).
"""

from __future__ import annotations

import re

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.interface import Flaw, Inspection, Source

ITEMS = 10_000_000
"""Values that are followed."""
DEPTH = 10_000
"""Maps and arrays inside each other."""
BUFFER = 16 * 1024
_ARRAY, _SCALAR = 1, 3
"""Flax's extension types (`_MsgpackExtType`); 2 is a complex number."""
_DTYPE = re.compile(rb"(?:bool|u?int(?:2|4|8|16|32|64)|b?float(?:16|32|64|128)|complex(?:64|128|256))\Z").match
_OTHER_DTYPE = re.compile(
    rb"(?:float[4-8]_\w{1,20}|(?:str|bytes)\d{0,9}|(?:datetime|timedelta)64(?:\[\w{1,9}\])?)\Z"
).match
_LONGER = {0xD9: 1, 0xDA: 2, 0xDB: 4, 0xC4: 1, 0xC5: 2, 0xC6: 4}
"""Texts and bytes: bytes of their length."""
_EXTENSIONS = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_FIXED = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4}
_FIXED[0xD3] = 8
_CONTAINERS = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}
"""Arrays and maps: bytes of their length, and values for each entry."""


class _MalformedError(Exception):
    """The bytes break the format; the message says how."""


class _UnscannableError(Exception):
    """A limit was reached; the message says which."""


class _Walk:
    """Front to back over the values, without building them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._base = self._at = 0
        self._data = b""
        self._todo = [1]
        self._text = b""
        self.arrays = 0
        self.numpy = False
        self.pickled = False

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

    def _number(self, width: int) -> int:
        return int.from_bytes(self._take(width), "big")

    def run(self) -> None:
        """Follow the outermost value. Raises `_MalformedError` and `_UnscannableError`."""
        todo = self._todo
        for _ in range(ITEMS):
            if not todo:
                return
            if todo[-1] == 1:
                todo.pop()
            else:
                todo[-1] -= 1
            previous, self._text = self._text, b""
            self._value(self._take(1)[0])
            if len(todo) > DEPTH:
                raise _UnscannableError(f"values are nested more than {DEPTH:,} deep")
            self.numpy |= self._text == b"nd"
            self.pickled |= previous == b"kind" and self._text == b"O"
        raise _UnscannableError(f"more than {ITEMS:,} values")

    def _value(self, kind: int) -> None:
        if kind < 0x80 or kind >= 0xE0:
            return  # a small number
        if kind < 0x90:
            self._leave(2 * (kind & 15))
        elif kind < 0xA0:
            self._leave(kind & 15)
        elif kind < 0xC0:
            self._string(kind & 31)
        elif kind in _LONGER:
            self._string(self._number(_LONGER[kind]))
        elif kind in _FIXED:
            self._at += _FIXED[kind]
        elif kind in _CONTAINERS:
            width, each = _CONTAINERS[kind]
            self._leave(each * self._number(width))
        elif kind in _EXTENSIONS:
            self._extension(self._number(_EXTENSIONS[kind]))
        elif 0xD4 <= kind <= 0xD8:
            self._extension(1 << kind - 0xD4)
        else:
            raise _MalformedError("there is a value of an unknown type")

    def _leave(self, number: int) -> None:
        if number:
            self._todo.append(number)

    def _string(self, length: int) -> None:
        """A text: only short ones are looked at."""
        if length <= 8:
            self._text = self._take(length)
        else:
            self._at += length

    def _extension(self, length: int) -> None:
        kind = self._number(1)
        start = self.place
        if kind in (_ARRAY, _SCALAR) and length > 2 and self._take(1) == b"\x93":  # an array of three parts
            self.arrays += 1
            self._array(start + length)
        self._at += start + length - self.place

    def _array(self, end: int) -> None:
        """An array of Flax: shape, name of the dtype, bytes."""
        elements = self._elements()
        name = self._take(self._prefix())
        width = _width(name)
        length = self._prefix()
        if self.place + length != end or (width is not None and width * elements != 8 * length):
            claimed = f"{elements:,} elements of {shorten(name.decode('utf-8', 'replace'), 30)}"
            raise _MalformedError(f"an array of {claimed} has {length:,} bytes")

    def _elements(self) -> int:
        kind = self._number(1)
        dimensions = kind & 15 if 0x90 <= kind < 0xA0 else self._number(2) if kind == 0xDC else 99
        if dimensions > 64:
            raise _MalformedError("an array has no shape")
        found = 1
        for _ in range(dimensions):
            size = self._number(1)
            if size in (0xCC, 0xCD, 0xCE, 0xCF):
                size = self._number(1 << size - 0xCC)
            elif size >= 0x80:
                raise _MalformedError("an array has a size that is no number")
            found *= size
            if found >= 1 << 64:
                raise _MalformedError("an array has more elements than 64 bits can count")
        return found

    def _prefix(self) -> int:
        """The length of a text or of bytes."""
        kind = self._number(1)
        if 0xA0 <= kind < 0xC0:
            return kind & 31
        if kind not in _LONGER:
            raise _MalformedError("an array has neither a dtype nor bytes where they have to be")
        return self._number(_LONGER[kind])

    def finish(self) -> None:
        """Raises `_MalformedError` unless the file ends here."""
        if not self._source.read(self.place - 1, 1):
            raise _MalformedError("the file ends within a value")
        if self._source.read(self.place, 1):
            raise _MalformedError("bytes follow the last value")


def _width(name: bytes) -> int | None:
    """Bits of one element; None where that is not in the name alone."""
    if _DTYPE(name):
        digits = bytes(byte for byte in name if byte in b"0123456789")
        bits = int(digits) if digits else 8
        return max(bits, 8)  # smaller ones take a byte each
    if not _OTHER_DTYPE(name):
        raise _MalformedError(f"an array has the dtype {shorten(name.decode('utf-8', 'replace'), 40)}")
    return None


def read(source: Source) -> Inspection:
    """Follow all values if there are arrays among them; `unknown` for any other msgpack. Facts: `arrays`."""
    walk = _Walk(source)
    flaw = None
    try:
        walk.run()
        walk.finish()
    except _MalformedError as error:
        flaw = Flaw("weights/malformed", f"msgpack: {error}", walk.place)
    except _UnscannableError as error:
        flaw = Flaw("weights/unscannable", f"msgpack: {error}", walk.place)
    if not (walk.arrays or walk.numpy):
        return Inspection("unknown", "other")
    flaws = (flaw,) if flaw else ()
    if walk.numpy and walk.pickled:
        message = "an array of Python objects as msgpack-numpy stores them: reading it unpickles them"
        flaws = (Flaw("weights/pickle-format", message), *flaws)
    facts: dict[str, Json] = {"arrays": walk.arrays}
    return Inspection("flax" if walk.arrays else "msgpack", "weights", flaws, facts)
