"""Where policies, and the keys and trust roots that they name, are read from."""

from __future__ import annotations

import os
from typing import NamedTuple, Protocol

from gate.documents.nodes import read_bytes


class Files(Protocol):
    """Where policy files are read from, by paths relative to the root: the work tree, or a commit."""

    def read(self, path: str, *, follow: bool) -> bytes:
        """The bytes of a file; a link only where `follow` says so. Raises `UsageError`."""

    def real(self, path: str) -> str:
        """The absolute path behind links and `..`."""


class WorkTree(NamedTuple):
    """The files that lie beneath `root`, and where the command line says so, elsewhere."""

    root: str

    def read(self, path: str, *, follow: bool) -> bytes:
        """The bytes of a file."""
        return read_bytes(os.path.join(self.root, path), path, follow=follow)

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

    def has(self, path: str) -> bool:
        """Whether `path`, behind links and `..`, lies beneath one of them."""
        real = self._files.real(path)
        return any(real.startswith(home + os.sep) for home in self._homes)
