"""From findings to the verdict: the policy decides each, and the worst decision names the outcome."""

from __future__ import annotations

from collections.abc import Iterable

from gate.core.model import UNDECIDED, Decision, Finding, Outcome, Stage
from gate.policy.model import Entry, Policies, Step, decided, strictest


def decide(policies: Policies, findings: Iterable[Finding], stage: Stage) -> tuple[Decision, ...]:
    """One decision for each finding, in their order."""
    decisions = []
    plans: dict[str, tuple[Step, ...]] = {}
    for finding in findings:
        rule = finding.rule
        plan = plans.get(rule) or plans.setdefault(rule, policies.plan(rule, stage))
        entry = decided(plan, finding.subject) or policies.decide(rule, finding.subject, stage)
        entry = _of_files(plan, finding, entry) if finding.related else entry
        decisions.append(Decision(finding, entry.enforce, entry.location))
    return tuple(decisions)


def _of_files(plan: tuple[Step, ...], finding: Finding, entry: Entry) -> Entry:
    """`entry`, or a stricter one for the path of a file of the directory that the finding is about.

    Which directory is one artifact is the word of whoever writes the DBOM: what is asked of `models/prod/**` must hold
    where all of `models` is declared as one, too.
    """
    subject = finding.subject
    lead = f"{subject.path}/"
    paths = dict.fromkeys(one.path for one in finding.related if one.path.startswith(lead))
    scoped = [one for step in plan for one in step.own if one.selector.path is not None] if paths else []
    for path in paths if scoped else ():
        file = subject._replace(path=path)
        entry = strictest((entry, *(one for one in scoped if one.selector.matches(file)))) or entry
    return entry


def outcome(decisions: Iterable[Decision], files: int) -> Outcome:
    """`blocked` goes before `undecided`, and both before having seen no file at all."""
    blocking = {decision.finding.rule for decision in decisions if decision.ruling == "block"}
    if blocking - {UNDECIDED}:
        return "blocked"
    if blocking:
        return "undecided"
    return "pass" if files else "nothing-to-check"
