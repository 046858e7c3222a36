"""`gate scan`: weight files on their own."""

from __future__ import annotations

import argparse
import os

from gate.cli import judging, place
from gate.cli.terminal import Progress
from gate.core.errors import UsageError
from gate.core.jobs import default_jobs
from gate.files.root import policy_reference
from gate.policy.default import NOTE, default_policy
from gate.policy.model import Policies
from gate.policy.packs import DEFAULT, PACKS, PREFIX, load_pack
from gate.scan import Request, scan

CUSTOM_NOTE = "the custom rules of the policy were not asked: they are about what a DBOM declares (`gate check`)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate scan`."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file, or a directory and all files beneath it")
    judging.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judges the files and writes the reports."""
    reports = judging.parse_reports(arguments.report)
    if not arguments.paths and arguments.stage != "pre-commit":  # a hook may be called for a commit without files
        raise UsageError("no path was named", "`gate scan PATH...` judges files, and directories with all beneath them")
    root = os.getcwd()
    policies, notes = chosen(arguments)
    request = Request(root, tuple(arguments.paths), policies, arguments.stage, arguments.jobs or default_jobs(), notes)
    with Progress("scanning") as progress:
        verdict = scan(request, progress)
    return judging.emit(verdict, reports)


def chosen(arguments: argparse.Namespace) -> tuple[Policies, tuple[str, ...]]:
    """The policies that are named, else the one of the repository, else the baseline pack; and a note on it."""
    root = place.find(None, None).root
    references = [policy_reference(reference, root) for reference in arguments.policy]
    if not references:
        found = default_policy(root)
        if found is None:
            return Policies((load_pack(DEFAULT),)), (NOTE,)
        references = [found]
    if set(references) <= {PREFIX + pack for pack in PACKS}:  # no parser of YAML is needed
        return Policies(tuple(load_pack(reference.removeprefix(PREFIX)) for reference in references)), ()
    from gate.cli import branch
    from gate.policy.load import load_policies

    fetching = judging.fetching(arguments)
    policies = load_policies(tuple(references), root, os.path.expanduser("~"), fetching=fetching)
    policies = policies.on(branch.judged(arguments.branch, root))
    return policies, (*policies.notes, *((CUSTOM_NOTE,) if policies.custom_rules() else ()))
