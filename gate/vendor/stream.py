"""An open file as a stream."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from gate.core.errors import UnableError
from gate.core.text import printable
from gate.vendor.interface import Reader


class _Stream(NamedTuple):
    descriptor: int
    shown: str

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, nothing at the end; raises `UnableError`."""
        try:
            return os.read(self.descriptor, size)
        except OSError as error:
            raise unreadable(self.shown, error) from None


@contextlib.contextmanager
def stream(descriptor: int, shown: str, offset: int) -> Iterator[Reader]:
    """Reads the regular file from `offset`, and closes it; `shown` is what a person calls it. Raises `UnableError`."""
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnableError(f"{printable(shown)} is no regular file", "find out who put it there")
        os.lseek(descriptor, offset, os.SEEK_SET)
        yield _Stream(descriptor, shown)
    finally:
        os.close(descriptor)


def unreadable(shown: str, error: OSError) -> UnableError:
    """Why a file cannot be read."""
    return UnableError(f"{printable(shown)} cannot be read: {error.strerror}", "see who may read it")
