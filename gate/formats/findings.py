"""What readers of graphs share: the same finding at a thousand nodes is one flaw, and where a path leads."""

from __future__ import annotations

import re

from gate.core.text import count
from gate.formats.interface import Flaw

FLAWS = 20
"""Flaws reported for one file."""
LONGEST = 4096
"""Characters of a path: PATH_MAX of Linux."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SEPARATORS = re.compile(r"[/\\]")


class Findings:
    """Flaws by rule and message, with the place of the first and how many there are."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[int, int]] = {}
        self._further = 0

    def add(self, rule: str, message: str, offset: int) -> None:
        """Note one at `offset` bytes."""
        first, times = self._found.get((rule, message), (offset, 0))
        if times or len(self._found) < FLAWS:
            self._found[rule, message] = (first, times + 1)
        else:
            self._further += 1

    def flaws(self) -> tuple[Flaw, ...]:
        """All of them, in the order in which they were met."""
        found = [
            Flaw(rule, message if times == 1 else f"{message} ({count(times, 'time')})", offset)
            for (rule, message), (offset, times) in self._found.items()
        ]
        if self._further:
            found.append(Flaw(found[-1].rule, f"and {count(self._further, 'more finding')}"))
        return tuple(found)


def leads_out(path: str) -> str | None:
    """How a relative path that a model names leaves the model's own folder, on any system; None if it stays."""
    if not path:
        return "is empty"
    if len(path) > LONGEST:
        return "is longer than a path can be"
    if any(char < " " for char in path):
        return "has control characters"
    if path[0] in "/\\":
        return "is an absolute path"
    if _SCHEME.match(path):
        return "names a drive" if path[1] == ":" else "is a URL"
    if ".." in _SEPARATORS.split(path):
        return "leads to a parent folder"
    if path[0] == "~":
        return "leads to a home folder"
    return "has a backslash, which is a separator on Windows" if "\\" in path else None
