"""What was fetched before, kept under its SHA-256: an entry that is not what its name says does not count."""

from __future__ import annotations

import contextlib
import hashlib
import os

from gate.core.errors import GateError


class Cache:
    """A directory of files called by their digests."""

    def __init__(self, directory: str) -> None:
        self._directory = directory

    def get(self, sha256: str) -> bytes | None:
        """The bytes with this digest, if they are here."""
        from gate.documents.nodes import read_bytes

        if not sha256:
            return None
        try:
            data = read_bytes(os.path.join(self._directory, sha256), sha256)
        except GateError:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    def put(self, data: bytes) -> None:
        """Keeps `data`; a cache that cannot be written is none."""
        from gate.files.atomic import write_atomic

        with contextlib.suppress(OSError, GateError):
            os.makedirs(self._directory, mode=0o700, exist_ok=True)
            write_atomic(os.path.join(self._directory, hashlib.sha256(data).hexdigest()), data)
