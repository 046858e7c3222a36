"""`gate rules`: the catalogue, with the enforcement of every pack, and the custom rules of policies."""

from __future__ import annotations

import argparse
import json
import os

from gate.cli import place
from gate.core.catalogue import Rule, all_rules
from gate.core.text import printable
from gate.files.root import policy_reference
from gate.policy.custom.model import CustomRule
from gate.policy.default import default_policy
from gate.policy.load import load_policies
from gate.policy.packs import DEFAULT, PACKS, PREFIX, load_pack


def custom_rules(named: list[str]) -> tuple[CustomRule, ...]:
    """The custom rules of the policies that are `named`, else of the one of the repository."""
    root = place.find(None, None).root
    found = [policy_reference(reference, root) for reference in named] or [default_policy(root) or PREFIX + DEFAULT]
    return load_policies(tuple(found), root, os.path.expanduser("~")).custom_rules()


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate rules`."""
    parser.add_argument(
        "--policy", action="append", default=[], metavar="FILE", help="list the custom rules of this policy as well"
    )
    parser.add_argument("--json", action="store_true", help="print the catalogue as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Prints the rules."""
    packs = {name: load_pack(name) for name in PACKS}
    rows: list[tuple[Rule, dict[str, str]]] = [
        (rule, {name: pack.entries[rule.id][0].enforce for name, pack in packs.items()}) for rule in all_rules()
    ]
    own = custom_rules(arguments.policy) if arguments.policy else ()
    rows += [(rule.described(), {}) for rule in own]
    if arguments.json:
        print(json.dumps([{**rule._asdict(), "packs": words} for rule, words in rows], indent=2, ensure_ascii=False))
        return 0
    width = max(len(rule.id) for rule, _ in rows)
    print(f"{'rule':<{width}}  {'severity':<8}  {'  '.join(f'{name:<8}' for name in PACKS)}  what is wrong")
    for rule, words in rows:
        columns = "  ".join(f"{words.get(name, ''):<8}" for name in PACKS)
        print(f"{rule.id:<{width}}  {rule.severity:<8}  {columns}  {printable(rule.title)}")
    return 0
