"""An object of object storage as a stream."""

from __future__ import annotations

from gate.core.errors import UnableError
from gate.core.text import printable
from gate.objects.interface import PIECE, Object, Store


class Pieces:
    """Reads one version of an object from `offset`, piece by piece."""

    def __init__(self, store: Store, found: Object, offset: int) -> None:
        self._store, self._object, self._offset = store, found, offset
        self._held = memoryview(b"")

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, nothing at the end; raises `UnableError`."""
        if not self._held and self._offset < self._object.size:
            try:
                part = self._store.read(self._object, self._offset, PIECE)
            except OSError as error:
                message = f"{printable(str(self._object.place))} cannot be read: {error.strerror or error}"
                raise UnableError(message, "see to it, and run the command again") from None
            self._object = part.object
            self._held = memoryview(part.data)
            self._offset += len(part.data)
        data, self._held = bytes(self._held[:size]), self._held[size:]
        return data
