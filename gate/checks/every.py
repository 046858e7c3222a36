"""All checks on all material: what they find, what they establish, and what custom rules are to judge."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gate.checks.established import established
from gate.checks.heavy import run_heavy
from gate.checks.integrity import entries
from gate.checks.interface import Checked, Context, Material
from gate.checks.registry import load_check
from gate.core.model import Examination, Finding
from gate.policy.custom import values
from gate.policy.custom.judge import Case

if TYPE_CHECKING:
    from gate.engine import Cluster


class Stated(NamedTuple):
    """What is said about one material; `case` is for custom rules, None for what the DBOM does not declare."""

    findings: tuple[Finding, ...]
    examination: Examination
    case: Case | None


def run_checks(
    found: Sequence[Material],
    families: Collection[str],
    context: Context,
    *,
    custom: bool,
    cluster: Cluster | None = None,
) -> Iterator[Stated]:
    """What each of the checks says about each material, in their order; with cases where there are `custom` rules.

    The heavy ones go first, to the `cluster` where there is one.
    """
    checks = {family: load_check(family) for family in families}
    heavy = run_heavy(found, families, context, cluster)
    for position, material in enumerate(found):
        results = {family: heavy.get((family, position)) or run(material, context) for family, run in checks.items()}
        findings = [finding for result in results.values() for finding in result.findings]
        if "integrity" not in results:
            findings += entries(material)
        facts = {family: result.facts for family, result in results.items() if result.facts}
        verified = facts.get("integrity", {}).get("verified") is True
        case = _case(material, results) if custom else None
        yield Stated(tuple(findings), Examination(material.subject, verified, facts), case)


def _case(material: Material, results: dict[str, Checked]) -> Case | None:
    if material.artifact is None:
        return None
    said = values.declared(material.artifact, is_directory=material.is_directory)
    return Case(material.subject, material.location, said, established(material, results))
