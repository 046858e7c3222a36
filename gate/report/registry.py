"""Which reports there are; a format is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

from gate.core.errors import UsageError
from gate.core.model import Verdict
from gate.core.text import did_you_mean, printable
from gate.report.interface import Context, Report

REPORTS: dict[str, str] = {
    "text": "gate.report.text.render",
    "json": "gate.report.json.render",
    "sarif": "gate.report.sarif.render",
    "markdown": "gate.report.markdown.render",
    "github": "gate.report.github.render",
}


def render(name: str, verdict: Verdict, context: Context) -> str:
    """The verdict in the format of that name; raises `UsageError` where there is no such format."""
    if name not in REPORTS:
        known = did_you_mean(name, REPORTS) or f"the formats are {', '.join(REPORTS)}"
        raise UsageError(f'unknown report format "{printable(name)}"', known)
    module, _, function = REPORTS[name].rpartition(".")
    report: Report = getattr(import_module(module), function)
    return report(verdict, context)
