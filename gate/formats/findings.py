"""What readers share: the same finding at a thousand places is one flaw, limits on flaws, and where a path leads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from gate.core.text import count
from gate.formats.interface import Flaw

FLAWS = 20
"""Flaws of one rule that are reported for one file."""
LONGEST = 4096
"""Characters of a path: PATH_MAX of Linux."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SEPARATORS = re.compile(r"[/\\]")


class Findings:
    """Flaws by rule and message, with the place of the first and how many there are."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[Flaw, int]] = {}
        self._kept: Counter[str] = Counter()
        self._further: Counter[str] = Counter()

    def add(self, rule: str, message: str, offset: int | None = None, *, member: str | None = None) -> None:
        """Note one at `offset` bytes, or in the archive `member`."""
        known = self._found.get((rule, message))
        if known is not None:
            self._found[rule, message] = known[0], known[1] + 1
        elif self._kept[rule] < FLAWS:
            self._kept[rule] += 1
            self._found[rule, message] = Flaw(rule, message, offset, member), 1
        else:
            self._further[rule] += 1

    def flaws(self) -> tuple[Flaw, ...]:
        """All of them, in the order in which they were met."""
        found = (flaw._replace(message=flaw.message + _times(flaw, times)) for flaw, times in self._found.values())
        return (*found, *_more(self._further))


def bounded(flaws: Iterable[Flaw], limit: int = FLAWS) -> tuple[Flaw, ...]:
    """At most `limit` flaws of each rule, and how many more there are.

    A limit on all of them together would let those of a rule that the policy ignores push out the others.
    """
    kept: Counter[str] = Counter()
    found = []
    for flaw in flaws:
        kept[flaw.rule] += 1
        if kept[flaw.rule] <= limit:
            found.append(flaw)
    return (*found, *_more(Counter({rule: number - limit for rule, number in kept.items() if number > limit})))


def _times(flaw: Flaw, times: int) -> str:
    if times == 1:
        return ""
    return f" (and in {count(times - 1, 'more member')})" if flaw.member else f" ({count(times, 'time')})"


def _more(numbers: Counter[str]) -> Iterable[Flaw]:
    return (Flaw(rule, f"and {count(number, 'more finding')}") for rule, number in numbers.items())


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
