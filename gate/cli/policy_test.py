"""`gate policy test`: cases with what is known of an artifact, and the decisions that must come of it."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Sequence
from functools import partial

from gate.basis import Request
from gate.cli import judging, place, terminal
from gate.core.jobs import default_jobs
from gate.core.model import Verdict
from gate.core.text import printable
from gate.policy.files import Fetching
from gate.policy.testing import junit, text
from gate.policy.testing.coverage import undecided_by
from gate.policy.testing.load import load_cases
from gate.policy.testing.model import Case, CaseFile, Played
from gate.policy.testing.play import Player
from gate.run import check

DIRECTORY = "policy-tests"
REPORTS = ("text", "junit")


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate policy test`."""
    parser.add_argument(
        "paths", nargs="*", metavar="DIR|FILE", help=f"files of cases, or directories of them (default: {DIRECTORY})"
    )
    parser.add_argument("--root", metavar="DIR", help="the repository (default: the nearest one upwards)")
    parser.add_argument(
        "--coverage", action="store_true", help="list the entries of the policies that no case was decided by"
    )
    judging.add_fetching_options(parser)
    judging.add_report_options(parser, REPORTS)


def run(arguments: argparse.Namespace) -> int:
    """Plays every case: 0 where all came out as expected, 1 where one did not, 3 where there is none."""
    reports = judging.parse_reports(arguments.report, REPORTS)
    root = place.find(arguments.root, None).root if arguments.root else None
    paths = tuple(arguments.paths) or _default(arguments.root)
    files = load_cases(paths, root)
    judging.refuse_inputs(reports, root or os.getcwd(), tuple(file.name for file in files))
    home, fetching = os.path.expanduser("~"), judging.fetching(arguments)
    player = Player(home, partial(_check, home, fetching), fetching)
    results = [(file, player.play(file)) for file in files]
    for note in dict.fromkeys(note for policies in player.tested for note in policies.notes):
        print(f"note: {printable(note)}", file=sys.stderr)
    if not any(played for _, played in results):
        where = ", ".join(map(printable, paths)) or f"{DIRECTORY} beside the policy"
        print(f"gate: no cases: {where}", file=sys.stderr)
        print("  = fix: see docs/policy-tests.md for what a file of cases holds", file=sys.stderr)
        return 3
    uncovered = list(undecided_by(player.tested, player.origins)) if arguments.coverage else []
    for report in reports:
        color = not report.file and terminal.wants_color()
        rendered = junit.render(results) if report.format == "junit" else text.render(results, uncovered, color=color)
        judging.write(report, rendered)
    return int(_failed(results))


def _default(root: str | None) -> tuple[str, ...]:
    directory = os.path.join(place.find(root, None).root, DIRECTORY)
    return (os.path.relpath(directory),) if os.path.isdir(directory) else ()


def _failed(results: Sequence[tuple[CaseFile, Sequence[Played]]]) -> bool:
    return any(one.differences for _, played in results for one in played)


def _check(home: str, fetching: Fetching, root: str, policies: tuple[str, ...], case: Case) -> Verdict:
    noon = dt.time(12, tzinfo=dt.timezone.utc)
    request = Request(
        root=root,
        home=home,
        policies=policies,
        stage=case.stage,
        jobs=default_jobs(),
        branch=case.branch,
        fetching=fetching._replace(today=case.date),
        now=dt.datetime.combine(case.date, noon) if case.date else None,
    )
    return check(request)
