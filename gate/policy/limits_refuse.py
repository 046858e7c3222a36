"""What a policy says of waivers and adopted findings that is looser than a file which it extends."""

from __future__ import annotations

from collections.abc import Iterator

from gate.core.errors import Problem
from gate.core.model import Location
from gate.policy.limits import DEFAULT_DAYS, Bounds, covered, of_document
from gate.policy.model import Policy


def refused_limits(policy: Policy) -> Iterator[Problem]:
    """What a document says that is looser than a file which it extends."""
    for what, said in policy.limits.items():
        for base in policy.extends:
            if base.is_pack:
                continue
            before = of_document(base, what)
            if said.max_days is not None and said.max_days > before.days:
                yield _problem(f"{what} of {said.max_days} days", days(before), said.at["max_days"])
            if said.max_findings is not None and said.max_findings > before.findings and before.findings_at:
                most = f"the {before.findings:,} at {before.findings_at}"
                yield _problem(f"{said.max_findings:,} adopted findings", most, said.at["max_findings"])
            for glob in said.rules or ():
                for globs, place in before.rules:
                    if not covered(glob, globs):
                        yield _problem(f"{what} of the rules `{glob}`", f"`rules:` at {place}", said.at["rules"])
            if said.allow and "allow" in said.at and before.forbidden:
                yield _problem(f"`{what}: {{allow: true}}`", f"`false` at {before.forbidden}", said.at["allow"])


def _problem(what: str, before: str, at: Location) -> Problem:
    return Problem(at, f"{what} let through more than {before}", "a policy extended by file can only be tightened")


def days(before: Bounds) -> str:
    """The longest time, and who says so."""
    return (
        f"the {before.days} at {before.days_at}" if before.days_at else f"the {DEFAULT_DAYS} days that hold by default"
    )
