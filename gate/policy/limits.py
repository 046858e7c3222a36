"""How far waivers and adopted findings may go: what policies say about both, plain data.

A document's own word stands in for what holds where nobody says anything, as it does for that of a pack. What it
extends by file cannot be loosened: of days and findings the fewest count, a rule must be allowed by everyone who
allows rules by name, and everyone who wants to approve must.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

from gate.core.globs import matches
from gate.core.model import UNDECIDED, Location

if TYPE_CHECKING:
    from gate.policy.model import Policies, Policy

Excuse: TypeAlias = Literal["waivers", "adopted"]
EXCUSES: tuple[Excuse, ...] = get_args(Excuse)
DEFAULT_DAYS = 180
"""The longest time where no policy says another: half a year, so that each is looked at twice a year."""
MOST_DAYS = 3650
"""The longest that a policy can say."""
MOST_FINDINGS = 10_000
"""Adopted findings: more are no list that anybody works off."""
CODEOWNERS = ""
"""Stands for the owners of the waivers file in CODEOWNERS, where otherwise the name of a signer stands."""
NEVER = (UNDECIDED, "policy/*", "integrity/*", "signatures/revoked", "signatures/unsigned-document")
"""What no policy lets pass: the reasons are in docs/adr/0019."""
_NEVER: tuple[tuple[str, Location | None], ...] = tuple((glob, None) for glob in NEVER)


class Limits(NamedTuple):
    """What one document says under `waivers:` or `adopted:`; None says nothing.

    `rules` and `never` are globs of rules. `approved_by` are names of signers of the document, or `CODEOWNERS` alone.
    `at` has the place of each key.
    """

    location: Location
    at: Mapping[str, Location]
    max_days: int | None = None
    rules: tuple[str, ...] | None = None
    never: tuple[str, ...] = ()
    approved_by: tuple[str, ...] | None = None
    allow: bool = True
    max_findings: int | None = None


class Approver(NamedTuple):
    """Who must approve: one of the signers of `policy` that are called `names`, or CODEOWNERS where it is None."""

    policy: Policy | None
    names: tuple[str, ...]
    location: Location


class Bounds(NamedTuple):
    """What all documents together allow; each value with the place that says so, None where nobody does.

    Every group of `rules` must match a rule, and nothing in `never`. `forbidden` is where `allow: false` stands.
    `critical` are custom rules of that severity.
    """

    days: int = DEFAULT_DAYS
    days_at: Location | None = None
    findings: int = MOST_FINDINGS
    findings_at: Location | None = None
    rules: tuple[tuple[tuple[str, ...], Location], ...] = ()
    never: tuple[tuple[str, Location | None], ...] = _NEVER
    approvers: tuple[Approver, ...] = ()
    forbidden: Location | None = None
    critical: frozenset[str] = frozenset()

    def refuses(self, rule: str) -> str:
        """Why findings of `rule` can never be let pass; empty where they can."""
        for glob, place in self.never:
            if matches(glob, rule):
                return f"`never: {glob}` at {place}" if place else "no policy can allow that"
        missing = next((place for globs, place in self.rules if not any(matches(g, rule) for g in globs)), None)
        return f"`rules:` at {missing} does not have it" if missing else ""


def bounds(policies: Policies, what: Excuse) -> Bounds:
    """What all members allow, and all trusted ones; packs have no say, so where there is nothing else the default."""
    said = _of(policies.members, what)
    if policies.trusted is not None:
        said = strictest((said, _of(policies.trusted, what)))
    return said._replace(critical=frozenset(one.id for one in policies.custom_rules() if one.severity == "critical"))


def _of(members: Iterable[Policy], what: Excuse) -> Bounds:
    return strictest(of_document(policy, what) for policy in members if not policy.is_pack)


def of_document(policy: Policy, what: Excuse) -> Bounds:
    """What a document and all that it extends allow."""
    files = [of_document(base, what) for base in policy.extends if not base.is_pack]
    own = policy.limits.get(what)
    return strictest([*([] if own is None and files else [_own(policy, own, bool(files))]), *files])


def _own(policy: Policy, said: Limits | None, beneath_files: bool) -> Bounds:
    """What the document itself allows; what it does not speak of is left to the files that it extends."""
    default = Bounds(days=MOST_DAYS) if beneath_files else Bounds(approvers=(Approver(None, (), policy.location),))
    if said is None:
        return default
    found = default
    if said.max_days is not None:
        found = found._replace(days=said.max_days, days_at=said.at["max_days"])
    if said.max_findings is not None:
        found = found._replace(findings=said.max_findings, findings_at=said.at["max_findings"])
    if said.rules is not None:
        found = found._replace(rules=((said.rules, said.at["rules"]),))
    if said.approved_by is not None:
        by_owners = said.approved_by == (CODEOWNERS,)
        place = said.at["approved_by"]
        approver = Approver(None, (), place) if by_owners else Approver(policy, said.approved_by, place)
        found = found._replace(approvers=(approver,))
    never = (*found.never, *((glob, said.at["never"]) for glob in said.never))
    return found._replace(never=never, forbidden=None if said.allow else said.at["allow"])


def strictest(said: Iterable[Bounds]) -> Bounds:
    """The strictest of each; the default where nothing is said at all."""
    known = list(said)
    if not known:
        return Bounds(approvers=(Approver(None, (), Location("")),))
    days = min(known, key=lambda one: one.days)
    findings = min(known, key=lambda one: one.findings)
    return Bounds(
        days.days,
        days.days_at,
        findings.findings,
        findings.findings_at,
        tuple(dict.fromkeys(group for one in known for group in one.rules)),
        tuple(dict.fromkeys(pair for one in known for pair in one.never)),
        _distinct(approver for one in known for approver in one.approvers),
        next((one.forbidden for one in known if one.forbidden), None),
    )


def _distinct(approvers: Iterable[Approver]) -> tuple[Approver, ...]:
    """Each once; CODEOWNERS is the same whoever names it."""
    found: dict[tuple[str, tuple[str, ...]], Approver] = {}
    for one in approvers:
        found.setdefault((one.policy.sha256 if one.policy else "", one.names), one)
    return tuple(found.values())


def described(policy: Policy) -> Iterator[tuple[str, str, Location]]:
    """What a document says, for people: what it is about, the words, and the place."""
    for what, said in policy.limits.items():
        values = {
            "max_days": said.max_days,
            "max_findings": said.max_findings,
            "rules": said.rules,
            "never": said.never or None,
            "approved_by": said.approved_by
            and ("CODEOWNERS" if said.approved_by == (CODEOWNERS,) else said.approved_by),
            "allow": None if said.allow else "false",
        }
        for key, value in values.items():
            if value is not None:
                text = ", ".join(value) if isinstance(value, tuple) else str(value)
                yield f"{what} {key}", text, said.at[key]


def covered(glob: str, group: Iterable[str]) -> bool:
    """Whether a glob of rules matches nothing that none of `group` matches, as far as their text tells."""
    return any(matches(other, glob) for other in group)
