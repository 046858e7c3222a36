"""From decisions to what is settled: waived, adopted, and what is wrong with what waives and adopts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from gate.core.model import About, Decision, Finding, Location, Stage
from gate.core.text import count
from gate.judge import decide
from gate.policy.groups import named
from gate.policy.limits import bounds
from gate.policy.model import Policies
from gate.policy.trust import DocumentDemand
from gate.waivers.findings import findings
from gate.waivers.judge import Terms, excused
from gate.waivers.model import Book


class Run(NamedTuple):
    """What else counts: the `root` of the repository, the time `now` (UTC), the policies and their stage.

    `about` tells the bytes of a finding; `is_whole` whether no finding of a rule can be missing.
    """

    root: str
    now: dt.datetime
    policies: Policies
    stage: Stage
    about: Callable[[Finding], About | None]
    is_whole: Callable[[str], bool]


class Settled(NamedTuple):
    """All decisions, those about the book itself last, and what else to say."""

    decisions: tuple[Decision, ...]
    notes: tuple[str, ...]


def settle(decisions: Sequence[Decision], book: Book, run: Run) -> Settled:
    """The decisions as waivers and adopted findings leave them."""
    signatures = list(_signatures(book, run))
    unsigned = [one for one in signatures if isinstance(one, Finding)]
    waivers, adopted = bounds(run.policies, "waivers"), bounds(run.policies, "adopted")
    terms = Terms(waivers, adopted, run.now.date(), bool(unsigned))
    settled = tuple(excused(decisions, book, terms, run.about))
    wrong = [*book.findings, *unsigned, *findings(book, terms, settled, run.is_whole)]
    told = (one for one in signatures if isinstance(one, str))
    return Settled(
        (*settled, *decide(run.policies, wrong, run.stage)), (*book.notes, *told, *_gone(book, settled, run))
    )


def _signatures(book: Book, run: Run) -> Iterator[Finding | str]:
    """Whether the waivers file is signed as the policies ask; a finding for each signature that there is not."""
    asked = [one for one in bounds(run.policies, "waivers").approvers if one.policy is not None]
    if not book.waivers or not asked:
        return
    from gate.checks.documents import RULE, SignedDocument, check_documents

    demands = [
        DocumentDemand("waivers", one.names, named(one.policy, one.names), one.policy, one.location)
        for one in asked
        if one.policy is not None
    ]
    path = book.waivers[0].location.path
    document = SignedDocument("waivers", path, book.sha256, Location(path, 1))
    for one in check_documents((document,), demands, run.policies.revoked(), run.root, run.now):
        is_refusal = isinstance(one, Finding) and one.rule == RULE
        yield one._replace(rule="policy/waiver-unapproved") if is_refusal and isinstance(one, Finding) else one


def _gone(book: Book, settled: Sequence[Decision], run: Run) -> Iterator[str]:
    """Adopted findings that there are no more."""
    if book.adoption is None:
        return
    found = {(one.finding.rule, *one.about) for one in settled if one.about}
    gone = sum(key not in found and run.is_whole(key.rule) for key in book.adoption.entries)
    if gone:
        verb, them = ("is", "it") if gone == 1 else ("are", "them")
        yield f"{count(gone, 'adopted finding')} {verb} gone: `gate adopt` takes {them} off the list"
