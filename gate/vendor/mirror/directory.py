"""A mirror that is a directory, on a disk or a share."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from typing import NamedTuple

from gate.core.errors import AbsentError, UnableError
from gate.core.text import printable
from gate.files.atomic import explained
from gate.files.beneath import FILE_FLAGS
from gate.files.digest import CHUNK
from gate.files.lock import stands
from gate.vendor.interface import Reader, key
from gate.vendor.mirror.compare import refuse_other
from gate.vendor.stream import stream, unreadable

_INCOMING = "incoming"
"""Beside the objects: what is being written has no name by which anybody would look for it."""
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


class Directory(NamedTuple):
    """The mirror in the directory `path`, which is absolute."""

    path: str

    @property
    def url(self) -> str:
        """As a DBOM has it."""
        return f"file://{self.path}"

    @property
    def largest(self) -> int | None:
        """As the file system has it."""
        return None

    def put(self, sha256: str, place: str) -> bool:
        """Copies the file beside its place, hashes what is copied, and gives it its name last."""
        target, incoming = self._target(sha256), os.path.join(self.path, _INCOMING, sha256)
        try:
            for path in (target, incoming):
                os.makedirs(os.path.dirname(path), exist_ok=True)
            with _alone(incoming) as descriptor:
                if os.path.lexists(target):
                    os.unlink(incoming)
                    refuse_other(self, sha256)
                    return False
                if _copied(place, descriptor) != sha256:
                    os.unlink(incoming)
                    message = f"{printable(place)} was written to while it was published"
                    raise UnableError(message, "stop what writes to it, then run the command again")
                os.fchmod(descriptor, 0o444)
                os.fsync(descriptor)
                os.rename(incoming, target)
        except OSError as error:
            raise explained(target, error) from None
        return True

    @contextlib.contextmanager
    def read(self, sha256: str, offset: int = 0) -> Iterator[Reader]:
        """Opens an object."""
        target = self._target(sha256)
        try:
            descriptor = os.open(target, FILE_FLAGS)
        except FileNotFoundError:
            message = f"{printable(self.url)} has no object {sha256[:12]}…"
            raise AbsentError(message, "vendor it again: `gate vendor`") from None
        except OSError as error:
            raise unreadable(target, error) from None
        with stream(descriptor, target, offset) as reader:
            yield reader

    def _target(self, sha256: str) -> str:
        return os.path.join(self.path, key(sha256))


@contextlib.contextmanager
def _alone(path: str) -> Iterator[int]:
    """The open file, which no other run writes to meanwhile; that of a run that has just ended is an object by now."""
    while True:
        descriptor = os.open(path, _FLAGS, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if stands(descriptor, path):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _copied(place: str, descriptor: int) -> str:
    """The SHA-256 of what was written to `descriptor`."""
    state, offset = hashlib.sha256(), 0
    os.ftruncate(descriptor, 0)
    with open(os.open(place, FILE_FLAGS), "rb", buffering=0) as source:
        while data := source.read(CHUNK):
            state.update(data)
            view = memoryview(data)
            while view:
                written = os.pwrite(descriptor, view, offset)
                view, offset = view[written:], offset + written
    return state.hexdigest()
