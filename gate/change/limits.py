"""Whether a change's policies let waivers and adopted findings go further than those of its base."""

from __future__ import annotations

from collections.abc import Iterator

from gate.change.trust import Loosening
from gate.core.model import Location
from gate.core.text import printable
from gate.policy.limits import EXCUSES, Approver, Bounds, Excuse, bounds, covered
from gate.policy.limits_refuse import days
from gate.policy.model import Policies


def loosened_limits(before: Policies, now: Policies) -> Iterator[Loosening]:
    """What a change allows and its base does not; it has no effect before it is merged."""
    for what in EXCUSES:
        yield from _loosened(what, bounds(before, what), bounds(now, what))


def _loosened(what: Excuse, was: Bounds, now: Bounds) -> Iterator[Loosening]:
    if now.days > was.days:
        yield _looser(what, f"may last {now.days} days, and at the base {days(was)}", now.days_at)
    if now.findings > was.findings:
        yield _looser(what, f"may have {now.findings:,} findings, and at the base {was.findings:,}", now.findings_at)
    if was.forbidden and not now.forbidden:
        yield _looser(what, f"are allowed, which {was.forbidden} of the base forbids", None)
    for globs, place in was.rules:
        if not any(all(covered(glob, globs) for glob in group) for group, _ in now.rules):
            yield _looser(what, f"may be of rules that `rules:` at {place} of the base does not have", None)
    for glob, at in was.never:
        if at and glob not in {other for other, _ in now.never}:
            yield _looser(what, f"may be of {printable(glob)}, which `never:` at {at} of the base forbids", None)
    for asked in was.approvers:
        if not any(_as_strict(other, asked) for other in now.approvers):
            yield _looser(what, f"need no approval by {_who(asked)} any more, as at {asked.location} of the base", None)


def _looser(what: Excuse, message: str, at: Location | None) -> Loosening:
    return Loosening(f"`{what}:` {message}", "restore it", at)


def _as_strict(now: Approver, was: Approver) -> bool:
    """Whether nobody can approve who could not before; what their keys are is for the comparison of signers."""
    return (now.policy is None) == (was.policy is None) and set(now.names) <= set(was.names)


def _who(asked: Approver) -> str:
    return " or ".join(map(printable, asked.names)) if asked.policy else "the owners in CODEOWNERS"
