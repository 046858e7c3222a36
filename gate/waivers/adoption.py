"""Which adopted findings count, and what is wrong with the file that has them."""

from __future__ import annotations

import datetime as dt

from gate.core.catalogue import UnknownRuleError, get_rule
from gate.core.model import Location
from gate.policy.limits import Bounds
from gate.waivers.model import Adoption, Key


def refuses(rule: str, bounds: Bounds) -> str:
    """Why findings of `rule` can never be adopted; empty where they can.

    What is critical passes only by a waiver: by a decision about this very file, and not by having been there.
    """
    if rule in bounds.critical or _is_critical(rule):
        return "it is critical, so it needs a waiver of its own"
    return bounds.refuses(rule)


def _is_critical(rule: str) -> bool:
    try:
        return get_rule(rule).severity == "critical"
    except UnknownRuleError:
        return False  # a custom rule, of which the policies tell


def too_broad(adoption: Adoption, bounds: Bounds) -> tuple[str, Location] | None:
    """What is wrong with the file as a whole, and where, so that none of it counts."""
    if bounds.forbidden:
        return f"{bounds.forbidden} forbids adopting findings", adoption.location
    days = (adoption.expires - adoption.created).days
    if days > bounds.days:
        said = f", says {bounds.days_at}" if bounds.days_at else ""
        return f"the adoption lasts {days} days, and {bounds.days} are the most{said}", adoption.at["expires"]
    if len(adoption.entries) > bounds.findings:
        said = f", says {bounds.findings_at}" if bounds.findings_at else ""
        message = f"{len(adoption.entries):,} findings are adopted, and {bounds.findings:,} are the most{said}"
        return message, adoption.at["entries"]
    return None


class Adopted:
    """The entries that count on the day `today`."""

    def __init__(self, adoption: Adoption | None, bounds: Bounds, today: dt.date) -> None:
        counts = adoption is not None and adoption.expires >= today and too_broad(adoption, bounds) is None
        self._entries = adoption.entries if adoption is not None and counts else {}
        self._bounds = bounds
        self.expires = adoption.expires.isoformat() if adoption else ""

    def place(self, key: Key) -> Location | None:
        """Where the finding stands; None where it is not adopted."""
        place = self._entries.get(key)
        return place if place is not None and not refuses(key.rule, self._bounds) else None
