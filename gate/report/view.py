"""What the reports share: the order of the findings, their rules and the words for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gate.core.catalogue import FAMILIES, Rule, UnknownRuleError, get_rule
from gate.core.model import SEVERITIES, UNDECIDED, Decision, Examination, Related, Ruling, Verdict
from gate.core.text import count, printable, size

PROJECT_URL = "https://github.com/dbom-gate/gate"

RANK: dict[Ruling, int] = {"block": 0, "warn": 1, "waived": 2, "adopted": 3, "off": 4}
"""Worst first."""

WORD: dict[Ruling, str] = {
    "block": "error",
    "warn": "warning",
    "waived": "waived",
    "adopted": "adopted",
    "off": "off",
}


def rules_of(decisions: Iterable[Decision], custom: Mapping[str, Rule]) -> dict[str, Rule]:
    """The rules that occur, from `custom` or the catalogue; one that is in neither gets an entry without advice."""
    return {rule_id: _rule(rule_id, custom) for rule_id in dict.fromkeys(d.finding.rule for d in decisions)}


def _rule(rule_id: str, custom: Mapping[str, Rule]) -> Rule:
    if rule_id in custom:
        return custom[rule_id]
    try:
        return get_rule(rule_id)
    except UnknownRuleError:
        return Rule(rule_id, "a custom rule of the policy is broken", "medium", why="", fix="")


def in_catalogue(rule: Rule) -> bool:
    """Whether the gate has a page about the rule; it has none about a policy's custom rules."""
    return rule.family in FAMILIES


def page(rule: Rule) -> str:
    """The address of the rule's page."""
    return f"{PROJECT_URL}/blob/main/docs/rules/{rule.id}.md"


def ordered(verdict: Verdict) -> tuple[Decision, ...]:
    """All decisions, worst first and then by location."""
    rules = rules_of(verdict.decisions, verdict.custom)

    def key(decision: Decision) -> tuple[object, ...]:
        finding = decision.finding
        severity = SEVERITIES.index(rules[finding.rule].severity)
        related = [(r.path, r.member or "", r.offset or 0, r.message) for r in finding.related]
        place = finding.location[:3]
        return (RANK[decision.ruling], -severity, place, finding.rule, finding.subject.path, finding.message, related)

    return tuple(sorted(verdict.decisions, key=key))


def no_commands(document: str) -> str:
    """A JSON document with the same meaning and without `##`.

    GitHub and Azure take `##[` and `##vso[` for a command wherever in a line of the log it stands.
    """
    return document.replace("##", r"#\u0023")


def word(decision: Decision) -> str:
    """`error`, `warning`, `undecided`, `waived` or `adopted`."""
    if decision.ruling == "block" and decision.finding.rule == UNDECIDED:
        return "undecided"
    return WORD[decision.ruling]


def excuse(decision: Decision) -> str:
    """Why a waived or adopted finding does not block, in words; empty for any other."""
    grounds = decision.grounds
    if grounds is None:
        return f"waived by: {decision.origin}" if decision.ruling == "waived" else ""
    if decision.ruling == "adopted":
        return f"adopted by: {decision.origin}, until {grounds.expires}"
    return (
        f"waived by: {decision.origin}, {grounds.reason}, approved by {grounds.approver}, until {grounds.expires}: "
        f"{grounds.why}"
    )


def place(related: Related) -> str:
    """Where in the judged bytes: `models/sign.pt, member archive/data.pkl, byte 0`."""
    parts = [related.path]
    if related.member is not None:
        parts.append(f"member {related.member}")
    if related.line is not None:
        parts.append(f"line {related.line:,}")
    if related.offset is not None:
        parts.append(f"byte {related.offset}")
    return printable(", ".join(parts))


def outcome(verdict: Verdict) -> str:
    """The verdict as words."""
    return verdict.outcome.replace("-", " ")


def looked_at(verdict: Verdict) -> tuple[Examination, ...]:
    """What the DBOM declares; nothing where no checksum was looked at, for then none is wrong either."""
    declared = verdict.declared
    is_told = any(artifact.verified or "integrity" in artifact.facts for artifact in declared)
    return declared if is_told else ()


def counts(verdict: Verdict) -> str:
    """`2 errors, 1 warning in 14 files (3.2 MiB); 3 of 4 artifacts have a verified checksum (75%)`.

    Then how many datasets have a suite, unless it is none, which `suites/missing` says of each.
    """
    if verdict.outcome == "nothing-to-check":
        return "no file was examined"
    words = [word(decision) for decision in verdict.decisions]
    states = {"error": "errors", "undecided": "undecided", "warning": "warnings", "waived": "waived"}
    found = [count(words.count(one), one, many) for one, many in states.items() if one in words]
    if days := [d.grounds.expires for d in verdict.decisions if d.ruling == "adopted" and d.grounds]:
        found.append(f"{len(days):,} adopted until {min(days)}")
    text = f"{', '.join(found) or 'no findings'} in {count(verdict.files, 'file')} ({size(verdict.bytes)})"
    if (percent := verdict.completeness) is not None:
        declared = verdict.declared
        verified = sum(artifact.verified for artifact in declared)
        verb = "has" if len(declared) == 1 else "have"
        # Rounded down: 100% must mean all of them.
        text += f"; {verified:,} of {count(len(declared), 'artifact')} {verb} a verified checksum ({int(percent)}%)"
        having, datasets = verdict.suites
        if having:
            verb = "has" if datasets == 1 else "have"
            text += f"; {having:,} of {count(datasets, 'dataset')} {verb} a suite ({100 * having // datasets}%)"
    return text
