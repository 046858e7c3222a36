"""What every judging command shares: the options that choose policies and reports, and the writing of reports."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from gate import __version__
from gate.cli import terminal
from gate.core.errors import UsageError
from gate.core.model import STAGES, Verdict
from gate.core.text import did_you_mean, printable
from gate.report.interface import Context
from gate.report.registry import REPORTS, render

if TYPE_CHECKING:
    from gate.policy.files import Fetching


class ReportOption(NamedTuple):
    """One `--report`: a format and the file it goes to, empty for standard output."""

    format: str
    file: str


def add_options(parser: argparse.ArgumentParser, formats: Collection[str] = REPORTS) -> None:
    """Adds the options of a judging command."""
    add_policy_options(parser)
    add_report_options(parser, formats)
    parser.add_argument("--jobs", type=positive, default=None, metavar="N", help="files to read at the same time")


def add_policy_options(parser: argparse.ArgumentParser) -> None:
    """Adds what says by which policies is judged, and as what."""
    parser.add_argument(
        "--policy",
        action="append",
        default=[],
        metavar="FILE|gate:PACK",
        help="judge by this policy; repeated, the strictest wins (default: gate-policy.yaml, else gate:baseline)",
    )
    add_fetching_options(parser)
    parser.add_argument(
        "--branch",
        metavar="NAME",
        help="the branch that is judged, for the profiles of policies (default: as the pipeline or git says; where "
        "nobody knows, every profile counts)",
    )
    parser.add_argument(
        "--stage",
        choices=STAGES,
        default="train",
        metavar="STAGE",
        help=f"where this runs: {', '.join(STAGES)} (default: train)",
    )


def add_fetching_options(parser: argparse.ArgumentParser) -> None:
    """Adds what decides how policies that lie elsewhere are fetched."""
    parser.add_argument(
        "--locked",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="refuse remote policies that are not pinned, and policies that have expired (default: where CI=true)",
    )
    parser.add_argument("--offline", action="store_true", help="use no network: remote policies come from the cache")


def fetching(arguments: argparse.Namespace) -> Fetching:
    """How policies are fetched, as the options of `add_fetching_options` and the environment say."""
    from gate.policy.files import Fetching

    locked = arguments.locked
    if locked is None:
        locked = os.environ.get("CI", "").lower() in ("true", "1")
    return Fetching(locked, arguments.offline)


def add_report_options(parser: argparse.ArgumentParser, formats: Collection[str] = REPORTS) -> None:
    """Adds `--report`."""
    parser.add_argument(
        "--report",
        action="append",
        default=[],
        metavar="FORMAT[=FILE]",
        help=f"write a report, to standard output or FILE; may be repeated; formats: {', '.join(formats)}",
    )


def positive(text: str) -> int:
    """A number of things at the same time, from the command line."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError("a number from 1 to 256 is needed")
    return int(text)


def parse_reports(options: list[str], formats: Collection[str] = REPORTS) -> list[ReportOption]:
    """The reports that were asked for; text on standard output unless another one goes there."""
    parsed = [ReportOption(*option.partition("=")[::2]) for option in options]
    for report in parsed:
        if report.format not in formats:
            hint = did_you_mean(report.format, formats) or f"the formats are {', '.join(formats)}"
            raise UsageError(f'unknown report format "{printable(report.format)}"', hint)
    on_stdout = [report for report in parsed if not report.file]
    if len(on_stdout) > 1:
        raise UsageError("two reports for standard output", "write one of them to a file: --report FORMAT=FILE")
    return parsed if on_stdout else [ReportOption("text", ""), *parsed]


def refuse_inputs(reports: list[ReportOption], root: str, inputs: tuple[str, ...]) -> None:
    """Raises `UsageError` for a report that would replace what the gate reads, or another report."""
    targets = [os.path.realpath(report.file) for report in reports if report.file]
    read = {os.path.realpath(path) for name in inputs for path in (name, os.path.join(root, name))}
    for target in targets:
        if target in read or targets.count(target) > 1:
            raise UsageError(f"a report would replace {printable(target)}", "write it to a file of its own")


def emit(verdict: Verdict, reports: list[ReportOption]) -> int:
    """Writes every report and returns the exit code of the verdict, which no report can change."""
    for report in reports:
        color = not report.file and terminal.wants_color()
        write(report, render(report.format, verdict, Context(__version__, color, terminal.width())))
    return verdict.exit_code


def write(report: ReportOption, text: str) -> None:
    """Writes a report to where it goes."""
    data = text.encode("utf-8", "backslashreplace")
    if report.file:
        from gate.files.atomic import write_atomic

        write_atomic(report.file, data)
    else:
        sys.stdout.buffer.write(data)
