"""What is wrong with waivers and adopted findings, or soon will be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gate.core.model import UNDECIDED, Decision, Finding, Json, Location, Subject
from gate.core.text import count, printable
from gate.waivers import adoption as adopting
from gate.waivers.judge import SOON, Terms, too_broad, unapproved
from gate.waivers.model import Adoption, Book, Key, Waiver


def findings(
    book: Book, terms: Terms, decisions: Sequence[Decision], is_whole: Callable[[str], bool]
) -> Iterator[Finding]:
    """Findings about both files; `decisions` are those of the run.

    `is_whole` tells of a rule whether no finding can be missing, so that an entry which matches none is of no use.
    """
    found = {Key(one.finding.rule, *one.about) for one in decisions if one.about}
    blind = {one.finding.subject.path for one in decisions if one.finding.rule == UNDECIDED}
    for waiver in book.waivers:
        yield from _of_waiver(waiver, book, terms)
        if (
            is_whole(waiver.key.rule)
            and waiver.key not in found
            and not any(_within(waiver.key.path, path) for path in blind)
        ):
            message = f"the waiver of {waiver.key.rule} for {printable(waiver.key.path)} matches no finding"
            fix = "remove it: what it was about is gone, or has other bytes now"
            yield _about(waiver, "policy/waiver-unused", message, fix, waiver.location)
    if book.adoption:
        yield from _of_adoption(book.adoption, terms)


def _within(path: str, blind: str) -> bool:
    """Whether something at `path` may have been missed where `blind` could not be judged."""
    return blind in ("", ".", path) or path.startswith(blind + "/") or blind.startswith(path + "/")


def _of_waiver(waiver: Waiver, book: Book, terms: Terms) -> Iterator[Finding]:
    path, expires = printable(waiver.key.path), waiver.expires
    if broad := too_broad(waiver, terms):
        at = waiver.at["expires"] if " lasts " in broad else waiver.location
        yield _about(waiver, "policy/waiver-too-broad", broad, "narrow it, or remove it: it waives nothing", at)
    if lacking := unapproved(waiver, book, terms):
        fix = "have an owner approve it: they are named for this file in CODEOWNERS; it waives nothing"
        yield _about(waiver, "policy/waiver-unapproved", lacking, fix, waiver.at["approver"])
    what = f"the waiver of {waiver.key.rule} for {path}"
    if expires < terms.today:
        fix = "mend what it was about; who still accepts it approves it anew: `gate waive` renews it"
        yield _about(waiver, "policy/waiver-expired", f"{what} expired on {expires}", fix, waiver.at["expires"])
    elif expires <= terms.today + SOON:
        left = count((expires - terms.today).days, "day")
        message = f"{what} expires on {expires}, in {left}"
        yield _about(waiver, "policy/waiver-expiring", message, "mend what it is about by then", waiver.at["expires"])


def _about(waiver: Waiver, rule: str, message: str, fix: str, at: Location) -> Finding:
    evidence: dict[str, Json] = dict(waiver.key._asdict())
    return Finding(rule, Subject(None, None, at.path), message, fix, at, evidence=evidence)


def _of_adoption(adoption: Adoption, terms: Terms) -> Iterator[Finding]:
    if broad := adopting.too_broad(adoption, terms.adopted):
        message, at = broad
        yield _adopted("policy/adopted-too-broad", message, "mend the findings, or waive them one by one", at)
    elif adoption.expires < terms.today:
        what = count(len(adoption.entries), "adopted finding")
        message = f"{what} may not wait any longer: their time ended on {adoption.expires}"
        fix = "mend what still blocks; what may stay gets a waiver, with a reason and an approver"
        yield _adopted("policy/adopted-expired", message, fix, adoption.at["expires"])
    refused: dict[str, tuple[str, Location]] = {}
    for key, place in adoption.entries.items():
        if key.rule not in refused and (why := adopting.refuses(key.rule, terms.adopted)):
            refused[key.rule] = (why, place)
    for rule, (why, place) in refused.items():
        message = f"findings of {printable(rule)} cannot be adopted: {why}"
        yield _adopted("policy/adopted-too-broad", message, "remove these entries: they let nothing pass", place)


def _adopted(rule: str, message: str, fix: str, at: Location) -> Finding:
    return Finding(rule, Subject(None, None, at.path), message, fix, at)
