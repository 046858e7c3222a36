"""`gate rules`: the catalogue, with the enforcement of every pack."""

from __future__ import annotations

import argparse
import json

from gate.core.catalogue import all_rules
from gate.policy.packs import PACKS, load_pack


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate rules`."""
    parser.add_argument("--json", action="store_true", help="print the catalogue as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Prints the rules."""
    packs = {name: load_pack(name) for name in PACKS}
    rows = []
    for rule in all_rules():
        words = {name: pack.entries[rule.id][0].enforce for name, pack in packs.items()}
        rows.append((rule, words))
    if arguments.json:
        print(json.dumps([{**rule._asdict(), "packs": words} for rule, words in rows], indent=2, ensure_ascii=False))
        return 0
    width = max(len(rule.id) for rule, _ in rows)
    print(f"{'rule':<{width}}  {'severity':<8}  {'  '.join(f'{name:<8}' for name in PACKS)}  what is wrong")
    for rule, words in rows:
        columns = "  ".join(f"{words[name]:<8}" for name in PACKS)
        print(f"{rule.id:<{width}}  {rule.severity:<8}  {columns}  {rule.title}")
    return 0
