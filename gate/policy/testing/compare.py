"""What a case expects beside what the policy made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gate.core.model import Decision
from gate.core.text import count
from gate.policy.testing.model import Case, Difference, Expectation, Judged


def differences(case: Case, judged: Judged) -> Iterator[Difference]:
    """Everything that is not as expected; what blocks must be expected, whatever else is."""
    expected = case.expected
    for one in expected.decisions:
        yield from _decided(one, [d for d in judged.decisions if _is_about(one, d)])
    if expected.verdict is not None and expected.verdict != judged.outcome:
        message = f"expected the verdict {expected.verdict}, found {judged.outcome}"
        yield Difference(expected.verdict_at or case.location, message)
    for decision in judged.decisions:
        if decision.ruling == "block" and not any(_is_about(one, decision) for one in expected.decisions):
            finding = decision.finding
            message = f"{finding.rule} blocks, {_says(decision)}, and the case does not expect it: {finding.message}"
            yield Difference(case.location, message)


def _is_about(expectation: Expectation, decision: Decision) -> bool:
    finding = decision.finding
    return finding.rule == expectation.rule and expectation.path in (None, finding.subject.path)


def _decided(expectation: Expectation, found: Sequence[Decision]) -> Iterator[Difference]:
    what = expectation.rule + (f" at {expectation.path}" if expectation.path else "")
    if expectation.word == "none":
        if found:
            message = f"expected no finding of {what}, found {count(len(found), 'one', str(len(found)))}"
            yield Difference(expectation.location, f"{message}: {found[0].ruling}, {_says(found[0])}")
    elif not found:
        yield Difference(expectation.location, f"expected {expectation.word} for {what}, found no finding of it")
    for decision in found if expectation.word != "none" else ():
        if decision.ruling != expectation.word:
            message = f"expected {expectation.word} for {what}, found {decision.ruling}, {_says(decision)}"
            yield Difference(expectation.location, message)
            return  # the others are of the same kind


def _says(decision: Decision) -> str:
    return f"as {decision.origin} says"
