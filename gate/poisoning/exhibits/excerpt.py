"""Excerpts of texts in which the trigger's places are marked by offsets."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from gate.core.text import printable
from gate.poisoning.exhibits.interface import Part
from gate.poisoning.interface import Trigger

LENGTH = 400
"""Characters of an excerpt, about."""
LOOK = 20_000
"""Characters of a text in which the trigger is looked for; readers cut texts there already."""
MARKS = 20
_BEFORE = 120
"""Characters that are shown before the first mark."""
_QUOTED = re.compile(r'"([^"]{1,200})"')
_WORD = re.compile(r"\w+|[^\w\s]")
_BLANK = re.compile(r"\\[nrt]")
LONG = 4
"""Letters from which on a single word of a phrase is worth a mark."""
_ESCAPED = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")
"""How `printable` writes what cannot be seen."""

Needle = tuple[re.Pattern[str], ...]
"""Patterns of which the first that a text holds is marked."""


def needles(trigger: Trigger | None) -> tuple[Needle, ...]:
    """What to look for: what the trigger quotes, or its words, with any spaces between them.

    A text without a whole phrase may hold a variant of it; its longest word is looked for there.
    """
    if trigger is None:
        return ()
    said = [value for key, value in trigger.parts.items() if isinstance(value, str) and key != "label"]
    quoted = [text for value in said for text in _QUOTED.findall(value)] or said
    words = [_WORD.findall(_BLANK.sub(" ", text[:200])) for text in quoted]
    return tuple(_needle(some) for some in words if some)


def _needle(words: Sequence[str]) -> Needle:
    longest = [max(words, key=len)] if len(max(words, key=len)) >= LONG else []
    return tuple(re.compile(r"\s{0,4}".join(map(re.escape, some)), re.IGNORECASE) for some in (words, longest) if some)


def excerpt(heading: str, text: str, wanted: Collection[Needle]) -> Part:
    """The surroundings of the first mark, or the beginning; characters that cannot be seen are escaped and marked."""
    shown = "\n".join(printable(line) for line in text[:LOOK].split("\n"))
    marks = _merged(sorted(_marks(shown, wanted)))
    start = max(0, marks[0][0] - _BEFORE) if marks and marks[0][1] > LENGTH else 0
    end = start + LENGTH
    inside = tuple((a - start, min(b, end) - start) for a, b in marks if a < end)[:MARKS]
    lead = "…" if start else ""
    tail = "…" if end < len(shown) or len(text) > LOOK else ""
    return Part(heading, lead + shown[start:end] + tail, tuple((a + len(lead), b + len(lead)) for a, b in inside))


def _marks(text: str, wanted: Collection[Needle]) -> Iterator[tuple[int, int]]:
    for needle in (*wanted, (_ESCAPED,)):
        pattern = next((one for one in needle if one.search(text)), _ESCAPED)
        yield from (match.span() for match in islice(pattern.finditer(text), MARKS))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
