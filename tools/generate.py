"""Writes what is derived from the catalogue, the packs and the facts: `python tools/generate.py` (or `make generate`).

The packs as plain data, one page per rule, and the fields of custom rules. With `--check` nothing is written and
the exit code says whether everything is up to date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gate.core.catalogue import Rule, all_rules
from gate.core.facts import RECORDS, VARIABLES
from gate.documents.kinds import Fields, Reading
from gate.documents.nodes import decode, parse
from gate.policy.model import Entry
from gate.policy.packs import PACKS
from gate.policy.schema import POLICY

ROOT = Path(__file__).resolve().parent.parent
NOTICE = "<!-- Generated from the rule catalogue by `make generate`; edit gate/core/rules instead. -->\n"
FIELDS = ROOT / "docs/custom-rules.md"
MARK = "<!-- fields: generated from gate/core/facts.py by `make generate` -->\n"
LINKS = {
    "cwe": ("CWE", "https://cwe.mitre.org/data/definitions/{}.html"),
    "atlas": ("MITRE ATLAS", "https://atlas.mitre.org/techniques/{}"),
    "owasp": ("OWASP Top 10 for LLM applications", "https://genai.owasp.org/llm-top-10/"),
}


def main() -> int:
    """Writes or checks every generated file."""
    packs = {name: read_pack(name) for name in PACKS}
    files = {ROOT / "gate/policy/packs" / f"{name}.json": pack_json(pack) for name, pack in packs.items()}
    rules = all_rules()
    files |= {ROOT / "docs/rules" / f"{rule.id}.md": rule_page(rule, packs) for rule in rules}
    files[ROOT / "docs/rules/README.md"] = index_page(rules, packs)
    files[FIELDS] = fields_page(FIELDS.read_text("utf-8"))
    stale = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date: run `make generate`", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], "utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


def read_pack(name: str) -> dict[str, Entry]:
    """The entry of each rule in `policies/<name>.yaml`."""
    path = ROOT / "policies" / f"{name}.yaml"
    document = decode(path.read_bytes(), path.name)
    reading = Reading(document)
    fields: Fields = POLICY.read(parse(document), reading)
    reading.finish()
    return {rule: entries[0] for rule, entries in fields.values["rules"].items()}


def pack_json(pack: dict[str, Entry]) -> str:
    """A pack as the data that ships: enforcement and line of each rule."""
    rows = (f"  {json.dumps(rule)}: {json.dumps([e.enforce, e.location.line])}" for rule, e in pack.items())
    return "{\n" + ",\n".join(rows) + "\n}\n"


def rule_page(rule: Rule, packs: dict[str, dict[str, Entry]]) -> str:
    """The page of one rule."""
    words = ", ".join(f"`gate:{name}` {pack[rule.id].enforce}" for name, pack in packs.items())
    parts = [f"# {rule.id}\n", NOTICE, f"{rule.title[0].upper()}{rule.title[1:]}.\n"]
    parts += [f"| severity | enforced |\n|---|---|\n| {rule.severity} | {words} |\n"]
    parts += [f"## Why it matters\n\n{rule.why}\n", f"## How to fix it\n\n{rule.fix}\n"]
    if rule.bad:
        parts.append(f"## Wrong\n\n{rule.bad}\n")
    if rule.good:
        parts.append(f"## Right\n\n{rule.good}\n")
    parts.append(f"## Adjust\n\n```yaml\n# gate-policy.yaml\npolicy: 1\nrules:\n  {rule.id}: {{enforce: warn}}\n```\n")
    if references := list(reference_lines(rule)):
        parts.append("## References\n\n" + "\n".join(references) + "\n")
    return "\n".join(parts)


def reference_lines(rule: Rule) -> list[str]:
    """A list item for each taxonomy entry of the rule."""
    lines = []
    for field, (title, url) in LINKS.items():
        for identifier in getattr(rule, field):
            target = url.format(identifier.removeprefix("CWE-"))
            lines.append(f"- {title}: [{identifier}]({target})")
    return lines


def index_page(rules: tuple[Rule, ...], packs: dict[str, dict[str, Entry]]) -> str:
    """The table of all rules."""
    head = f"| rule | severity | {' | '.join(f'`gate:{name}`' for name in packs)} | what is wrong |"
    lines = [head, "|" + "---|" * (3 + len(packs))]
    for rule in rules:
        words = " | ".join(pack[rule.id].enforce for pack in packs.values())
        lines.append(f"| [{rule.id}]({rule.id}.md) | {rule.severity} | {words} | {rule.title} |")
    return "\n".join(["# Rules\n", NOTICE, *lines]) + "\n"


def fields_page(page: str) -> str:
    """The page about custom rules, with a table for each record behind the mark."""
    parts = [page.partition(MARK)[0] + MARK]
    for record, fields in RECORDS.items():
        variables = [name for name, kind in VARIABLES.items() if kind == record]
        title = f"`{variables[0]}`" if variables else record
        rows = "\n".join(f"| `{fact.name}` | `{fact.type}` | {fact.help} |" for fact in fields)
        parts.append(f"### {title}\n\n| field | type | |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
