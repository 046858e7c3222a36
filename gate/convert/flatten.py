"""Nested containers as one level of names: what safetensors can hold."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from gate.convert.leaf import Leaf, RefusedError
from gate.core.model import Json
from gate.core.text import shorten

DEPTH = 64
"""Containers inside containers that are followed."""
PARTS = 1_000_000
"""Values that are looked at: a pickle may name one list in many places, 2^64 times in a few bytes."""
NAMES = 32 * 1024 * 1024
"""Characters of all names together; the header of safetensors may have 100,000,000 bytes."""
VALUE = 4096
"""Characters of JSON up to which a value is kept."""
VALUES = 256 * 1024
"""The same for all values together."""
ALONE = "tensor"
"""The name of a tensor that is all there is."""

LeafOf = Callable[[object, str], "Leaf | None"]
"""The tensor that an object is, or None; the text is how to call it in a message. Raises `RefusedError` for one that
safetensors cannot hold."""


class Flat(NamedTuple):
    """Tensors and plain values by name, in the order of the file; `dropped` are values not kept, with the reason."""

    tensors: dict[str, Leaf]
    values: dict[str, Json]
    dropped: dict[str, str]


def flatten(found: object, leaf_of: LeafOf) -> Flat:
    """`found` with the keys on the way joined by dots; raises `RefusedError`, which names what cannot be stored."""
    walk = _Walk(leaf_of)
    walk.visit(found, "", 0)
    return Flat(walk.tensors, walk.values, walk.dropped)


class _Walk:
    """One pass over one object."""

    def __init__(self, leaf_of: LeafOf) -> None:
        self._leaf_of = leaf_of
        self.tensors: dict[str, Leaf] = {}
        self.values: dict[str, Json] = {}
        self.dropped: dict[str, str] = {}
        self._parts = self._names = self._room = 0
        self._within: set[int] = set()

    def visit(self, value: Any, name: str, depth: int) -> None:
        """Files `value` under `name`, or its parts under theirs."""
        self._parts += 1
        self._names += len(name)
        if self._parts > PARTS or self._names > NAMES:
            raise RefusedError(f"it holds more than {PARTS:,} values, or {NAMES:,} characters of names")
        if (leaf := self._leaf_of(value, _called(name))) is not None:
            self._file(self.tensors, name if depth else ALONE, leaf)
        elif isinstance(value, (dict, list, tuple)) and len(value):
            self._inside(value, name, depth)
        else:
            self._value(value, name)

    def _inside(self, value: dict[object, object] | list[object] | tuple[object, ...], name: str, depth: int) -> None:
        if depth >= DEPTH or id(value) in self._within:
            raise RefusedError(f"{_called(name)} is nested more than {DEPTH} deep, or holds itself")
        self._within.add(id(value))
        for key, inner in _items(value, name):
            self.visit(inner, f"{name}.{key}" if depth else key, depth + 1)
        self._within.discard(id(value))

    def _value(self, value: object, name: str) -> None:
        """Keeps what is small; a text, say, says nothing that a model could not do without."""
        if not isinstance(value, (str, int, float, dict, list, tuple, type(None))):
            raise RefusedError(f"{_called(name)} is {_kind(value)}: neither a tensor nor a plain value")
        if isinstance(value, float) and not math.isfinite(value):
            self._file(self.dropped, name, f"{value}, for which JSON has no number")
        elif isinstance(value, int) and value.bit_length() > VALUE:
            self._file(self.dropped, name, "a number of too many digits")
        elif self._room + (length := len(json.dumps({name: value}))) > VALUES or length > VALUE:
            self._file(self.dropped, name, f"{length:,} characters, more than metadata is to hold")
        else:
            self._room += length
            self._file(self.values, name, value)

    def _file(self, where: dict[str, Any], name: str, value: object) -> None:
        if name in self.tensors or name in self.values or name in self.dropped:
            raise RefusedError(f'two values would have the name "{shorten(name)}"')
        where[name] = value


def _items(value: dict[object, object] | list[object] | tuple[object, ...], name: str) -> Iterator[tuple[str, object]]:
    """Keys as text, and what is there; `dict.items`, as a pickle may have given `value` an `items` of its own."""
    if not isinstance(value, dict):
        yield from ((str(index), inner) for index, inner in enumerate(value))
        return
    seen: set[str] = set()
    for key, inner in dict.items(value):
        text = _text(key, name)
        if text in seen:
            raise RefusedError(f'{_called(name)} has two keys that are written "{shorten(text)}"')
        seen.add(text)
        yield text, inner


def _text(key: object, name: str) -> str:
    if isinstance(key, str):
        if any("\ud800" <= char <= "\udfff" for char in key):
            raise RefusedError(f'{_called(name)} has the key "{shorten(key)}", which is no text')
        return str(key)
    if isinstance(key, (int, float, type(None))) and not (isinstance(key, int) and key.bit_length() > VALUE):
        return str(key)
    raise RefusedError(f"{_called(name)} has a key that is {_kind(key)}, which is not to be written as text")


def _called(name: str) -> str:
    return f'"{shorten(name)}"' if name else "the content"


def _kind(value: object) -> str:
    return shorten(f"of type {type(value).__module__}.{type(value).__qualname__}")
