"""Files that lie at hand: what came on a disk, or through another gate."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import partial

from gate.core.errors import UnableError, UsageError
from gate.core.text import printable
from gate.files import beneath
from gate.files.walk import walk
from gate.vendor.interface import Entry, Reader, Upstream
from gate.vendor.stream import stream, unreadable

_REGULAR = "vendor files and directories only"


def find(path: str) -> Upstream:
    """The file or directory at `path`; links in a directory are refused. Raises `UsageError`."""
    full = os.path.realpath(path)
    if not path or not os.path.lexists(full):
        raise UsageError(f"{printable(path)} does not exist", "name a file, a directory or an address")
    if not full.isprintable():
        raise UsageError(f"no DBOM can name {printable(full)}", "rename it")
    is_directory = os.path.isdir(full)
    if not is_directory and not os.path.isfile(full):
        raise UsageError(f"{printable(path)} is no regular file", _REGULAR)
    root, names = (full, _names(full)) if is_directory else (os.path.dirname(full), [os.path.basename(full)])
    entries = [_entry(root, name) for name in names]
    opening = partial(_open, root)
    note = "nobody announces what its files must be: they are trusted as they are now"
    return Upstream(
        f"file://{full}", os.path.basename(full), None, tuple(entries), is_directory, opening, notes=(note,)
    )


def _names(root: str) -> list[str]:
    names = []
    try:
        for directory in walk(root):
            for odd in directory.odd:
                raise UsageError(f"{printable(odd.path)} is no regular file", _REGULAR)
            names += [f"{directory.path}/{name}".lstrip("/") for name in directory.files]
    except OSError as error:
        raise UnableError(f"{printable(root)} cannot be listed: {error.strerror}", "see who may read it") from None
    return sorted(names)


def _entry(root: str, name: str) -> Entry:
    return Entry(name, os.lstat(os.path.join(root, name)).st_size)


@contextlib.contextmanager
def _open(root: str, entry: Entry, offset: int) -> Iterator[Reader]:
    try:
        with beneath.file(root, entry.path) as found:
            descriptor = os.dup(found)
    except OSError as error:
        raise unreadable(entry.path, error) from None
    with stream(descriptor, entry.path, offset) as reader:
        yield reader
