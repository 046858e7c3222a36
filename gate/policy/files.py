"""Where policies, and the keys and trust roots that they name, are read from."""

from __future__ import annotations

import datetime as dt
import os
from typing import NamedTuple, Protocol

from gate.core.errors import AbsentError
from gate.core.text import printable
from gate.documents.nodes import read_bytes


class Fetching(NamedTuple):
    """What may be fetched, and on what conditions.

    `locked`: everything remote must be pinned, and nothing expired. `offline`: only what was fetched before.
    `relock`: what `policy.lock` says does not count, for it is to be written anew.
    `credentials` are hosts at which whoever runs the gate may be known, where not the policy that is named says so.
    `today` is the day (UTC) by which a policy expires; None for the day it is.
    """

    locked: bool = False
    offline: bool = True
    credentials: frozenset[str] | None = None
    today: dt.date | None = None
    relock: bool = False


class Files(Protocol):
    """Where policy files are read from, by paths relative to the root: the work tree, a commit, a remote place."""

    def read(self, path: str, *, follow: bool, sha256: str = "") -> bytes:
        """The bytes of a file; a link only where `follow` says so.

        `sha256` is the digest that the file should have, if that is known: what is fetched may come from a cache
        then. It is for the caller to compare. Raises `UsageError`, `AbsentError` for a file that is not there.
        """

    def real(self, path: str) -> str:
        """The absolute path behind links and `..`."""


class WorkTree(NamedTuple):
    """The files that lie beneath `root`, and where the command line says so, elsewhere."""

    root: str

    def read(self, path: str, *, follow: bool, sha256: str = "") -> bytes:  # noqa: ARG002 - nothing here is fetched
        """The bytes of a file."""
        full = os.path.join(self.root, path)
        if not os.path.lexists(full):
            raise AbsentError(f"{printable(path)}: No such file or directory", "name a file that exists")
        return read_bytes(full, path, follow=follow)

    def real(self, path: str) -> str:
        """The absolute path behind links and `..`."""
        return os.path.realpath(os.path.join(self.root, path))


class Homes:
    """The directories beneath which everything lies that a policy names, the root of `files` for one.

    A policy could otherwise have the gate quote any file of the machine in an error.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._homes = [files.real("")]

    def add(self, policy: str) -> None:
        """Whoever names a policy on the command line also means what lies beside it."""
        self._homes.append(os.path.dirname(self._files.real(policy)))

    def has(self, real: str) -> bool:
        """Whether `real`, a path without links and `..`, lies beneath one of them."""
        return any(real.startswith(home.rstrip(os.sep) + os.sep) for home in self._homes)


def is_remote(path: str) -> bool:
    """Whether the path of a location is the reference of a remote policy, which is no file of the tree."""
    return "://" in path
