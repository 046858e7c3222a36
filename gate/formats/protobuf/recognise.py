"""Which Protocol Buffers message a file is: it has no magic, so each known kind is tried, and content decides."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple, cast

from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.protobuf.outline import Path, outline
from gate.formats.protobuf.wire import BYTES, VARINT, LimitError
from gate.formats.streams import Slice, Unpacked, budget_of

_Try = Callable[[Source], "Inspection | None"]


class _Kind(NamedTuple):
    """A kind of message: fields all of which it has, fields one of which it has, and who reads it."""

    all: frozenset[Path]
    any: frozenset[Path]
    reader: str


def _fields(*paths: Path, form: int = BYTES) -> frozenset[Path]:
    return frozenset((*path, form) for path in paths)


_KINDS = (
    _Kind(frozenset(), _fields((7,), (20,), (25,)), "onnx:read"),
    _Kind(frozenset(), _fields((2, 2), (2, 7)), "tensorflow:read_saved_model"),
    _Kind(_fields((2,)), _fields((2, 1, 2), (2, 2, 1), (7,)), "tensorflow:read_meta_graph"),
    _Kind(frozenset(), _fields((1, 2), (2, 1, 3)), "tensorflow:read_graph"),
    _Kind(frozenset(), _fields((1, 4)), "tensorflow:read_keras_metadata"),
    _Kind(_fields((2,)) | _fields((1,), form=VARINT), _fields(*((n,) for n in range(200, 3001))), "coreml:read"),
    _Kind(_fields((1, 1), (1, 2), form=VARINT), _fields((1, 4)), "paddle:read"),
    _Kind(frozenset(), _fields((100,)), "caffe:read"),
)
"""Graphs have nodes with an operator (1.2) or functions with nodes (2.1.3), and so on: what no reader could do without.
A vocabulary (sentencepiece) has a quarter of a million fields 1, and none of this in any of them."""
_ENTERED = frozenset(((1,), (2,), (2, 1), (2, 2)))


def read(source: Source) -> Inspection:
    """Judge a file that may be a message of a known kind; `unknown` if it is none."""
    if not isinstance(source, (Slice, Unpacked)):
        source = Slice(source, 0, source.size, budget_of(source))  # one budget for all attempts
    try:
        fields = outline(source, _ENTERED)
    except LimitError as error:
        return _unscannable(error)
    found = [inspection for kind in _KINDS if (inspection := _try(kind, fields, source)) is not None]
    return _together(found)


def _unscannable(error: LimitError) -> Inspection:
    message = f"may be a model as Protocol Buffers, and cannot be followed: {error}"
    return Inspection("protobuf", "other", (Flaw("weights/unscannable", message, error.offset),))


def _together(found: list[Inspection]) -> Inspection:
    """One answer from those of all kinds, of which there is rarely more than one."""
    if len(found) < 2:
        return found[0] if found else Inspection("unknown", "other")
    names = list(dict.fromkeys(inspection.format for inspection in found))
    flaws = list(dict.fromkeys(flaw for inspection in found for flaw in inspection.flaws))
    if len(names) > 1:
        message = f"the same bytes are {' and '.join(names)}: which one is loaded depends on the program"
        flaws.insert(0, Flaw("weights/polyglot", message, 0))
    return found[0]._replace(role="weights", flaws=tuple(flaws))


def _try(kind: _Kind, fields: set[Path], source: Source) -> Inspection | None:
    if not (kind.all <= fields and kind.any & fields):
        return None
    module, _, function = kind.reader.partition(":")
    attempt = cast(_Try, getattr(import_module(f"gate.formats.protobuf.{module}"), function))
    try:
        return attempt(source)
    except LimitError as error:
        return _unscannable(error)
