"""Quarantine: a directory of one's own in which everything lies until it is known to be good."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from typing import NamedTuple

from gate.core.errors import UnableError, UsageError
from gate.core.text import printable
from gate.files.atomic import explained
from gate.files.lock import stands

REPORT = "report.json"
_LOCK = "lock"
_FIX = "pass --quarantine DIR with a directory of your own"
_WORD = 80
"""Characters of a file's own name that its name in quarantine ends with."""


class Room(NamedTuple):
    """One quarantine: what is whole lies in `content`, what is still coming in `partial`."""

    path: str

    @property
    def content(self) -> str:
        """Files that are what the upstream announces."""
        return os.path.join(self.path, "content")

    @property
    def partial(self) -> str:
        """Files that are not whole, or are not what was announced."""
        return os.path.join(self.path, "partial")

    @property
    def report(self) -> str:
        """Why it failed."""
        return os.path.join(self.path, REPORT)

    def remove(self) -> None:
        """Ends the quarantine: everything in it is kept elsewhere."""
        shutil.rmtree(self.path, ignore_errors=True)


def place_of(path: str) -> str:
    """The name in quarantine of the upstream's file `path`: nothing that an upstream says becomes a path here."""
    word = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "-" for char in path[-_WORD:])
    return f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:24]}-{word.lstrip('.')}"


@contextlib.contextmanager
def quarantine(directory: str, *identity: str) -> Iterator[Room]:
    """The quarantine beneath `directory` for what `identity` names, which no other run can use meanwhile.

    What an interrupted run has left is in it. Raises `UsageError` for a place that others can write to, and
    `UnableError` where another run holds it.
    """
    path = os.path.join(directory, hashlib.sha256("\0".join(identity).encode("utf-8", "replace")).hexdigest()[:24])
    try:
        lock = _entered(directory, path)
    except OSError as error:
        raise explained(path, error) from None
    try:
        yield Room(path)
    finally:
        os.close(lock)


def _entered(directory: str, path: str) -> int:
    """The lock of the directory, which is made where it is missing."""
    while True:
        _make(directory, path)
        lock = _locked(path)
        if stands(lock, os.path.join(path, _LOCK)):  # a run that has just ended takes its own away
            for inner in (Room(path).content, Room(path).partial):
                os.makedirs(inner, mode=0o700, exist_ok=True)
            return lock
        os.close(lock)


def _make(directory: str, path: str) -> None:
    """Both directories, the inner one closed to others."""
    os.makedirs(directory, mode=0o700, exist_ok=True)
    outer = os.stat(directory)  # whoever may rename in it can put another one in the place of ours
    if outer.st_uid not in (0, os.geteuid()) or (outer.st_mode & 0o002 and not outer.st_mode & stat.S_ISVTX):
        raise UsageError(f"{printable(directory)} is a directory in which others may rename", _FIX)
    with contextlib.suppress(FileExistsError):
        os.mkdir(path, 0o700)
    found = os.lstat(path)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise UsageError(f"{printable(path)} is no directory that only you can use", f"remove it, or {_FIX}")


def _locked(path: str) -> int:
    lock = os.open(os.path.join(path, _LOCK), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        message = f"another run fetches the same, into {printable(path)}"
        raise UnableError(message, "wait until it is done, then run the command again") from None
    return lock
