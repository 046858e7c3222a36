"""The declared signatures of one artifact against what the policies ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from gate.checks.interface import Checked, Context, Examined, Material, Signed
from gate.core.errors import GateError
from gate.core.globs import matches
from gate.core.model import UNDECIDED, Finding, Json, Related
from gate.core.text import count, printable, shorten
from gate.files.listing import format_listing
from gate.policy.trust import Group, Requirement, Revoked
from gate.signing.artifact import Artifact
from gate.signing.authenticate import Authenticated
from gate.signing.binding import Bound
from gate.signing.bundle import Bundle
from gate.signing.errors import InvalidError
from gate.signing.facts import describe
from gate.signing.judge import Accepted, UntrustedError, judge
from gate.signing.material import parse_signatures

MAX_MESSAGE = 256 << 20
"""Bytes of a file that are read into memory for a signature that needs all of it."""
MAX_REPEATED = 20
"""Files of a directory that are named in findings one by one."""


class Problem(NamedTuple):
    """What is wrong with one signature: a rule, and the words that follow "the signature FILE of NAME"."""

    rule: str
    message: str
    fix: str


class Case(NamedTuple):
    """What all signatures of one artifact are judged by."""

    artifact: Artifact
    groups: tuple[Group, ...]
    required: Requirement
    revoked: Revoked
    now: dt.datetime


class Outcome(NamedTuple):
    """What became of one bundle: `accepted` of every group, or nobody where there is a problem."""

    path: str
    accepted: tuple[Accepted, ...] = ()
    problem: Problem | None = None
    facts: Mapping[str, Json] = {}


def vouched(material: Material, context: Context) -> Checked:
    """The findings and facts about the declared signatures of an artifact."""
    assert material.artifact is not None
    assert context.trust is not None
    assert context.now is not None
    artifact = _artifact(material)
    if artifact is None:
        if context.stage == "pre-commit" and any(file.pointer for file in material.files):
            return Checked((), {"signed": None})  # the pointer's digest is compared; the content is not here
        message = f"the signatures of {material.artifact.name} were not verified: not all of its bytes could be read"
        return Checked((material.undecided(message, "make its content available, then check again"),), {"signed": None})
    subject, trust = material.subject, context.trust
    required = trust.requirement(subject, context.stage)
    case = Case(artifact, trust.trust_groups(subject), required, trust.revoked(), context.now)
    outcomes = [one for signed in material.signatures for one in _outcomes(signed, case)]
    findings = [_finding(material, one.path, one.problem) for one in outcomes if one.problem]
    sound = [one for one in outcomes if one.accepted]
    findings += (finding for one in sound for finding in _uncovered(material, one))
    findings += _too_few(material, sound, required)
    stated: list[Json] = [dict(one.facts) for one in outcomes]
    facts: dict[str, Json] = {"signed": bool(sound) and not findings, "signatures": stated}
    return Checked(tuple(findings), facts)


def _artifact(material: Material) -> Artifact | None:
    """The digests that the pass over the bytes left; None where some file could not be read whole."""
    files = material.files
    if not files or any(file.status != "read" or file.pointer or not file.sha256 for file in files):
        return None
    name = material.subject.path.rpartition("/")[2]
    if not material.is_directory:
        return Artifact(name, _digests(files[0]), lambda: material.content(MAX_MESSAGE))
    lead = len(material.subject.path) + 1
    listing = sha256(format_listing({file.path[lead:]: file.sha256 or "" for file in files})).digest()
    own = {signed.declared.bundle for signed in material.signatures}  # a signature cannot be over itself
    held = [file for file in files if file.path not in own]
    empty = frozenset(file.path[lead:] for file in held if file.size == 0)
    return Artifact(name, {"sha256": listing}, files={file.path[lead:]: _digests(file) for file in held}, empty=empty)


def _digests(file: Examined) -> dict[str, bytes]:
    return {"sha256": bytes.fromhex(file.sha256 or ""), **{n: bytes.fromhex(d) for n, d in file.digests.items()}}


def _outcomes(signed: Signed, case: Case) -> Iterator[Outcome]:
    """One for each bundle in the file; beside one that counts, what others in the same file say is no finding."""
    path = signed.declared.bundle
    if signed.content is None:
        yield Outcome(path, (), _invalid(signed.problem), {"bundle": path})
        return
    try:
        bundles = parse_signatures(signed.content)
    except InvalidError as error:
        yield Outcome(path, (), _invalid(error.message), {"bundle": path})
        return
    found = [_outcome(signed, bundle, case) for bundle in bundles]
    counts = any(one.accepted for one in found)
    for one in found:
        passed = counts and one.problem is not None and one.problem.rule == "signatures/untrusted-identity"
        yield one._replace(problem=None) if passed else one


def _outcome(signed: Signed, bundle: Bundle, case: Case) -> Outcome:
    """The judgement on one bundle. Whatever goes wrong in a library, it is not accepted."""
    path = signed.declared.bundle
    facts: dict[str, Json] = {"bundle": path, "sha256": sha256(signed.content or b"").hexdigest()}
    try:
        accepted = tuple(judge(bundle, case.artifact, group, case.now) for group in case.groups or (_NOBODY,))
    except InvalidError as error:
        return Outcome(path, (), _invalid(error.message), {**facts, "reason": error.code})
    except UntrustedError as error:
        facts |= describe(bundle, error.signer, error.bound)
        return Outcome(path, (), Problem("signatures/untrusted-identity", error.message, _TRUST), facts)
    except GateError as error:
        return Outcome(path, (), Problem(UNDECIDED, error.message, error.fix), facts)
    except Exception as error:
        reason = f"{type(error).__name__}: {shorten(str(error))}"
        message = f"it could not be verified, for a library failed: {reason}"
        return Outcome(path, (), Problem(UNDECIDED, message, "report this as a defect of the gate"), facts)
    facts |= describe(bundle, accepted[0].signer, accepted[0].bound)
    facts["signers"] = [printable(one.name) for one in accepted]
    problem = _refused(signed, accepted[0], case)
    return Outcome(path, () if problem else accepted, problem, facts)


_NOBODY = Group("", (), None)
"""Where no policy names a signer, the signer is found out all the same, so that the finding can name them."""
_TRUST = "if the signer is the right one, name them under `identities:` or `keys:` of the policy"


def _invalid(message: str) -> Problem:
    return Problem("signatures/invalid", message, "get the bundle that was made for these bytes, or sign them again")


def _refused(signed: Signed, accepted: Accepted, case: Case) -> Problem | None:
    """Why an authentic signature of a trusted signer still does not count."""
    kinds = _kinds(accepted.signer, accepted.bound)
    if signed.declared.kind is not None and signed.declared.kind not in kinds:
        return _invalid(f"it is declared as `{signed.declared.kind}`, and it is `{kinds[0]}`")
    return _revoked(accepted.signer, case) or _stale(accepted.signer, case)


def _kinds(signer: Authenticated, bound: Bound) -> tuple[str, ...]:
    """What an entry may call the signature, the most telling first."""
    if bound.is_model_signature:
        return ("oms", *(("sigstore",) if signer.kind == "sigstore" else ("key",) if signer.kind == "key" else ()))
    statement = ("attestation",) if bound.statement else ()
    return (*statement, "key" if signer.kind == "key" else "sigstore")


def _revoked(signer: Authenticated, case: Case) -> Problem | None:
    artifact, revoked = case.artifact, case.revoked
    fix = "use a version that is not revoked; what a policy revokes stays so until the policy changes"
    digests = {artifact.digests["sha256"].hex()}
    if artifact.files is not None:
        digests |= {digests["sha256"].hex() for digests in artifact.files.values()}
    if found := digests & revoked.digests:
        return Problem("signatures/revoked", f"the policy revokes these bytes ({min(found)[:16]}…)", fix)
    if signer.fingerprint in revoked.keys:
        return Problem("signatures/revoked", f"the policy revokes its key {signer.fingerprint[:16]}…", fix)
    for name in signer.names:
        if any(matches(glob, name) for glob in revoked.identities):
            return Problem("signatures/revoked", f"the policy revokes its signer {printable(shorten(name, 250))}", fix)
    return None


def _stale(signer: Authenticated, case: Case) -> Problem | None:
    """Times prove that a signature is no younger: the earliest counts, as later ones can be added to an old one."""
    required = case.required
    fix = "have it signed again, after looking whether a newer version is there"
    if signer.retired and required.retired_keys == "reject":
        message = "a key of the trust root that vouches for it is retired, which the policy rejects"
        return Problem("signatures/stale", message, fix)
    if required.max_age is None and required.not_before is None:
        return None
    if not signer.times:
        return Problem("signatures/stale", "nothing proves when it was made, and the policy asks for that", fix)
    made = min(signer.times)
    day = f"{made:%Y-%m-%d}"
    if required.max_age is not None and case.now - made > dt.timedelta(days=required.max_age):
        return Problem("signatures/stale", f"it was made on {day}, more than {count(required.max_age, 'day')} ago", fix)
    if required.not_before is not None and day < required.not_before:
        return Problem("signatures/stale", f"it was made on {day}, before {required.not_before}", fix)
    return None


def _finding(material: Material, path: str, problem: Problem) -> Finding:
    name = material.artifact.name if material.artifact else ""
    message = f"the signature {printable(path)} of {name}: {problem.message}"
    return material.finding(problem.rule, message, problem.fix, related=(Related(path),), at="signature")


def _uncovered(material: Material, outcome: Outcome) -> Iterator[Finding]:
    """Files that lie in a signed directory and are not signed."""
    uncovered = outcome.accepted[0].bound.uncovered
    for rule, names in (
        ("signatures/unsigned-file", uncovered.files),
        ("signatures/unsigned-empty-file", uncovered.empty),
    ):
        for name in names[:MAX_REPEATED]:
            path = f"{material.subject.path}/{name}"
            why = (
                "the signature leaves it out on purpose" if name in uncovered.ignored else "the signature leaves it out"
            )
            yield _unsigned(material, rule, f"{printable(path)}: nobody vouches for it, {why}", path)
        if (rest := len(names) - MAX_REPEATED) > 0:
            yield _unsigned(material, rule, f"{count(rest, 'more file')} in {material.subject.path} are not signed", "")


def _unsigned(material: Material, rule: str, message: str, path: str) -> Finding:
    fix = "remove it, or have the directory signed again with it"
    return material.finding(rule, message, fix, related=(Related(path),) if path else (), at="signature")


def _too_few(material: Material, sound: list[Outcome], required: Requirement) -> Iterator[Finding]:
    """Signers are told apart by who they are, not by what the policy calls them."""
    signers = set(map(_who, sound))
    if material.artifact is None or not sound or len(signers) >= required.signers:
        return
    message = f"{material.artifact.name} is signed by {count(len(signers), 'trusted signer')} of {required.signers}"
    fix = f"have it signed by {required.signers - len(signers)} more, as {required.location} asks"
    yield material.finding("signatures/too-few-signers", message, fix, at="signature")


def _who(outcome: Outcome) -> tuple[str, ...]:
    signer = outcome.accepted[0].signer
    issuer = signer.claims.issuer if signer.claims else None
    return (signer.kind, issuer or "", *(signer.names or (signer.fingerprint,)))
