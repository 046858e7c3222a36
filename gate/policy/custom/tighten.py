"""What a document may not say about custom rules: of those that it extends none may be redefined."""

from __future__ import annotations

from collections.abc import Iterator

from gate.core.catalogue import rule_ids
from gate.core.errors import Problem
from gate.core.model import Location
from gate.core.text import did_you_mean
from gate.policy.custom.model import CustomRule, custom_of
from gate.policy.custom.schema import RESERVED
from gate.policy.model import Entry, Policy, looser


def weakened(policy: Policy) -> Iterator[Problem]:
    """Two rules of one id, and words on rules that no document defines."""
    yield from _redefined(policy)
    yield from _loosened(policy)
    known = {rule.id for rule in custom_of(policy)}
    for rule, entries in _said(policy):
        if rule.partition("/")[0] not in RESERVED and rule not in known:
            hint = did_you_mean(rule, (*known, *rule_ids())) or "custom rules stand under `custom:`"
            yield Problem(_key(rule, entries), f'unknown rule "{rule}"', hint)


def _said(policy: Policy) -> Iterator[tuple[str, tuple[Entry, ...]]]:
    """All that the document itself says on rules."""
    yield from policy.entries.items()
    for profile in policy.profiles:
        yield from profile.entries.items()


def _loosened(policy: Policy) -> Iterator[Problem]:
    """Words that are looser than what the rule says itself: whatever they are about, they have no effect."""
    inherited = {rule.id: rule.entry for base in policy.extends for rule in custom_of(base)}
    for rule, entries in _said(policy):
        for entry in entries:
            if rule in inherited and looser(entry.enforce, inherited[rule].enforce):
                before = inherited[rule]
                message = f"`{entry.enforce}` for {rule} is looser than `{before.enforce}` at {before.location}"
                yield Problem(entry.location, message, "a policy extended by file can only be tightened")


def _redefined(policy: Policy) -> Iterator[Problem]:
    """A rule of the same id as one that came with a file: the document's own, or that of another file."""
    first: dict[str, CustomRule] = {}
    for rule in (rule for base in policy.extends for rule in custom_of(base)):
        other = first.setdefault(rule.id, rule)
        if other.same() != rule.same():
            message = f"{rule.id} is one rule at {other.location} and another one at {rule.location}"
            yield Problem(policy.location, message, "extend only one of the two, or have one of them renamed")
    for rule in policy.custom:
        if rule.id in first:
            message = f"{rule.id} is defined at {first[rule.id].location} already"
            fix = "give the rule another id; to tighten the other one, write `rules: {ID: {enforce: block}}`"
            yield Problem(rule.entry.location, message, fix)


def _key(rule: str, entries: tuple[Entry, ...]) -> Location:
    """Where the id stands, as far as it stands on the line of its first entry."""
    place = entries[0].location
    column = place.snippet.find(rule) + 1
    return place._replace(column=column, length=len(rule)) if column else place
