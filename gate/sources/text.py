"""Places in a text: from offsets to lines and columns."""

from __future__ import annotations

from bisect import bisect_right

from gate.sources.commands import Fetch
from gate.sources.interface import Flaw, Site, Source

LONGEST = 300
"""Characters of a place as it is kept."""


class Text:
    """A text whose lines end as those of Unix."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = text.find("\n", at + 1)

    def place(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def site(self, start: int, end: int, call: str, source: Source | None, flaws: tuple[Flaw, ...] = ()) -> Site:
        """A site from `start` to `end`, of which the part on the first line is marked."""
        line, column = self.place(start)
        stop = self.text.find("\n", start)
        marked = (end if stop < 0 else min(end, stop)) - start
        text = " ".join(self.text[start : min(end, start + 4 * LONGEST)].replace("\\\n", " ").split())
        return Site(line, column, max(1, marked), call, text[:LONGEST], source, flaws)

    def fetched(self, one: Fetch, shift: int = 0) -> Site:
        """The site of a command that stands `shift` further on in this text."""
        return self.site(one.start + shift, one.end + shift, one.call, one.source, one.flaws)
