"""Putting the finished file in its place, where nothing may be lost."""

from __future__ import annotations

import errno
import os

from gate.core.errors import UnableError, UsageError
from gate.core.text import printable
from gate.files.beneath import FILE_FLAGS
from gate.files.digest import Digest, digest

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
_FIX = "nothing was changed; remove that file, or name another one with --out"


def occupied(path: str, wanted: Digest) -> bool:
    """Whether the file is there already, byte for byte; raises `UsageError` where another one is."""
    try:
        descriptor = os.open(path, FILE_FLAGS)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise UsageError(f"{printable(path)} cannot be read: {error.strerror}", _FIX) from None
    try:
        if digest(descriptor) != wanted:
            raise UsageError(f"{printable(path)} exists already, with other content", _FIX)
    finally:
        os.close(descriptor)
    return True


def publish(temporary: str, path: str) -> None:
    """Gives the finished file its name, which must be free: a link never replaces what is there.

    Raises `UsageError` where it is taken meanwhile, and `UnableError` where the disk fails.
    """
    mask = os.umask(0)
    os.umask(mask)
    try:
        descriptor = os.open(temporary, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fchmod(descriptor, 0o666 & ~mask)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        _name(temporary, path)
    except FileExistsError:
        raise UsageError(f"{printable(path)} appeared while it was made", _FIX) from None
    except OSError as error:
        raise UnableError(f"cannot write {printable(path)}: {error.strerror}", "nothing was changed") from None


def _name(temporary: str, path: str) -> None:
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.rename(temporary, path)  # a file system without hard links: it was free a moment ago
