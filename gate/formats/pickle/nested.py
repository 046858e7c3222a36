"""Bytes inside a pickle that a loader reads as a file of its own: plain pickles of tensors hold their data so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.formats.interface import BytesSource, Source
from gate.formats.pickle import literals
from gate.formats.pickle.values import Made, Value, plain
from gate.formats.streams import Slice

if TYPE_CHECKING:
    from gate.formats.pickle.machine import Machine

TEXT = 256 * 1024 * 1024
"""Bytes of a text that stands for bytes which are decoded in memory."""
_ENCODE = {("_codecs", "encode"), ("codecs", "encode")}
_WRAPS = {
    ("io", "BytesIO"),
    ("_io", "BytesIO"),
    ("builtins", "bytes"),
    ("builtins", "bytearray"),
    ("__builtin__", "bytearray"),
    ("__builtin__", "bytes"),
}
_LATIN = ("latin1", "latin-1", "latin_1", "iso-8859-1", "iso8859-1")


def content(machine: Machine, given: Value) -> Source | None:
    """The bytes that a loader is `given`; None if they cannot be told from the stream."""
    return _bytes(machine, given[0]) if type(given) is tuple and given else None


def _bytes(machine: Machine, value: Value) -> Source | None:
    for _ in range(8):
        value = plain(value)
        if not isinstance(value, Made) or type(value.arguments) is not tuple:
            break
        key = value.callee.module, value.callee.name
        if key in _ENCODE:
            return _encoded(machine, value.arguments)
        if key not in _WRAPS or not value.arguments:
            return None
        value = value.arguments[0]
    if type(value) is not int:
        return None
    span = literals.span(machine.source, value)
    return None if span is None else Slice(machine.source, span.start, span.length, machine.budget.deeper())


def _encoded(machine: Machine, arguments: tuple[Value, ...]) -> Source | None:
    """Bytes as protocols 0 to 2 write them: `_codecs.encode(text, 'latin1')`."""
    if len(arguments) != 2 or type(arguments[0]) is not int or type(arguments[1]) is not int:
        return None
    found = literals.text_span(machine.source, arguments[0])
    if found is None or literals.text(machine.source, arguments[1]) not in _LATIN or found[1].length > TEXT:
        return None
    how, span = found
    raw = machine.source.read(span.start, span.length)
    try:
        text = raw.decode("utf-8" if how == "utf-8" else "raw-unicode-escape", "surrogatepass")
        data = text.encode("latin-1")
    except UnicodeError:
        return None
    return Slice(BytesSource(data), 0, len(data), machine.budget.deeper())
