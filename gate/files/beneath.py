"""Opening files beneath a root without following a link anywhere on the way.

Every component of a path is opened on its own, relative to the descriptor of the one before and with
O_NOFOLLOW, so a link can neither lead out of the repository nor be swapped in between a check and a use.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""O_NONBLOCK so that opening a FIFO returns at once instead of waiting for a writer."""
_DIRECTORY_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class LinkError(OSError):
    """A component of the path is a symbolic link; `path` is that component, relative to the root."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.ELOOP, "is a symbolic link", path)
        self.path = path


@contextmanager
def directory(root: str, path: str) -> Iterator[int]:
    """A descriptor of the directory `path` beneath `root` (itself for an empty path); raises OSError or `LinkError`."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        walked = ""
        for part in path.split("/") if path else ():
            walked = f"{walked}/{part}" if walked else part
            inner = _open(part, _DIRECTORY_FLAGS, descriptor, walked)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def file(root: str, path: str) -> Iterator[int]:
    """A descriptor of the file `path` beneath `root`; raises OSError or `LinkError`."""
    parent, _, name = path.rpartition("/")
    with directory(root, parent) as descriptor:
        opened = _open(name, FILE_FLAGS, descriptor, path)
        try:
            yield opened
        finally:
            os.close(opened)


def _open(name: str, flags: int, parent: int, path: str) -> int:
    try:
        return os.open(name, flags, dir_fd=parent)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR) and is_link(name, parent):
            raise LinkError(path) from None
        raise


def is_link(name: str, parent: int) -> bool:
    """Whether `name` in the directory `parent` is a symbolic link."""
    try:
        return stat.S_ISLNK(os.lstat(name, dir_fd=parent).st_mode)
    except OSError:
        return False
