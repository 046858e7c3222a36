"""What is vendored, and what a mirror is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from gate.core.errors import GateError
from gate.core.model import Kind
from gate.core.text import printable

Progress = Callable[[int], object]
"""Called with the number of bytes since the last call, from several threads."""


class Entry(NamedTuple):
    """One file of an upstream: `path` is relative, with forward slashes.

    `size` (bytes), `sha256` and `git`, the SHA-1 of the content as a blob of git, are what the upstream announces;
    None where it does not.
    """

    path: str
    size: int | None = None
    sha256: str | None = None
    git: str | None = None


class Reader(Protocol):
    """An open stream."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes as soon as some are there, nothing at the end; raises `UnableError`."""


Open = Callable[[Entry, int], AbstractContextManager[Reader]]
"""Opens a file at an offset; raises `GateError`. Called from several threads."""


class Upstream(NamedTuple):
    """The files of one origin, at one revision that cannot move where the origin has such.

    `url` is as `source.url` of the DBOM has it. `name` and `kind` are what the origin calls it. `notes` are what
    a person must know about how far it can be relied on.
    """

    url: str
    name: str
    revision: str | None
    entries: tuple[Entry, ...]
    is_directory: bool
    open: Open
    license: str | None = None
    supplier: str | None = None
    kind: Kind | None = None
    notes: tuple[str, ...] = ()


class Fetched(NamedTuple):
    """A file that lies whole in quarantine, at `place`, and is what the upstream announces.

    `digests` are by further algorithms that were asked for, in hexadecimal.
    """

    path: str
    place: str
    sha256: str
    size: int
    digests: Mapping[str, str] = {}


class Mirror(Protocol):
    """A store of objects that are named by their SHA-256. `url` is as `source.mirror` of the DBOM has it."""

    @property
    def url(self) -> str:
        """Where it is."""

    @property
    def largest(self) -> int | None:
        """Bytes that an object may have."""

    def put(self, sha256: str, place: str) -> bool:
        """Keeps the file at `place`, visible only as a whole; False where an object of that name is there already.

        Raises `GateError`.
        """

    def read(self, sha256: str, offset: int = 0) -> AbstractContextManager[Reader]:
        """Opens an object; raises `AbsentError` where there is none, and other `GateError`."""


class TamperedError(GateError):
    """An object of a mirror is not what its name says: whoever may write there has changed it."""

    exit_code = 1

    def __init__(self, url: str, sha256: str) -> None:
        message = f"the object {sha256[:12]}… in {printable(url)} is not what its name says: it was changed there"
        super().__init__(message, "find out who changed it; remove it, and vendor it again")


def key(sha256: str) -> str:
    """The name of an object in a mirror."""
    return f"sha256/{sha256[:2]}/{sha256}"
