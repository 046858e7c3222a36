"""What a document says beside the enforcement of rules, one row for each thing, with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gate.core.model import STAGES, Location, Stage
from gate.core.text import count, shorten
from gate.policy.groups import roots
from gate.policy.limits import described as described_limits
from gate.policy.model import Policy, Selector
from gate.policy.trust import Certificate, Identity, Requirement, Revoked, Signer, SummaryDemand


class Row(NamedTuple):
    """One value: what it is, what it is for, who sets it, and what it overrides, in words with places."""

    what: str
    value: str
    scope: str
    location: Location
    over: tuple[str, ...] = ()


def described(document: Policy) -> Iterator[Row]:
    """What the document adds to what all say together: nothing of it takes the place of something else."""
    trust = document.trust
    for signer in trust.signers:
        yield Row(f"signer {signer.name}", describe_signer(signer), scope(signer.selector), signer.location)
    for root in roots(document) or ():
        yield Row(f"trust root {root.name}", root.file, "", root.location)
    if roots(document) == ():
        yield Row("trust root", "none counts", "", document.location)
    yield from _revoked(trust.revoked)
    for kind, names in trust.documents.items():
        place = trust.places.get(kind, document.location)
        yield Row(f"{kind} is signed", f"by {' or '.join(names)}", "", place)
    for demand in trust.summaries:
        about = scope(demand.selector, demand.from_stage)
        yield Row("verification summary", describe_demand(demand), about, demand.location)
    for suite in document.suites:
        about = scope(suite.selector, suite.from_stage)
        for glob in suite.kinds:
            yield Row("suites kind", glob, about, suite.location)
        for custom in suite.custom:
            yield Row("suites may run", f"{custom.path} (SHA-256 {custom.sha256[:12]})", about, custom.location)
    for what, words, place in described_limits(document):
        if not what.endswith((" max_days", " max_findings")):
            yield Row(what, words, "", place)
    for rule in document.custom:
        yield Row(f"custom rule {rule.id}", shorten(rule.expression, 200), "", rule.location)


def describe_signer(signer: Signer) -> str:
    """Who it is, in the words of the policy."""
    if isinstance(signer, Identity):
        more = ", ".join(
            f"{key} {value if isinstance(value, str) else ' or '.join(value)}"
            for key, value in signer._asdict().items()
            if value and key not in ("name", "identity", "issuer", "location", "selector")
        )
        return f"{signer.identity} of {signer.issuer}" + (f", {more}" if more else "")
    if isinstance(signer, Certificate):
        return f"{signer.identity} by the CA in {signer.file}"
    kinds = f", predicate_type {' or '.join(signer.predicate_type)}" if signer.predicate_type else ""
    return f"the key in {signer.file}{kinds}"


def describe_requirement(asked: Requirement) -> str:
    """What it asks for."""
    parts = [count(asked.signers, "signer")]
    if asked.max_age is not None:
        parts.append(f"at most {count(asked.max_age, 'day')} old")
    if asked.not_before is not None:
        parts.append(f"not before {asked.not_before}")
    if asked.retired_keys is not None:
        parts.append(f"retired keys: {asked.retired_keys}")
    return ", ".join(parts)


def describe_demand(demand: SummaryDemand) -> str:
    """What must be attested, and by whom."""
    parts = [f"of {demand.verifier}, signed by {' or '.join(demand.signed_by)}"]
    if demand.policy:
        parts.append(f"under {' or '.join(digest[:12] for digest in demand.policy)}")
    if demand.max_age is not None:
        parts.append(f"at most {count(demand.max_age, 'day')} old")
    return ", ".join(parts)


def _revoked(revoked: Revoked) -> Iterator[Row]:
    for word, values in (("digest", revoked.digests), ("identity", revoked.identities), ("key", revoked.keys)):
        for value in sorted(values):
            yield Row(f"revoked {word}", value, "", revoked.location)


def scope(selector: Selector, from_stage: Stage = STAGES[0], branches: tuple[str, ...] = ()) -> str:
    """What an entry is about; an empty text where it is everything."""
    parts = [f"{key}={value}" for key, value in selector._asdict().items() if value]
    if from_stage != STAGES[0]:
        parts.append(f"from {from_stage}")
    if branches:
        parts.append(f"on {' or '.join(branches)}")
    return f"[{', '.join(parts)}]" if parts else ""
