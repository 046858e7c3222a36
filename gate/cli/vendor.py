"""`gate vendor`: fetches data or weights once, examines them, and keeps them in a mirror."""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from typing import TYPE_CHECKING

from gate import __version__
from gate.cli import judging, place, signer
from gate.cli.scan import chosen
from gate.cli.terminal import Progress
from gate.core.errors import UsageError
from gate.core.jobs import default_jobs
from gate.core.model import KINDS, Location, Verdict
from gate.core.text import count, printable, shorten, size
from gate.data.samples.interface import MODALITIES
from gate.dbom.model import Artifact, Origin, Scan
from gate.dbom.schema import MIRROR_PATTERN, NAME_PATTERN
from gate.dbom.sign import Signed
from gate.dbom.write import free_name
from gate.files.atomic import write_atomic
from gate.files.paths import path_problem
from gate.files.root import BUNDLE_SUFFIX, DBOM_NAME
from gate.files.root import beneath as beneath_root
from gate.report.interface import Context
from gate.report.registry import render
from gate.vendor.declare import Books
from gate.vendor.interface import Mirror, Upstream
from gate.vendor.judge import Judge
from gate.vendor.mirror.open import open_mirror
from gate.vendor.names import unfit
from gate.vendor.room import Room, quarantine
from gate.vendor.run import Request, Vendored, refuse, vendor
from gate.vendor.upstream.find import Wanted, find

if TYPE_CHECKING:
    from gate.signing.making.sign import Signer

MAX_SIZE = "100G"
_UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate vendor`."""
    parser.add_argument(
        "source", metavar="SOURCE", help="hf://[datasets/]NS/NAME[@REV][/PATH], https://..., s3://BUCKET/KEY, or a path"
    )
    parser.add_argument("--to", required=True, metavar="MIRROR", help="a directory, or s3://BUCKET/PREFIX")
    parser.add_argument("--name", help="how the DBOM is to call it (default: from the source)")
    parser.add_argument("--path", metavar="PATH", help="where it is to lie in the repository (default: vendor/NAME)")
    parser.add_argument("--kind", choices=KINDS, help="dataset or model (default: as a hub says, or by the content)")
    parser.add_argument("--version", help="its version")
    parser.add_argument("--revision", help="of a hub: the branch, tag or commit to fetch (default: main)")
    parser.add_argument("--sha256", metavar="HEX", type=_digest, help="of one file: what its maker says it must be")
    parser.add_argument("--license", help="its licence as an SPDX identifier (default: as a hub says)")
    parser.add_argument("--supplier", help="who publishes it (default: as a hub says)")
    parser.add_argument("--suite", metavar="FILE", help="the expectation suite that its rows must pass")
    parser.add_argument("--modality", choices=MODALITIES, metavar="MODALITY", help="scan it for poisoning, as these")
    parser.add_argument("--label", metavar="COLUMN", help="where its labels are: a column, or `folder`")
    parser.add_argument("--sign", action="store_true", help="sign it, with --key or as the CI job that this is")
    parser.add_argument("--max-size", type=_bytes, default=MAX_SIZE, metavar="SIZE", help=f"default: {MAX_SIZE}")
    parser.add_argument("--quarantine", metavar="DIR", help="where it lies until it is known to be good")
    signer.add_options(parser)
    place.add_options(parser)
    judging.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Resolves, and vendors what was found."""
    reports = judging.parse_reports(arguments.report)
    where = place.find(arguments.root, arguments.dbom)
    policies, notes = chosen(arguments)
    by = signer.find_signer(arguments) if arguments.sign or arguments.key or arguments.trust_config else None
    mirror = open_mirror(arguments.to)
    if arguments.offline and "://" in arguments.source:
        raise UsageError(f"--offline, and {printable(arguments.source)} is elsewhere", "leave out --offline")
    listed = policies.source_rules().lists
    books = Books(where.root, where.dbom or DBOM_NAME, follow=bool(arguments.dbom))
    jobs = arguments.jobs or default_jobs()
    with find(Wanted(arguments.source, arguments.revision, arguments.sha256, listed, os.environ)) as upstream:
        artifact = _artifact(arguments, upstream, mirror, where.root, books)
        books.refuse(artifact)
        refuse(upstream, mirror, arguments.max_size)
        judge = Judge(policies, arguments.stage, where.root, (*notes, *upstream.notes))
        also = (by.algorithm,) if by else ()
        guess = not (arguments.kind or upstream.kind or artifact.suite or artifact.scan or books.find(artifact.name))
        request = Request(upstream, mirror, artifact, judge, guess, arguments.max_size, also, jobs, Progress)
        return _vendor(request, arguments, books, by, reports)


def _vendor(
    request: Request,
    arguments: argparse.Namespace,
    books: Books,
    by: Signer | None,
    reports: list[judging.ReportOption],
) -> int:
    """Fetches, judges and publishes, then declares; what fails stays in quarantine with its report."""
    home = arguments.quarantine or os.path.join(os.path.expanduser("~"), ".cache", "gate", "quarantine")
    upstream = request.upstream
    with quarantine(os.path.abspath(home), upstream.url, upstream.revision or "") as room:
        done = vendor(request, room)
        if done.published is None:
            return _stop(done.verdict, room, reports)
        is_new = books.write(done.artifact, done.listing, _signed(done, by) if by else None)
        room.remove()
    code = judging.emit(done.verdict, reports)
    if ("text", "") in reports:
        _tell(done, books.name, is_new=is_new)
        print(_next(request))
    return code


def _artifact(arguments: argparse.Namespace, upstream: Upstream, mirror: Mirror, root: str, books: Books) -> Artifact:
    """The entry, as far as the command line, the entry as it is, and the origin say it; raises `UsageError`."""
    name = arguments.name or free_name(upstream.name, None)
    if not re.fullmatch(NAME_PATTERN, name):
        raise UsageError(f'"{printable(name)}" is no name', "use letters, digits, dots, dashes and underscores")
    before = books.find(name)
    known = before.source if before else Origin()
    usual = before.path if before else f"vendor/{name}{_suffix(upstream)}"
    path = beneath_root(arguments.path, root) if arguments.path else usual
    suite = beneath_root(arguments.suite, root) if arguments.suite else before and before.suite
    scan = Scan(arguments.modality, arguments.label) if arguments.modality else before and before.scan
    if problem := path_problem(path):
        raise UsageError(problem)
    for _, why in unfit([path]):  # nobody could pull it to there
        raise UsageError(f"the path {shorten(path)} {why}", "pass another --path")
    if not re.fullmatch(MIRROR_PATTERN, mirror.url):
        raise UsageError(f"no DBOM can name the mirror {printable(mirror.url)}", "choose a plainer place")
    if arguments.label and not arguments.modality:
        raise UsageError("--label says where labels are, and nothing is to be scanned", "pass --modality too")
    rows = bool(suite or scan)
    kind = arguments.kind or (before and before.kind) or ("dataset" if rows else upstream.kind)
    if rows and kind == "model":
        raise UsageError("--suite and --modality are for datasets", "leave them out, or pass --kind dataset")
    return Artifact(
        kind=kind or "dataset",
        name=name,
        path=path,
        location=Location(path),
        at={},
        version=arguments.version or (before and before.version),
        source=Origin(
            url=upstream.url,
            revision=upstream.revision or known.revision,
            retrieved=time.strftime("%Y-%m-%d"),
            supplier=arguments.supplier or known.supplier or upstream.supplier,
            license=arguments.license or known.license or upstream.license,
            mirror=mirror.url,
        ),
        suite=suite,
        scan=scan,
        data=before and before.data,
    )


def _suffix(upstream: Upstream) -> str:
    """What the name of a single file ends with: loaders go by that."""
    return "" if upstream.is_directory else "".join(re.findall(r"\.[A-Za-z0-9]{1,20}", upstream.name)[-2:])


def _stop(verdict: Verdict, room: Room, reports: list[judging.ReportOption]) -> int:
    """Reports why nothing was published, also beside what is kept in quarantine."""
    write_atomic(room.report, render("json", verdict, Context(__version__, False, 100)).encode("utf-8", "replace"))
    code = judging.emit(verdict, reports)
    sys.stdout.flush()
    print(f"gate: nothing was published; what came and its report are kept in {printable(room.path)}", file=sys.stderr)
    return code


def _signed(done: Vendored, by: Signer) -> tuple[Signed, bytes]:
    """How the entry names its signature, and the bundle."""
    artifact = done.artifact
    path, name = f"dbom/{artifact.name}{BUNDLE_SUFFIX}", os.path.basename(artifact.path)
    if done.listing is None:
        digest = bytes.fromhex(done.fetched[0].digests[by.algorithm])
        return Signed(artifact.name, path, by.kind), by.sign_digest(digest, name)
    from gate.signing.bundles import oms

    statement = oms.statement(name, {file.path: file.sha256 for file in done.fetched})
    return Signed(artifact.name, path, "oms"), by.sign_model(statement)


def _tell(done: Vendored, dbom: str, *, is_new: bool) -> None:
    artifact, published = done.artifact, done.published
    assert published is not None
    files = f"{count(len(done.fetched), 'file')}, " if done.listing is not None else ""
    print(f"vendored {artifact.name}: sha256 {(artifact.sha256 or '')[:12]}…, {files}{size(artifact.size or 0)}")
    at = f" at {artifact.source.revision}" if artifact.source.revision else ""
    print(f"  from {printable(artifact.source.url or '')}{printable(at)}")
    there = f", {published.kept:,} there already" if published.kept else ""
    print(f"  to {printable(artifact.source.mirror or '')}: {count(published.new, 'new object')}{there}")
    said = f"declared the {artifact.kind} {artifact.name} in" if is_new else "declared already in"
    print(f"{said} {printable(dbom)}: {printable(artifact.path)}")


def _next(request: Request) -> str:
    """What brings the content back, for which the policy must name the mirror."""
    url = request.mirror.url
    if request.judge.policies.source_rules().is_mirror(url):
        return "next: gate check --pull"
    mirror = Origin(url=url).host or f'"{url}"'
    return f"next: gate check --pull, once the policy has `sources: {{mirror: {printable(mirror)}}}`"


def _bytes(text: str) -> int:
    match = re.fullmatch(r"([1-9][0-9]{0,8})([KMGT]?)", text.upper())
    if match is None:
        raise argparse.ArgumentTypeError("a size such as 500M or 2T is needed")
    return int(match[1]) << _UNITS[match[2]]


def _digest(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError("64 hexadecimal digits are needed")
    return text.lower()
