"""What is known of objects, and what a kind of storage can do with them. Cheap to import."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import IO, NamedTuple, Protocol

from gate.objects.url import Place

PIECE = 8 << 20
"""Bytes of one read: enough to keep a connection busy, few enough for a dozen threads."""
MAX_OBJECTS = 1_000_000
"""Of one directory."""


class ChangedError(OSError):
    """The object is no longer the version that is asked for."""

    def __init__(self) -> None:
        super().__init__(errno.ESTALE, "it is no longer the version that was found")


class Object(NamedTuple):
    """One version of an object: its size in bytes, and its tag; `version` is empty where its bucket keeps none."""

    place: Place
    size: int
    etag: str
    version: str = ""

    @property
    def pinned(self) -> str:
        """The version as reports have it."""
        return f"version {self.version}" if self.version else f"etag {self.etag}"


class Part(NamedTuple):
    """Bytes of an object, and the version that they are of."""

    data: bytes
    object: Object


class Store(Protocol):
    """A kind of object storage. Every method raises OSError."""

    def stat(self, place: Place) -> Object:
        """The current version; raises FileNotFoundError where there is none."""

    def list(self, place: Place) -> Iterator[Object]:
        """The current version of everything whose key begins with that of `place` and a slash, by key.

        Their versions are not known yet: the first read tells them.
        """

    def read(self, found: Object, offset: int, length: int) -> Part:
        """At most `length` bytes of exactly this version from `offset`; raises `ChangedError` where it is another."""

    def put_new(self, place: Place, file: IO[bytes], size: int, sha256: str = "") -> bool:
        """Writes the `size` bytes of `file` unless there is an object already; whether it was written.

        The object is there as a whole or not at all. With `sha256`, in hexadecimal, the server refuses other bytes.
        """
