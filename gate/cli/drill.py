"""`gate drill`: poison copies of a dataset, and see whether the gate would have blocked them."""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import tempfile
from collections.abc import Iterator

from gate.cli import judging, place, poison
from gate.cli.dataset import Named, named
from gate.cli.scan import chosen
from gate.cli.terminal import Progress
from gate.core.errors import UnableError, UsageError
from gate.core.jobs import default_jobs
from gate.core.text import did_you_mean, printable
from gate.data.samples.interface import Modality
from gate.dbom.load import load_dbom
from gate.drill.registry import ATTACKS, usual
from gate.drill.report import REPORTS
from gate.files import root as roots
from gate.poisoning.run import EXTRA

RATE = 0.01
MAX_ROUNDS = 1000


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate drill`."""
    poison.add_options(parser)
    parser.add_argument(
        "--attack",
        action="append",
        default=[],
        metavar="ATTACK",
        help=f"what to do to the samples; may be repeated (default: all that suit them); {_offered()}",
    )
    parser.add_argument(
        "--rate", type=_rate, default=RATE, metavar="SHARE", help=f"the share of samples to poison (default: {RATE})"
    )
    parser.add_argument(
        "--rounds", type=_rounds, default=1, metavar="N", help="how often each attack is tried, with a seed of its own"
    )
    parser.add_argument("--out", metavar="DIR", help="keep the copies, and lists of what was poisoned: a new directory")
    place.add_options(parser)
    judging.add_options(parser, REPORTS)


def run(arguments: argparse.Namespace) -> int:
    """Drills, and writes what came of it."""
    try:
        from gate.drill.run import Plan, drill
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing == "gate":
            raise
        raise UnableError(f"{missing} is not installed", EXTRA) from None

    reports = judging.parse_reports(arguments.report, REPORTS)
    dataset = named(arguments.data, arguments.root, arguments.dbom)
    options = poison.options_of(arguments, dataset)
    attacks = _attacks(arguments.attack, options.modality)
    _refuse_places(arguments, dataset, reports)
    policies, _ = chosen(arguments)
    with contextlib.ExitStack() as stack:
        progress = stack.enter_context(Progress("drilling"))
        plan = Plan(
            dataset.root,
            dataset.artifact,
            options,
            attacks,
            arguments.rate,
            arguments.rounds,
            policies,
            arguments.stage,
            arguments.jobs or default_jobs(),
            arguments.out or stack.enter_context(tempfile.TemporaryDirectory(prefix="gate-drill-")),
            bool(arguments.out),
        )
        if arguments.out:
            _make(arguments.out)
        record = drill(plan, lambda: progress(0))
    for report in reports:
        judging.write(report, REPORTS[report.format](record))
    return record.exit_code


def _offered() -> str:
    return "; ".join(f"{modality}: {', '.join(names)}" for modality, names in ATTACKS.items())


def _attacks(asked: list[str], modality: Modality) -> tuple[str, ...]:
    """Each once, in the order in which they were named."""
    for name in asked:
        if name not in ATTACKS[modality]:
            hint = did_you_mean(name, ATTACKS[modality])
            fits = f"these do: {', '.join(ATTACKS[modality])}"
            raise UsageError(
                f'"{printable(name)}" is no attack that suits {modality}', f"{hint}; {fits}" if hint else fits
            )
    return tuple(dict.fromkeys(asked)) or usual(modality)


def _refuse_places(arguments: argparse.Namespace, dataset: Named, reports: list[judging.ReportOption]) -> None:
    """Nothing is written into what is declared, or into the dataset: neither copies nor reports."""
    data = os.path.join(dataset.root, dataset.artifact.path)
    judging.refuse_inputs(reports, dataset.root, (data,))
    if arguments.out and os.path.lexists(arguments.out):
        raise UsageError(f"{printable(arguments.out)} exists already", "name a directory that is not there yet")
    named_too = _declared(dataset.root, arguments.dbom)
    for out in (arguments.out or tempfile.gettempdir(), *(report.file for report in reports if report.file)):
        around = [path for directory in _above(out) for path in _declared(directory)]
        for kept in (data, *named_too, *around):
            if (os.path.realpath(out) + os.sep).startswith(os.path.realpath(kept) + os.sep):
                message = (
                    f"{printable(out)} would be part of {printable(os.path.relpath(kept))}, which is data to judge"
                )
                raise UsageError(message, "write to a place beside the declared data")


def _above(path: str) -> Iterator[str]:
    """The directories in which a path lies, or would lie, up to the top of a repository."""
    directory = os.path.dirname(os.path.realpath(path))
    yield directory
    while not os.path.lexists(os.path.join(directory, ".git")) and directory != os.path.dirname(directory):
        directory = os.path.dirname(directory)
        yield directory


def _declared(root: str, dbom: str | None = None) -> list[str]:
    """Where all artifacts lie that the DBOM of a directory declares."""
    file = dbom or os.path.join(root, roots.DBOM_NAME)
    if not os.path.lexists(file):
        return []
    return [os.path.join(root, one.path) for one in load_dbom(file, os.path.relpath(file, root)).artifacts]


def _make(out: str) -> None:
    try:
        os.makedirs(out, 0o700)
    except OSError as error:
        raise UsageError(f"{printable(out)} cannot be made: {error.strerror}", "name another directory") from None


def _rate(text: str) -> float:
    with contextlib.suppress(ValueError):
        if math.isfinite(rate := float(text)) and 0 < rate <= 0.5:
            return rate
    raise argparse.ArgumentTypeError("a share above 0 and of at most 0.5 is needed")


def _rounds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MAX_ROUNDS:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MAX_ROUNDS} is needed")
    return int(text)
