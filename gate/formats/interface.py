"""What a format reader is given and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol

from gate.core.model import Json

Role = Literal["weights", "data", "other"]
"""What a file is by its content: `other` is neither weights nor data, a README say."""


class Source(Protocol):
    """Bytes that can be read at random: an open descriptor, a member of an archive, or memory."""

    @property
    def size(self) -> int:
        """How many bytes there are."""

    def read(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset`; fewer only at the end."""


class Flaw(NamedTuple):
    """A rule that the content breaks: `offset` in bytes into the file, or into the archive `member`.

    The rule is one of `weights/*`, or `gate/undecided` where a library is missing that the gate needs to look.
    `imported` is what a pickle names, such as `os.system`: policies may allow or deny it.
    """

    rule: str
    message: str
    offset: int | None = None
    member: str | None = None
    imported: str | None = None


class Inspection(NamedTuple):
    """What a file is and what is wrong with it; `facts` are plain data for reports and policies.

    `imported` is what the pickles in it name, harmless or not: policies may deny more than the gate does.
    """

    format: str
    role: Role
    flaws: tuple[Flaw, ...] = ()
    facts: Mapping[str, Json] = {}
    imported: frozenset[str] = frozenset()


class Reader(Protocol):
    """Reads one format whose magic was recognised. Raises nothing: what it cannot read is a flaw."""

    def __call__(self, source: Source, /) -> Inspection:
        """What `source` is and what is wrong with it."""


class BytesSource:
    """A `Source` over bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self._data)

    def read(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset`."""
        return self._data[offset : offset + length]
