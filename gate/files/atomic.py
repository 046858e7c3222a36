"""Writing a file so that a reader sees the old content or the new, and never half of it."""

from __future__ import annotations

import os
import secrets

from gate.core.errors import UnableError, UsageError
from gate.core.text import printable


def write_atomic(path: str, data: bytes, *, within: str | None = None) -> None:
    """Replaces the content of `path` by `data`; its directory is made where it is missing.

    With `within`, a directory, a path that a link takes out of it is refused.
    Raises `UnableError` when the disk is full and `UsageError` when the place cannot be written; whatever
    stood at `path` is then untouched. A link is refused: replacing it would leave its target as it was. So is
    anything else that is no regular file.
    """
    if os.path.islink(path):
        raise UsageError(f"{printable(path)} is a symbolic link", "write to the file that it points to")
    if os.path.exists(path) and not os.path.isfile(path):  # root would replace even `/dev/null`
        raise UsageError(f"{printable(path)} is no regular file", "name a file")
    parent = os.path.dirname(path) or "."
    if within is not None and not (os.path.realpath(parent) + os.sep).startswith(os.path.realpath(within) + os.sep):
        raise UsageError(f"{printable(path)} lies behind a link out of the repository", "put a directory there")
    temporary = os.path.join(parent, f".{os.path.basename(path)}.{secrets.token_hex(4)}.tmp")
    try:
        os.makedirs(parent, exist_ok=True)
        mode = os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o666 & ~_umask()
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            os.replace(temporary, path)
        except BaseException:  # also an interrupt: no half-written file may stay behind
            os.unlink(temporary)
            raise
    except OSError as error:
        raise explained(path, error) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def explained(path: str, error: OSError) -> UnableError | UsageError:
    """Why nothing could be written to `path`."""
    import errno

    message = f"cannot write {printable(path)}: {error.strerror}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
        return UnableError(message, "nothing was changed; make room and run the command again")
    return UsageError(message, "nothing was changed; choose a place that can be written")
