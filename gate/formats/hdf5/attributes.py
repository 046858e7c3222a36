"""Attributes (IV.A.2.m): their names, and the texts among their values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gate.formats.hdf5.file import COST, Cursor, File
from gate.formats.hdf5.fractal import FractalHeap
from gate.formats.hdf5.header import ATTRIBUTE, DATASPACE, DATATYPE, SHARED
from gate.formats.hdf5.heaps import global_object
from gate.formats.hdf5.links import decoded, identifiers
from gate.formats.hdf5.shared import Shared

_STRING, _VARIABLE = 3, 9
_TEXT = 1
"""The kind of a type of variable length that makes it text and no list."""
_ELEMENTS = 256
"""Texts of one attribute that are read; what configures a model is one."""


class Attribute(NamedTuple):
    """An attribute: `form` is `fixed` or `variable` if it holds texts, of which `length` bytes each if fixed."""

    name: str
    form: str
    length: int
    space: Cursor
    values: Cursor

    def texts(self) -> Iterator[bytes]:
        """The texts; none where it holds something else."""
        for _ in range(_elements(self.space) if self.form else 0):
            yield self.values.take(self.length) if self.form == "fixed" else _variable(self.values)


def dense_attributes(file: File, info: Cursor, shared: Shared) -> Iterator[Attribute]:
    """The attributes that an attribute info message leads to, by both of its indexes."""
    info.version((0,), "an attribute info message")
    flags = info.number(1)
    info.skip(2 if flags & 1 else 0)
    heap, trees = info.address(), [info.address(), info.address() if flags & 2 else None]
    if heap is None:
        return
    store = FractalHeap(file, heap)
    for record in identifiers(file, trees, (0, 0), 9):
        if record[8] & SHARED:
            yield attribute(shared.in_heap(ATTRIBUTE, record[:8]), shared)
        else:
            yield attribute(store.object(record[:8]), shared)


def attribute(body: Cursor, shared: Shared) -> Attribute:
    """The attribute of an attribute message."""
    body.file.charge(2 * COST)
    version = body.version((1, 2, 3), "an attribute")
    flags = body.number(1) & (3 if version > 1 else 0)
    lengths = [body.number(2) for _ in range(3)]
    body.skip(version == 3)  # the encoding of the name
    parts = []
    for length in lengths:
        parts.append(body.part(length))
        body.skip(min(-length % 8, body.left) if version == 1 else 0)
    name, kind, space = parts
    if flags & 1:
        kind = shared.resolve(DATATYPE, kind)
    if flags & 2:
        space = shared.resolve(DATASPACE, space)
    form, size = _form(kind)
    return Attribute(decoded(name.data.partition(b"\0")[0]), form, size, space, body.part(body.left))


def _form(kind: Cursor) -> tuple[str, int]:
    """What the datatype (IV.A.2.d) makes of the values, and the bytes of one."""
    sort = kind.number(1) & 15
    bits = kind.number(3)
    size = kind.number(4)
    if sort == _STRING:
        return "fixed", size
    return ("variable" if sort == _VARIABLE and bits & 15 == _TEXT else ""), size


def _variable(values: Cursor) -> bytes:
    """One text of variable length: its length, and where in which global heap it lies (III.E)."""
    length, address, index = values.number(4), values.address(), values.number(4)
    if not length or not address:
        return b""
    return global_object(values.file, address, index).take(length)


def _elements(space: Cursor) -> int:
    """How many elements the dataspace (IV.A.2.b) has, up to what is read."""
    version = space.version((1, 2), "a dataspace")
    rank = space.number(1)
    space.skip(1)
    kind = space.number(1)
    if version == 1:
        space.skip(4)
    elif kind == 2:
        return 0  # a null dataspace
    total = 1
    for _ in range(rank):
        total = min(total * space.length(), _ELEMENTS)
    return total
