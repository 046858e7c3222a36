"""The report for a step summary or a comment: GitHub-flavoured Markdown, below the limit of a summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gate.core.catalogue import Rule
from gate.core.model import Decision, Examination, Finding, Verdict
from gate.core.text import shorten
from gate.report.interface import Context
from gate.report.view import counts, in_catalogue, ordered, outcome, page, place, rules_of, word

FINDINGS_LIMIT, ARTIFACTS_LIMIT, RULES_LIMIT, NOTES_LIMIT = 550_000, 200_000, 150_000, 50_000
"""Bytes of each part, together below a megabyte: GitHub drops a summary above 1 MiB altogether."""

FIELD = 600
"""Characters of one piece of text, so that no single finding fills the summary."""

ICONS = {"pass": "✅", "blocked": "❌", "undecided": "❓", "nothing-to-check": "⚪"}

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,;()-/'=+%?")


def render(verdict: Verdict, context: Context) -> str:
    """Headline, findings, artifacts, and why and how to fix for each rule that was broken."""
    decisions = [decision for decision in ordered(verdict) if decision.ruling != "off"]
    summary = counts(verdict)
    sections = [
        f"## {ICONS[verdict.outcome]} gate: {outcome(verdict)}",
        f"{summary[0].upper()}{summary[1:]}.",
        _section(_policies(verdict), NOTES_LIMIT, "notes"),
        _table(("", "rule", "place", "finding"), map(_finding_row, decisions), FINDINGS_LIMIT, "findings"),
        _table(
            ("artifact", "kind", "path", "verified"), _artifact_rows(verdict.declared), ARTIFACTS_LIMIT, "artifacts"
        ),
        _section(map(_explanation, rules_of(decisions).values()), RULES_LIMIT, "rules"),
        f"<sub>gate {_text(context.version)}</sub>",
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _policies(verdict: Verdict) -> Iterator[str]:
    yield f"Policy: {', '.join(map(_code, verdict.policies)) or 'none'}; stage: {verdict.stage}."
    for note in verdict.notes:
        yield f"- Note: {_text(note)}"


def _finding_row(decision: Decision) -> str:
    finding = decision.finding
    text = _text(finding.message)
    if finding.related:
        text += f"<br>In {_places(finding)}"
    if decision.ruling == "waived":
        text += f"<br>Waived by {_code(str(decision.origin))}"
    elif finding.fix:
        text += f"<br>Fix: {_text(finding.fix)}"
    return _row(f"**{word(decision)}**", _code(finding.rule), _code(str(finding.location)), text)


def _places(finding: Finding) -> str:
    first = _code(place(finding.related[0]))
    more = len(finding.related) - 1
    return f"{first} and {more:,} more" if more else first


def _artifact_rows(declared: Iterable[Examination]) -> Iterator[str]:
    for artifact in sorted(declared, key=lambda a: (a.verified, a.subject.name or "", a.subject.path)):
        name, path = _code(artifact.subject.name or ""), _code(artifact.subject.path)
        yield _row(name, artifact.subject.kind or "", path, "yes" if artifact.verified else "**no**")


def _explanation(rule: Rule) -> str:
    """Why and fix of a rule; both are the catalogue's own Markdown."""
    if not in_catalogue(rule):
        return ""
    return (
        f"<details>\n<summary><code>{_text(rule.id)}</code>: {_text(rule.title)}</summary>\n\n"
        f"{rule.why}\n\n**Fix:** {rule.fix}\n\n[More about this rule]({page(rule)})\n\n</details>\n"
    )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _table(head: tuple[str, ...], rows: Iterable[str], limit: int, noun: str) -> str:
    body = _section(rows, limit, noun)
    return f"{_row(*head)}\n{_row(*('---' for _ in head))}\n{body}" if body else ""


def _section(lines: Iterable[str], limit: int, noun: str) -> str:
    """The lines that fit into `limit` bytes, and a sentence about those that do not."""
    kept: list[str] = []
    used = left_out = 0
    for line in filter(None, lines):
        used += len(line.encode()) + 1
        if used > limit:
            left_out += 1
        else:
            kept.append(line)
    if left_out:
        kept.append(f"\n{left_out:,} more {noun} did not fit into this summary; the json report has all of them.")
    return "\n".join(kept)


def _text(text: str) -> str:
    """Text of unknown origin as Markdown that shows it and does nothing else.

    Everything that Markdown or HTML could take for markup becomes a character reference. A comment after
    `@` and `#` keeps GitHub from making a mention or a link of what follows.
    """
    return "".join(map(_reference, shorten(text, FIELD)))


def _reference(char: str) -> str:
    if char in _PLAIN or not char.isascii():
        return char
    return f"&#{ord(char)};" + ("<!-- -->" if char in "@#" else "")


def _code(text: str) -> str:
    # Not a code span: inside one a pipe still ends the table cell, and nothing can be escaped.
    return f"<code>{_text(text)}</code>"
