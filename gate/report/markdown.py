"""The report for a step summary or a comment: GitHub-flavoured Markdown, below the limit of a summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gate.core.catalogue import Rule
from gate.core.model import Decision, Examination, Finding, Verdict
from gate.report import marks
from gate.report.interface import Context
from gate.report.view import counts, excuse, in_catalogue, looked_at, ordered, outcome, page, place, rules_of, word

FINDINGS_LIMIT, ARTIFACTS_LIMIT, RULES_LIMIT, NOTES_LIMIT = 550_000, 200_000, 150_000, 50_000
"""Bytes of each part, together below a megabyte: GitHub drops a summary above 1 MiB altogether."""

ICONS = {"pass": "✅", "blocked": "❌", "undecided": "❓", "nothing-to-check": "⚪"}
PLACES = 5
"""Places in judged files that a row of the table names."""


def render(verdict: Verdict, context: Context) -> str:
    """Headline, findings, artifacts, and why and how to fix for each rule that was broken."""
    decisions = [decision for decision in ordered(verdict) if decision.ruling != "off"]
    summary = counts(verdict)
    sections = [
        f"## {ICONS[verdict.outcome]} gate: {outcome(verdict)}",
        f"{summary[0].upper()}{summary[1:]}.",
        marks.section(_policies(verdict), NOTES_LIMIT, "notes"),
        marks.table(("", "rule", "place", "finding"), map(_finding_row, decisions), FINDINGS_LIMIT, "findings"),
        marks.table(
            ("artifact", "kind", "path", "verified"), _artifact_rows(looked_at(verdict)), ARTIFACTS_LIMIT, "artifacts"
        ),
        marks.section(map(_explanation, rules_of(decisions, verdict.custom).values()), RULES_LIMIT, "rules"),
        f"<sub>gate {marks.text(context.version)}</sub>",
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _policies(verdict: Verdict) -> Iterator[str]:
    yield f"Policy: {', '.join(map(marks.code, verdict.policies)) or 'none'}; stage: {verdict.stage}."
    for note in verdict.notes:
        yield f"- Note: {marks.text(note)}"


def _finding_row(decision: Decision) -> str:
    finding = decision.finding
    text = marks.text(finding.message)
    if finding.related:
        text += f"<br>In {_places(finding)}"
    if said := excuse(decision):
        text += f"<br>{marks.text(said[0].upper() + said[1:])}"
    elif finding.fix:
        text += f"<br>Fix: {marks.text(finding.fix)}"
    return marks.row(f"**{word(decision)}**", marks.code(finding.rule), marks.code(str(finding.location)), text)


def _places(finding: Finding) -> str:
    first = ", ".join(marks.code(place(related)) for related in finding.related[:PLACES])
    more = len(finding.related) - PLACES
    return f"{first} and {more:,} more" if more > 0 else first


def _artifact_rows(declared: Iterable[Examination]) -> Iterator[str]:
    for artifact in sorted(declared, key=lambda a: (a.verified, a.subject.name or "", a.subject.path)):
        name, path = marks.code(artifact.subject.name or ""), marks.code(artifact.subject.path)
        yield marks.row(name, artifact.subject.kind or "", path, "yes" if artifact.verified else "**no**")


def _explanation(rule: Rule) -> str:
    """Why and fix of a rule; both are the catalogue's own Markdown."""
    if not in_catalogue(rule):
        return ""
    return (
        f"<details>\n<summary><code>{marks.text(rule.id)}</code>: {marks.text(rule.title)}</summary>\n\n"
        f"{rule.why}\n\n**Fix:** {rule.fix}\n\n[More about this rule]({page(rule)})\n\n</details>\n"
    )
