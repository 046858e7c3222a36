"""GGUF: header, metadata and the places of the tensors are validated; chat templates are judged; weights are not read.

Source: the format's description (`docs/gguf.md` of ggml) and its reader (`ggml/src/gguf.cpp`); versions 1 to 3, of
which the first counts with 32 bits, in either byte order.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.findings import Findings
from gate.formats.gguf_types import BLOCKS, FORKS
from gate.formats.interface import Inspection, Source
from gate.formats.jinja.check import check_template

KEYS = 100_000
"""Metadata entries that are read; models have about a hundred."""
TENSORS = 1_000_000
"""Tensors that are read."""
STRINGS = 16_000_000
"""Strings and inner arrays of all metadata that are stepped over; vocabularies have less than a million."""
NAME = 65_535
"""Bytes of a key or name at most: the format's limit for keys."""
TEMPLATE = 2_000_000
"""Bytes of a chat template that are read."""
NESTING = 4
"""Arrays inside arrays that are followed; the reference reader takes none."""
WINDOW = 1 << 18
"""Bytes read at a time."""
ALIGNMENT = 32
"""Bytes to which tensors are aligned unless `general.alignment` says otherwise."""
DIMENSIONS = 4
_MALFORMED = "weights/malformed"
_STRING, _ARRAY, _UINT32, _BOOL = 8, 9, 4, 7
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of each type of number (`gguf_metadata_value_type`)."""
_TEMPLATES = "tokenizer.chat_template"
"""How keys begin that hold chat templates: one, named ones behind a dot, or an array."""
_KEPT = ("general.architecture", "general.alignment", "split.no", "split.count")
_WORD = 1 << 63


class _FlawError(Exception):
    """Reading cannot go on."""

    def __init__(self, message: str, offset: int, rule: str = _MALFORMED) -> None:
        super().__init__(message)
        self.rule, self.offset = rule, offset


class _Tensor(NamedTuple):
    """`size` in bytes, None where only its maker knows it; `start` counts from the beginning of the data."""

    name: str
    start: int
    size: int | None
    at: int


def read(source: Source) -> Inspection:
    """Validate everything before the weights. Facts: `version`, `architecture`, `tensors`, `keys`, `templates`."""
    reader = _Gguf(source)
    try:
        reader.all()
    except _FlawError as error:
        reader.findings.add(error.rule, str(error), error.offset)
    return Inspection("gguf", "weights", reader.findings.flaws(), reader.facts)


class _Gguf:
    """Reads `source` from front to back through a window."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._size = source.size
        self._at = 0
        self._data = b""
        self._base = 0
        self._left = STRINGS
        self._values: dict[str, object] = {}
        self.findings = Findings()
        self.facts: dict[str, Json] = {}

    def all(self) -> None:
        """Header, metadata, tensors, layout."""
        tensors, keys = self._header()
        self._metadata(keys)
        alignment = self._alignment()
        places = self._tensors(tensors)
        self._layout(places, alignment)

    def _bytes(self, length: int) -> bytes:
        """The next `length` bytes."""
        if length > self._size - self._at:
            message = f"{length:,} bytes are wanted, and {self._size - self._at:,} are left"
            raise _FlawError(message, self._at)
        begin = self._at - self._base
        if begin + length > len(self._data):
            self._fill(length)
            begin = 0
        self._at += length
        return self._data[begin : begin + length]

    def _fill(self, length: int = 0) -> None:
        """Let the window begin at what comes next."""
        self._base = self._at
        self._data = self._source.read(self._at, max(length, WINDOW))

    def _number(self, form: struct.Struct) -> int:
        return int(form.unpack(self._bytes(form.size))[0])

    def _header(self) -> tuple[int, int]:
        """Numbers of tensors and of metadata entries."""
        self._bytes(4)
        raw = self._bytes(4)
        order = "<" if int.from_bytes(raw, "little") & 0xFFFF else ">"
        version = int.from_bytes(raw, "little" if order == "<" else "big")
        if not 1 <= version <= 3:
            raise _FlawError(f"GGUF version {version} is not known to this version", 4, "weights/unscannable")
        self._u32 = struct.Struct(order + "I")
        self._count = self._u32 if version == 1 else struct.Struct(order + "Q")
        tensors, keys = self._number(self._count), self._number(self._count)
        self.facts.update(version=str(version), tensors=tensors, keys=keys)
        room, width = self._size - self._at, self._count.size
        smallest = keys * (width + 1 + 4 + 1) + tensors * (width + 4 + 4 + 8)
        if smallest > room:
            claim = f"{keys:,} metadata entries and {tensors:,} tensors need"
            self.facts.update(tensors=None, keys=None)  # claims that are untrue are no facts
            raise _FlawError(f"{claim} {smallest:,} bytes at least, and {room:,} follow", 8)
        if keys > KEYS or tensors > TENSORS:
            message = f"more than {KEYS:,} metadata entries or {TENSORS:,} tensors"
            raise _FlawError(message, 8, "weights/unscannable")
        return tensors, keys

    def _text(self, what: str, limit: int) -> str:
        at = self._at
        length = self._number(self._count)
        if length > limit:
            if length > self._size - self._at:
                raise _FlawError(f"{what} claims {length:,} bytes, more than there are", at)
            rule = _MALFORMED if limit == NAME else "weights/unscannable"
            raise _FlawError(f"{what} has {length:,} bytes, more than {limit:,}", at, rule)
        return self._bytes(length).decode("utf-8", "surrogateescape")

    def _metadata(self, keys: int) -> None:
        seen: set[str] = set()
        for _ in range(keys):
            at = self._at
            key = self._text("a key", NAME)
            if not key or key in seen:
                raise _FlawError(f'the key "{shorten(key)}" is ' + ("there twice" if key else "empty"), at)
            seen.add(key)
            kind = self._number(self._u32)
            if kind == _STRING and key.startswith(_TEMPLATES):
                self._template(key)
            elif kind == _STRING and key in _KEPT:
                self._values[key] = self._text(f'"{key}"', NAME)
            elif kind == _UINT32 and key in _KEPT:
                self._values[key] = self._number(self._u32)
            else:
                self._step(key, kind)
        self.facts["architecture"] = shorten(str(self._values.get("general.architecture", "")), 60) or None

    def _template(self, key: str) -> None:
        at = self._at + self._count.size
        text = self._text(f'the template "{shorten(key)}"', TEMPLATE)
        templates = self.facts.get("templates", 0)
        self.facts["templates"] = 1 + (templates if isinstance(templates, int) else 0)
        for problem in check_template(text):
            where = at + len(text[: problem.at].encode("utf-8", "surrogateescape"))
            self.findings.add(problem.rule, f'template "{shorten(key)}": {problem.message}', where)

    def _step(self, key: str, kind: int) -> None:
        """Step over one value, or judge an array of templates."""
        at = self._at - 4
        if kind == _STRING:
            self._strings(1)
        elif kind == _ARRAY:
            self._array(key, NESTING)
        elif kind not in _SIZES:
            raise _FlawError(f'the value of "{shorten(key)}" has the unknown type {kind}', at)
        elif kind == _BOOL and self._bytes(1) not in (b"\0", b"\1"):
            raise _FlawError(f'the value of "{shorten(key)}" is neither true nor false', at + 4)
        elif kind != _BOOL:
            self._bytes(_SIZES[kind])

    def _array(self, key: str, nesting: int) -> None:
        at = self._at
        kind, length = self._number(self._u32), self._number(self._count)
        width = _SIZES.get(kind) or {_STRING: self._count.size, _ARRAY: 4 + self._count.size}.get(kind)
        if width is None:
            raise _FlawError(f'the array "{shorten(key)}" has items of the unknown type {kind}', at)
        if length * width > self._size - self._at:
            left = self._size - self._at
            raise _FlawError(f'the array "{shorten(key)}" claims {length:,} items, and {left:,} bytes are left', at)
        if kind == _STRING and key.startswith(_TEMPLATES):
            for _ in range(length):
                self._spend(1)
                self._template(key)
        elif kind == _STRING:
            self._strings(length)
        elif kind == _ARRAY:
            if not nesting:
                message = f'the arrays of "{shorten(key)}" are nested too deeply'
                raise _FlawError(message, at, "weights/unscannable")
            self._spend(length)
            for _ in range(length):
                self._array(key, nesting - 1)
        else:
            self._at += length * width

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            message = f"more than {STRINGS:,} strings in the metadata"
            raise _FlawError(message, self._at, "weights/unscannable")

    def _strings(self, count: int) -> None:
        """Step over `count` strings: the one loop whose speed matters, as vocabularies are long."""
        self._spend(count)
        unpack, width = self._count.unpack_from, self._count.size
        while count:
            if self._at + width > self._size:
                raise _FlawError(f"{count:,} strings are missing at the end", self._at)
            if not 0 <= self._at - self._base <= len(self._data) - width:
                self._fill()
            data = self._data
            position, last = self._at - self._base, len(data) - width
            start = position
            done = 0
            while position <= last and done < count:
                start = position
                position += width + unpack(data, position)[0]
                done += 1
            count -= done
            if self._base + position > self._size:
                message = f"a string claims {position - start - width:,} bytes, more than there are"
                raise _FlawError(message, self._base + start)
            self._at = self._base + position

    def _alignment(self) -> int:
        value = self._values.get("general.alignment", ALIGNMENT)
        if not isinstance(value, int) or value == 0 or value & (value - 1):
            raise _FlawError("`general.alignment` is no power of two", self._at)
        return value

    def _tensors(self, count: int) -> list[_Tensor]:
        places: list[_Tensor] = []
        seen: set[str] = set()
        for _ in range(count):
            at = self._at
            name = self._text("a tensor's name", NAME)
            if name in seen:
                raise _FlawError(f'the tensor "{shorten(name)}" is there twice', at)
            seen.add(name)
            label = f'tensor "{shorten(name)}"'
            dimensions = self._number(self._u32)
            if dimensions > DIMENSIONS:
                raise _FlawError(f"{label} has {dimensions:,} dimensions, more than {DIMENSIONS}", at)
            shape = [self._number(self._count) for _ in range(dimensions)]
            kind = self._number(self._u32)
            start = self._number(struct.Struct(self._u32.format[0] + "Q"))
            places.append(_Tensor(name, start, self._length(label, shape, kind, at), at))
        return places

    def _length(self, label: str, shape: list[int], kind: int, at: int) -> int | None:
        """Bytes of one tensor's data."""
        elements = 1
        for length in shape:
            elements *= length
            if elements >= _WORD:
                raise _FlawError(f"{label} has more elements than 63 bits can count", at)
        if kind in FORKS:
            return None
        if kind not in BLOCKS:
            message = f"{label} has the type {kind}, which this version does not know"
            raise _FlawError(message, at, "weights/unscannable")
        block, width = BLOCKS[kind]
        if (shape[0] if shape else 1) % block:
            raise _FlawError(f"{label} has rows of {shape[0] if shape else 1:,} elements, no multiple of {block}", at)
        return elements // block * width

    def _layout(self, places: list[_Tensor], alignment: int) -> None:
        """The data follows in the order of the tensors, each padded to the alignment (`gguf.cpp` wants the same)."""
        start = -(-self._at // alignment) * alignment
        reached = end = 0
        odd = ""
        open_ = False  # the last tensor's size is known to nobody but its maker
        for tensor in places:
            label = f'tensor "{shorten(tensor.name)}"'
            if tensor.start % alignment:
                odd = f"{label} begins at {tensor.start:,}, which is not aligned to {alignment:,}"
                self.findings.add(_MALFORMED, odd, tensor.at)
            elif tensor.start < reached or (tensor.start > reached and not open_):
                what = "overlaps what lies before it" if tensor.start < reached else "leaves a hole"
                odd = f"{label} begins at {tensor.start:,} and {what}: expected {reached:,}"
                self.findings.add(_MALFORMED, odd, tensor.at)
            end = tensor.start + (tensor.size or 0)
            if start + end > self._size:
                message = f"{label} ends {start + end - self._size:,} bytes behind the end of the file"
                self.findings.add(_MALFORMED, message, tensor.at)
                return
            open_ = tensor.size is None
            reached = max(reached, -(-end // alignment) * alignment)
        if not open_ and not odd:
            self._trailing(start + end if places else self._at)

    def _trailing(self, offset: int) -> None:
        """What lies behind the last tensor may be padding and nothing else."""
        while piece := self._source.read(offset, 4 * WINDOW):
            found = len(piece) - len(piece.lstrip(b"\0"))
            if found < len(piece):
                message = f"{self._size - offset - found:,} bytes follow the last tensor and belong to none"
                self.findings.add(_MALFORMED, message, offset + found)
                return
            offset += len(piece)
