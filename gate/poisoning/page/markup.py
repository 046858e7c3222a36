"""Untrusted text as HTML, and what all sections share."""

from __future__ import annotations

import html
from collections.abc import Iterable

from gate.core.text import count, printable
from gate.data.interface import Place
from gate.poisoning.exhibits.interface import Part


def safe(text: str) -> str:
    """`text` escaped for HTML, also within attributes; characters that cannot be seen are written out."""
    return html.escape("\n".join(printable(line) for line in text.split("\n")))


def section(heading: str, *content: str) -> str:
    """A section with its heading; none where it has no content."""
    inner = "\n".join(filter(None, content))
    return f"<section>\n<h2>{heading}</h2>\n{inner}\n</section>" if inner else ""


def bullets(lines: Iterable[str]) -> str:
    """A list of lines that are HTML already; empty without any."""
    inner = "".join(f"<li>{line}</li>" for line in lines)
    return f"<ul>{inner}</ul>" if inner else ""


def wide(label: str, content: str) -> str:
    """What may be wider than the screen: it is scrolled by itself, with the keyboard too."""
    return f'<div class="wide" role="region" tabindex="0" aria-label="{safe(label)}">{content}</div>'


def at(place: Place) -> str:
    """Where a sample is: with its line, or its row where it has no line and is not the first."""
    if place.line is not None:
        return f"{safe(place.path)}:{place.line}"
    return f"{safe(place.path)}, row {place.row:,}" if place.row else safe(place.path)


def marked(part: Part) -> str:
    """The text with the trigger's places marked."""
    found, last = [], 0
    for start, end in part.marks:
        if last <= start < end <= len(part.text):
            found.append(f"{safe(part.text[last:start])}<mark>{safe(part.text[start:end])}</mark>")
            last = end
    return "".join(found) + safe(part.text[last:])


def samples(number: int) -> str:
    """`1 sample`, `2 samples`."""
    return count(number, "sample")
