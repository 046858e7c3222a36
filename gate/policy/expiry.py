"""Until when policies hold."""

from __future__ import annotations

import datetime as dt

from gate.core.errors import DocumentError, Problem
from gate.core.text import count
from gate.documents.kinds import Fields
from gate.policy.files import Fetching

SOON = 14
"""Days before the last one from which on a note says so."""


class Expiry:
    """Looks at the `expires:` of each document; `notes` are what it says of those that are used all the same."""

    def __init__(self, fetching: Fetching) -> None:
        self._locked = fetching.locked
        self._today = fetching.today or dt.datetime.now(dt.timezone.utc).date()
        self.notes: list[str] = []

    def judge(self, fields: Fields, shown: str) -> None:
        """Raises `DocumentError` for what has expired where everything must hold."""
        if not fields.get("expires"):
            return
        last = dt.date.fromisoformat(fields.values["expires"])
        left = (last - self._today).days
        if left >= 0:
            if left <= SOON:
                self.notes.append(f"{shown} expires on {last}, in {count(left, 'day')}")
            return
        message = f"{shown} expired on {last}"
        if self._locked:
            fix = "have those who own it renew it, or extend another"
            raise DocumentError([Problem(fields.at["expires"], message, fix)])
        self.notes.append(f"{message}: with --locked it does not count")
