"""Safetensors: the header is validated in full, the tensors are never read.

Source: the format's description (README of huggingface/safetensors) and the behaviour of its library 0.8;
where the two differ, the stricter holds.
"""

from __future__ import annotations

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.interface import Flaw, Inspection, Source

HEADER_LIMIT = 100_000_000
"""Bytes; the library's own MAX_HEADER_SIZE."""
PARTS_LIMIT = 8_000_000
"""Commas and brackets in a header that are parsed: a million tensors, and a bound on memory."""
FLAWS_LIMIT = 20
"""Flaws reported for one file."""
BITS = {
    "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32,
    "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64,
}  # fmt: skip
"""Bits per element of each dtype of the safetensors crate 0.8."""
_KEYS = {"dtype", "shape", "data_offsets"}
_WORD = 1 << 64


class _MalformedError(Exception):
    """One rule of the format broken, with the sentence and the byte offset in the file."""

    def __init__(self, message: str, offset: int = 8) -> None:
        super().__init__(message)
        self.flaw = Flaw("weights/malformed", message, offset)


def read(source: Source) -> Inspection:
    """Validate the header of `source`; time and memory depend on the header only.

    Facts: `tensors`, `parameters` (elements), `dtypes` (tensors per dtype), `metadata` (its keys) and
    `header` (its length in bytes).
    """
    try:
        header = _header(source)
        entries = _parse(header)
    except _MalformedError as error:
        return Inspection("safetensors", "weights", (error.flaw,))
    if entries is None:
        message = f"the header of {len(header):,} bytes has more parts than this version reads"
        return Inspection("safetensors", "weights", (Flaw("weights/unscannable", message, 8),))
    return _judge(entries, header, source.size)


def _header(source: Source) -> bytes:
    size = source.size
    length = int.from_bytes(source.read(0, 8), "little")
    if length > HEADER_LIMIT:
        raise _MalformedError(f"the header length is {length:,} bytes, above the format's limit of {HEADER_LIMIT:,}", 0)
    if length > size - 8:
        raise _MalformedError(f"the header length is {length:,} bytes, but only {max(0, size - 8):,} follow it", 0)
    header = source.read(8, length)
    if header[:1] != b"{":
        raise _MalformedError("the header does not begin with `{`")
    body = header.rstrip(b" ")
    if body[-1:] != b"}":
        raise _MalformedError("the header does not end with `}` and padding of spaces", 8 + len(body))
    return header


def _parse(header: bytes) -> dict[str, object] | None:
    """The header's object; None when it has more parts than are read."""
    if header.count(b",") + header.count(b"[") + header.count(b"{") > PARTS_LIMIT:
        return None
    import json

    try:
        text = header.decode("utf-8")
        found = json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_refuse, parse_constant=_refuse
        )
    except UnicodeDecodeError as error:
        raise _MalformedError("the header is not UTF-8", 8 + error.start) from None
    except json.JSONDecodeError as error:
        where = 8 + len(text[: error.pos].encode())
        raise _MalformedError(f"the header is not JSON: {error.msg}", where) from None
    except RecursionError:
        raise _MalformedError("the header is nested too deeply") from None
    assert isinstance(found, dict)  # it begins with `{`
    return found


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _MalformedError(f'the header has the key "{shorten(double)}" twice')
    return found


def _integer(digits: str) -> int:
    if digits[0] == "-":
        raise _MalformedError(f"the header has the negative number {shorten(digits, 40)}")
    if len(digits) > 20:
        raise _MalformedError(f"the header has a number of {len(digits):,} digits")
    return int(digits)


def _refuse(number: str) -> object:
    raise _MalformedError(f"the header has the number {shorten(number, 40)}, where only whole numbers may be")


def _judge(entries: dict[str, object], header: bytes, size: int) -> Inspection:
    start = 8 + len(header)
    flaws: list[Flaw] = []
    metadata = entries.pop("__metadata__", {})
    dtypes: dict[str, Json] = {}
    parameters = 0
    spans: list[tuple[int, int, str]] = []
    try:
        keys = _metadata(metadata)
    except _MalformedError as error:
        keys, flaws = [], [error.flaw]
    for name, entry in entries.items():
        try:
            dtype, elements, begin, end = _tensor(name, entry, size - start)
        except _MalformedError as error:
            flaws.append(error.flaw._replace(offset=8 + max(0, header.find(b'"' + name.encode(errors="replace")))))
            if len(flaws) >= FLAWS_LIMIT:
                break
            continue
        seen = dtypes.get(dtype, 0)
        dtypes[dtype] = 1 + (seen if isinstance(seen, int) else 0)
        parameters += elements
        spans.append((begin, end, name))
    if not flaws:
        flaws = _layout(spans, start, size)
    facts: dict[str, Json] = {
        "tensors": len(entries),
        "parameters": parameters,
        "dtypes": dtypes,
        "metadata": keys,
        "header": len(header),
    }
    return Inspection("safetensors", "weights", tuple(flaws), facts)


def _metadata(value: object) -> list[Json]:
    if not isinstance(value, dict):
        raise _MalformedError("`__metadata__` is not an object")
    for key, text in value.items():
        if not isinstance(text, str):
            raise _MalformedError(f'`__metadata__` entry "{shorten(key)}" is not a string')
        _check_text(key)
        _check_text(text)
    return list(value)


def _check_text(text: str) -> None:
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise _MalformedError(f'"{shorten(text)}" holds half a surrogate pair, which is no text')


def _tensor(name: str, entry: object, room: int) -> tuple[str, int, int, int]:
    """dtype, number of elements, begin and end of one tensor; `room` is the data's length in bytes."""
    label = f'tensor "{shorten(name)}"'
    _check_text(name)
    if not isinstance(entry, dict) or entry.keys() != _KEYS:
        raise _MalformedError(f"{label} does not have exactly dtype, shape and data_offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in BITS:
        raise _MalformedError(f"{label} has the unknown dtype {shorten(repr(dtype), 40)}")
    if not _are_sizes(shape):
        raise _MalformedError(f"{label} has a shape that is not a list of whole numbers")
    if not _are_sizes(offsets) or len(offsets) != 2:
        raise _MalformedError(f"{label} has data_offsets that are not two whole numbers")
    begin, end = offsets
    if begin > end:
        raise _MalformedError(f"{label} begins at {begin:,} and ends before that, at {end:,}")
    if end > room:
        raise _MalformedError(f"{label} ends at {end:,}, but the file holds only {room:,} bytes of data")
    elements = 1
    for length in shape:
        elements *= length
        if elements >= _WORD:  # in this order, as the library multiplies: a later 0 does not undo it
            raise _MalformedError(f"{label} has more elements than 64 bits can count")
    bits = elements * BITS[dtype]
    if bits >= _WORD or bits % 8 or bits // 8 != end - begin:
        wanted = f"{bits // 8:,} bytes" if bits % 8 == 0 else f"{bits:,} bits"
        raise _MalformedError(
            f"{label} needs {wanted} by dtype and shape, and has {end - begin:,} bytes by data_offsets"
        )
    return dtype, elements, begin, end


def _are_sizes(value: object) -> bool:
    return isinstance(value, list) and all(type(item) is int and item < _WORD for item in value)


def _layout(spans: list[tuple[int, int, str]], start: int, size: int) -> list[Flaw]:
    """Flaws of the tensors' places: the data has to be covered exactly, without holes or overlap."""
    flaws = []
    spans.sort()
    reached = 0
    for begin, end, name in spans:
        if begin != reached:
            what = "leaves a hole" if begin > reached else "overlaps what lies before it"
            message = f'tensor "{shorten(name)}" begins at {begin:,} and {what}: expected {reached:,}'
            flaws.append(Flaw("weights/malformed", message, start + min(begin, reached)))
            if len(flaws) >= FLAWS_LIMIT:
                return flaws
        reached = max(reached, end)
    if reached != size - start:
        message = f"the tensors end at {reached:,}, and {size - start - reached:,} bytes follow that belong to none"
        flaws.append(Flaw("weights/malformed", message, start + reached))
    return flaws
