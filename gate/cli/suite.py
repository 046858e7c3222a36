"""`gate suite`: `run` takes one suite and one dataset, without a DBOM; `draft` proposes a suite for a dataset; `diff`
shows what changed between two versions of one."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator

from gate.checks import integrity
from gate.checks.interface import Context
from gate.checks.pieces import pieces_of
from gate.checks.readable import unreadable
from gate.checks.rows import Judged, judge
from gate.cli import judging, place
from gate.cli.dataset import Named, beneath, named
from gate.cli.scan import chosen
from gate.cli.terminal import Progress
from gate.core.errors import UnableError, UsageError
from gate.core.jobs import default_jobs
from gate.core.model import Location
from gate.core.text import count, printable
from gate.data.interface import DataError, Layout, Piece
from gate.dbom.model import Artifact
from gate.files.root import absent
from gate.single import examine, verdict
from gate.suites.interface import Expectation, Outcome
from gate.suites.run import CHOICES
from gate.suites.telling import judged_nothing
from gate.suites.wording import expected, found, holding

WORDS = {True: "ok", False: "failed", None: "not evaluated"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the subcommands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="run|draft|diff")
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
    one.add_argument("--data-docs", metavar="FILE", help="write the outcomes as a page of Data Docs (HTML)")
    judging.add_options(one)
    two = commands.add_parser("draft", help="propose a suite for a dataset from what its columns hold")
    two.add_argument("data", metavar="DATA|NAME", help="the dataset: a file, a directory, or its name in the DBOM")
    two.add_argument("--out", metavar="FILE", help="where the suite goes, a new file (default: standard output)")
    place.add_options(two)
    three = commands.add_parser("diff", help="show what changed between two versions of a dataset; judges nothing")
    three.add_argument("old", metavar="OLD", help="the version before: a file, a directory, or a name in the DBOM")
    three.add_argument("new", metavar="NEW", help="the version to compare with it")
    place.add_options(three)


def run(arguments: argparse.Namespace) -> int:
    """Carries out the subcommand."""
    return {"run": _run, "draft": _draft, "diff": _diff}[arguments.action](arguments)


def _run(arguments: argparse.Namespace) -> int:
    """Evaluates, and writes the outcomes and the reports."""
    reports = judging.parse_reports(arguments.report)
    for path in (arguments.suite, arguments.data):
        if not os.path.lexists(path):
            raise absent(path)
    targets = [*reports, judging.ReportOption("data-docs", arguments.data_docs or "")]
    judging.refuse_inputs(targets, os.getcwd(), (arguments.suite, arguments.data, *arguments.policy))
    if arguments.data_docs is not None:
        _refuse_within(arguments.data_docs, arguments.data)
    root, (suite, data) = beneath(arguments.suite, arguments.data)
    policies, notes = chosen(arguments)
    where = Location(suite, 1)  # findings stand at the suite, for nothing declares it
    artifact = Artifact("dataset", os.path.basename(data), data, where, {"suite": where}, suite=suite)
    with Progress("reading") as progress:
        single = examine(root, artifact, arguments.jobs or default_jobs(), progress)
        context = Context(
            arguments.stage, root=root, engine_suites=arguments.engine_suites, suite_demand=policies.suite_demand
        )
        answer = judge(single.material, artifact, context)
    text = [report for report in reports if report == ("text", "")]
    if text:  # a report for programs on standard output stands there alone
        for line in _lines(answer):
            print(line)
        sys.stdout.flush()  # reports go to the bytes beneath
    code = judging.emit(verdict(single, "suites", answer.checked, policies, arguments.stage, notes), reports)
    if arguments.data_docs is None:
        return code
    try:
        _write_docs(arguments.data_docs, answer)
    except UnableError as error:
        print(f"gate: {printable(error.message)}\n  = fix: {error.fix}", file=sys.stderr)
        return code or 4
    return code


def _write_docs(out: str, answer: Judged) -> None:
    """Writes the page; raises `UnableError` where there are no outcomes, or no page."""
    from gate.files.atomic import write_atomic
    from gate.suites.docs import data_docs

    if answer.suite is None or answer.evaluated is None:
        raise UnableError("there are no Data Docs, for the suite was not evaluated", "see to the findings first")
    write_atomic(out, data_docs(answer.suite, answer.evaluated.evaluation.outcomes).encode("utf-8", "replace"))


def _draft(arguments: argparse.Namespace) -> int:
    """Writes the proposal, to standard output or a file that is not there yet."""
    from gate.suites.draft import draft

    dataset = named(arguments.data, arguments.root, arguments.dbom)
    root, artifact, _ = dataset
    if arguments.out is not None:
        _refuse_out(arguments.out, os.path.join(root, artifact.path))
    with Progress("reading") as progress, contextlib.ExitStack() as stack:
        pieces = _opened(dataset, progress, stack)
        layout = Layout(*artifact.data) if artifact.data else Layout()
        try:
            found = draft(artifact.name, artifact.path, pieces, layout)
        except DataError as error:
            raise _unreadable(error) from None
    if found.dropped:
        left = count(found.dropped, "proposal")
        print(f"gate: left out {left} that the data themselves do not pass", file=sys.stderr)
    if arguments.out is None:
        sys.stdout.buffer.write(found.text.encode())
        return 0
    from gate.files.atomic import write_atomic

    _refuse_out(arguments.out, os.path.join(root, artifact.path))  # time has passed
    write_atomic(arguments.out, found.text.encode())
    number = count(len(found.suite.expectations), "expectation")
    print(f"{printable(arguments.out)}: {number}; read it, then name it under `suite:` of the dataset")
    return 0


def _diff(arguments: argparse.Namespace) -> int:
    """Shows what changed; an answer is a success, whatever it says."""
    from gate.suites.ask import Source
    from gate.suites.drift.run import compare
    from gate.suites.drift.wording import table

    found = [named(word, arguments.root, arguments.dbom) for word in (arguments.old, arguments.new)]
    with Progress("reading") as progress, contextlib.ExitStack() as stack:
        sources = [
            Source(_opened(one, progress, stack), Layout(*one.artifact.data) if one.artifact.data else Layout())
            for one in found
        ]
        try:
            comparison = compare(*sources)
        except DataError as error:
            raise _unreadable(error) from None
    for line in table(printable(arguments.old), printable(arguments.new), comparison):
        print(line)
    return 0


def _unreadable(error: DataError) -> UsageError:
    message = f"{printable(error.path)} cannot be read as a table: {printable(error.message)}"
    return UsageError(message, "correct the file, or say how it is to be read under `data:` in dbom.yaml")


def _refuse_out(out: str, data: str) -> None:
    if os.path.lexists(out):
        raise UsageError(f"{printable(out)} exists already", "write to a new file, and compare the two")
    _refuse_within(out, data)


def _refuse_within(out: str, data: str) -> None:
    if (os.path.realpath(out) + os.sep).startswith(os.path.realpath(data) + os.sep):
        raise UsageError(f"{printable(out)} would be part of the dataset", "write it to a place beside the dataset")


def _opened(dataset: Named, progress: Progress, stack: contextlib.ExitStack) -> list[Piece]:
    """The files of the dataset, opened without following links.

    Raises `UnableError` where one is not there, `UsageError` where they are not the ones that the DBOM declares.
    """
    material = examine(dataset.root, dataset.artifact, default_jobs(), progress).material
    if found := unreadable(material):
        raise UnableError(found.why, found.fix)
    declared = dataset.artifact.sha256 is not None
    if declared and (wrong := integrity.check(material, Context("train", root=dataset.root)).findings):
        raise UsageError(wrong[0].message, wrong[0].fix)
    return pieces_of(material, stack)


def _lines(answer: Judged) -> Iterator[str]:
    """One line for each expectation, in the order of the suite, and one for all of them."""
    if answer.suite is None or answer.evaluated is None:
        return
    evaluation = answer.evaluated.evaluation
    for expectation, outcome in zip(answer.suite.expectations, evaluation.outcomes, strict=True):
        word = WORDS[None if outcome.problem is not None else outcome.success]
        word += " (no value)" if judged_nothing(expectation, outcome) else ""
        yield f"{word:<13}  {printable(_sentence(expectation, outcome))}"
    good = sum(outcome.success for outcome in evaluation.outcomes)
    legacy = "; the suite has the format of versions before 1.0" if answer.suite.legacy else ""
    rows = count(evaluation.row_count, "row")
    yield f"\n{holding(good, len(evaluation.outcomes))} on {rows}{legacy}\n"


def _sentence(expectation: Expectation, outcome: Outcome) -> str:
    text = expected(expectation)
    if outcome.problem is not None:
        return f"{text}: {outcome.problem}"
    return text if outcome.success or not found(outcome) else f"{text}; {found(outcome)}"
