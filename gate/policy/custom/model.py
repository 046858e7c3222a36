"""A custom rule, as a policy says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from gate.core.catalogue import Rule
from gate.core.model import Location, Severity
from gate.policy.model import Entry

if TYPE_CHECKING:
    from gate.policy.model import Policies, Policy


class CustomRule(NamedTuple):
    """A rule that an artifact breaks where `expression` is false; `location` is where the expression stands.

    `entry` says how it is enforced, on what and from which stage on. `message` is what a finding says.
    """

    id: str
    expression: str
    message: str
    location: Location
    entry: Entry
    title: str = ""
    severity: Severity = "medium"
    help: str = ""
    tags: tuple[str, ...] = ()

    def same(self) -> CustomRule:
        """It without its places, by which two are told apart."""
        nowhere = Location("")
        return self._replace(location=nowhere, entry=self.entry._replace(location=nowhere))

    def described(self) -> Rule:
        """It as reports describe rules."""
        title = self.title or self.message.rstrip(".")
        return Rule(self.id, title, self.severity, why="", fix=self.help, tags=self.tags)


def custom_of(policy: Policy) -> tuple[CustomRule, ...]:
    """The rules of a document and of all that it extends, each once."""
    inherited = (rule for base in policy.extends for rule in custom_of(base))
    return _each_once((*policy.custom, *inherited))


def all_custom(policies: Policies) -> tuple[CustomRule, ...]:
    """The rules of all members, each once: a rule that a change alters counts as it was and as it is."""
    return _each_once(rule for policy in policies.members for rule in custom_of(policy))


def entries_on(policies: Policies, rule: str) -> list[Entry]:
    """What all documents say on how a custom rule is enforced."""
    return [entry for policy in policies.members for entry in _entries(policy, rule)]


def _entries(policy: Policy, rule: str) -> Iterator[Entry]:
    yield from policy.entries.get(rule, ())
    yield from policy.tightened.get(rule, ())
    for base in policy.extends:
        yield from _entries(base, rule)


def _each_once(rules: Iterable[CustomRule]) -> tuple[CustomRule, ...]:
    found: dict[CustomRule, CustomRule] = {}
    for rule in rules:
        found.setdefault(rule.same(), rule)
    return tuple(found.values())
