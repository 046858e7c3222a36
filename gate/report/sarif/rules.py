"""The catalogue as SARIF rule metadata: what GitHub shows beside an alert."""

from __future__ import annotations

from gate.core.catalogue import SECURITY_SEVERITY, Rule
from gate.core.model import Severity
from gate.core.text import printable
from gate.report import marks
from gate.report.sarif.taxonomies import relationships
from gate.report.view import PROJECT_URL, in_catalogue, page

LEVEL: dict[Severity, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
PROBLEM: dict[Severity, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "recommendation"}


def descriptor(rule: Rule) -> dict[str, object]:
    """The `reportingDescriptor` of a rule."""
    rule_id = printable(rule.id)
    help_text, markdown = _help(rule)
    title = printable(f"{rule.title[:1].upper()}{rule.title[1:]}.")
    described: dict[str, object] = {
        "id": rule_id,
        "name": "".join(word.capitalize() for word in rule_id.replace("/", "-").split("-")),
        "shortDescription": {"text": title},
        "fullDescription": {"text": _plain(rule.why) or title},
        "help": {"text": help_text, "markdown": markdown},
        "helpUri": page(rule) if in_catalogue(rule) else PROJECT_URL,
        "defaultConfiguration": {"level": LEVEL[rule.severity]},
        "properties": {
            "tags": ["security", *(f"external/cwe/{cwe.lower()}" for cwe in rule.cwe), *rule.tags],
            "precision": "high",
            "problem.severity": PROBLEM[rule.severity],
            "security-severity": SECURITY_SEVERITY[rule.severity],
        },
    }
    if related := relationships(rule):
        described["relationships"] = related
    return described


def _help(rule: Rule) -> tuple[str, str]:
    """The advice as plain text and as Markdown; that of a policy shows what it says and does nothing else."""
    if not in_catalogue(rule):
        own = "This rule is not part of the gate: a policy that applies here defines it."
        said = printable(rule.fix)
        return " ".join(filter(None, (said, own))), "\n\n".join(filter(None, (marks.text(said), own)))
    parts = [f"## Why it matters\n\n{rule.why}", f"## How to fix it\n\n{rule.fix}"]
    if rule.bad and rule.good:
        parts.append(f"## Example\n\nWrong:\n\n{rule.bad}\n\nRight:\n\n{rule.good}")
    markdown = "\n\n".join(parts)
    return _plain(markdown), markdown


def _plain(markdown: str) -> str:
    """The catalogue's Markdown without its markup."""
    return markdown.replace("```yaml\n", "").replace("\n```", "").replace("## ", "").replace("`", "")
