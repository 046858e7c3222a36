"""From findings to the verdict: the policy decides each, and the worst decision names the outcome."""

from __future__ import annotations

from collections.abc import Iterable

from gate.core.model import UNDECIDED, Decision, Finding, Outcome, Stage
from gate.policy.model import Policies


def decide(policies: Policies, findings: Iterable[Finding], stage: Stage) -> tuple[Decision, ...]:
    """One decision for each finding, in their order."""
    decisions = []
    for finding in findings:
        entry = policies.decide(finding.rule, finding.subject, stage)
        decisions.append(Decision(finding, entry.enforce, entry.location))
    return tuple(decisions)


def outcome(decisions: Iterable[Decision], files: int) -> Outcome:
    """`blocked` goes before `undecided`, and both before having seen no file at all."""
    blocking = {decision.finding.rule for decision in decisions if decision.ruling == "block"}
    if blocking - {UNDECIDED}:
        return "blocked"
    if blocking:
        return "undecided"
    return "pass" if files else "nothing-to-check"
