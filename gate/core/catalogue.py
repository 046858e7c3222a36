"""The rule catalogue: what can be wrong, why it matters and how to fix it.

One module of `gate.core.rules` per family holds its rules as data; `gate explain`, the rule pages, the
SARIF metadata and the packs' completeness test all read the same entries.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

from gate.core.model import Severity
from gate.core.text import did_you_mean

FAMILIES = (
    "dbom", "dvc", "gate", "hub", "integrity", "policy", "poisoning", "signatures", "sources", "suites", "weights",
)  # fmt: skip
"""Each is a module of `gate.core.rules`."""

SECURITY_SEVERITY: dict[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
"""GitHub code scanning shows a score above 9.0 as critical, 7.0 to 8.9 as high, 4.0 to 6.9 as medium."""


class Rule(NamedTuple):
    """An entry of the catalogue.

    `title` completes the sentence "this is wrong: ..."; `why` and `fix` are Markdown paragraphs; `cwe`,
    `atlas` (MITRE ATLAS v5.6.0) and `owasp` (Top 10 for LLM applications 2025) are identifiers.
    `bad` and `good` are short examples in the language of the rule page. Custom rules of policies are described in
    the same way: they have `tags`, and neither pages nor examples.
    """

    id: str
    title: str
    severity: Severity
    why: str
    fix: str
    cwe: tuple[str, ...] = ()
    atlas: tuple[str, ...] = ()
    owasp: tuple[str, ...] = ()
    bad: str = ""
    good: str = ""
    tags: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """The part before the slash."""
        return self.id.partition("/")[0]


class UnknownRuleError(LookupError):
    """No rule has that id; `hint` names the nearest one, if any is near."""

    def __init__(self, rule_id: str) -> None:
        self.hint = did_you_mean(rule_id, rule_ids())
        super().__init__(f'unknown rule "{rule_id}"')


def family_rules(family: str) -> tuple[Rule, ...]:
    """The rules of one family, in catalogue order."""
    rules: tuple[Rule, ...] = import_module(f"gate.core.rules.{family}").RULES
    return rules


def all_rules() -> tuple[Rule, ...]:
    """Every rule, by family and then in catalogue order."""
    return tuple(rule for family in FAMILIES for rule in family_rules(family))


def rule_ids() -> tuple[str, ...]:
    """The ids of all rules."""
    return tuple(rule.id for rule in all_rules())


def get_rule(rule_id: str) -> Rule:
    """The rule with that id; raises `UnknownRuleError`."""
    family = rule_id.partition("/")[0]
    if family in FAMILIES:
        for rule in family_rules(family):
            if rule.id == rule_id:
                return rule
    raise UnknownRuleError(rule_id)
