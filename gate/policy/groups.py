"""Who may sign, and what is asked of signatures, as all documents of all policies together say.

Signers only let through more, so they count from the trusted policies alone and each document's are a group of
their own: a document that extends another can add a group that must agree, never a signer to the other's. Trust
roots are allow-lists along `extends`. Requirements, revocations and demands only ask for more, so those of every
document count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gate.core.model import Location, Stage, Subject
from gate.policy.model import Policies, Policy
from gate.policy.trust import (
    RETIRED,
    DocumentDemand,
    Group,
    Requirement,
    Revoked,
    Root,
    SummaryDemand,
)


class Trusted:
    """What policies say about signatures, with what is the same for all artifacts computed once."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._revoked = revoked(policies)
        self._roots = known_roots(policies)

    def trust_groups(self, subject: Subject, /) -> tuple[Group, ...]:
        """Who may sign `subject`."""
        return trust_groups(self._policies, subject)

    def known_roots(self) -> tuple[Root, ...] | None:
        """Every trust root that is named; None where none is."""
        return self._roots

    def requirement(self, subject: Subject, stage: Stage, /) -> Requirement:
        """How many must sign, and when."""
        return requirement(self._policies, subject, stage)

    def revoked(self) -> Revoked:
        """What no longer counts."""
        return self._revoked

    def summary_demands(self, subject: Subject, stage: Stage, /) -> tuple[tuple[SummaryDemand, Group], ...]:
        """Which verification summaries there must be."""
        return summary_demands(self._policies, subject, stage)


def trust_groups(policies: Policies, subject: Subject) -> tuple[Group, ...]:
    """One group for each trusted document that has a signer whose `for:` selects `subject`."""
    found: dict[Group, None] = {}
    for document in documents(policies.members if policies.trusted is None else policies.trusted):
        if signers := tuple(s for s in document.trust.signers if s.selector.matches(subject)):
            found[Group(document.name, signers, roots(document))] = None
    return tuple(found)


def known_roots(policies: Policies) -> tuple[Root, ...] | None:
    """The trust roots of all trusted documents, each once; None where none names any."""
    members = policies.members if policies.trusted is None else policies.trusted
    given = {root.sha256: root for document in documents(members) for root in document.trust.roots or ()}
    return tuple(given.values()) or None


def requirement(policies: Policies, subject: Subject, stage: Stage) -> Requirement:
    """The strictest value of each, at the place of the one that asks for the most signers."""
    said = [
        asked
        for document in documents(policies.members)
        for asked in document.trust.requirements
        if asked.applies(subject, stage)
    ]
    return strictest(said)


def strictest(said: Iterable[Requirement]) -> Requirement:
    """The strictest value of each part of what is said; one signer and nothing more where nothing is."""
    best = Requirement(Location(""))
    for asked in said:
        best = best._replace(
            location=asked.location if asked.signers > best.signers or not best.location.path else best.location,
            signers=max(best.signers, asked.signers),
            max_age=min((n for n in (best.max_age, asked.max_age) if n is not None), default=None),
            not_before=max((day for day in (best.not_before, asked.not_before) if day), default=None),
            retired_keys=max(
                (word for word in (best.retired_keys, asked.retired_keys) if word), key=RETIRED.index, default=None
            ),
        )
    return best


def at_least(asked: Requirement, other: Requirement) -> bool:
    """Whether `asked` asks for all that `other` asks, wherever and from whenever on."""
    return _values(strictest((asked, other))) == _values(asked)


def _values(asked: Requirement) -> tuple[object, ...]:
    return asked.signers, asked.max_age, asked.not_before, asked.retired_keys == "reject"


def revoked(policies: Policies) -> Revoked:
    """What any document revokes."""
    said = [document.trust.revoked for document in documents(policies.members)]
    return Revoked(
        frozenset[str]().union(*(one.digests for one in said)),
        frozenset[str]().union(*(one.identities for one in said)),
        frozenset[str]().union(*(one.keys for one in said)),
    )


def document_demands(policies: Policies) -> tuple[DocumentDemand, ...]:
    """Which documents must be signed; `for:` of a signer has no say, for the demand names who it means."""
    found: dict[tuple[str, Group], DocumentDemand] = {}
    for document in documents(policies.members):
        for kind, names in document.trust.documents.items():
            group = named(document, names)
            place = document.trust.places.get(kind, document.location)
            found.setdefault((kind, group), DocumentDemand(kind, names, group, document, place))
    vouched = (demand for document in documents(policies.members) for demand in _vouched(document))
    asked = {(demand.location, demand.group, demand.only): demand for demand in vouched}
    return (*found.values(), *asked.values())


def _vouched(document: Policy) -> Iterator[DocumentDemand]:
    """What `signed_by:` in the `extends:` of a document asks of what was fetched by it."""
    digests: dict[tuple[Location, tuple[str, ...]], set[str]] = {}
    for base in documents(document.extends):
        if base.remote and base.remote.signed_by and base.remote.entry.path == document.location.path:
            digests.setdefault((base.remote.entry, base.remote.signed_by), set()).add(base.sha256)
    for (entry, names), only in digests.items():
        yield DocumentDemand("policy", names, named(document, names), document, entry, frozenset(only))


def summary_demands(policies: Policies, subject: Subject, stage: Stage) -> tuple[tuple[SummaryDemand, Group], ...]:
    """The verification summaries that are demanded for `subject`, each with the signers that it names."""
    found = (
        (demand, named(document, demand.signed_by))
        for document in documents(policies.members)
        for demand in document.trust.summaries
        if demand.applies(subject, stage)
    )
    return tuple(dict.fromkeys(found))


def documents(members: Iterable[Policy]) -> Iterator[Policy]:
    """Every document, what is extended before what extends it; packs say nothing about signatures.

    One that is extended on two ways comes twice, and one that a change leaves alone too: of the change and its base.
    """
    for policy in members:
        if not policy.is_pack:
            yield from documents(policy.extends)
            yield policy


def roots(policy: Policy) -> tuple[Root, ...] | None:
    """The trust roots of a document: its own, of which only those count that every file that it extends gives.

    Where it has none of its own, those of the files that it extends. None where nobody speaks of any.
    """
    said = [
        given
        for given in (policy.trust.roots, *(roots(b) for b in policy.extends if not b.is_pack))
        if given is not None
    ]
    if not said:
        return None
    shared = set.intersection(*({root.sha256 for root in given} for given in said))
    return tuple(root for root in said[0] if root.sha256 in shared)


def named(document: Policy, names: tuple[str, ...]) -> Group:
    """The signers of `document` that are called `names`, whatever their `for:`."""
    signers = tuple(signer for signer in document.trust.signers if signer.name in names)
    return Group(document.name, signers, roots(document))
