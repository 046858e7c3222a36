"""The declared signatures of one artifact against what the policies ask."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from gate.checks.interface import Checked, Context, Examined, Material
from gate.checks.outcomes import UNTRUSTED, Case, Outcome, Problem, outcomes
from gate.core.model import Finding, Json, Related
from gate.core.text import count, printable
from gate.files.listing import format_listing
from gate.policy.trust import Group
from gate.signing.artifact import LISTING, Artifact
from gate.signing.authenticate import Authenticated
from gate.signing.bundles.material import SUFFIXES

MAX_MESSAGE = 256 << 20
"""Bytes of a file that are read into memory for a signature that needs all of it."""
MAX_REPEATED = 20
"""Files of a directory that are named in findings one by one."""


def vouched(material: Material, context: Context) -> Checked:
    """The findings and facts about the declared signatures of an artifact."""
    assert material.artifact is not None
    assert context.trust is not None
    assert context.now is not None
    artifact = _artifact(material)
    if artifact is None:
        return _unread(material, context)
    subject, trust = material.subject, context.trust
    groups = trust.trust_groups(subject)
    # Where no policy names a signer, the signer is found out all the same, so that the finding can name them.
    judging = groups or (Group("", (), trust.known_roots()),)
    case = Case(artifact, judging, trust.requirement(subject, context.stage), trust.revoked(), context.now)
    found = [one for signed in material.signatures for one in outcomes(signed, case)]
    findings = [_finding(material, one.path, one.problem) for one in found if one.problem]
    sound = [one for one in found if one.accepted]
    findings += (finding for one in sound for finding in _uncovered(material, one))
    findings += _too_few(material, sound, case)
    stated: list[Json] = [dict(one.facts) for one in found]
    facts: dict[str, Json] = {"signed": bool(sound) and not findings, "signatures": stated}
    return Checked(tuple(findings), facts)


def _unread(material: Material, context: Context) -> Checked:
    """Of bytes that are not here nothing is known; that is accepted of a pointer, before a commit."""
    facts: dict[str, Json] = {"signed": None}
    if context.stage == "pre-commit" and any(file.pointer for file in material.files):
        return Checked((), facts)
    name = material.artifact.name if material.artifact else ""
    message = f"the signatures of {name} were not verified: not all of its bytes could be read"
    return Checked((material.undecided(message, "make its content available, then check again"),), facts)


def _artifact(material: Material) -> Artifact | None:
    """The digests that the pass over the bytes left; None where some file could not be read whole."""
    files = material.files
    if not files or any(file.status != "read" or file.pointer or not file.sha256 for file in files):
        return None
    name = material.subject.path.rpartition("/")[2]
    if not material.is_directory:
        return Artifact(name, _digests(files[0]), lambda: material.content(MAX_MESSAGE))
    lead = len(material.subject.path) + 1
    listing = hashlib.new(LISTING, format_listing({file.path[lead:]: file.sha256 or "" for file in files})).digest()
    own = {signed.declared.bundle for signed in material.signatures if signed.declared.bundle.endswith(SUFFIXES)}
    held = [file for file in files if file.path not in own]  # a signature cannot be over itself
    empty = frozenset(file.path[lead:] for file in held if file.size == 0)
    return Artifact(name, {LISTING: listing}, files={file.path[lead:]: _digests(file) for file in held}, empty=empty)


def _digests(file: Examined) -> dict[str, bytes]:
    return {"sha256": bytes.fromhex(file.sha256 or ""), **{n: bytes.fromhex(d) for n, d in file.digests.items()}}


def _finding(material: Material, path: str, problem: Problem) -> Finding:
    name = material.artifact.name if material.artifact else ""
    message = f"the signature {printable(path)} of {name}: {problem.message}"
    return material.finding(problem.rule, message, problem.fix, related=(Related(path),), at="signature")


def _uncovered(material: Material, outcome: Outcome) -> Iterator[Finding]:
    """Files that lie in a signed directory and are not signed."""
    uncovered = outcome.signature.bound.uncovered
    lists = {"signatures/unsigned-file": uncovered.files, "signatures/unsigned-empty-file": uncovered.empty}
    for rule, names in lists.items():
        for name in names[:MAX_REPEATED]:
            path = f"{material.subject.path}/{name}"
            how = "leaves it out on purpose" if name in uncovered.ignored else "does not list it"
            yield _unsigned(material, rule, f"{printable(path)} is not signed: the signature {how}", path)
        if (rest := len(names) - MAX_REPEATED) > 0:
            yield _unsigned(material, rule, f"{count(rest, 'more file')} in {material.subject.path} are not signed", "")


def _unsigned(material: Material, rule: str, message: str, path: str) -> Finding:
    fix = "remove it, or have the directory signed again with it"
    return material.finding(rule, message, fix, related=(Related(path),) if path else (), at="signature")


def _too_few(material: Material, sound: list[Outcome], case: Case) -> Iterator[Finding]:
    """Each group wants as many of its own signers: what one document adds, another need not count."""
    name = material.artifact.name if material.artifact else ""
    wanted = case.required.signers
    for group in case.groups if sound else ():
        signers = _distinct([one.accepted[group].signer for one in sound if group in one.accepted])
        if not signers:
            message = f"{name} is signed, and by nobody whom {printable(group.policy_name)} trusts"
            fix = "have one of those sign it whom that policy names"
            yield material.finding(UNTRUSTED, message, fix, at="signature")
        elif signers < wanted:
            message = f"{name} is signed by {count(signers, 'signer')} whom {printable(group.policy_name)} trusts"
            fix = f"have it signed by {count(wanted - signers, 'more')}: {case.required.location} asks for {wanted}"
            yield material.finding("signatures/too-few-signers", message, fix, at="signature")


def _distinct(signers: list[Authenticated]) -> int:
    """How many they are: whoever shares a name or a key with another is the same, however the policy calls them."""
    people: list[set[str]] = []
    for signer in signers:
        marks = {_workflow(name) for name in signer.names}
        marks |= {signer.fingerprint} if signer.kind != "sigstore" else set()  # Sigstore has a new key each time
        same = [person for person in people if person & marks]
        people = [person for person in people if person not in same] + [marks.union(*same)]
    return len(people)


def _workflow(name: str) -> str:
    """A workflow is the same on every branch and tag."""
    return name.partition("@refs/")[0].lower()
