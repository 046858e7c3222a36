"""`gate attest`: judges as `gate check` does, and signs the verdict for a later stage."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING
from urllib.parse import quote

from gate import __version__
from gate.basis import Basis, Request, read
from gate.checks.registry import CHECKS
from gate.cli import check, judging, signer
from gate.core.errors import GateError, UnableError, UsageError
from gate.core.model import Examination, Json, Verdict
from gate.core.text import count, printable
from gate.dbom.model import Dbom
from gate.documents.nodes import read_bytes
from gate.files.atomic import write_atomic
from gate.files.root import BUNDLE_SUFFIX, DBOM_NAME, POLICY_NAME
from gate.inventory.declared import read_listing
from gate.policy.limits import bounds
from gate.report.view import PROJECT_URL

if TYPE_CHECKING:
    from gate.signing.summaries.summary import Resource, Verification

OUT = "gate.vsa.sigstore.json"
"""What is written where nothing else is said, in the root."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate attest`: those of `gate check`, and who signs."""
    check.add_options(parser)
    parser.add_argument("--out", metavar="FILE", help=f"what to write (default: {OUT} in the root)")
    signer.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judges, writes the reports, and writes the signed verdict, whichever it is; the exit code is the verdict's."""
    reports, request = check.prepare(arguments)
    if len(request.families) < len(CHECKS):
        fix = "leave --only out; `gate check --only` is for looking at a part"
        raise UsageError("an attestation says that all of the policy holds, so nothing can be left out of it", fix)
    out = os.path.abspath(arguments.out) if arguments.out else os.path.join(request.root, OUT)
    basis = read(request)
    if not basis.dbom.path:
        raise UsageError(f"there is nothing to attest: no {DBOM_NAME} here", "`gate add PATH` declares what is")
    _refuse_place(out, arguments, reports, request, basis.dbom)
    by = signer.find_signer(arguments)
    start = datetime.now(timezone.utc)
    verdict = check.judge(request, basis)
    code = judging.emit(verdict, reports)
    found = _verification(verdict, request, basis, start)
    if not found.subjects:
        raise UsageError(
            "there is nothing to attest: no artifact that was judged has a verified digest",
            "declare what is to pass with `gate add PATH`, and see what the report says of its digest",
        )
    from gate.signing.summaries.summary import statement

    write_atomic(out, by.sign_statement(statement(found)))
    result = "PASSED" if found.passed else "FAILED"
    about = count(len(found.subjects), "subject")
    print(f"wrote {printable(os.path.relpath(out))}: {result}, {about}, signed by {by.describe()}", file=sys.stderr)
    return code


def _refuse_place(
    out: str, arguments: argparse.Namespace, reports: list[judging.ReportOption], request: Request, dbom: Dbom
) -> None:
    """Raises `UsageError` for a place where the attestation would replace something, or be an undeclared file."""
    bundles = (signature.bundle for artifact in dbom.artifacts for signature in artifact.signature or ())
    read = (
        dbom.path,
        dbom.path + BUNDLE_SUFFIX,
        *bundles,
        *arguments.policy,
        POLICY_NAME,
        *arguments.verification_summary,
    )
    judging.refuse_inputs([*reports, judging.ReportOption("attestation", out)], request.root, read)
    shown = printable(os.path.relpath(out))
    if os.path.lexists(out) and not signer.is_bundle(out):
        fix = "name another file with --out FILE, or remove this one"
        raise UsageError(f"{shown} is there, and is no Sigstore bundle that could be replaced", fix)
    real = os.path.join(os.path.realpath(os.path.dirname(out)), os.path.basename(out))
    for artifact in dbom.artifacts:
        if real.startswith(os.path.realpath(os.path.join(request.root, artifact.path)) + os.sep):
            fix = "name a place outside of it with --out FILE"
            raise UsageError(f"{shown} would lie in {artifact.name}, as a file that nobody declared", fix)


def _verification(verdict: Verdict, request: Request, basis: Basis, start: datetime) -> Verification:
    """What the verdict says of the artifacts whose digest was verified."""
    from gate.signing.summaries.summary import Resource, Verification, documents

    verified = [artifact for artifact in verdict.declared if artifact.verified and _digest(artifact)]
    subjects = [resource for one in verified if (resource := _subject(one, request, basis))]
    if not request.paths:  # of a part of what it declares, the DBOM is not the subject
        subjects.append(Resource(printable(basis.dbom.path), basis.dbom.sha256))
    return Verification(
        verifier=PROJECT_URL,
        version=__version__,
        time=start,
        resource=_resource(basis),
        stage=verdict.stage,
        subjects=tuple(subjects),
        policies=documents(basis.policies),
        inputs=tuple(dict.fromkeys(_inputs(verdict, request, basis))),
        passed=verdict.outcome == "pass",
        levels=tuple(_levels(verified)),
    )


def _subject(judged: Examination, request: Request, basis: Basis) -> Resource | None:
    """A file by its SHA-256, a directory by a digest of its listing; None for one without a listing."""
    from gate.signing.artifact import LISTING
    from gate.signing.summaries.summary import Resource

    name = judged.subject.name or ""
    if judged.facts["integrity"].get("directory") is not True:
        return Resource(name, _digest(judged))
    declared = basis.dbom.find(name)
    if declared is None or declared.listing is None:
        print(f"note: {printable(name)} is no subject: a directory needs a `listing:` for that", file=sys.stderr)
        return None
    listing = read_listing(request.root, declared.listing)
    if hashlib.sha256(listing).hexdigest() != _digest(judged):
        fix = "stop what writes to it, then run the command again"
        raise UnableError(f"{printable(declared.listing)} changed while the gate judged: nothing was attested", fix)
    return Resource(name, hashlib.new(LISTING, listing).hexdigest(), LISTING)


def _digest(artifact: Examination) -> str:
    found = artifact.facts.get("integrity", {}).get("sha256")
    return found if isinstance(found, str) else ""


def _resource(basis: Basis) -> str:
    """The project of the DBOM; of one without a name, its digest."""
    if basis.dbom.project:
        return f"dbom:{quote(basis.dbom.project, safe='')}"
    return f"dbom:sha256:{basis.dbom.sha256}"


def _inputs(verdict: Verdict, request: Request, basis: Basis) -> Iterator[Resource]:
    """What judging read besides: signatures of artifacts and documents, waivers, and summaries of earlier stages."""
    from hashlib import sha256

    from gate.policy.groups import documents
    from gate.signing.summaries.summary import Resource, relative_uri

    for document in _signed_documents(basis):
        path = document + BUNDLE_SUFFIX
        with suppress(GateError):  # one that is missing, or cannot be read, is in the verdict
            content = read_bytes(os.path.join(request.root, path), path, follow=False)
            yield Resource(relative_uri(path), sha256(content).hexdigest())
    for policy in documents(basis.policies.members):
        if policy.remote and policy.remote.bundle:
            uri = policy.remote.reference + BUNDLE_SUFFIX
            yield Resource(uri, sha256(policy.remote.bundle).hexdigest())
    for artifact in verdict.declared:
        stated = artifact.facts.get("signatures", {}).get("signatures")
        for one in stated if isinstance(stated, list) else ():
            bundle, digest = _named(one)
            if bundle and digest:
                yield Resource(relative_uri(bundle), digest)
    for path in basis.book.paths:
        with suppress(GateError):
            content = read_bytes(os.path.join(request.root, path), path, follow=False)
            yield Resource(relative_uri(path), sha256(content).hexdigest())
    for path, data in request.summaries:
        yield Resource(relative_uri(os.path.relpath(os.path.abspath(path), request.root)), sha256(data).hexdigest())


def _signed_documents(basis: Basis) -> Iterator[str]:
    """The paths of the documents of which a policy demands a signature."""
    kinds = {demand.kind for demand in basis.policies.document_demands()}
    if "dbom" in kinds:
        yield basis.dbom.path
    if basis.book.waivers and any(one.policy for one in bounds(basis.policies, "waivers").approvers):
        yield basis.book.waivers[0].location.path
    if "policy" in kinds:
        from gate.policy.groups import documents

        local = (document for document in documents(basis.policies.members) if document.remote is None)
        yield from (document.location.path for document in local)


def _named(stated: Json) -> tuple[str, str]:
    bundle, digest = (stated.get("bundle"), stated.get("sha256")) if isinstance(stated, dict) else (None, None)
    return (bundle, digest) if isinstance(bundle, str) and isinstance(digest, str) else ("", "")


def _levels(verified: list[Examination]) -> Iterator[str]:
    """What holds for every artifact among the subjects, as the facts have it."""
    from gate.signing.summaries.summary import INTEGRITY, SIGNED

    if verified:
        yield INTEGRITY
        if all(artifact.facts.get("signatures", {}).get("signed") is True for artifact in verified):
            yield SIGNED
