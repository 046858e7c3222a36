"""The digests of a file of an upstream, beside those that it announces."""

from __future__ import annotations

import hashlib
import os

from gate.files.digest import CHUNK
from gate.vendor.interface import Entry, Fetched


class Hashing:
    """The digests of a file while it comes in."""

    def __init__(self, entry: Entry, also: tuple[str, ...]) -> None:
        self.size = 0
        self._entry = entry
        self._states = {name: hashlib.new(name) for name in dict.fromkeys(("sha256", *also))}
        self._blob = None
        if entry.git is not None and entry.sha256 is None:  # git hashes the size before the content
            self._blob = hashlib.sha1(b"blob %d\0" % (entry.size or 0), usedforsecurity=False)

    def update(self, data: bytes) -> None:
        """Takes in the next bytes."""
        self.size += len(data)
        for state in self._states.values():
            state.update(data)
        if self._blob:
            self._blob.update(data)

    def read(self, descriptor: int) -> None:
        """Takes in what a file holds already."""
        while data := os.pread(descriptor, CHUNK, self.size):
            self.update(data)

    @property
    def sha256(self) -> str:
        """In hexadecimal."""
        return self._states["sha256"].hexdigest()

    def problem(self) -> str | None:
        """How it differs from what is announced."""
        entry = self._entry
        if entry.sha256 is not None and entry.sha256 != self.sha256:
            return f"its SHA-256 is {self.sha256}, announced is {entry.sha256}"
        if self._blob and entry.git != self._blob.hexdigest():
            return f"its digest as a blob of git is {self._blob.hexdigest()}, announced is {entry.git}"
        return None

    def fetched(self, place: str) -> Fetched:
        """The file, which lies at `place`."""
        others = {name: state.hexdigest() for name, state in self._states.items()}
        return Fetched(self._entry.path, place, self.sha256, self.size, others)
