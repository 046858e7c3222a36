"""The report for programs; `report-1.schema.json` beside this file describes it."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping

from gate.core.catalogue import Rule
from gate.core.model import Decision, Examination, Json, Location, Verdict
from gate.core.text import printable
from gate.report.fingerprint import fingerprints
from gate.report.interface import Context
from gate.report.view import RANK, no_commands, ordered, rules_of

SCHEMA = "https://github.com/dbom-gate/gate/schemas/report-1.json"
VERSION = 1


def render(verdict: Verdict, context: Context) -> str:
    """The whole verdict as JSON: ASCII only, in an order that depends on nothing but the verdict."""
    document = json.dumps(_plain(_report(verdict, context)), indent=2, allow_nan=False)
    return no_commands(document) + "\n"


def _report(verdict: Verdict, context: Context) -> dict[str, object]:
    decisions = ordered(verdict)
    rules = rules_of(decisions, verdict.custom)
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "tool": {"name": "gate", "version": context.version},
        "verdict": verdict.outcome,
        "exit_code": verdict.exit_code,
        "stage": verdict.stage,
        "policies": list(verdict.policies),
        "files": verdict.files,
        "bytes": verdict.bytes,
        "counts": _counts(decisions),
        "completeness": _completeness(verdict),
        "suites": _suites(verdict),
        "notes": list(verdict.notes),
        "artifacts": [_artifact(artifact, verdict) for artifact in sorted(verdict.artifacts, key=_by_path)],
        "findings": [
            _finding(decision, rules[decision.finding.rule], fingerprint)
            for decision, fingerprint in zip(decisions, fingerprints(verdict, decisions), strict=True)
        ],
    }


def _by_path(artifact: Examination) -> tuple[str, str]:
    return artifact.subject.path, artifact.subject.name or ""


def _counts(decisions: tuple[Decision, ...]) -> dict[str, object]:
    rulings = Counter(decision.ruling for decision in decisions)
    rules = Counter(decision.finding.rule for decision in decisions)
    return {"by_ruling": {ruling: rulings[ruling] for ruling in RANK}, "by_rule": dict(sorted(rules.items()))}


def _completeness(verdict: Verdict) -> dict[str, object]:
    percent = verdict.completeness
    return {
        "declared": len(verdict.declared),
        "verified": sum(artifact.verified for artifact in verdict.declared),
        "percent": None if percent is None else round(percent, 2),
    }


def _suites(verdict: Verdict) -> dict[str, object]:
    having, datasets = verdict.suites
    percent = round(100.0 * having / datasets, 2) if datasets else None
    return {"datasets": datasets, "with_suite": having, "percent": percent}


def _artifact(artifact: Examination, verdict: Verdict) -> dict[str, object]:
    return {
        **artifact.subject._asdict(),
        "verified": artifact.verified,
        "sha256": verdict.sha256.get(artifact.subject.path),
        "facts": artifact.facts,
    }


def _finding(decision: Decision, rule: Rule, fingerprint: str) -> dict[str, object]:
    finding = decision.finding
    return {
        "rule": finding.rule,
        "severity": rule.severity,
        "decision": {
            "ruling": decision.ruling,
            "origin": _location(decision.origin),
            "grounds": decision.grounds._asdict() if decision.grounds else None,
        },
        "about": decision.about._asdict() if decision.about else None,
        "message": finding.message,
        "fix": finding.fix,
        "subject": finding.subject._asdict(),
        "location": _location(finding.location),
        "related": [related._asdict() for related in finding.related],
        "evidence": finding.evidence,
        "fingerprint": fingerprint,
    }


def _location(location: Location) -> dict[str, object]:
    return location._asdict()


def _plain(value: object) -> Json:
    """Data that every JSON parser takes and that is harmless when a script echoes a part of it.

    File names can hold bytes that are no text, and strings from a judged file control characters: both
    come out escaped. JSON has no NaN; as text it stays visible.
    """
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {printable(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if value is None or isinstance(value, int):
        return value
    raise TypeError(f"not plain data: {type(value).__name__}")
