"""The memo of an unpickler, in eight bytes for each literal."""

from __future__ import annotations

from array import array

from gate.formats.pickle.values import (
    ANY,
    CONTAINER,
    PERSISTENT,
    Imported,
    Made,
    Marker,
    Record,
    Value,
    is_object,
    plain,
    twice,
)

OBJECTS = 100_000
"""Tuples and results of calls that are remembered as such; later ones as what they can be."""
_MARKERS: dict[Marker, int] = {ANY: -1, CONTAINER: -2, PERSISTENT: -3}


class Memo:
    """Values by index. Indices come in order in practice; others are kept apart.

    `dense` holds an offset, or -1 - k for `objects[k]`.
    """

    __slots__ = ("_imports", "_objects", "_sparse", "dense")

    def __init__(self) -> None:
        self.dense = array("q")
        self._objects: list[Value] = [*_MARKERS]
        self._imports: dict[Imported, int] = {}
        self._sparse: dict[int, int] = {}

    def copy(self) -> Memo:
        """The same entries for another machine, to which objects are only something that can be called."""
        other = Memo()
        other.dense = self.dense[:]
        other._sparse = dict(self._sparse)
        other._objects = [ANY if is_object(value) else value for value in self._objects]
        return other

    def __len__(self) -> int:
        return len(self.dense) + len(self._sparse)

    def get(self, index: int) -> Value | None:
        """What was put at `index`, as it comes onto the stack again; None for nothing."""
        if 0 <= index < len(self.dense):
            code = self.dense[index]
        else:
            found = self._sparse.get(index)
            if found is None:
                return None
            code = found
        return code if code >= 0 else twice(self._objects[-1 - code])

    def put(self, index: int, value: Value) -> None:
        """Remember `value` at `index`, whatever was there."""
        code = value if type(value) is int else self._coded(value)
        if index == len(self.dense) and index not in self._sparse:
            self.dense.append(code)
        elif 0 <= index < len(self.dense):
            self.dense[index] = code
        else:
            self._sparse[index] = code

    def append(self, value: Value) -> None:
        """MEMOIZE: the next index is the number of entries."""
        if self._sparse:
            self.put(len(self), value)
        else:
            self.dense.append(value if type(value) is int else self._coded(value))

    def _coded(self, value: Value) -> int:
        if isinstance(value, str):
            return _MARKERS[value]
        if isinstance(value, (Record, list)):
            return _MARKERS[CONTAINER]
        value = plain(value)
        if isinstance(value, Imported):  # few, as equal ones are one object, and never forgotten
            if value not in self._imports:
                self._imports[value] = self._kept(value)
            return self._imports[value]
        if len(self._objects) >= OBJECTS:
            return _MARKERS[ANY if isinstance(value, Made) else CONTAINER]
        return self._kept(value)

    def _kept(self, value: Value) -> int:
        self._objects.append(value)
        return -len(self._objects)
