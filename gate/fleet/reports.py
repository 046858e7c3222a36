"""The fleet as text, JSON and SARIF."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from gate.core.model import Json
from gate.core.text import count as counted
from gate.core.text import printable
from gate.fleet.interface import CODES, Drift, Fleet, Judged
from gate.fleet.measures import MEASURES, Share, count, pointers, rules, shares, total, unseen
from gate.report.interface import Context
from gate.report.view import PROJECT_URL, no_commands

Render = Callable[[Fleet, Context], str]
REPORTS: dict[str, str] = {
    "text": "gate.fleet.reports.text",
    "json": "gate.fleet.reports.as_json",
    "sarif": "gate.fleet.reports.sarif",
    "html": "gate.fleet.page.document.page",
}
SCHEMA = "https://github.com/dbom-gate/gate/schemas/fleet-1.json"
VERSION = 1
LFS_FIX = "name a directory with a checkout in which `git lfs pull` was run"
SHOWN_RULES = 5
"""Rules that the text names for a repository."""
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def render(name: str, fleet: Fleet, context: Context) -> str:
    """The fleet in the format of that name, one of `REPORTS`."""
    module, _, function = REPORTS[name].rpartition(".")
    report: Render = getattr(import_module(module), function)
    return report(fleet, context)


def text(fleet: Fleet, context: Context) -> str:
    """A line for each repository, what went wrong, and what it comes to."""
    rows: list[tuple[str, ...]] = [("repository", "verdict", *MEASURES, "errors", "warnings")]
    for one in fleet.judged:
        found = shares(one) if one.report else {}
        cells = [percent(found[name]) if name in found else "" for name in MEASURES]
        rows.append((one.repository.name, one.outcome, *cells, str(count(one, "block")), str(count(one, "warn"))))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    for one in fleet.judged:
        if blocks := blocking(one):
            lines += ["", f"blocked: {one.repository.name}: {blocks}"]
            lines += [" = see: its findings are in the html, json and sarif reports (`--report html=fleet.html`)"]
        if one.problem:
            lines += ["", f"undecided: {one.repository.name}: {printable(one.problem)}"]
            lines += (
                [f" = at: {printable(one.repository.place)}"] if one.repository.place != one.repository.name else []
            )
            lines += [f" = fix: {printable(one.fix)}"] if one.fix else []
        if unsaid := unseen(one):
            lines += ["", f"note: {one.repository.name}: {unsaid}", f" = fix: {LFS_FIX}"]
        if one.drift.looser:
            lines += ["", f"note: {one.repository.name}: its own {one.drift.own} is looser, which does not count:"]
            lines += [f" = {line}" for line in one.drift.looser]
    lines += ["", *(f"note: {note}" for note in fleet.notes)] if fleet.notes else [""]
    lines += [f"policy: {', '.join(fleet.policies)}; stage: {fleet.stage}", "", f"gate: {summary(fleet)}"]
    return "\n".join(lines) + "\n"


def blocking(one: Judged) -> str:
    """The rules that block, each with the number of its findings: `integrity/missing-file (2), weights/malformed`."""
    found = [(rule, rulings["block"]) for rule, rulings, _ in rules([one]) if rulings["block"]]
    more = len(found) - SHOWN_RULES
    words = [f"{rule} ({number})" if number > 1 else rule for rule, number in found[:SHOWN_RULES]]
    return ", ".join(words) + (f" and {more} more" if more > 0 else "")


def summary(fleet: Fleet) -> str:
    """`blocked: of 20 repositories 5 blocked, 3 undecided, 12 pass`."""
    outcomes = [one.outcome for one in fleet.judged]
    words = (f"{outcomes.count(one)} {one.replace('-', ' ')}" for one in CODES if one in outcomes)
    whole = counted(len(outcomes), "repository", "repositories")
    return f"{fleet.outcome.replace('-', ' ')}: of {whole} {', '.join(words)}"


def percent(share: Share) -> str:
    """`75% (3/4)`, or a dash where there is nothing to count."""
    return "-" if share.percent is None else f"{share.percent:.0f}% ({share.number}/{share.of})"


def as_json(fleet: Fleet, context: Context) -> str:
    """Everything, with the whole report on each repository; `fleet-1.schema.json` describes it."""
    document = {
        "schema": SCHEMA,
        "version": VERSION,
        "tool": {"name": "gate", "version": context.version},
        "verdict": fleet.outcome,
        "exit_code": fleet.exit_code,
        "stage": fleet.stage,
        "policies": list(fleet.policies),
        "notes": list(fleet.notes),
        "shares": _shares(total(fleet.judged)),
        "repositories": [_repository(one) for one in fleet.judged],
    }
    return no_commands(json.dumps(document, indent=2, allow_nan=False)) + "\n"


def _repository(one: Judged) -> dict[str, Any]:
    return {
        "name": one.repository.name,
        "place": printable(one.repository.place),
        "revision": one.revision or None,
        "lfs_pointers": pointers(one) if one.report else None,
        "verdict": one.outcome,
        "problem": printable(one.problem) or None,
        "fix": printable(one.fix) or None,
        "shares": _shares(shares(one)) if one.report else None,
        "drift": _drift(one.drift),
        "report": one.report,
    }


def _drift(drift: Drift) -> dict[str, Json]:
    own = printable(drift.own) or None
    return {"own": own, "extends": drift.extends, "looser": list(drift.looser), "stricter": list(drift.stricter)}


def _shares(found: Mapping[str, Share]) -> dict[str, Json]:
    return {name: {"number": one.number, "of": one.of, "percent": one.percent} for name, one in found.items()}


def sarif(fleet: Fleet, context: Context) -> str:
    """One run for each repository, told apart by `automationDetails.id`; one without a verdict has no results."""
    runs = []
    for one in fleet.judged:
        run = dict(one.sarif) if one.sarif else _nothing(one, context)
        provenance = {"repositoryUri": one.repository.place, "revisionId": one.revision}
        details = {"automationDetails": {"id": f"gate/{one.repository.name}/"}}
        is_url = "://" in one.repository.place and one.revision
        runs.append({**run, **details, **({"versionControlProvenance": [provenance]} if is_url else {})})
    return no_commands(json.dumps({"$schema": SARIF, "version": "2.1.0", "runs": runs}, indent=2)) + "\n"


def _nothing(one: Judged, context: Context) -> dict[str, Any]:
    """A run that did not come to its end."""
    told = {"level": "error", "message": {"text": printable(one.problem or "undecided")}}
    driver = {"name": "gate", "semanticVersion": context.version, "informationUri": PROJECT_URL, "rules": []}
    ended = {"executionSuccessful": False, "exitCode": 4, "toolExecutionNotifications": [told]}
    return {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "invocations": [ended], "results": []}
