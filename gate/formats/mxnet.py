"""MXNet parameters: arrays and their names, data only. Source: `NDArray::Save` and `NDArray::Load` in `ndarray.cc`."""

from __future__ import annotations

from gate.formats.interface import Flaw, Inspection, Source

ARRAYS = 1_000_000
"""Arrays that are followed."""
_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
_WIDTHS = (4, 8, 2, 1, 4, 1, 8, 1, 2, 2, 4, 8, 2)
"""Bytes per element, by type flag (`mshadow/base.h`)."""
_DIMENSIONS = 32
_AUXILIARY = {-1: 0, 0: 0, 1: 1, 2: 2}
"""Arrays of indices for each kind of storage: dense, row-sparse, compressed rows."""


class _MalformedError(Exception):
    """The bytes break the format; the message says how."""


class _Walk:
    """Front to back over the arrays."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.place = 16

    def number(self, width: int, signed: bool = False) -> int:
        data = self._source.read(self.place, width)
        if len(data) < width:
            raise _MalformedError("the file ends within a number")
        self.place += width
        return int.from_bytes(data, "little", signed=signed)

    def _shape(self, dimensions: int, width: int = 8) -> int | None:
        """The number of elements; None for an array that is not there."""
        if not -1 <= dimensions <= _DIMENSIONS:
            raise _MalformedError(f"an array has {dimensions:,} dimensions")
        found = 1
        for _ in range(dimensions):
            found *= self.number(width)
            if found >= 1 << 48:
                raise _MalformedError("an array has more elements than any file")
        return found if dimensions >= 0 else None

    def _width(self) -> int:
        flag = self.number(4)
        if flag >= len(_WIDTHS):
            raise _MalformedError(f"an array has the unknown type {flag}")
        return _WIDTHS[flag]

    def array(self) -> None:
        """Step over one array."""
        magic = self.number(4)
        stored = None
        auxiliary = 0
        if magic in (_V2, _V3):
            kind = self.number(4, signed=True)
            if kind not in _AUXILIARY:
                raise _MalformedError(f"an array has the unknown storage type {kind}")
            auxiliary = _AUXILIARY[kind]
            if auxiliary:
                stored = self._shape(self.number(4, signed=True))
        narrow = magic not in (_V1, _V2, _V3)  # the first version has no magic: it begins with the shape
        dimensions = magic if narrow else self.number(4, signed=True)
        elements = self._shape(dimensions, 4 if narrow else 8)
        if elements is None or (dimensions == 0 and magic != _V3):
            return
        self.place += 8  # the device
        width = self._width()
        indices = []
        for _ in range(auxiliary):
            own = self._width()
            indices.append(own * (self._shape(self.number(4, signed=True)) or 0))
        self.place += width * (elements if stored is None else stored) + sum(indices)

    def names(self, arrays: int) -> None:
        """Step over the names; there are none, or one for each array."""
        count = self.number(8)
        if count not in (0, arrays):
            raise _MalformedError(f"{count:,} names for {arrays:,} arrays")
        for _ in range(count):
            length = self.number(8)
            if length >= 1 << 32:
                raise _MalformedError(f"a name has {length:,} bytes")
            self.place += length

    def finish(self) -> None:
        """Raises `_MalformedError` unless the file ends here."""
        if not self._source.read(self.place - 1, 1):
            raise _MalformedError("the file ends within an array or a name")
        if self._source.read(self.place, 1):
            raise _MalformedError("bytes follow the names")


def read(source: Source) -> Inspection:
    """Step over arrays and names to the end. Facts: `arrays`."""
    walk = _Walk(source)
    arrays = 0
    try:
        arrays = walk.number(8)
        if arrays > ARRAYS:
            flaw = Flaw("weights/unscannable", f"{arrays:,} arrays, more than this version follows", 16)
            return Inspection("mxnet", "weights", (flaw,))
        for _ in range(arrays):
            walk.array()
        walk.names(arrays)
        walk.finish()
    except _MalformedError as error:
        flaw = Flaw("weights/malformed", f"MXNet parameters: {error}", walk.place)
        return Inspection("mxnet", "weights", (flaw,), {"arrays": arrays})
    return Inspection("mxnet", "weights", (), {"arrays": arrays})
