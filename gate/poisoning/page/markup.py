"""Samples and their places as HTML."""

from __future__ import annotations

from gate.core.text import count
from gate.data.interface import Place
from gate.html.markup import safe
from gate.poisoning.exhibits.interface import Part


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
