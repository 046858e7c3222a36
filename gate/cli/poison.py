"""`gate poison`: scan one dataset for planted backdoors, with or without a DBOM."""

from __future__ import annotations

import argparse
import contextlib
import os
import stat
import sys
from collections.abc import Iterator

from gate.cli import judging, place
from gate.cli.dataset import Named, named
from gate.cli.scan import chosen
from gate.cli.terminal import Progress
from gate.core.errors import UsageError
from gate.core.jobs import default_jobs
from gate.core.text import count, printable
from gate.data.interface import Layout, Piece
from gate.data.samples.interface import MODALITIES
from gate.files.root import DBOM_NAME, POLICY_NAME
from gate.poisoning.answer import Scanned
from gate.poisoning.run import DEEP_SECONDS, SECONDS, Options

WORDS = {"block": "found", "warn": "suspicious", "note": "note"}
MAX_SEED = 2**31
MAX_NOTES = 5
"""Notes that are shown; they are no findings."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate poison`."""
    add_options(parser)
    parser.add_argument("--deep", action="store_true", help="train a small network too and look into it: minutes")
    parser.add_argument(
        "--features", metavar="FILE", help="npz or Parquet: what the deep scan takes in place of a network's features"
    )
    parser.add_argument("--suspects", metavar="FILE", help="write every suspicious sample to a CSV file")
    parser.add_argument("--html", metavar="FILE", help="write a page with triggers, suspects and a map of the samples")
    parser.add_argument("--quarantine", metavar="DIR", help="write what to keep and what to remove to a new directory")
    place.add_options(parser)
    judging.add_options(parser)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say what to scan, and how."""
    parser.add_argument("data", metavar="PATH|NAME", help="the dataset: a file, a directory, or its name in the DBOM")
    parser.add_argument(
        "--modality", choices=MODALITIES, metavar="MODALITY", help=f"what the samples are: {', '.join(MODALITIES)}"
    )
    parser.add_argument("--label", metavar="COLUMN", help="where the labels are: a column, or `folder`")
    parser.add_argument("--seed", type=_seed, default=0, metavar="N", help="the same seed gives the same answer")
    parser.add_argument(
        "--budget", type=_seconds, metavar="SECONDS", help="time to scan; what is not done by then is undecided"
    )


def run(arguments: argparse.Namespace) -> int:
    """Scans, and writes what was asked for."""
    from gate.checks.interface import Context
    from gate.checks.scanned import judge
    from gate.single import examine, verdict

    reports = judging.parse_reports(arguments.report)
    dataset = named(arguments.data, arguments.root, arguments.dbom)
    _refuse_outputs(arguments, dataset, reports)
    options = options_of(arguments, dataset)._replace(
        suspects=bool(arguments.suspects or arguments.quarantine or arguments.html), exhibits=bool(arguments.html)
    )
    policies, notes = chosen(arguments)
    with Progress("scanning") as progress, _deep(arguments, options) as options:
        single = examine(dataset.root, dataset.artifact, arguments.jobs or default_jobs(), progress)
        judged = judge(single.material, options, Context(arguments.stage), lambda: progress(0))
    answer = verdict(single, "poisoning", judged.checked, policies, arguments.stage, notes)
    if judged.scanned is None:
        for out in filter(None, (arguments.suspects, arguments.html, arguments.quarantine)):
            print(f"{printable(out)} was not written: there is no scan to write about", file=sys.stderr)
    else:
        _write(arguments, dataset, options.layout, judged.scanned)
        if ("text", "") in reports:  # a report for programs on standard output stands there alone
            for line in _lines(dataset.artifact.name, judged.scanned):
                print(line)
            sys.stdout.flush()  # reports go to the bytes beneath
    return judging.emit(answer, reports)


@contextlib.contextmanager
def _deep(arguments: argparse.Namespace, options: Options) -> Iterator[Options]:
    """What the deep scan needs beyond that: more time where nobody says how much, and the open file of features."""
    if not (arguments.deep or arguments.features):
        yield options
        return
    options = options._replace(deep=True, seconds=arguments.budget or DEEP_SECONDS)
    if not arguments.features:
        yield options
        return
    shown = printable(arguments.features)
    try:
        descriptor = os.open(arguments.features, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{shown} cannot be read: {reason}", "name a file of features") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"{shown} is no regular file", "name an npz or Parquet file of features")
        yield options._replace(features=Piece(shown, descriptor, found.st_size))
    finally:
        os.close(descriptor)


def options_of(arguments: argparse.Namespace, dataset: Named) -> Options:
    """What the command line says, else the entry of the DBOM; raises `UsageError` where neither has the modality."""
    artifact = dataset.artifact
    modality = arguments.modality or (artifact.scan.modality if artifact.scan else None)
    if modality is None:
        message = f"nothing says what the samples of {printable(artifact.name)} are"
        raise UsageError(message, f"pass --modality: {', '.join(MODALITIES)}")
    return Options(
        modality,
        arguments.label or (artifact.scan.labels if artifact.scan else None),
        Layout(*artifact.data) if artifact.data else Layout(),
        arguments.seed,
        arguments.budget or SECONDS,
    )


def _refuse_outputs(arguments: argparse.Namespace, dataset: Named, reports: list[judging.ReportOption]) -> None:
    """What is written must replace nothing that is read, and become no part of the dataset."""
    data = os.path.join(dataset.root, dataset.artifact.path)
    files = [file for file in (arguments.suspects, arguments.html) if file]
    read = (data, arguments.dbom or DBOM_NAME, *arguments.policy, POLICY_NAME, *filter(None, (arguments.features,)))
    judging.refuse_inputs([*reports, *(judging.ReportOption("", file) for file in files)], dataset.root, read)
    for out in (*files, *filter(None, (arguments.quarantine,))):
        if (os.path.realpath(out) + os.sep).startswith(os.path.realpath(data) + os.sep):
            raise UsageError(f"{printable(out)} would be part of the dataset", "write it to a place beside the dataset")
    if arguments.quarantine and os.path.lexists(arguments.quarantine):
        raise UsageError(f"{printable(arguments.quarantine)} exists already", "name a directory that is not there yet")


def _write(arguments: argparse.Namespace, dataset: Named, layout: Layout, scanned: Scanned) -> None:
    from gate.files.atomic import write_atomic

    if arguments.suspects:
        from gate.poisoning.listing import suspects_csv

        write_atomic(arguments.suspects, suspects_csv(scanned, scanned.suspects).encode("utf-8", "surrogateescape"))
    if arguments.html:
        from gate.poisoning.page.document import page

        write_atomic(arguments.html, page(dataset.artifact.name, scanned).encode("utf-8", "replace"))
    if arguments.quarantine:
        from gate.poisoning.quarantine import write_quarantine

        said = write_quarantine(arguments.quarantine, dataset.root, scanned, layout)
        print(*(f"{'quarantine':<13}  {words}" for words in said), sep="\n", file=sys.stderr)


def _lines(name: str, scanned: Scanned) -> Iterator[str]:
    """What was looked at, what was found, and what the scan could not have seen."""
    classes = f" in {count(len(scanned.classes), 'class', 'classes')}" if scanned.classes else ""
    yield f"{printable(name)}: {count(scanned.samples, 'sample')}{classes}, {scanned.modality}"
    notes = [clue for clue in scanned.clues if clue.level == "note"]
    for clue in [clue for clue in scanned.clues if clue.level != "note"] + notes[:MAX_NOTES]:
        p = "" if clue.p is None else f", p = {clue.p:.1g}"
        yield f"{WORDS[clue.level]:<13}  {clue.message} ({count(clue.suspects, 'sample')}{p})"
    if (more := len(notes) - MAX_NOTES) > 0:
        yield f"{'note':<13}  {count(more, 'more note')}: `--html FILE` and `--report json` have all of them"
    for detector, reason in scanned.undecided.items():
        yield f"{'undecided':<13}  {detector}: {reason}"
    for words in scanned.skipped:
        yield f"{'not read':<13}  {words}"
    for words in scanned.untested:
        yield f"{'not tested':<13}  {words}"
    if scanned.smallest is not None:
        least = count(scanned.smallest, "poisoned sample")
        yield f"{'limit':<13}  fewer than {least} could not have been told from chance"
    yield ""


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) >= MAX_SEED:
        raise argparse.ArgumentTypeError(f"a whole number below {MAX_SEED} is needed")
    return int(text)


def _seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 86400:
        raise argparse.ArgumentTypeError("a number of seconds from 1 to 86400 is needed")
    return int(text)
