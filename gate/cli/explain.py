"""`gate explain`: one rule of the catalogue."""

from __future__ import annotations

import argparse

from gate.core.catalogue import FAMILIES, UnknownRuleError, get_rule
from gate.core.errors import UsageError
from gate.core.text import printable
from gate.policy.custom.model import CustomRule
from gate.policy.packs import PACKS, load_pack


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `gate explain`."""
    parser.add_argument(
        "--policy",
        action="append",
        default=[],
        metavar="FILE",
        help="where a custom rule stands; repeatable",
    )
    parser.add_argument("rule", metavar="RULE", help="the id of a rule, such as weights/pickle-format")


def run(arguments: argparse.Namespace) -> int:
    """Prints what the rule means, why it matters and how to fix it."""
    import textwrap

    try:
        rule = get_rule(arguments.rule)
    except UnknownRuleError as error:
        if own := _custom(arguments):
            return _explain(own)
        raise UsageError(
            f'unknown rule "{printable(arguments.rule)}"', error.hint or "`gate rules` lists them"
        ) from None
    packs = ", ".join(f"gate:{name} {load_pack(name).entries[rule.id][0].enforce}" for name in PACKS)
    references = ", ".join((*rule.cwe, *(f"MITRE ATLAS {t}" for t in rule.atlas), *(f"OWASP {t}" for t in rule.owasp)))
    print(f"{rule.id}: {rule.title}\n")
    for head, text in (("Why it matters", rule.why), ("How to fix it", rule.fix)):
        print(f"{head}\n{textwrap.indent(textwrap.fill(text, 96), '  ')}\n")
    for head, example in (("Wrong", rule.bad), ("Right", rule.good)):
        if example:
            print(f"{head}\n{textwrap.indent(example, '  ')}\n")
    print(f"Severity    {rule.severity}\nEnforced    {packs}")
    if references:
        print(f"References  {references}")
    return 0


def _custom(arguments: argparse.Namespace) -> CustomRule | None:
    """The custom rule of that id, where it cannot be meant for the catalogue."""
    if arguments.rule.partition("/")[0] in FAMILIES:
        return None
    from gate.cli.rules import custom_rules

    return next((rule for rule in custom_rules(arguments.policy) if rule.id == arguments.rule), None)


def _explain(rule: CustomRule) -> int:
    """Prints what a policy says of its own rule."""
    print(f"{rule.id}: {printable(rule.described().title)}\n")
    said = {"What is wrong": rule.message, "How to fix it": rule.help, "What must hold": rule.expression}
    for head, text in said.items():
        if text:
            print(f"{head}\n  {printable(text)}\n")
    print(f"Severity    {rule.severity}\nEnforced    {rule.entry.enforce}, {printable(str(rule.entry.location))}")
    if rule.tags:
        print(f"Tags        {', '.join(rule.tags)}")
    return 0
