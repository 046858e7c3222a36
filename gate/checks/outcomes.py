"""What becomes of one declared signature: who made it, and whether it counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from gate.checks.interface import Signed
from gate.core.errors import GateError
from gate.core.model import UNDECIDED, Json
from gate.core.text import count, printable, shorten
from gate.policy.trust import Group, Requirement, Revoked
from gate.signing.artifact import Artifact
from gate.signing.authenticate import Authenticated
from gate.signing.binding import Bound
from gate.signing.bundles.bundle import Bundle
from gate.signing.bundles.material import parse_signatures
from gate.signing.errors import InvalidError
from gate.signing.facts import describe
from gate.signing.judge import Accepted, UntrustedError, judge
from gate.signing.revocation import revocation

UNTRUSTED = "signatures/untrusted-identity"
_FIXES = {
    "unknown-log": "update the trust root: the file under `trust_roots:` and its digest, or --trusted-root",
    "no-root": "name the trust root of the signer under `trust_roots:` of the policy",
    "missing-file": "fetch the file that is missing, or have the directory signed again without it",
}
_FIX = "get the bundle that was made for these bytes, or sign them again"


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
    """What became of one bundle: who signed, for each group that accepts it; nobody where there is a problem."""

    path: str
    accepted: Mapping[Group, Accepted] = {}
    problem: Problem | None = None
    facts: Mapping[str, Json] = {}

    @property
    def signature(self) -> Accepted:
        """The signature, whichever group accepted it."""
        return next(iter(self.accepted.values()))


def outcomes(signed: Signed, case: Case) -> Iterator[Outcome]:
    """One for each bundle in the file; beside one that counts, who else signed in the same file is no finding."""
    path = signed.declared.bundle
    if signed.content is None:
        yield Outcome(path, problem=_invalid(signed.problem), facts={"bundle": path})
        return
    try:
        bundles = parse_signatures(signed.content)
    except InvalidError as error:
        yield Outcome(path, problem=_invalid(error.message, error.code), facts={"bundle": path, "reason": error.code})
        return
    facts: dict[str, Json] = {"bundle": path, "sha256": sha256(signed.content).hexdigest()}
    found = [_outcome(signed, bundle, case, facts) for bundle in bundles]
    counts = any(one.accepted for one in found)
    for one in found:
        passed = counts and one.problem is not None and one.problem.rule == UNTRUSTED
        yield one._replace(problem=None) if passed else one


def _outcome(signed: Signed, bundle: Bundle, case: Case, facts: dict[str, Json]) -> Outcome:
    """The judgement on one bundle, by every group on its own."""
    path = signed.declared.bundle
    found = {group: _judged(bundle, case, group) for group in case.groups}
    accepted = {group: one for group, one in found.items() if isinstance(one, Accepted)}
    if accepted:
        one = next(iter(accepted.values()))
        facts = {**facts, **describe(bundle, one.signer, one.bound)}
        facts["signers"] = [*sorted({printable(one.name) for one in accepted.values()})]
        problem = next(filter(None, (_refused(signed, each, case) for each in accepted.values())), None)
        return Outcome(path, {} if problem else accepted, problem, facts)
    refused = [one for one in found.values() if not isinstance(one, Accepted)]
    nearest = next((one for one in refused if isinstance(one, UntrustedError)), refused[0])
    return Outcome(path, problem=_problem(nearest), facts={**facts, **_facts(bundle, nearest)})


def _judged(bundle: Bundle, case: Case, group: Group) -> Accepted | BaseException:
    """Whatever goes wrong, in a library or in ours, the bundle is not accepted.

    A panic of a library in Rust is no `Exception`.
    """
    try:
        return judge(bundle, case.artifact, group, case.now)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        return error


def _problem(error: BaseException) -> Problem:
    if isinstance(error, UntrustedError):
        fix = (
            "if the signer is the right one, trust them: `identities:` or `keys:` of the policy, or --identity or --key"
        )
        return Problem(UNTRUSTED, error.message, fix)
    if isinstance(error, InvalidError):
        return _invalid(error.message, error.code)
    if isinstance(error, GateError):
        return Problem(UNDECIDED, error.message, error.fix)
    reason = f"{type(error).__name__}: {shorten(str(error))}"
    return Problem(UNDECIDED, f"it could not be verified, for a library failed: {reason}", "report this as a defect")


def _facts(bundle: Bundle, error: BaseException) -> dict[str, Json]:
    if isinstance(error, UntrustedError):
        return describe(bundle, error.signer, error.bound)
    return {"reason": error.code} if isinstance(error, InvalidError) else {}


def _invalid(message: str, code: str = "") -> Problem:
    return Problem("signatures/invalid", message, _FIXES.get(code, _FIX))


def _refused(signed: Signed, accepted: Accepted, case: Case) -> Problem | None:
    """Why an authentic signature of a trusted signer still does not count."""
    kinds = _kinds(accepted.signer, accepted.bound)
    if signed.declared.kind is not None and signed.declared.kind not in kinds:
        return _invalid(f"it is declared as `{signed.declared.kind}`, and it is `{kinds[0]}`")
    if reason := revocation(accepted.signer, case.revoked):
        fix = "use a version that is not revoked; what a policy revokes stays so until the policy changes"
        return Problem("signatures/revoked", reason, fix)
    if reason := _stale(accepted.signer, case.required, case.now):
        return Problem(
            "signatures/stale", reason, "have it signed again, after a look whether a newer version is there"
        )
    return None


def _kinds(signer: Authenticated, bound: Bound) -> tuple[str, ...]:
    """What an entry may call the signature, the most telling first."""
    form = "oms" if bound.is_model_signature else "attestation" if bound.statement else None
    return (*((form,) if form else ()), "key" if signer.kind == "key" else "sigstore")


def _stale(signer: Authenticated, required: Requirement, now: dt.datetime) -> str | None:
    """A log or a timestamp proves that a signature is no younger: anyone can have an old one logged again today."""
    if signer.retired and required.retired_keys == "reject":
        return "a key of the trust root that vouches for it is retired, which the policy rejects"
    if required.max_age is None and required.not_before is None:
        return None
    made = signer.since
    if made is None:
        return "nothing proves when it was made, and the policy asks for that"
    day = f"{made:%Y-%m-%d}"
    if required.max_age is not None and now - made > dt.timedelta(days=required.max_age):
        return f"it was made on {day}, more than {count(required.max_age, 'day')} ago"
    if required.not_before is not None and day < required.not_before:
        return f"it was made on {day}, before {required.not_before}"
    return None
