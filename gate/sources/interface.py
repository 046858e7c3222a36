"""What readers find in a file: places where data or weights are pulled in, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from gate.core.model import Kind

HOLE = "\0"
"""Stands in a text for a part that is known only when the code runs."""

Pin = Literal["fixed", "release", "library", "content", "moving", "dynamic"]
"""What names the content: a commit or digest; a numbered version; what the version of a library lays down; nothing
but the address; something that moves; something known only when the code runs."""


class Source(NamedTuple):
    """One origin: `url` as `source.url` of a DBOM entry has it, with `HOLE` for what is known at run time only.

    `host` is in lower case, empty where only the run knows it. `revision` is what the code asks for, None for none.
    """

    url: str
    host: str
    kind: Kind | None = None
    revision: str | None = None
    pin: Pin = "moving"

    @property
    def is_known(self) -> bool:
        """Whether the text alone says which source it is."""
        return HOLE not in self.url


class Flaw(NamedTuple):
    """A rule that a place breaks whatever a policy says, in words that follow "CALL"."""

    rule: str
    message: str
    fix: str


class Site(NamedTuple):
    """One place. `line` and `column` count from 1, `column` and `length` in characters.

    `call` is what pulls it in, such as `datasets.load_dataset` or `wget`; `text` is the place as it is written, with
    the spaces normalised. `source` is None for what is loaded from a file at hand, which may still have flaws.
    `is_bare` says that the code has an address of data there, and not what is done with it. `helper` is the function
    that it is handed to where only its name says that it downloads. Of both, see `gate.sources.once`.
    """

    line: int
    column: int
    length: int
    call: str
    text: str
    source: Source | None
    flaws: tuple[Flaw, ...] = ()
    is_bare: bool = False
    helper: str = ""


class Gap(NamedTuple):
    """Something that was not read. It is `blind` where there may be a source in it."""

    line: int
    message: str
    blind: bool


Found = Iterator["Site | Gap"]


def shown(text: str) -> str:
    """`text` for people."""
    return text.replace(HOLE, "{…}")
