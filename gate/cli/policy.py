"""`gate policy show`, `lint`, `lock` and `test`."""

from __future__ import annotations

import argparse
import os
import sys

from gate.cli import judging, place, policy_lock, policy_test
from gate.core.text import count, printable
from gate.files.root import POLICY_NAME, policy_reference
from gate.policy.default import default_policy
from gate.policy.effective import effective
from gate.policy.lint import lint
from gate.policy.load import load_policies
from gate.policy.model import Policies


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the subcommands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="show|lint|lock|test")
    show = commands.add_parser("show", help="print the effective policy, with the place that sets each value")
    show.add_argument(
        "policies", nargs="*", metavar="FILE|gate:PACK", help="default: gate-policy.yaml, else gate:baseline"
    )
    show.add_argument("--origin", action="store_true", help="also print what each value overrides, with its place")
    show.add_argument("--root", metavar="DIR", help="the repository (default: the nearest one upwards)")
    linting = commands.add_parser(
        "lint", help="check policy files for errors, and for entries that do nothing or too much"
    )
    linting.add_argument("policies", nargs="*", metavar="FILE", help="default: gate-policy.yaml")
    linting.add_argument("--root", metavar="DIR", help="the repository (default: the nearest one upwards)")
    for one in (show, linting):
        judging.add_fetching_options(one)
    policy_lock.configure(commands.add_parser("lock", help="pin every remote policy that is extended"))
    policy_test.configure(commands.add_parser("test", help="try the policy on cases, and see that it decides as meant"))


def run(arguments: argparse.Namespace) -> int:
    """Shows, lints, locks or tests."""
    if arguments.action == "lock":
        return policy_lock.run(arguments)
    if arguments.action == "test":
        return policy_test.run(arguments)
    root = place.find(arguments.root, None).root
    named = [policy_reference(p, root) for p in arguments.policies]
    if not named:
        fallback = "gate:baseline" if arguments.action == "show" else POLICY_NAME
        named = [default_policy(root) or fallback]
    policies = load_policies(tuple(named), root, os.path.expanduser("~"), fetching=judging.fetching(arguments))
    for note in policies.notes:
        print(f"note: {printable(note)}", file=sys.stderr)
    return _show(policies, origin=arguments.origin) if arguments.action == "show" else _lint(policies)


def _show(policies: Policies, *, origin: bool) -> int:
    rows = effective(policies)
    rules = {row.what for row in rows if " " not in row.what and "/" in row.what}
    width = max(map(len, rules))
    for row in rows:
        what = f"{row.what:<{width}}  {row.value:<5}" if row.what in rules else f"{row.what}: {row.value}"
        parts = [what, row.scope, str(row.location)]
        over = "".join(f", {told}" for told in row.over) if origin else ""
        print(printable("  ".join(filter(None, parts)) + over))
    return 0


def _lint(policies: Policies) -> int:
    notes = [note for policy in policies.members for note in lint(policy)]
    for note in notes:
        print(f"{printable(str(note.location))}: note: {note.message}")
        if note.fix:
            print(f"  = fix: {note.fix}")
    print(f"{count(len(policies.members), 'policy', 'policies')} valid, {count(len(notes), 'note')}", file=sys.stderr)
    return 0
