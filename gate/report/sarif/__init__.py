"""The report for code scanning: SARIF 2.1.0, as GitHub takes it.

What waits for nobody stays out: GitHub ignores `suppressions` and would show a waived finding as an open
alert.
"""

from __future__ import annotations

import json

from gate.core.model import Verdict
from gate.core.text import count, printable
from gate.report.fingerprint import fingerprints
from gate.report.interface import Context
from gate.report.sarif.artifacts import ROOT, Artifacts
from gate.report.sarif.results import result_of
from gate.report.sarif.rules import descriptor
from gate.report.sarif.taxonomies import TAXONOMIES, reference, used
from gate.report.view import PROJECT_URL, no_commands, ordered, rules_of

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

MAX_RESULTS = 5_000
"""GitHub shows no more of an upload; the worst come first."""


def render(verdict: Verdict, context: Context) -> str:
    """The errors and warnings of the verdict as one SARIF run."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(verdict, context)]}
    return no_commands(json.dumps(log, indent=2)) + "\n"


def _run(verdict: Verdict, context: Context) -> dict[str, object]:
    decisions = ordered(verdict)
    open_findings = [
        (decision, fingerprint)
        for decision, fingerprint in zip(decisions, fingerprints(verdict, decisions), strict=True)
        if decision.ruling in ("block", "warn")
    ]
    shown = open_findings[:MAX_RESULTS]
    rules = [rule for _, rule in sorted(rules_of((decision for decision, _ in shown), verdict.custom).items())]
    index = {rule.id: position for position, rule in enumerate(rules)}
    taxonomies = used(rules)
    artifacts = Artifacts(verdict.sha256)
    results = [result_of(decision, index, fingerprint, artifacts) for decision, fingerprint in shown]
    return {
        "tool": {
            "driver": {
                "name": "gate",
                "semanticVersion": context.version,
                "informationUri": PROJECT_URL,
                "rules": [descriptor(rule) for rule in rules],
                "supportedTaxonomies": [reference(TAXONOMIES[taxonomy["name"]]) for taxonomy in taxonomies],
            }
        },
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository that was checked."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(verdict, len(open_findings) - len(shown))],
        "taxonomies": taxonomies,
        "artifacts": artifacts.entries,
        "results": results,
    }


def _invocation(verdict: Verdict, left_out: int) -> dict[str, object]:
    notifications = [_notification("note", note) for note in verdict.notes]
    if left_out:
        text = f"{count(left_out, 'more result')} left out of this file; the json report has all of them."
        notifications.insert(0, _notification("warning", text))
    return {
        "executionSuccessful": verdict.outcome != "undecided",
        "exitCode": verdict.exit_code,
        "toolExecutionNotifications": notifications,
    }


def _notification(level: str, text: str) -> dict[str, object]:
    return {"level": level, "message": {"text": printable(text)}}
