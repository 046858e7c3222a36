"""`gate fleet`: many repositories under one policy."""

from __future__ import annotations

import argparse
import os

from gate import __version__
from gate.cli import judging, terminal
from gate.cluster import connected, jobs
from gate.core.model import STAGES
from gate.fleet.drift import digests
from gate.fleet.interface import Fleet, Judged
from gate.fleet.listed import repositories
from gate.fleet.reports import REPORTS, render
from gate.fleet.run import Request, judge_all
from gate.policy.load import load_policies
from gate.policy.packs import DEFAULT, PREFIX
from gate.report.interface import Context

SECONDS = 600.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate fleet`."""
    parser.add_argument(
        "repositories",
        nargs="+",
        metavar="REPOSITORY|LIST",
        help="directories, git URLs, and files that have one of these on each line",
    )
    parser.add_argument(
        "--policy",
        action="append",
        default=[],
        metavar="FILE|gate:PACK",
        help="the central policy; the strictest of it and of the repository's own wins (default: gate:baseline)",
    )
    judging.add_report_options(parser, REPORTS)
    judging.add_fetching_options(parser)
    parser.add_argument("--branch", metavar="NAME", help="the branch by which profiles are chosen (default: all count)")
    parser.add_argument("--stage", choices=STAGES, default="train", metavar="STAGE", help=f"{', '.join(STAGES)}")
    parser.add_argument("--jobs", type=judging.positive, default=None, metavar="N", help="repositories at a time")
    parser.add_argument(
        "--engine",
        default="local",
        metavar="ENGINE",
        help="what judges them: `local` (the default), or `dask://HOST:PORT`, a cluster that sees the same files",
    )
    parser.add_argument(
        "--timeout", type=_seconds, default=SECONDS, metavar="SECONDS", help="for each repository (default: 600)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Judges all of them, and writes the reports."""
    reports = judging.parse_reports(arguments.report, REPORTS)
    judging.refuse_inputs(reports, os.getcwd(), (*arguments.policy, *arguments.repositories))
    found, notes = repositories(arguments.repositories)
    named = tuple(arguments.policy) or (PREFIX + DEFAULT,)
    policies = tuple(one if one.startswith(PREFIX) else os.path.abspath(one) for one in named)
    fetching = judging.fetching(arguments)
    home = os.path.expanduser("~")
    central = load_policies(policies, os.getcwd(), home, fetching=fetching)  # what is wrong with it is told once
    shared = [one.place for one in found if os.path.isdir(one.place)]
    with connected(arguments.engine, shared) as cluster, _Counting(len(found)) as counting:
        request = Request(
            policies,
            digests(central),
            arguments.stage,
            home,
            min(jobs(cluster, arguments.jobs), len(found)),
            arguments.timeout,
            arguments.branch,
            fetching.locked,
            fetching.offline,
        )
        judged = judge_all(found, request, counting, cluster)
    fleet = Fleet(judged, central.names(), arguments.stage, (*notes, *central.notes))
    for report in reports:
        color = not report.file and terminal.wants_color()
        judging.write(report, render(report.format, fleet, Context(__version__, color, terminal.width())))
    return fleet.exit_code


class _Counting(terminal.Line):
    """How many repositories are done."""

    def __init__(self, of: int) -> None:
        super().__init__()
        self._of, self._outcomes = of, list[str]()

    def __call__(self, judged: Judged) -> None:
        self._outcomes.append(judged.outcome)
        bad = sum(outcome in ("blocked", "undecided") for outcome in self._outcomes)
        more = f", {bad} blocked or undecided" if bad else ""
        self.show(f"{len(self._outcomes)} of {self._of} repositories{more}: {judged.repository.name}")


def _seconds(text: str) -> float:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 86_400:
        raise argparse.ArgumentTypeError("a number of seconds from 1 to 86400 is needed")
    return float(text)
