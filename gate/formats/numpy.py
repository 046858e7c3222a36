"""NumPy's npy: the header says whether loading it means unpickling.

Source: `numpy/lib/format.py` (NEP 1), versions 1.0 to 3.0.
"""

from __future__ import annotations

from typing import NamedTuple

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.literal import Literal, NotLiteralError, parse
from gate.formats.streams import DEPTH, Slice, budget_of

MAGIC = b"\x93NUMPY"
HEADER_LIMIT = 256 * 1024
"""Bytes of header that are parsed; numpy itself refuses more than 10,000 from untrusted files."""
ARRAYS = 1000
"""Arrays one behind the other, as repeated `numpy.save` on one file writes them, that are followed."""
_KINDS = "?biufcmMSUVa"
_MALFORMED = "weights/malformed"
_PICKLE = "weights/pickle-format"


class _MalformedError(Exception):
    """One rule of the format broken."""


class _Header(NamedTuple):
    dtype: Literal
    shape: tuple[int, ...]
    start: int
    """Offset of the data in bytes from the magic."""


def read(source: Source) -> Inspection:
    """Check each array's header against the bytes that follow.

    Facts of the first array: `dtype` as written, `shape`; and `arrays`, how many there are.
    """
    offset, arrays, size = 0, 0, source.size
    facts: dict[str, Json] = {}
    while True:
        try:
            header = _header(source, offset)
            length = _length(header)
        except (_MalformedError, NotLiteralError) as error:
            return _answer(Flaw(_MALFORMED, f"npy header: {error}", offset), facts)
        arrays += 1
        if arrays == 1:
            facts = {"dtype": shorten(_shown(header.dtype)), "shape": list(header.shape)}
        facts["arrays"] = arrays
        start = offset + header.start
        if length is None:
            return _objects(source, header, start, facts)
        if length > size - start:
            message = f"dtype and shape {header.shape} need {length:,} bytes, and {size - start:,} follow the header"
            return _answer(Flaw(_MALFORMED, message, start), facts)
        offset = start + length
        if offset == size:
            return _answer(None, facts)
        if source.read(offset, len(MAGIC)) != MAGIC:
            return _answer(Flaw(_MALFORMED, f"{size - offset:,} bytes follow the array", offset), facts)
        if arrays >= ARRAYS:
            return _answer(Flaw("weights/unscannable", f"more than {ARRAYS:,} arrays in one file", offset), facts)


def _objects(source: Source, header: _Header, start: int, facts: dict[str, Json]) -> Inspection:
    """An array of Python objects: what follows the header is a pickle, and is judged as one."""
    from gate.formats.registry import inspect

    message = f"an array of Python objects ({shorten(_shown(header.dtype))}): they are stored as a pickle"
    budget = budget_of(source).deeper()
    if budget.depth > DEPTH:
        message = f"pickles nested more than {DEPTH} deep: not examined"
        return _answer(Flaw("weights/unscannable", message, start), facts)
    found = inspect(Slice(source, start, source.size - start, budget))
    inner = [flaw._replace(offset=start + (flaw.offset or 0)) for flaw in found.flaws if flaw.rule != _PICKLE]
    if found.format == "unknown" and source.size > start:
        inner.append(Flaw(_MALFORMED, "what follows the header is no pickle", start))
    return Inspection("npy", "data", (Flaw(_PICKLE, message, start), *inner), facts, found.imported)


def _answer(flaw: Flaw | None, facts: dict[str, Json]) -> Inspection:
    return Inspection("npy", "data", (flaw,) if flaw else (), facts)


def _shown(dtype: Literal) -> str:
    return dtype if isinstance(dtype, str) else repr(dtype)


def _header(source: Source, offset: int) -> _Header:
    lead = source.read(offset, 12)
    if len(lead) < 12 or lead[6] not in (1, 2, 3):
        raise _MalformedError("truncated, or not of version 1, 2 or 3")
    begin = 10 if lead[6] == 1 else 12
    length = int.from_bytes(lead[8:begin], "little")
    if length > HEADER_LIMIT:
        raise _MalformedError(f"{length:,} bytes long, above the limit of {HEADER_LIMIT:,}")
    raw = source.read(offset + begin, length)
    if len(raw) < length:
        raise _MalformedError(f"{length:,} bytes long, and {len(raw):,} follow")
    try:
        fields = parse(raw.decode("utf-8" if lead[6] == 3 else "latin-1"))
    except UnicodeDecodeError:
        raise _MalformedError("not UTF-8") from None
    if not isinstance(fields, dict) or fields.keys() != {"descr", "fortran_order", "shape"}:
        raise _MalformedError("not exactly descr, fortran_order and shape")
    shape = fields["shape"]
    if not isinstance(shape, tuple) or not isinstance(fields["fortran_order"], bool):
        raise _MalformedError("shape is no tuple or fortran_order no truth value")
    return _Header(fields["descr"], _sizes(shape), begin + length)


def _sizes(shape: tuple[Literal, ...]) -> tuple[int, ...]:
    sizes = tuple(item for item in shape if type(item) is int)
    if len(sizes) != len(shape) or len(sizes) > 64:  # numpy's own limit on dimensions
        raise _MalformedError("a shape that is not up to 64 whole numbers")
    return sizes


def _product(shape: tuple[int, ...]) -> int:
    found = 1
    for length in shape:
        found *= length
    return found


def _length(header: _Header) -> int | None:
    """Bytes of data; None when they are a pickle."""
    item = _item_size(header.dtype)
    return None if item is None else item * _product(header.shape)


def _item_size(dtype: Literal) -> int | None:
    """Bytes of one element; None if any part of it is a Python object."""
    if isinstance(dtype, str):
        return _simple_size(dtype)
    if isinstance(dtype, tuple) and len(dtype) == 2 and isinstance(dtype[1], (tuple, int)):
        return _times(_item_size(dtype[0]), dtype[1])
    if not isinstance(dtype, list) or not dtype:
        raise _MalformedError(f"unknown dtype {shorten(repr(dtype), 60)}")
    total: int | None = 0
    for field in dtype:
        if not isinstance(field, tuple) or not 2 <= len(field) <= 3:
            raise _MalformedError(f"unknown field {shorten(repr(field), 60)}")
        size = _item_size(field[1])
        if len(field) == 3:
            size = _times(size, field[2])
        total = None if total is None or size is None else total + size
    return total


def _times(size: int | None, shape: Literal) -> int | None:
    lengths = _sizes(shape if isinstance(shape, tuple) else (shape,))
    return None if size is None else size * _product(lengths)


def _simple_size(text: str) -> int | None:
    """Bytes of an array-protocol type string such as `<f4`; anything else that may name objects is taken as such."""
    code = text[1:] if text[:1] in ("<", ">", "|", "=") else text
    kind, rest = code[:1], code[1:]
    if kind in ("m", "M"):
        rest = rest.partition("[")[0]
    if kind and kind in _KINDS and (not rest or (rest.isascii() and rest.isdigit() and len(rest) <= 12)):
        count = int(rest) if rest else {"?": 1, "m": 8, "M": 8}.get(kind, -1)
        if count >= 0:
            return count * 4 if kind == "U" else count
    if "O" in text or "object" in text:
        return None
    raise _MalformedError(f"unknown dtype {shorten(repr(text), 60)}")
