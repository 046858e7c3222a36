"""`gate policy show` and `gate policy lint`."""

from __future__ import annotations

import argparse
import os
import sys

from gate.cli import place
from gate.core.catalogue import rule_ids
from gate.core.model import STAGES, Location, Subject
from gate.core.text import count, printable
from gate.files.root import POLICY_NAME, policy_reference
from gate.policy.default import default_policy
from gate.policy.describe import described
from gate.policy.lint import lint
from gate.policy.load import load_policies
from gate.policy.model import Entry, Policies, Policy


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the subcommands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="show|lint")
    show = commands.add_parser("show", help="print the effective policy, with the place that sets each value")
    show.add_argument(
        "policies", nargs="*", metavar="FILE|gate:PACK", help="default: gate-policy.yaml, else gate:baseline"
    )
    show.add_argument("--root", metavar="DIR", help="the repository (default: the nearest one upwards)")
    linting = commands.add_parser(
        "lint", help="check policy files for errors, and for entries that do nothing or too much"
    )
    linting.add_argument("policies", nargs="*", metavar="FILE", help="default: gate-policy.yaml")
    linting.add_argument("--root", metavar="DIR", help="the repository (default: the nearest one upwards)")


def run(arguments: argparse.Namespace) -> int:
    """Shows or lints."""
    root = place.find(arguments.root, None).root
    named = [policy_reference(p, root) for p in arguments.policies]
    if not named:
        fallback = "gate:baseline" if arguments.action == "show" else POLICY_NAME
        named = [default_policy(root) or fallback]
    policies = load_policies(tuple(named), root, os.path.expanduser("~"))
    return _show(policies) if arguments.action == "show" else _lint(policies)


def _show(policies: Policies) -> int:
    rows: list[tuple[str, str, str, Location]] = []
    for rule in rule_ids():
        rows += ((rule, entry.enforce, _scope(entry), entry.location) for entry in _effective(policies, rule))
    width = max(len(row[0]) for row in rows)
    for rule, enforce, scope, location in rows:
        print(f"{rule:<{width}}  {enforce:<5}  {scope}{printable(str(location))}")
    for root in sorted(policies.allowed("cache_roots")):
        print(f"cache root {printable(root)}")
    for name in sorted(policies.allowed("pickles")):
        print(f"pickles may have {printable(name)}")
    for name in sorted(policies.denied()):
        print(f"pickles may not have {printable(name)}")
    for line in described(policies):
        print(line)
    return 0


def _effective(policies: Policies, rule: str) -> list[Entry]:
    """The entries that can decide: every scoped one, and the one for everything else."""
    scoped = [entry for policy in policies.members for entry in _all(policy, rule) if _scope(entry)]
    rest = policies.decide(rule, Subject(None, None, ""), STAGES[0])
    return [*scoped, *([] if rest in scoped else [rest])]


def _all(policy: Policy, rule: str) -> list[Entry]:
    return [*policy.entries.get(rule, ()), *(entry for base in policy.extends for entry in _all(base, rule))]


def _scope(entry: Entry) -> str:
    parts = [f"{key}={printable(value)}" for key, value in entry.selector._asdict().items() if value]
    if entry.from_stage != STAGES[0]:
        parts.append(f"from {entry.from_stage}")
    return f"[{', '.join(parts)}]  " if parts else ""


def _lint(policies: Policies) -> int:
    notes = [note for policy in policies.members for note in lint(policy)]
    for note in notes:
        print(f"{printable(str(note.location))}: note: {note.message}")
        if note.fix:
            print(f"  = fix: {note.fix}")
    print(f"{count(len(policies.members), 'policy', 'policies')} valid, {count(len(notes), 'note')}", file=sys.stderr)
    return 0
