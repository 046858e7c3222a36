"""Whether a change has policies select other entries for an artifact, and so ask less of it.

Name, path, tags and the host of the source are the words of whoever writes the DBOM, and entries of a policy are
chosen by them. What an artifact was called before is what its new words are held against.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gate.change.suites import lost
from gate.core.catalogue import rule_ids
from gate.core.model import STAGES, Finding, Stage, Subject
from gate.core.text import count
from gate.dbom.model import Artifact
from gate.policy.describe import describe_requirement
from gate.policy.groups import at_least
from gate.policy.model import Policies, Step, decided, looser

MAX_TOLD = 3


def deselected(pairs: Iterable[tuple[Artifact, Artifact | None]], policies: Policies) -> Iterator[Finding]:
    """A finding for each artifact of which `policies` ask less than they asked of it under its old words."""
    renamed = [(old, new) for old, new in pairs if new is not None and new.subject != old.subject]
    rules = (*rule_ids(), *(rule.id for rule in policies.custom_rules())) if renamed else ()
    plans = {stage: [(rule, policies.plan(rule, stage)) for rule in rules] for stage in STAGES}
    for old, new in renamed:
        less = [one for stage in STAGES for one in _rules(old.subject, new.subject, plans[stage])]
        less += [one for stage in STAGES for one in _demands(old.subject, new.subject, policies, stage)]
        if less:
            yield _finding(old, new, list(dict.fromkeys(less)))


def _finding(old: Artifact, new: Artifact, less: list[str]) -> Finding:
    words = ", ".join(
        key for key, was, now in zip(Subject._fields, old.subject, new.subject, strict=True) if was != now
    )
    more = f"; and {count(len(less) - MAX_TOLD, 'other')}" if len(less) > MAX_TOLD else ""
    message = f"other entries select {new.name}, for its {words} changed: {'; '.join(less[:MAX_TOLD])}{more}"
    fix = "restore it; those who own the base branch change what an artifact is called where that asks less of it"
    return Finding("policy/weakened", new.subject, message, fix, new.alert, evidence={"lost": [*less[:100]]})


def _rules(was: Subject, now: Subject, plans: Iterable[tuple[str, tuple[Step, ...]]]) -> Iterator[str]:
    """Rules that are decided more loosely about `now` than about `was`."""
    for rule, plan in plans:
        before, after = decided(plan, was), decided(plan, now)
        if before is not None and (after is None or looser(after.enforce, before.enforce)):
            instead = f"`{after.enforce}`" if after else "nothing"
            yield f"{instead} for {rule} instead of `{before.enforce}` at {before.location}"


def _demands(was: Subject, now: Subject, policies: Policies, stage: Stage) -> Iterator[str]:
    """What must be signed, tested or summarised of `was` at `stage`, and not of `now`."""
    asked, asks = policies.requirement(was, stage), policies.requirement(now, stage)
    if not at_least(asks, asked):
        yield f"`signatures:` asks for less than `{describe_requirement(asked)}` at {asked.location}"
    demanded = policies.suite_demand(was, stage)
    yield from (f"`suites:` no longer asks for {one} as at {demanded.location}"
                for one in lost(demanded, policies.suite_demand(now, stage)))  # fmt: skip
    kept = [demand for demand, _ in policies.summary_demands(now, stage)]
    for demand, _ in policies.summary_demands(was, stage):
        if demand not in kept:
            yield f"no verification summary is demanded any more as at {demand.location}"
    groups = policies.trust_groups(now)
    for group in policies.trust_groups(was):
        if group not in groups and not any(set(one.signers) <= set(group.signers) for one in groups):
            yield f"a signature need no longer be by those whom {group.policy_name} names for it"
