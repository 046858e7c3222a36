"""Whether a change drops a custom rule of its base, alters what it asks, or enforces it less."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gate.change.trust import Loosening
from gate.core.model import STAGES, Stage, Subject
from gate.core.text import shorten
from gate.policy.custom.model import CustomRule, entries_on
from gate.policy.model import Entry, Policies, Selector, looser, strictest
from gate.policy.weaken import examples


def loosenings(before: Policies, now: Policies, subjects: Iterable[Subject]) -> Iterator[Loosening]:
    """Each custom rule of `before` that `now` does not have as it was, or enforces less on some artifact.

    Whether another expression asks for more or less nobody can tell, so it is a loosening.
    """
    known = sorted(set(subjects), key=repr)
    current: dict[str, list[CustomRule]] = {}
    for rule in now.custom_rules():
        current.setdefault(rule.id, []).append(rule)
    for rule in before.custom_rules():
        same = [one for one in current.get(rule.id, []) if one.expression == rule.expression and _covers(one, rule)]
        if not same:
            yield _lost(rule, current.get(rule.id, []))
        elif found := _enforced_less(rule, before, now, known):
            yield found


def _covers(rule: CustomRule, other: CustomRule) -> bool:
    """Whether `rule` is about everything that `other` is about, no later."""
    mine, theirs = rule.entry, other.entry
    early = STAGES.index(mine.from_stage) <= STAGES.index(theirs.from_stage)
    return early and mine.selector in (Selector(), theirs.selector)


def _lost(rule: CustomRule, current: list[CustomRule]) -> Loosening:
    what = f"{rule.id} ({shorten(rule.expression, 200)} at {rule.location} of the base)"
    if not current:
        return Loosening(f"the custom rule {what} is gone", "restore it", None)
    return Loosening(f"the custom rule {what} asks for something else here", "restore it", current[0].location)


def _enforced_less(rule: CustomRule, before: Policies, now: Policies, subjects: list[Subject]) -> Loosening | None:
    entries = [*entries_on(before, rule.id), *entries_on(now, rule.id)]
    probes = [*subjects, *(one for entry in entries for one in examples(entry.selector))]
    for stage in sorted({entry.from_stage for entry in entries}, key=STAGES.index):
        for subject in probes:
            was, is_now = _decided(before, rule, subject, stage), _decided(now, rule, subject, stage)
            if was is not None and (is_now is None or looser(is_now.enforce, was.enforce)):
                words = f"`{is_now.enforce if is_now else 'off'}` for {rule.id} is looser than `{was.enforce}`"
                place = is_now.location if is_now else None
                return Loosening(f"{words} at {was.location} of the base", "restore it", place)
    return None


def _decided(policies: Policies, rule: CustomRule, subject: Subject, stage: Stage) -> Entry | None:
    return strictest(policy.decide(rule.id, subject, stage) for policy in policies.members)
