"""`gate check`: the main job."""

from __future__ import annotations

import argparse
import os

from gate.basis import Basis, Request, read
from gate.checks.registry import CHECKS
from gate.cli import branch, judging, place, tracking
from gate.cli.terminal import Progress
from gate.core.errors import UsageError
from gate.core.jobs import default_jobs
from gate.core.model import Verdict
from gate.core.text import did_you_mean, printable
from gate.files.root import DBOM_NAME, POLICY_NAME, beneath, policy_reference
from gate.hub.endpoint import endpoint_of
from gate.run import judge as run_judge
from gate.waivers.model import ADOPTED_NAME, WAIVERS_NAME

BOOK_NAMES = (WAIVERS_NAME, ADOPTED_NAME)
MAX_SUMMARIES = 32
"""Files: each is judged for each artifact of which a policy demands a summary."""
MAX_SUMMARY = 16 << 20
"""Bytes of one, as `gate.signing.summaries.demand` has it; one more is read, so that a larger one is told."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate check`."""
    add_options(parser)
    parser.add_argument(
        "--log-mlflow",
        action="store_true",
        help="log the DBOM, the verdict and the digests of datasets to the MLflow run that MLFLOW_RUN_ID names, or to "
        "a new one, at MLFLOW_TRACKING_URI",
    )


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds what says what is judged and how: the options that `prepare` reads."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="judge only what lies at or beneath these paths")
    place.add_options(parser)
    parser.add_argument(
        "--only", default=None, metavar="FAMILY,...", help=f"run only these check families: {', '.join(CHECKS)}"
    )
    parser.add_argument("--base", metavar="REV", help="judge the work tree as a change to this revision of git")
    parser.add_argument(
        "--verification-summary",
        action="append",
        default=[],
        metavar="FILE",
        help="what `gate attest` wrote in the stage before; may be repeated",
    )
    parser.add_argument(
        "--engine-suites",
        choices=("auto", "reference"),
        default="auto",
        metavar="ENGINE",
        help="`reference` has Great Expectations evaluate every expectation, instead of what DuckDB cannot",
    )
    parser.add_argument(
        "--pull",
        action="store_true",
        help="first fetch what is declared and not here, from where DVC keeps it or from the mirror, if the policy "
        "names them",
    )
    parser.add_argument(
        "--engine",
        default="local",
        metavar="ENGINE",
        help="what does the work: `local` (the default), or `dask://HOST:PORT`, a cluster that sees the same files",
    )
    judging.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judges the repository and writes the reports."""
    if arguments.log_mlflow:
        tracking.refuse(offline=arguments.offline)
    reports, request = prepare(arguments)
    basis = read(request)
    verdict = judge(request, basis)
    code = judging.emit(verdict, reports)
    return tracking.log(verdict, request, basis) if arguments.log_mlflow else code


def prepare(arguments: argparse.Namespace) -> tuple[list[judging.ReportOption], Request]:
    """The reports and the request that the options of `configure` ask for."""
    if arguments.pull and arguments.offline:
        raise UsageError("--pull fetches, and --offline forbids it", "leave one of them out")
    reports = judging.parse_reports(arguments.report)
    where = place.find(arguments.root, arguments.dbom)
    read = (where.dbom or DBOM_NAME, *arguments.policy, POLICY_NAME, *BOOK_NAMES, *arguments.verification_summary)
    judging.refuse_inputs(reports, where.root, read)
    request = Request(
        root=where.root,
        home=os.path.expanduser("~"),
        dbom=where.dbom,
        policies=tuple(policy_reference(reference, where.root) for reference in arguments.policy),
        stage=arguments.stage,
        paths=tuple(beneath(path, where.root) for path in arguments.paths),
        families=_families(arguments.only),
        jobs=arguments.jobs or default_jobs(),
        base=arguments.base,
        fetching=judging.fetching(arguments),
        summaries=_summaries(arguments.verification_summary),
        engine_suites=arguments.engine_suites,
        engine=arguments.engine,
        pull=arguments.pull,
        hub=None if arguments.offline else endpoint_of(os.environ),
        branch=branch.judged(arguments.branch, where.root, is_change=arguments.base is not None),
    )
    return reports, request


def judge(request: Request, basis: Basis) -> Verdict:
    """The verdict by these documents, with the progress shown."""
    with Progress("checking") as progress:
        return _of_commit(run_judge(request, basis, progress), request)


def _summaries(paths: list[str]) -> tuple[tuple[str, bytes], ...]:
    """The files with their content; what is in them is judged later, also that it is too large."""
    if len(paths) > MAX_SUMMARIES:
        raise UsageError(f"more than {MAX_SUMMARIES} verification summaries", "pass those of this repository only")
    return tuple((path, _read(path)) for path in dict.fromkeys(paths))


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(MAX_SUMMARY + 1)
    except OSError as error:
        fix = "name a file that `gate attest` wrote in the stage before"
        raise UsageError(f"{printable(path)} cannot be read: {error.strerror}", fix) from None


def _of_commit(verdict: Verdict, request: Request) -> Verdict:
    """A commit may change nothing but documents of the gate, links or the revision of a submodule: that is a pass."""
    if request.stage != "pre-commit" or not request.paths or verdict.outcome != "nothing-to-check":
        return verdict
    note = "what was named has no content to judge; the DBOM and the policy were read"
    return verdict._replace(outcome="pass", notes=(*verdict.notes, note))


def _families(only: str | None) -> tuple[str, ...]:
    if only is None:
        return tuple(CHECKS)
    chosen = tuple(filter(None, (family.strip() for family in only.split(","))))
    for family in chosen:
        if family not in CHECKS:
            hint = did_you_mean(family, CHECKS) or f"the families are {', '.join(CHECKS)}"
            raise UsageError(f'unknown check family "{printable(family)}"', hint)
    if not chosen:
        raise UsageError("--only names no check family", f"the families are {', '.join(CHECKS)}")
    return tuple(family for family in CHECKS if family in chosen)
