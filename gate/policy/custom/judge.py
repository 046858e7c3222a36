"""The custom rules of policies on declared artifacts: what they find, and where they come to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gate.core.errors import UnableError
from gate.core.facts import FACTS_OF
from gate.core.model import STAGES, UNDECIDED, Finding, Json, Location, Related, Stage, Subject
from gate.core.text import count, shorten
from gate.policy.custom.ask import Asked, Result, evaluate
from gate.policy.custom.model import CustomRule, all_custom, entries_on
from gate.policy.custom.values import established
from gate.policy.model import Policies, Selector

PIECE = 20_000
"""Artifacts that are evaluated in one process."""


class Case(NamedTuple):
    """A declared artifact: as `values.declared` has it, and the facts of each family that was established.

    Findings about it stand at `location`.
    """

    subject: Subject
    location: Location
    artifact: Mapping[str, Json]
    facts: Mapping[str, Mapping[str, Json]]


def judge_custom(policies: Policies, cases: Sequence[Case], stage: Stage) -> list[Finding]:
    """A finding for each artifact that a custom rule is about and that breaks it, or of which that is not known."""
    rules = [rule for rule in all_custom(policies) if _counts(policies, rule, stage)]
    found: list[Finding] = []
    for start in range(0, len(cases) if rules else 0, PIECE):
        found += _judge(policies, rules, cases[start : start + PIECE], stage)
    return found


def _counts(policies: Policies, rule: CustomRule, stage: Stage) -> bool:
    """Whether a finding of the rule could do anything at `stage`."""
    begun = STAGES.index(stage) >= STAGES.index(rule.entry.from_stage)
    return begun and any(entry.enforce != "off" for entry in entries_on(policies, rule.id))


def _judge(policies: Policies, rules: list[CustomRule], cases: Sequence[Case], stage: Stage) -> Iterator[Finding]:
    about = _About(rules)
    named = frozenset(family for family in FACTS_OF if any(family in rule.expression for rule in rules))
    asked = [Asked(about(case.subject), case.artifact, established(case.facts, named)) for case in cases]
    concerned = [number for number, one in enumerate(asked) if one.expressions]
    if not concerned:
        return
    results = evaluate([rule.expression for rule in rules], [asked[number] for number in concerned])
    own = [cases[number] for number in concerned]
    for position, (rule, result) in enumerate(zip(rules, results, strict=True)):
        for finding in _findings(rule, result, own):
            if finding.rule != UNDECIDED or policies.decide(rule.id, finding.subject, stage).enforce != "off":
                yield finding
        if result.unable is not None:
            these = [case for case, number in zip(own, concerned, strict=True) if position in asked[number].expressions]
            yield from _unable(rule, these, result.unable)


class _About:
    """The positions of the rules whose `for:` selects a subject; most rules have none."""

    def __init__(self, rules: Sequence[CustomRule]) -> None:
        selectors = [rule.entry.selector for rule in rules]
        self._always = tuple(position for position, selector in enumerate(selectors) if selector == Selector())
        self._scoped = [(position, one) for position, one in enumerate(selectors) if position not in self._always]

    def __call__(self, subject: Subject) -> tuple[int, ...]:
        more = [position for position, selector in self._scoped if selector.matches(subject)]
        return tuple(sorted((*self._always, *more))) if more else self._always


def _findings(rule: CustomRule, result: Result, cases: Sequence[Case]) -> Iterator[Finding]:
    evidence: dict[str, Json] = {"assert": rule.expression, "demanded_at": str(rule.location)}
    said = shorten(rule.message, 4_000)
    fix = shorten(rule.help, 4_000) or f"make it so that this holds: {shorten(rule.expression, 500)}"
    for number in result.broken:
        case = cases[number]
        message = f"{case.subject.name}: {said}"
        yield Finding(rule.id, case.subject, message, fix, case.location, (Related(case.subject.path),), evidence)
    for number, why in result.failed:
        fix = "mend the expression, or ask `has(...)` for what may be absent"
        yield _not_known(rule, cases[number], f"it has no value for it ({why})", fix)
    for number, lacking in result.absent:
        facts = " and ".join(f"`facts.{family}`" for family in lacking)
        why = f"nothing is known for {facts}: the check was left out, came to no end, or had nothing to look at"
        fix = f"see to the check; a rule for artifacts without asks `has(facts.{lacking[0]})`, or is narrowed by `for:`"
        yield _not_known(rule, cases[number], why, fix)


def _unable(rule: CustomRule, cases: Sequence[Case], error: UnableError) -> Iterator[Finding]:
    """One finding for all that it is about, at the first of them: the rule may stand in a file that is elsewhere."""
    if cases:
        what = f"{rule.id} ({rule.location}) was not evaluated on {count(len(cases), 'artifact')}"
        message = f"{what}: {error.message}"
        yield _undecided(rule, Subject(None, None, ""), message, error.fix, cases[0].location)


def _not_known(rule: CustomRule, case: Case, why: str, fix: str) -> Finding:
    message = f"{case.subject.name} was not judged by {rule.id} ({rule.location}): {why}"
    return _undecided(rule, case.subject, message, fix, case.location)


def _undecided(rule: CustomRule, subject: Subject, message: str, fix: str, location: Location) -> Finding:
    return Finding(UNDECIDED, subject, message, fix, location, evidence={"custom": rule.id})
