"""Comments that allow what stands on their line: `# gate: allow sources/unpinned -- reason`.

One that stands on a line of its own speaks of the line below it. Without a reason behind `--` it allows nothing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gate.core.text import shorten

_PRAGMA = re.compile(
    r"(?:#|//)\s*gate:\s*allow\b\s*(?P<rules>[\w/*]+(?:-[\w/*]+)*(?:\s*,\s*[\w/*]+(?:-[\w/*]+)*)*)?\s*"
    r"(?:--\s*(?P<reason>\S.*?)\s*(?:\\n\",?)?$)?"
)
_ALONE = re.compile(r"^\s*\"?\s*(?:#|//)")
MAX_LINE = 2_000


class Pragma(NamedTuple):
    """What one comment allows, on which line it stands, and why; `rules` and `reason` are empty where it has none."""

    rules: tuple[str, ...]
    reason: str
    line: int
    text: str


def pragmas(lines: list[str], line: int, more: int = 1) -> tuple[Pragma, ...]:
    """The comments that speak of the place that begins on `line`."""
    found = []
    for number in (line - 1, *range(line, line + more)):
        if not 1 <= number <= len(lines) or len(lines[number - 1]) > MAX_LINE:
            continue
        text = lines[number - 1]
        if number < line and not _ALONE.match(text):
            continue
        if "gate:" in text and (match := _PRAGMA.search(text)):
            rules = tuple(rule.strip() for rule in (match["rules"] or "").split(",") if rule)
            found.append(Pragma(rules, shorten((match["reason"] or "").strip(), 300), number, text.strip()))
    return tuple(found)
