"""Annotations of a GitHub Actions run, as workflow commands on standard output."""

from __future__ import annotations

from collections.abc import Sequence

from gate.core.model import Decision, Finding, Verdict
from gate.core.text import count, printable
from gate.report.interface import Context
from gate.report.view import ordered, place

PER_STEP = 10
"""GitHub shows ten annotations of a kind per step and drops the others without a word."""
PLACES = 5
"""Places in judged files that an annotation names."""


def render(verdict: Verdict, context: Context) -> str:
    """At most ten errors and ten warnings; where there are more, the last one says how many."""
    decisions = ordered(verdict)
    blocked = [decision for decision in decisions if decision.ruling == "block"]
    warned = [decision for decision in decisions if decision.ruling == "warn"]
    return "".join(f"{line}\n" for line in _annotations("error", blocked) + _annotations("warning", warned))


def _annotations(kind: str, decisions: Sequence[Decision]) -> list[str]:
    if len(decisions) <= PER_STEP:
        return [_annotation(kind, decision.finding) for decision in decisions]
    shown = decisions[: PER_STEP - 1]
    more = f"{count(len(decisions) - len(shown), f'more {kind}')}: see the log or the other reports of this run."
    return [*(_annotation(kind, decision.finding) for decision in shown), f"::{kind} title=gate::{_data(more)}"]


def _annotation(kind: str, finding: Finding) -> str:
    location = finding.location
    properties = {"file": location.path}
    if location.line:
        properties["line"] = str(location.line)
    if location.column:
        properties["col"] = str(location.column)
    properties["title"] = finding.rule
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    # Each part is made printable first, so the only line break is the gate's own.
    parts = (finding.message, _places(finding), f"Fix: {finding.fix}" if finding.fix else "")
    message = "\n".join(printable(part) for part in parts if part)
    return f"::{kind} {written}::{_data(message)}"


def _places(finding: Finding) -> str:
    """The first rows or samples that it is about; one file alone is in the message."""
    if len(finding.related) < 2 and not any(related.line for related in finding.related):
        return ""
    more = len(finding.related) - PLACES
    shown = ", ".join(place(related) for related in finding.related[:PLACES])
    return f"In: {shown}" + (f" and {count(more, 'more place')}" if more > 0 else "")


def _data(text: str) -> str:
    """Escaped as the runner unescapes the text of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escaped as the runner unescapes a property of a command."""
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
