"""Whether a change's policies trust more signers, or ask less of signatures, than those of its base.

Places do not count, and neither do names: an entry is what it says. A signer or trust root that the base does not
have is a loosening whatever stands beside it, unless it is one of the base's that asks for more. What remains can
only be taken away: signers may go where then nobody is trusted, a group that has to agree may not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gate.core.model import Location, Subject
from gate.core.text import count, printable, shorten
from gate.policy.describe import describe_demand, describe_requirement, describe_signer
from gate.policy.groups import at_least, documents, named, roots, strictest
from gate.policy.model import Policies
from gate.policy.overlap import covers, glob_within
from gate.policy.trust import UNTRUSTED_TRIGGERS, VOUCHING, Group, Identity, Requirement, Root, Signer, SummaryDemand
from gate.policy.weaken import examples

NOWHERE = Location("")
_GLOBS = ("identity", "source_repository", "source_ref", "build_signer", "builder_id")
_LISTS = ("build_trigger", "predicate_type")
_SAME = ("issuer", "selector", "pem")


class Loosening(NamedTuple):
    """One thing that the change lets through and the base does not; `location` is None where it is a thing removed."""

    message: str
    remedy: str
    location: Location | None


def loosenings(before: Policies, now: Policies, subjects: Iterable[Subject]) -> Iterator[Loosening]:
    """Everything that `now` trusts and `before` does not, and what it no longer asks."""
    added = [*_added_signers(before, now), *_added_roots(before, now)]
    yield from added or _regrouped(before, now, subjects)
    yield from _requirements(before, now)
    yield from _unrevoked(before, now)
    yield from _documents(before, now)
    yield from _summaries(before, now)


def _added_signers(before: Policies, now: Policies) -> Iterator[Loosening]:
    known = [signer for _, signer in _signers(before)]
    seen = set()
    for signer, plain in _signers(now):
        if plain not in seen and not any(narrower(plain, other) for other in known):
            seen.add(plain)
            who = f"`{shorten(signer.name)}` ({shorten(describe_signer(signer), 300)})"
            yield Loosening(f"{who} may sign here, and at the base not", "remove it", signer.location)


def _added_roots(before: Policies, now: Policies) -> Iterator[Loosening]:
    known = {root.sha256 for document in documents(before.members) for root in roots(document) or ()}
    for document in documents(now.members):
        for root in document.trust.roots or ():
            if root.sha256 not in known:
                known.add(root.sha256)
                message = f"the trust root {shorten(root.name)} counts here, and at the base not"
                yield Loosening(message, "remove it", root.location)


def _signers(policies: Policies) -> list[tuple[Signer, Signer]]:
    """Each signer as the document has it, and without what does not count."""
    found = []
    for document in documents(policies.members):
        known = roots(document)
        found += [(signer, plain(signer, known)) for signer in document.trust.signers]
    return found


def plain(signer: Signer, known: tuple[Root, ...] | None) -> Signer:
    """`signer` without its name and place; its trust root is said by digest."""
    if isinstance(signer, Identity):
        digest = next((root.sha256 for root in known or () if root.name == signer.trust_root), None)
        return signer._replace(name="", location=NOWHERE, trust_root=digest)
    return signer._replace(name="", file="", location=NOWHERE)


def narrower(signer: Signer, other: Signer) -> bool:
    """Whether whoever is `signer` is also `other`; both as `plain` has them.

    About `for:` they must agree: a group that no longer speaks of an artifact no longer has to agree about it.
    """
    if type(signer) is not type(other):
        return False
    mine, theirs = signer._asdict(), other._asdict()
    return (
        all(mine.get(key) == theirs.get(key) for key in _SAME)
        and all(_glob_within(mine.get(key), theirs.get(key)) for key in _GLOBS)
        and all(_list_within(key, mine.get(key), theirs.get(key)) for key in _LISTS)
        and all(
            theirs[key] is None or value == theirs[key]
            for key, value in mine.items()
            if key not in (*_SAME, *_GLOBS, *_LISTS)
        )
    )


def _glob_within(glob: str | None, other: str | None) -> bool:
    return other is None or (glob is not None and glob_within(glob, other))


def _list_within(key: str, listed: tuple[str, ...] | None, other: tuple[str, ...] | None) -> bool:
    if other is None and key == "build_trigger":
        return set(UNTRUSTED_TRIGGERS).isdisjoint(listed or ())
    if other is None:  # what is taken without being listed: signatures over files, models, and the types that vouch
        return set(listed or ()) <= set(VOUCHING)
    return listed is not None and set(listed) <= set(other)


def _regrouped(before: Policies, now: Policies, subjects: Iterable[Subject]) -> Iterator[Loosening]:
    """Groups of the base that no longer have to agree, while others still do."""
    selectors = {signer.selector for signer, _ in _signers(before)}
    if not selectors:
        return
    probes = [*sorted(set(subjects), key=repr), *(s for one in sorted(selectors, key=repr) for s in examples(one))]
    seen = set()
    for subject in probes:
        groups = now.trust_groups(subject)
        for group in before.trust_groups(subject):
            if group not in seen and groups and not any(_within(other, group) for other in groups):
                seen.add(group)
                names = ", ".join(shorten(signer.name) for signer in group.signers[:5])
                who = f"those that {shorten(group.policy_name)} trusts at the base ({names})"
                if any(_within(other._replace(roots=()), group) for other in groups):
                    yield Loosening(f"other trust roots than at the base count for {who}", "restore them", None)
                else:
                    yield Loosening(f"a signature need no longer be by {who}", "restore it", None)


def _within(group: Group, other: Group) -> bool:
    """Whether every signature that `group` accepts is one that `other` accepts."""
    theirs = [plain(signer, other.roots) for signer in other.signers]
    signers = [plain(signer, group.roots) for signer in group.signers]
    return _roots_within(group.roots, other.roots) and all(
        any(narrower(signer, one) for one in theirs) for signer in signers
    )


def _roots_within(given: tuple[Root, ...] | None, other: tuple[Root, ...] | None) -> bool:
    if given is None or other is None:
        return given is other or given == ()
    return {root.sha256 for root in given} <= {root.sha256 for root in other}


def _requirements(before: Policies, now: Policies) -> Iterator[Loosening]:
    ours = [asked for document in documents(now.members) for asked in document.trust.requirements]
    seen: set[Requirement] = set()
    for document in documents(before.members):
        for asked in document.trust.requirements:
            covering = strictest(one for one in ours if covers(one, asked))
            if asked not in seen and not at_least(covering, asked):
                seen.add(asked)
                said = f"`{describe_requirement(asked)}` at {asked.location} of the base"
                yield Loosening(f"`signatures:` asks for less than {said}", "restore it", None)


def _unrevoked(before: Policies, now: Policies) -> Iterator[Loosening]:
    was, is_now = before.revoked(), now.revoked()
    for word, dropped in (
        ("digest", was.digests - is_now.digests),
        ("identity", was.identities - is_now.identities),
        ("key", was.keys - is_now.keys),
    ):
        if dropped:
            names = ", ".join(shorten(name) for name in sorted(dropped)[:5])
            more = f" and {count(len(dropped) - 5, 'other')}" if len(dropped) > 5 else ""
            yield Loosening(f"`revoked:` no longer has the {word} {names}{more}, as the base has", "restore it", None)


def _documents(before: Policies, now: Policies) -> Iterator[Loosening]:
    """What is about some documents alone, those that were fetched, is compared in `gate.change.remote`."""
    ours = [demand for demand in now.document_demands() if not demand.only]
    for demand in (demand for demand in before.document_demands() if not demand.only):
        if not any(one.kind == demand.kind and _within(one.group, demand.group) for one in ours):
            said = f"of {' or '.join(map(shorten, demand.names))}, as at {demand.location} of the base"
            yield Loosening(f"`signed_documents: {demand.kind}` asks for no signature {said}", "restore it", None)


def _summaries(before: Policies, now: Policies) -> Iterator[Loosening]:
    ours, theirs = _demands(now), _demands(before)
    for demand, group in dict.fromkeys(theirs):
        if not any(_demands_as_much(one, demand) and _within(by, group) for one, by in ours):
            said = f"`{describe_demand(demand)}` at {demand.location} of the base"
            yield Loosening(f"`verification_summaries:` asks for less than {printable(said)}", "restore it", None)


def _demands(policies: Policies) -> list[tuple[SummaryDemand, Group]]:
    found = []
    for document in documents(policies.members):
        found += [(demand, named(document, demand.signed_by)) for demand in document.trust.summaries]
    return found


def _demands_as_much(demand: SummaryDemand, other: SummaryDemand) -> bool:
    fresh = other.max_age is None or (demand.max_age is not None and demand.max_age <= other.max_age)
    policies = not other.policy or (bool(demand.policy) and set(demand.policy) <= set(other.policy))
    return covers(demand, other) and fresh and policies and _glob_within(demand.verifier, other.verifier)
