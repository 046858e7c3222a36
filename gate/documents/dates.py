"""Days of the calendar in a document, as `2026-01-31`."""

from __future__ import annotations

import datetime
import re

from gate.core.model import Json
from gate.core.text import shorten
from gate.documents.kinds import Reading, Text
from gate.documents.nodes import Node


def date_problem(text: str) -> str | None:
    """Why `text` is no day of the calendar, or None."""
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return f'"{shorten(text)}" is no date such as 2026-01-31'
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return f'"{text}" is no day of the calendar'
    return None


DATE = Text(check=date_problem, pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}", expected="a date such as 2026-01-31")
"""The day as text, which sorts as days do."""


class Day:
    """The day as a `datetime.date`."""

    def read(self, node: Node, reading: Reading) -> datetime.date | None:
        """The day."""
        text = DATE.read(node, reading)
        return None if text is None else datetime.date.fromisoformat(text)

    def schema(self) -> dict[str, Json]:
        """A string with the form of a date."""
        return DATE.schema()
