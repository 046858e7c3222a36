"""Files of a remote place as the loader of policies reads files, and the one fetcher of a run behind them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import posixpath
import tempfile
import time
from typing import NamedTuple

from gate.core.errors import UnableError, UsageError
from gate.core.text import printable, size
from gate.files.commit import Commit
from gate.files.lfs import parse_pointer
from gate.policy.files import Fetching
from gate.policy.remote import git, https
from gate.policy.remote.cache import Cache
from gate.policy.remote.https import Network, Url
from gate.policy.remote.reference import HTTPS_PORT, Reference, parse

SECONDS = 30.0
"""For one file or commit."""
MAX_SECONDS = 120.0
"""For all that one run fetches."""
MAX_TOTAL = 64 << 20
"""Bytes of all that one run fetches: it is kept until it ends."""


class Fetcher:
    """What one run has fetched: each file once, each commit once, all within one limit of time and one of bytes."""

    def __init__(self, fetching: Fetching, home: str) -> None:
        self._fetching, self._network = fetching, Network(home)
        self._cache = Cache(os.path.join(home, ".cache", "gate", "policies"))
        self._left, self._bytes = MAX_SECONDS, 0
        self._files: dict[str, bytes] = {}
        self._commits: dict[tuple[str, str], Commit] = {}
        self._directories = contextlib.ExitStack()

    def close(self) -> None:
        """Removes the commits that were fetched."""
        self._directories.close()

    def trust(self, hosts: frozenset[str]) -> None:
        """From now on `hosts` are those of whoever runs the gate."""
        self._network = self._network._replace(own=hosts)

    def fetch(self, reference: Reference, sha256: str = "") -> bytes:
        """The file; one that should have the digest `sha256` may be an earlier fetch's. Raises `GateError`."""
        data = self._files.get(str(reference))
        if data is None:
            data = self._cache.get(sha256)
        if data is None:
            data = self._remote(reference)
            if hashlib.sha256(data).hexdigest() == sha256 or not sha256:
                self._cache.put(data)
        self._files[str(reference)] = data
        return data

    def _remote(self, reference: Reference) -> bytes:
        if self._fetching.offline and reference.scheme != "git+file":
            fix = "fetch it once without `--offline`; what the lock or a pin has is then kept"
            raise UnableError("it is not in the cache, and the network is not to be used", fix)
        seconds = min(SECONDS, self._left)
        if seconds <= 0:
            raise UnableError(f"all fetches together took more than {MAX_SECONDS:g} seconds", "extend fewer policies")
        begin = time.monotonic()
        try:
            data = self._commit(reference, seconds) if reference.commit else self._web(reference, seconds)
        finally:
            self._left -= time.monotonic() - begin
        self._bytes += len(data)
        if self._bytes > MAX_TOTAL:
            raise UsageError(f"more than {size(MAX_TOTAL)} were fetched", "extend fewer policies")
        if parse_pointer(data):
            raise UsageError("it is a pointer of Git LFS", "keep policies and keys in git itself")
        return data

    def _web(self, reference: Reference, seconds: float) -> bytes:
        port = reference.port or HTTPS_PORT
        path = "/" + str(reference).partition("://")[2].partition("/")[2]
        return https.fetch(Url(reference.host, port, path), self._network, seconds)

    def _commit(self, reference: Reference, seconds: float) -> bytes:
        key = (reference.place, reference.commit)
        if key not in self._commits:
            directory = self._directories.enter_context(tempfile.TemporaryDirectory(prefix="gate-policy-"))
            self._commits[key] = git.fetch(reference, self._network, seconds, directory)
        return self._commits[key].read(reference.path, most=https.MAX_BYTES)


class RemoteFiles(NamedTuple):
    """The files beside a remote policy: those of its directory on a server, or of its repository at its commit."""

    beside: Reference
    fetcher: Fetcher

    def read(self, path: str, *, follow: bool, sha256: str = "") -> bytes:  # noqa: ARG002 - no link is ever followed
        """The bytes of a file; `sha256`, where it is known, lets the cache answer."""
        reference = self.at(path)
        try:
            return self.fetcher.fetch(reference, sha256)
        except UsageError as error:
            raise type(error)(f"{reference} cannot be used: {error.message}", error.fix) from None
        except UnableError as error:
            raise UnableError(f"{reference} cannot be had: {error.message}", error.fix) from None

    def at(self, path: str) -> Reference:
        """The reference of another file here; raises `UsageError` for a name that no reference can have."""
        reference = self.beside._replace(path=path)
        if str(parse(str(reference))) != str(reference):
            raise UsageError(f"{printable(path)} cannot be read from {reference.place}", "name a plain relative path")
        return reference

    def real(self, path: str) -> str:
        """A name that no path on this machine has; what lies outside is beneath no other."""
        inside = posixpath.normpath(path)
        if inside.startswith(("/", "..")):
            return path
        return f"{self.beside.scheme}:{self.beside.place}@{self.beside.commit}/{inside if path else ''}"
