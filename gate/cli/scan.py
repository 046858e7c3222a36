"""`gate scan`: weight files on their own."""

from __future__ import annotations

import argparse
import os

from gate.cli import judging
from gate.cli.terminal import Progress
from gate.policy.model import Policies
from gate.scan import Request, scan


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate scan`."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, or a directory and all files beneath it")
    judging.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judges the files and writes the reports."""
    reports = judging.parse_reports(arguments.report)
    root = os.getcwd()
    request = Request(
        root, tuple(arguments.paths), _policies(arguments.policy, root), arguments.stage, _jobs(arguments)
    )
    with Progress("scanning") as progress:
        verdict = scan(request, progress)
    return judging.emit(verdict, reports)


def _policies(references: list[str], root: str) -> Policies:
    """The policies that are named, else the one of the working directory, else the baseline pack."""
    if not references and not os.path.lexists("gate-policy.yaml"):
        from gate.policy.packs import DEFAULT, load_pack

        return Policies((load_pack(DEFAULT),))
    from gate.policy.load import load_policies

    return load_policies(tuple(references) or ("gate-policy.yaml",), root, os.path.expanduser("~"))


def _jobs(arguments: argparse.Namespace) -> int:
    if arguments.jobs:
        return int(arguments.jobs)
    return min(16, 4 * (os.cpu_count() or 1))
