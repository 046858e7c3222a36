"""Private copies of objects, for readers that need a file: only what was examined, and gone once it is closed."""

from __future__ import annotations

import errno
import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

from gate.checks.interface import Examined
from gate.core.errors import UnableError
from gate.objects.interface import PIECE, ChangedError, Object
from gate.objects.store import open_store


class Copies:
    """Opens objects that were examined, by their paths."""

    def __init__(self, files: Iterable[Examined]) -> None:
        self._files = {file.path: file for file in files}

    def __call__(self, path: str) -> AbstractContextManager[int]:
        """A descriptor of a file without a name that holds the object; raises OSError."""
        file = self._files[path]
        if file.object is None:
            raise FileNotFoundError(errno.ENOENT, "it was not read")
        return _copy(file.object, file.sha256)

    def content(self, limit: int) -> bytes | None:
        """All of the only object, as long as it has no more than `limit` bytes."""
        if len(self._files) != 1:
            return None
        (file,) = self._files.values()
        if file.object is None or file.size > limit:
            return None
        try:
            with _copy(file.object, file.sha256) as descriptor, open(descriptor, "rb", closefd=False) as copy:
                return copy.read(limit)
        except OSError:
            return None


@contextmanager
def _copy(found: Object, sha256: str | None) -> Iterator[int]:
    try:
        store = open_store(found.place.scheme)
    except UnableError as error:
        raise OSError(errno.ENOSYS, error.message) from None
    state = hashlib.sha256()
    with tempfile.TemporaryFile() as copy:
        for offset in range(0, found.size, PIECE):
            data = store.read(found, offset, PIECE).data
            state.update(data)
            copy.write(data)
        if state.hexdigest() != sha256:
            raise ChangedError
        copy.flush()
        copy.seek(0)
        yield copy.fileno()
