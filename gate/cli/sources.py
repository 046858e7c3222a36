"""`gate sources`: where the code takes data and weights from."""

from __future__ import annotations

import argparse
import os

from gate.basis import Request, read
from gate.cli import judging, place
from gate.cli.terminal import Progress
from gate.core.jobs import default_jobs
from gate.files.root import DBOM_NAME, POLICY_NAME, beneath, policy_reference
from gate.run import judge


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate sources`."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="read only what lies at or beneath these paths")
    place.add_options(parser)
    parser.add_argument(
        "--base", metavar="REV", help="judge only what the work tree changes against this revision of git"
    )
    judging.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judges the code of the repository and writes the reports."""
    reports = judging.parse_reports(arguments.report)
    where = place.find(arguments.root, arguments.dbom)
    judging.refuse_inputs(reports, where.root, (where.dbom or DBOM_NAME, *arguments.policy, POLICY_NAME))
    request = Request(
        root=where.root,
        home=os.path.expanduser("~"),
        dbom=where.dbom,
        policies=tuple(policy_reference(reference, where.root) for reference in arguments.policy),
        stage=arguments.stage,
        paths=tuple(beneath(path, where.root) for path in arguments.paths),
        families=("sources",),
        jobs=arguments.jobs or default_jobs(),
        base=arguments.base,
    )
    with Progress("reading"):
        verdict = judge(request, read(request))
    return judging.emit(verdict, reports)
