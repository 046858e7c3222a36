"""The one pass over objects: digest and content inspection of one version, piece by piece, with no copy on a disk.

Inspection reads here and there, the digest everything. A piece that both have read must be the same for both, so that
not even a server that lies about versions can show one file to the inspection and another to the digest.
"""

from __future__ import annotations

import errno
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator

from gate.checks.interface import Examined
from gate.checks.objects.batch import ObjectBatch
from gate.core.errors import UnableError
from gate.formats.interface import Inspection, Source
from gate.formats.named import as_named
from gate.formats.registry import inspect
from gate.objects.interface import PIECE, ChangedError, Object, Store
from gate.objects.store import open_store

KEPT = 3
"""Pieces in memory at a time: the beginning and the end of an archive, and where its members are."""
AGAIN = 4
"""Times that inspection may fetch as many pieces as there are: a format can be made to be read to and fro for ever."""

Progress = Callable[[int], object]


def examine(batch: ObjectBatch, progress: Progress | None = None) -> list[Examined]:
    """One `Examined` for each object of the batch, in its order; never raises for what it finds there."""
    try:
        store = open_store(batch.scheme)
    except UnableError as error:
        return [Examined(path, "unreadable", detail=error.message, fix=error.fix) for path in batch.paths()]
    return [one if isinstance(one, Examined) else _guarded(store, one, batch.also, progress) for one in batch.objects]


def _guarded(store: Store, found: Object, also: tuple[str, ...], progress: Progress | None) -> Examined:
    try:
        return _examine(store, found, also, progress)
    except OSError as error:
        return unread(str(found.place), error)


def unread(path: str, error: OSError) -> Examined:
    """The answer for what could not be read."""
    if isinstance(error, ChangedError):
        return Examined(path, "changed")
    missing = isinstance(error, FileNotFoundError)
    return Examined(path, "missing" if missing else "unreadable", detail=error.strerror or type(error).__name__)


def _examine(store: Store, found: Object, also: tuple[str, ...], progress: Progress | None) -> Examined:
    pieces = Pieces(store, found)
    inspection = _inspected(pieces)
    state = hashlib.sha256()
    others = {name: hashlib.new(name) for name in also}
    for data in pieces.all():
        state.update(data)
        for other in others.values():
            other.update(data)
        if progress:
            progress(len(data))
    digests = {name: other.hexdigest() for name, other in others.items()}
    path = str(found.place)
    return Examined(path, "read", found.size, state.hexdigest(), inspection, digests=digests, object=pieces.object)


def _inspected(pieces: Pieces) -> Inspection:
    inspection = as_named(inspect(pieces), pieces, str(pieces.object.place))
    if pieces.problem:  # which a reader may have taken for a defect of the file
        raise pieces.problem
    return inspection


class Pieces(Source):
    """An object as a `Source`: it is read in pieces, which are kept for a while."""

    def __init__(self, store: Store, found: Object) -> None:
        self._store = store
        self.object = found
        """With its version, once something was read."""
        self.problem: OSError | None = None
        """What kept a piece from being read."""
        self._left = AGAIN * (found.size // PIECE + 1 + KEPT)
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._seen: dict[int, bytes] = {}
        """Digests of pieces that were read and are not kept any more."""

    @property
    def size(self) -> int:
        """Bytes of the object."""
        return self.object.size

    def read(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset`."""
        end = min(offset + length, self.size)
        if end <= offset:
            return b""
        first, last = offset // PIECE, (end - 1) // PIECE
        data = b"".join(self._piece(number) for number in range(first, last + 1))
        return data[offset - first * PIECE : end - first * PIECE]

    def all(self) -> Iterator[bytes]:
        """Every piece in order; raises `ChangedError` where one is not what `read` has seen."""
        for number in range(max(1, -(-self.size // PIECE))):
            yield self._kept[number] if number in self._kept else self._fetch(number)

    def _piece(self, number: int) -> bytes:
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        self._left -= 1
        try:
            if self._left < 0:
                raise OSError(errno.EFBIG, "its parts lie so that it would be read many times over")
            data = self._fetch(number)
        except OSError as error:
            self.problem = error
            raise
        self._kept[number] = data
        if len(self._kept) > KEPT:
            gone, seen = self._kept.popitem(last=False)
            self._seen[gone] = hashlib.sha256(seen).digest()
        return data

    def _fetch(self, number: int) -> bytes:
        part = self._store.read(self.object, number * PIECE, PIECE)
        self.object = part.object
        if number in self._seen and self._seen[number] != hashlib.sha256(part.data).digest():
            raise ChangedError
        return part.data
