"""What waivers and adopted findings make of decisions, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from gate.core.model import About, Decision, Finding, Grounds
from gate.core.text import printable
from gate.policy.limits import Bounds
from gate.waivers.adoption import Adopted
from gate.waivers.model import Book, Key, Waiver

SOON = dt.timedelta(days=14)
"""How long before its end a waiver is announced to expire."""


class Terms(NamedTuple):
    """By what both files are judged: what the policies allow, and the day (UTC).

    `unsigned` says that a policy wants the waivers file signed, and that it is not.
    """

    waivers: Bounds
    adopted: Bounds
    today: dt.date
    unsigned: bool = False


def excused(
    decisions: Iterable[Decision], book: Book, terms: Terms, about: Callable[[Finding], About | None]
) -> Iterator[Decision]:
    """The decisions, with what is waived or else adopted marked so; `about` tells the bytes of a finding."""
    waived = {one.key: one for one in book.waivers if counts(one, book, terms)}
    adopted = Adopted(book.adoption, terms.adopted, terms.today)
    for decision in decisions:
        bytes_ = about(decision.finding) if decision.ruling in ("block", "warn") else None
        yield _excused(decision._replace(about=bytes_), waived, adopted)


def _excused(decision: Decision, waived: dict[Key, Waiver], adopted: Adopted) -> Decision:
    if decision.about is None:
        return decision
    key = Key(decision.finding.rule, *decision.about)
    if (waiver := waived.get(key)) is not None:
        return decision._replace(ruling="waived", origin=waiver.location, grounds=waiver.grounds)
    if (place := adopted.place(key)) is not None:
        return decision._replace(ruling="adopted", origin=place, grounds=Grounds(adopted.expires))
    return decision


def counts(waiver: Waiver, book: Book, terms: Terms) -> bool:
    """Whether it lets anything pass."""
    flawed = too_broad(waiver, terms) or unapproved(waiver, book, terms) or terms.unsigned
    return not flawed and waiver.expires >= terms.today and waiver.key not in book.pending


def too_broad(waiver: Waiver, terms: Terms) -> str:
    """What it asks for that no waiver may, or no waiver here; empty where nothing is wrong."""
    rule, path, _ = waiver.key
    for what, text in (("rule", rule), ("path", path)):
        if "*" in text or "?" in text:
            return f"`{printable(text)}` is a pattern: a waiver is for one {what}"
    if refused := terms.waivers.refuses(rule):
        return f"findings of {rule} cannot be waived: {refused}"
    days = (waiver.expires - waiver.created).days
    if days > terms.waivers.days:
        said = f", says {terms.waivers.days_at}" if terms.waivers.days_at else ""
        return (
            f"the waiver of {rule} for {printable(path)} lasts {days} days, and {terms.waivers.days} are the most{said}"
        )
    return ""


def unapproved(waiver: Waiver, book: Book, terms: Terms) -> str:
    """Why nobody who may has approved it; empty where CODEOWNERS has no say, or has the approver."""
    if all(approver.policy is not None for approver in terms.waivers.approvers):
        return ""
    if not book.owners:
        return "nobody owns this file in CODEOWNERS, so nobody can approve a waiver"
    if waiver.approver.casefold() in book.owners:
        return ""
    owners = ", ".join(map(printable, book.owners[:8]))
    return f"{printable(waiver.approver)} is no owner of this file: CODEOWNERS has {owners}"
