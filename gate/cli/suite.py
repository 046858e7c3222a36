"""`gate suite run`: one suite on one dataset, without a DBOM."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator

from gate.cli import judging
from gate.cli.scan import chosen
from gate.cli.terminal import Progress
from gate.core.errors import UsageError
from gate.core.jobs import default_jobs
from gate.core.text import count, printable
from gate.once import Once, Request, once
from gate.suites.interface import Expectation, Outcome
from gate.suites.run import CHOICES
from gate.suites.wording import expected, found

WORDS = {True: "ok", False: "failed", None: "not evaluated"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the subcommands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="run")
    one = commands.add_parser("run", help="say of each expectation of a suite whether a dataset meets it")
    one.add_argument("suite", metavar="SUITE", help="the suite: JSON or YAML, of Great Expectations 1.x or older")
    one.add_argument("data", metavar="DATA", help="the dataset: a file, or a directory")
    one.add_argument(
        "--engine-suites",
        choices=CHOICES,
        default="auto",
        metavar="ENGINE",
        help="`reference` has Great Expectations evaluate every expectation, instead of what DuckDB cannot",
    )
    judging.add_options(one)


def run(arguments: argparse.Namespace) -> int:
    """Evaluates, and writes the outcomes and the reports."""
    reports = judging.parse_reports(arguments.report)
    for path in (arguments.suite, arguments.data):
        if not os.path.lexists(path):
            raise UsageError(f"{printable(path)} does not exist", "check the spelling")
    judging.refuse_inputs(reports, os.getcwd(), (arguments.suite, arguments.data, *arguments.policy))
    root, (suite, data) = _beneath(arguments.suite, arguments.data)
    policies, notes = chosen(arguments.policy)
    request = Request(
        root,
        suite,
        data,
        policies,
        arguments.stage,
        arguments.jobs or default_jobs(),
        arguments.engine_suites,
        notes,
    )
    with Progress("reading") as progress:
        answer = once(request, progress)
    text = [report for report in reports if report == ("text", "")]
    if text:  # a report for programs on standard output stands there alone
        for line in _lines(answer):
            print(line)
        sys.stdout.flush()  # reports go to the bytes beneath
    return judging.emit(answer.verdict, reports)


def _beneath(*paths: str) -> tuple[str, list[str]]:
    """A directory that all paths lie beneath, the working directory if it can be, and the paths relative to it.

    What a person names may be a link, so links are resolved here; none is followed from there on.
    """
    real = [os.path.realpath(path) for path in paths]
    here = os.path.realpath(os.getcwd())
    inside = all(path.startswith(here + os.sep) for path in real)
    root = here if inside else os.path.commonpath([os.path.dirname(path) for path in real])
    return root, [os.path.relpath(path, root) for path in real]


def _lines(answer: Once) -> Iterator[str]:
    """One line for each expectation, in the order of the suite, and one for all of them."""
    if answer.suite is None or answer.evaluated is None:
        return
    evaluation = answer.evaluated.evaluation
    for expectation, outcome in zip(answer.suite.expectations, evaluation.outcomes, strict=True):
        word = WORDS[None if outcome.problem is not None else outcome.success]
        yield f"{word:<13}  {printable(_sentence(expectation, outcome))}"
    good = sum(outcome.success for outcome in evaluation.outcomes)
    legacy = "; the suite has the format of versions before 1.0" if answer.suite.legacy else ""
    total = count(len(evaluation.outcomes), "expectation")
    yield f"\n{good:,} of {total} hold on {count(evaluation.row_count, 'row')}{legacy}\n"


def _sentence(expectation: Expectation, outcome: Outcome) -> str:
    text = expected(expectation)
    if outcome.problem is not None:
        return f"{text}: {outcome.problem}"
    return text if outcome.success or not found(outcome) else f"{text}; {found(outcome)}"
