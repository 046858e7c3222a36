"""What a policy says about signers and signatures, one line for each thing, with its place."""

from __future__ import annotations

from collections.abc import Iterator

from gate.core.model import STAGES, Location, Stage
from gate.core.text import count, printable
from gate.policy.groups import documents, roots
from gate.policy.model import Policies, Policy, Selector
from gate.policy.suites import SuiteDemand
from gate.policy.trust import Certificate, Identity, Requirement, Revoked, Signer, SummaryDemand


def described(policies: Policies) -> Iterator[str]:
    """The lines of every document, each document once."""
    found = (line for document in documents(policies.members) for line in _document(document))
    yield from dict.fromkeys(found)


def _document(document: Policy) -> Iterator[str]:
    trust = document.trust
    for signer in trust.signers:
        yield _line(f"signer {signer.name}", describe_signer(signer), _scope(signer.selector), signer.location)
    for root in roots(document) or ():
        yield _line(f"trust root {root.name}", root.file, "", root.location)
    if roots(document) == ():
        yield _line("trust root", "none counts", "", document.location)
    for asked in trust.requirements:
        yield _line("signatures", describe_requirement(asked), _when(asked), asked.location)
    yield from _revoked(trust.revoked)
    for kind, names in trust.documents.items():
        place = trust.places.get(kind, document.location)
        yield _line(f"{kind} is signed", f"by {' or '.join(names)}", "", place)
    for demand in trust.summaries:
        yield _line("verification summary", describe_demand(demand), _when(demand), demand.location)
    for suite in document.suites:
        yield _line("suites", describe_suites(suite), _when(suite), suite.location)


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


def describe_suites(asked: SuiteDemand) -> str:
    """What it asks for."""
    kinds = f", {', '.join(asked.kinds)}" if asked.kinds else ""
    drift = "" if asked.max_drift is None else f", a drift of at most {asked.max_drift:g}"
    custom = "".join(f", may run {one.path} (SHA-256 {one.sha256[:12]})" for one in asked.custom)
    least = f"at least {count(asked.min_expectations, 'expectation')} and {count(asked.min_rows, 'row')}"
    return f"{least}{kinds}{drift}{custom}"


def _revoked(revoked: Revoked) -> Iterator[str]:
    for word, values in (("digest", revoked.digests), ("identity", revoked.identities), ("key", revoked.keys)):
        for value in sorted(values):
            yield _line(f"revoked {word}", value, "", revoked.location)


def _when(entry: Requirement | SummaryDemand | SuiteDemand) -> str:
    return _scope(entry.selector, entry.from_stage)


def _scope(selector: Selector, from_stage: Stage = STAGES[0]) -> str:
    parts = [f"{key}={value}" for key, value in selector._asdict().items() if value]
    if from_stage != STAGES[0]:
        parts.append(f"from {from_stage}")
    return f"  [{', '.join(parts)}]" if parts else ""


def _line(what: str, text: str, scope: str, place: Location) -> str:
    return printable(f"{what}: {text}{scope}  {place}")
