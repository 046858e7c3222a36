"""Protocol Buffers: one forward pass over a message, guided by a schema, in which large values are stepped over.

Source: the encoding guide (protobuf.dev/programming-guides/encoding) and the behaviour of the C++ parser. What
the schema does not know is unknown to its parser too and skipped; fields come in any order, and a message
that is split in several pieces is met piece by piece, as parsers merge them.

Exceptions
  WireError    bytes that no parser accepts
  LimitError   more or deeper than is followed
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from gate.formats.interface import Source
from gate.formats.streams import budget_of

FIELDS = 3_000_000
"""Fields of one file that are followed; a graph of a hundred thousand nodes has about a million."""
STRIDE, PRICE = 4096, 64
"""Fields after which the file's budget is charged, and how much dearer one is than decompressing a byte."""
ENTRY = 3
"""Fields that entering a message costs in addition."""
DEPTH = 200
"""Messages inside messages that are followed; parsers refuse more than 100 (`kDefaultRecursionLimit`)."""
TEXT_LIMIT = 8192
"""Bytes of a text that are kept: more than any path or name can have."""
TEXTS_LIMIT = 64
"""Texts of one repeated field that are kept."""
WINDOW = 64 * 1024
"""Bytes read at a time where fields lie close to each other."""
GLANCE = 512
"""Bytes read behind a jump."""

NUMBER: Final = "number"
TEXT: Final = "text"
TEXTS: Final = "texts"
SPAN: Final = "span"
Schema = Mapping[str, Mapping[int, str]]
"""Messages by name: what each known field is, NUMBER, TEXT, TEXTS, SPAN or the name of a message."""
_LEAVES = frozenset((NUMBER, TEXT, TEXTS, SPAN))

VARINT, FIXED64, BYTES, GROUP, GROUP_END, FIXED32 = range(6)
_SMALL = re.compile(rb"(?:[\x08\x10\x18 (08@HPX`hpx][\0-\x7f]|[\n\x12\x1a\"*2:BJRZbjrz]\0)+").match
"""A VARINT of the numbers 1 to 15 in one byte, and BYTES that are none."""


class WireError(Exception):
    """Bytes that are no message, or not one of this schema; `offset` in bytes into the source."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class LimitError(WireError):
    """More fields or deeper nesting than is followed."""


class Span(NamedTuple):
    """Where the bytes of a field lie."""

    start: int
    length: int


Value = int | bytes | list[bytes] | Span


class Message(NamedTuple):
    """One message, or one piece of it, after everything inside it: `values` by field number, the last one each."""

    kind: str
    values: dict[int, Value]
    start: int
    """Offset of its first field in bytes."""

    def text(self, field: int) -> str:
        """A TEXT, empty if absent; bytes that are no UTF-8 are carried as `os.fsdecode` does."""
        value = self.values.get(field)
        return _decode(value) if isinstance(value, bytes) else ""

    def texts(self, field: int) -> list[str]:
        """The first of TEXTS."""
        value = self.values.get(field)
        return [_decode(item) for item in value] if isinstance(value, list) else []

    def number(self, field: int) -> int:
        """A NUMBER, 0 if absent."""
        value = self.values.get(field)
        return value if isinstance(value, int) else 0


def _decode(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


class _Frame(NamedTuple):
    """A message whose fields are being read, or a group, which no schema here knows: its kind is None."""

    end: int
    kind: str | None
    known: Mapping[int, str]
    values: dict[int, Value]
    start: int
    group: int = 0


class Wire:
    """The bytes of a source from a position that moves forward."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._window = b""
        self._base = 0
        self.size = source.size
        self.position = 0

    def field(self, end: int) -> tuple[int, int, int]:
        """Number, wire type, and length (BYTES, FIXED) or value (VARINT) of the field here, before `end`.

        The position moves to behind the tag and the length or value.
        """
        start = self.position
        place, window = start - self._base, self._window
        if place + 1 < len(window) and window[place] < 128 and window[place + 1] < 128 and start + 1 < end:
            tag = window[place]
            if tag >= 8 and tag & 5 == 0:  # VARINT or BYTES, in two bytes: most fields are such
                self.position += 2
                return tag >> 3, tag & 7, window[place + 1]
        tag = self._varint() & 0xFFFF_FFFF
        form = tag & 7
        if tag < 8 or form > FIXED32 or self.position > end:
            raise WireError("no field begins here", start)
        if form in (BYTES, VARINT):
            value = self._varint()
            if self.position > end:
                raise WireError("a number goes beyond the message that holds it", start)
            return tag >> 3, form, value
        return tag >> 3, form, {FIXED64: 8, FIXED32: 4}.get(form, 0)

    def go(self, position: int) -> None:
        """Continue elsewhere, perhaps further back."""
        if position < self._base:
            self._window, self._base = b"", position
        self.position = position

    def small(self, end: int) -> bytes:
        """The tags of the fields here that take two bytes, which are stepped over: blanks in text look like many."""
        begin = self.position - self._base
        run = _SMALL(self._window, begin, max(begin, end - self._base))
        if run is None:
            return b""
        self.position = self._base + run.end()
        return run[0][::2]

    def text(self, length: int) -> bytes:
        """The next `length` bytes, cut at TEXT_LIMIT; the position stays."""
        length = min(length, TEXT_LIMIT)
        place = self.position - self._base
        if place + length <= len(self._window):
            return self._window[place : place + length]
        return self._source.read(self.position, length)

    def _varint(self) -> int:
        """The number here: up to ten bytes, of which the lowest 64 bits count."""
        value = shift = 0
        while True:
            place = self.position - self._base
            if place >= len(self._window):
                near = place == len(self._window)
                self._base, place = self.position, 0
                self._window = self._source.read(self._base, WINDOW if near else GLANCE)
                if not self._window:
                    raise WireError("ends in the middle of a field", self.position)
            byte = self._window[place]
            self.position += 1
            if byte < 128:
                return (value | byte << shift) & 0xFFFF_FFFF_FFFF_FFFF
            value |= (byte & 127) << shift
            shift += 7
            if shift >= 70:
                raise WireError("a number is longer than ten bytes", self.position - 10)


def walk(source: Source, schema: Schema, root: str) -> Iterator[Message]:
    """Every message of `source` that the schema knows, `root` last.

    Raises `WireError` and `LimitError`, after giving out the messages that were begun, innermost first; and
    `ExhaustedError`.
    """
    walker = _Walker(source, schema, root)
    try:
        yield from walker.run()
    except WireError:
        for frame in (walker.frame, *reversed(walker.stack)):
            if frame.kind is not None:
                yield Message(frame.kind, frame.values, frame.start)
        raise


class _Walker:
    """The state of one `walk`: the frame that is being read, and those around it."""

    def __init__(self, source: Source, schema: Schema, root: str) -> None:
        self._wire = Wire(source)
        self._budget = budget_of(source)
        self._schema = schema
        self._overrun: WireError | None = None
        self._cut = 0
        self._entered = 0
        self.frame = _Frame(self._wire.size, root, schema[root], {}, 0)
        self.stack: list[_Frame] = []

    def run(self) -> Iterator[Message]:
        wire = self._wire
        for count in range(1, FIELDS + 1):
            if not count % STRIDE:
                self._budget.charge((STRIDE + ENTRY * self._entered) * PRICE)
                self._entered = 0
            while wire.position >= self.frame.end:
                frame = self.frame
                if self._overrun is not None and frame.end >= self._cut:
                    raise self._overrun
                if frame.kind is None:
                    raise WireError(f"group {frame.group} does not end", frame.start)
                yield Message(frame.kind, frame.values, frame.start)
                if not self.stack:
                    return
                self.frame = self.stack.pop()
            self._step(wire)
        raise LimitError(f"more than {FIELDS:,} fields", wire.position)

    def _step(self, wire: Wire) -> None:
        """Read one field, or enter it."""
        frame, start = self.frame, wire.position
        number, form, value = wire.field(frame.end)
        what = frame.known.get(number)
        if form == VARINT:
            if what is NUMBER:
                frame.values[number] = value
        elif form == BYTES and what is not None and what not in _LEAVES:
            self._enter(_Frame(self._inside(number, value, start), what, self._schema[what], {}, wire.position))
        elif form == GROUP:
            self._enter(_Frame(frame.end, None, {}, {}, start, number))
        elif form == GROUP_END:
            if frame.group != number:
                raise WireError(f"the end of a group {number} that was not begun", start)
            self.frame = self.stack.pop()
        else:
            if value > frame.end - wire.position:
                raise self._overrun or _beyond(number, value, start)
            if form == BYTES and what is not None:
                _keep(frame.values, number, what, wire, value)
            wire.position += value

    def _inside(self, number: int, length: int, start: int) -> int:
        """Where the message that begins here ends; one that is cut off is read as far as it goes."""
        end = self._wire.position + length
        if end > self.frame.end:
            if self._overrun is None:
                self._overrun, self._cut = _beyond(number, length, start), self.frame.end
            return self.frame.end
        return end

    def _enter(self, frame: _Frame) -> None:
        if len(self.stack) >= DEPTH:
            raise LimitError(f"messages are nested more than {DEPTH} deep", frame.start)
        self.stack.append(self.frame)
        self.frame = frame
        self._entered += 1


def _beyond(number: int, length: int, start: int) -> WireError:
    return WireError(f"field {number} has {length:,} bytes, more than there are", start)


def _keep(values: dict[int, Value], number: int, what: str, wire: Wire, length: int) -> None:
    if what is TEXT:
        values[number] = wire.text(length)
    elif what is SPAN:
        values[number] = Span(wire.position, length)
    elif what is TEXTS:
        texts = values.setdefault(number, [])
        if isinstance(texts, list) and len(texts) < TEXTS_LIMIT:
            texts.append(wire.text(length))
