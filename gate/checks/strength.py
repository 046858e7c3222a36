"""How much a suite asks: less than the policy wants, or of no value at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from gate.checks.interface import Material
from gate.core.globs import matches
from gate.core.model import Finding, Json, Related
from gate.core.text import count, printable, shorten
from gate.policy.suites import SuiteDemand
from gate.suites.interface import Expectation, Outcome, Suite
from gate.suites.telling import judged_nothing, why_idle
from gate.suites.wording import expected


def weaknesses(
    material: Material, suite: Suite, demand: SuiteDemand, outcomes: Iterable[Outcome] = ()
) -> Iterator[Finding]:
    """What is weak about the suite; with `outcomes`, also which expectations had nothing to judge.

    Those that say nothing count for nothing: not as expectations that the policy asks for, and where there are no
    others the suite was not evaluated.
    """
    name, shown = material.subject.name, printable(suite.path)
    judged = {outcome.position: outcome for outcome in outcomes}
    telling = []
    for expectation in suite.expectations:
        why = _why_silent(expectation, judged.get(expectation.position))
        if why is None:
            telling.append(expectation)
            continue
        message = f"{name}: {expected(expectation)}, which {why}"
        place = Related(suite.path, shorten(expectation.type), line=expectation.line or None)
        fix = f"see to the expectation on line {expectation.line} of {shown}, or to the data"
        evidence: dict[str, Json] = {"type": expectation.type, "line": expectation.line}
        yield material.finding("suites/too-weak", message, fix, related=(place,), evidence=evidence, at="suite")
    if telling:
        yield from _less_than_wanted(material, suite.path, telling, demand)
        return
    says = "no expectation that says anything" if suite.expectations else "no expectation"
    message = f"the suite of {name} has {says}, so no row can fail it"
    fix = f"write what the rows must be into {shown}"
    yield material.finding("suites/not-evaluated", message, fix, related=(Related(suite.path),), at="suite")


def _why_silent(expectation: Expectation, outcome: Outcome | None) -> str | None:
    if why := why_idle(expectation):
        return f"no data could fail: {why}"
    if outcome is None or not judged_nothing(expectation, outcome):
        return None
    if outcome.element_count == 0:
        return "judged no value: no row meets its condition"
    return "judged no value: all of them are missing"


def _less_than_wanted(
    material: Material, path: str, telling: list[Expectation], demand: SuiteDemand
) -> Iterator[Finding]:
    name, related = material.subject.name, (Related(path),)
    different = len({(e.type, json.dumps(e.kwargs, sort_keys=True)) for e in telling})
    if different < demand.min_expectations:
        has = count(different, "different expectation")
        message = f"the suite of {name} has {has}, the policy wants {demand.min_expectations:,} ({demand.location})"
        fix = "add expectations on what training relies on: types, ranges, sets of labels, uniqueness"
        evidence: dict[str, Json] = {"expectations": different, "wanted": demand.min_expectations}
        yield material.finding("suites/too-weak", message, fix, related=related, evidence=evidence, at="suite")
    types = {expectation.type for expectation in telling}
    for kind in demand.kinds:
        if not any(matches(kind, known) for known in types):
            message = f"the suite of {name} has no {printable(kind)}, which the policy wants ({demand.location})"
            evidence = {"wanted": kind}
            fix = "add such an expectation"
            yield material.finding("suites/too-weak", message, fix, related=related, evidence=evidence, at="suite")
