"""`gate suite`: `run` takes one suite and one dataset, without a DBOM; `draft` proposes a suite for a dataset."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator

from gate.checks.examine import examine_all
from gate.checks.suite_files import pieces_of
from gate.cli import judging, place
from gate.cli.scan import chosen
from gate.cli.terminal import Progress
from gate.core.errors import UnableError, UsageError
from gate.core.jobs import default_jobs
from gate.core.model import Location
from gate.core.text import count, did_you_mean, printable
from gate.data.interface import DataError, Layout, Piece
from gate.dbom.load import load_dbom
from gate.dbom.model import Artifact
from gate.files.root import DBOM_NAME
from gate.inventory.declared import plan_artifact
from gate.inventory.plan import Places
from gate.once import Once, Request, once
from gate.suites.interface import Expectation, Outcome
from gate.suites.run import CHOICES
from gate.suites.wording import expected, found

WORDS = {True: "ok", False: "failed", None: "not evaluated"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the subcommands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="run|draft")
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
    two = commands.add_parser("draft", help="propose a suite for a dataset from what its columns hold")
    two.add_argument("data", metavar="DATA|NAME", help="the dataset: a file, a directory, or its name in the DBOM")
    two.add_argument("--out", metavar="FILE", help="where the suite goes, a new file (default: standard output)")
    place.add_options(two)


def run(arguments: argparse.Namespace) -> int:
    """Carries out the subcommand."""
    return _draft(arguments) if arguments.action == "draft" else _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
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


def _draft(arguments: argparse.Namespace) -> int:
    """Writes the proposal, to standard output or a file that is not there yet."""
    from gate.suites.draft import draft

    root, artifact = _dataset(arguments)
    if arguments.out is not None:
        _refuse_out(arguments.out, os.path.join(root, artifact.path))
    with Progress("reading") as progress, contextlib.ExitStack() as stack:
        pieces = _opened(root, artifact, progress, stack)
        layout = Layout(*artifact.data) if artifact.data else Layout()
        try:
            found = draft(artifact.name, artifact.path, pieces, layout)
        except DataError as error:
            message = f"{printable(error.path)} cannot be read as a table: {printable(error.message)}"
            raise UsageError(
                message, "correct the file, or say how it is to be read under `data:` in dbom.yaml"
            ) from None
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


def _refuse_out(out: str, data: str) -> None:
    if os.path.lexists(out):
        raise UsageError(f"{printable(out)} exists already", "write to a new file, and compare the two")
    if (os.path.realpath(out) + os.sep).startswith(os.path.realpath(data) + os.sep):
        raise UsageError(f"{printable(out)} would be part of the dataset", "write it to a place beside the dataset")


def _dataset(arguments: argparse.Namespace) -> tuple[str, Artifact]:
    """What is meant, with its root: a path that is there, or else a dataset of the DBOM."""
    named = arguments.data
    if os.path.lexists(named) and arguments.root is None and arguments.dbom is None:
        root, (path,) = _beneath(named)
        stem = os.path.basename(path).partition(".")[0] or "suite"
        return root, Artifact("dataset", stem, path, Location(path), {})
    found = place.find(arguments.root, arguments.dbom)
    dbom = found.dbom or DBOM_NAME
    if not os.path.lexists(os.path.join(found.root, dbom)):
        raise UsageError(f"{printable(named)} does not exist", "check the spelling, or declare it with `gate add`")
    artifacts = [one for one in load_dbom(os.path.join(found.root, dbom), dbom).artifacts if one.kind == "dataset"]
    for artifact in artifacts:
        if artifact.name == named:
            return found.root, artifact
    hint = did_you_mean(named, [one.name for one in artifacts]) or f"name a path, or a dataset of {printable(dbom)}"
    raise UsageError(f"{printable(named)} is no path and no dataset of {printable(dbom)}", hint)


def _opened(root: str, artifact: Artifact, progress: Progress, stack: contextlib.ExitStack) -> list[Piece]:
    """The files of the dataset, opened without following links; raises `UnableError` where one is not there."""
    plan = plan_artifact(artifact._replace(signature=None), Places(root))
    examined = [file for files in examine_all(plan.batches, default_jobs(), progress) for file in files]
    material = plan.material(examined)
    bad = [file.path for file in material.files if file.pointer or file.status != "read" or file.sha256 is None]
    bad += [odd.path for odd in material.odd]
    if bad or not material.files:
        message = f"{printable(bad[0] if bad else artifact.path)} could not be read"
        raise UnableError(message, "fetch the data (`git lfs pull`), and see that it holds files without links")
    return pieces_of(material, stack)


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
