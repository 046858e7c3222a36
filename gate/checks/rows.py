"""What becomes of one declared suite: it is read, evaluated in a limited process, and each failure is a finding."""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from gate.checks.custom import Custom, read_custom
from gate.checks.interface import Checked, Context, Material
from gate.checks.pieces import pieces_of
from gate.checks.readable import changed, unread, what_is_wrong
from gate.checks.strength import weaknesses
from gate.core.errors import DocumentError, UnableError
from gate.core.model import Finding, Json, Location, Related
from gate.core.text import count, printable, shorten
from gate.data.interface import DataError, Layout
from gate.dbom.model import Artifact
from gate.files import beneath
from gate.policy.suites import SuiteDemand
from gate.suites.interface import Code, Expectation, Outcome, Suite, Weight
from gate.suites.run import Evaluated, run
from gate.suites.wording import expected, found, value

NOT_EVALUATED = "suites/not-evaluated"
MAX_SUITE = 16 << 20
"""Bytes of a suite, as many as any document may have."""
MAX_PROBLEMS = 10
"""Problems of a suite that are listed."""
MAX_FINDINGS = 200
"""Expectations that could not be evaluated, or failed, that get a finding each; the rest are counted in one more."""
_RULES: dict[Weight, str] = {
    "critical": "suites/failed",
    "warning": "suites/failed-warning",
    "info": "suites/failed-info",
}


class Judged(NamedTuple):
    """The answer of the check, with the suite and what became of it, as far as it came to that."""

    checked: Checked
    suite: Suite | None = None
    evaluated: Evaluated | None = None


def judge(material: Material, artifact: Artifact, context: Context) -> Judged:
    """Whether the rows of a dataset pass its suite."""
    path = artifact.suite or ""
    facts: dict[str, Json] = {"suite": path, "evaluated": False}
    read = _suite(material, path, context.root)
    if isinstance(read, Finding):
        return Judged(Checked((read,), facts))
    demand = _demand(material, context)
    weak = list(_capped(material, weaknesses(material, read, demand)))
    facts |= {"expectations": len(read.expectations), "legacy": read.legacy}
    stop = _unread(material, context)
    if stop is not None or not read.expectations:
        return Judged(Checked((*weak, *(stop or ())), facts), read)
    custom = read_custom(demand.custom, context.root)
    try:
        done = _evaluate(material, artifact, read, context, custom.code)
    except DataError as error:
        return Judged(Checked((*weak, _unreadable(material, error)), facts), read)
    except UnableError as error:
        message = f"the suite of {artifact.name} was not evaluated: {error.message}"
        return Judged(Checked((*weak, material.undecided(message, error.fix)), facts), read)
    meanwhile = f"the suite of {material.subject.name} was evaluated"
    if touched := changed(material, done.evaluation.sha256, meanwhile):
        return Judged(Checked((*weak, touched), facts), read)
    judged = _capped(material, _outcomes(material, read, done))
    if done.evaluation.row_count:  # without rows, that is what is said
        weak = list(_capped(material, weaknesses(material, read, demand, done.evaluation.outcomes)))
    findings = (*weak, *_few_rows(material, done, demand), *_not_run(material, custom, done), *judged)
    return Judged(Checked(findings, {**facts, **_facts(done)}), read, done)


def _demand(material: Material, context: Context) -> SuiteDemand:
    if context.suite_demand is None:
        return SuiteDemand(Location(""))
    return context.suite_demand(material.subject, context.stage)


def _suite(material: Material, path: str, root: str) -> Suite | Finding:
    """The suite, or the finding that says why there is none."""
    shown = printable(path)
    fix = "restore the file, or name another one under `suite:`"
    try:
        with beneath.file(root, path) as descriptor:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_SUITE:
                what = f"larger than {MAX_SUITE >> 20} MiB" if stat.S_ISREG(status.st_mode) else "no file"
                return _suite_problem(material, path, f"the suite {shown} is {what}", fix)
            with open(descriptor, "rb", closefd=False) as file:
                data = file.read(MAX_SUITE + 1)
    except FileNotFoundError:
        return _suite_problem(material, path, f"the suite {shown} is not there", fix)
    except OSError as error:
        return _suite_problem(material, path, f"the suite {shown} cannot be read: {error.strerror}", fix)
    from gate.suites.document import load_suite

    try:
        return load_suite(data, path)
    except DocumentError as error:
        problems = error.problems[:MAX_PROBLEMS]
        more = len(error.problems) - 1
        message = f"the suite cannot be read: {problems[0].location}: {problems[0].message}"
        message += f", and {count(more, 'more problem')}" if more else ""
        related = tuple(Related(path, shorten(p.message, 300), line=p.location.line or None) for p in problems)
        fix = problems[0].fix or "correct the suite"
        return material.finding(NOT_EVALUATED, printable(message), printable(fix), related=related, at="suite")


def _suite_problem(material: Material, path: str, message: str, fix: str) -> Finding:
    return material.finding(NOT_EVALUATED, message, fix, related=(Related(path),), at="suite")


def _unread(material: Material, context: Context) -> tuple[Finding, ...] | None:
    """Why the files are not to be evaluated; None where they are."""
    found = unread(material, context, f"the suite of {material.subject.name} was not evaluated")
    if found is not None:
        return found
    weights = [file for file in material.files if file.inspection and file.inspection.role == "weights"]
    if len(weights) == len(material.files):
        kind = weights[0].inspection.format if weights[0].inspection else ""
        path = printable(weights[0].path)
        message = f"{path} holds weights ({kind}), which have no rows that a suite could be about"
        fix = "remove `suite:`, or declare the table of the dataset under `path:`"
        related = (Related(weights[0].path),)
        return (material.finding(NOT_EVALUATED, message, fix, related=related, at="suite"),)
    return None


def _evaluate(
    material: Material, artifact: Artifact, suite: Suite, context: Context, code: tuple[Code, ...]
) -> Evaluated:
    layout = Layout(*artifact.data) if artifact.data else Layout()
    with contextlib.ExitStack() as stack:
        return run(suite, pieces_of(material, stack), layout, context.engine_suites, code)


def _unreadable(material: Material, error: DataError) -> Finding:
    fix = "correct the file, or say how it is to be read under `data:` of the entry"
    text = f"the suite of {material.subject.name} was not evaluated: {what_is_wrong(error)}"
    return material.finding(NOT_EVALUATED, text, fix, related=(Related(error.path),), at="suite")


def _few_rows(material: Material, done: Evaluated, demand: SuiteDemand) -> Iterator[Finding]:
    rows = done.evaluation.row_count
    if rows < demand.min_rows:
        name = material.subject.name
        wanted = f"the policy wants {demand.min_rows:,} ({demand.location})" if demand.min_rows > 1 else ""
        message = f"{name} has {count(rows, 'row')}, " + (wanted or "so its suite says nothing about it")
        evidence: dict[str, Json] = {"rows": rows, "wanted": demand.min_rows}
        fix = "see that the export is complete"
        yield material.finding(NOT_EVALUATED, message, fix, evidence=evidence, at="suite")


def _not_run(material: Material, custom: Custom, done: Evaluated) -> Iterator[Finding]:
    """Files that the policy allows in other bytes, where an expectation may have needed them."""
    if any(outcome.problem is not None for outcome in done.evaluation.outcomes):
        for problem in custom.problems:
            fix = "restore the file; a new one is allowed in the policy first, by those who own it"
            yield material.finding(NOT_EVALUATED, problem, fix, at="suite")


def _outcomes(material: Material, suite: Suite, done: Evaluated) -> Iterator[Finding]:
    for expectation, outcome in zip(suite.expectations, done.evaluation.outcomes, strict=True):
        place = Related(suite.path, shorten(expectation.type), line=expectation.line or None)
        if outcome.problem is not None:
            message = f"{printable(expectation.type)} was not evaluated: {printable(outcome.problem)}"
            fix = f"correct the expectation on line {expectation.line} of {printable(suite.path)}, or the dataset"
            evidence = _evidence(expectation, outcome)
            yield material.finding(NOT_EVALUATED, message, fix, related=(place,), evidence=evidence, at="suite")
        elif not outcome.success:
            yield _failed(material, expectation, outcome, (*_rows(material, outcome, done), place))


def _failed(material: Material, expectation: Expectation, outcome: Outcome, related: tuple[Related, ...]) -> Finding:
    result = found(outcome)
    message = f"{material.subject.name}: {expected(expectation)}" + (f"; {result}" if result else "")
    fix = "correct the rows, or the expectation where the data rightly changed"
    rule, evidence = _RULES[expectation.weight], _evidence(expectation, outcome)
    return material.finding(rule, message, fix, related=related, evidence=evidence, at="suite")


def _rows(material: Material, outcome: Outcome, done: Evaluated) -> Iterator[Related]:
    """Where the first failing rows are: lines count from 1, as editors show them, rows from 0."""
    for i, row in enumerate(outcome.rows):
        held = value(outcome.values[i]) if i < len(outcome.values) else ""
        place = done.places.get(row)
        if place is not None and place.line is not None:
            yield Related(place.path, held, line=place.line)
            continue
        path, number = (material.subject.path, row) if place is None else (place.path, place.row)
        yield Related(path, f"row {number:,}" + (f": {held}" if held else ""))


def _evidence(expectation: Expectation, outcome: Outcome) -> dict[str, Json]:
    """The expectation and its result as plain data; arguments as they stand, as long as they are short."""
    kwargs = json.dumps(dict(expectation.kwargs))
    return {
        "type": expectation.type,
        "kwargs": dict(expectation.kwargs) if len(kwargs) <= 4000 else shorten(kwargs, 4000),
        "severity": expectation.weight,
        "line": expectation.line,
        "engine": outcome.engine,
        "observed": outcome.observed,
        "element_count": outcome.element_count,
        "missing_count": outcome.missing_count,
        "unexpected_count": outcome.unexpected_count,
        "rows": list(outcome.rows),
        "values": list(outcome.values),
    }


def _capped(material: Material, findings: Iterator[Finding]) -> Iterator[Finding]:
    """The first of each rule, and one that counts the rest: a suite may have thousands of expectations."""
    numbers: Counter[str] = Counter()
    for finding in findings:
        numbers[finding.rule] += 1
        if numbers[finding.rule] <= MAX_FINDINGS:
            yield finding
    for rule, number in numbers.items():
        if (more := number - MAX_FINDINGS) > 0:
            message = f"{count(more, 'more expectation')} of {material.subject.name} like the {MAX_FINDINGS} above"
            yield material.finding(rule, message, "see to those first", evidence={"more": more}, at="suite")


def _facts(done: Evaluated) -> dict[str, Json]:
    evaluation = done.evaluation
    engines = Counter(outcome.engine for outcome in evaluation.outcomes)
    return {
        "evaluated": True,
        "successful": sum(outcome.success for outcome in evaluation.outcomes),
        "rows": evaluation.row_count,
        "columns": len(evaluation.columns),
        "engines": {engine: engines[engine] for engine in sorted(engines)},
    }
