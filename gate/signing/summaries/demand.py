"""Whether a verification summary is the one that a policy demands for an artifact."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from gate.core.errors import GateError
from gate.core.globs import matches
from gate.core.text import count, printable, shorten
from gate.policy.trust import Certificate, Group, Identity, Revoked, SummaryDemand
from gate.signing.artifact import LISTING, Artifact
from gate.signing.authenticate import Authenticated, by_certificate
from gate.signing.bundles.bundle import Bundle, parse_bundle
from gate.signing.bundles.envelope import Envelope
from gate.signing.bundles.statement import Statement, parse_statement
from gate.signing.errors import InvalidError
from gate.signing.identity import certificate_refusal
from gate.signing.judge import UntrustedError, judge, load_anchors
from gate.signing.revocation import revocation
from gate.signing.summaries.summary import PREDICATE_TYPE, Summary, read_summary
from gate.signing.target import target

MAX_BYTES = 16 << 20
"""Of one summary: it has room for 50,000 subjects, each in base64."""
SKEW = dt.timedelta(minutes=5)
"""How far the clocks of two machines may differ; Kerberos has the same default (RFC 4120, section 8.2)."""


class Mark(NamedTuple):
    """A digest with its `kind`: `sha256` of a file, `LISTING` of a directory. A file may have the text of a listing."""

    kind: str
    digest: str


class Read(NamedTuple):
    """A summary with its envelope; `subjects` are what it is about. Nothing of it is proven."""

    bundle: Bundle
    summary: Summary
    subjects: frozenset[Mark]


class Signature(NamedTuple):
    """Who signed a summary: `name` is what the policy calls them."""

    name: str
    signer: Authenticated


class Refused(NamedTuple):
    """Why a summary does not count; of two, the one of the later `step` came nearer. `read` may be unproven."""

    step: int
    reason: str
    read: Read | None = None


class Vouched(NamedTuple):
    """A summary that is all that was demanded."""

    read: Read
    by: Signature


Assessed: TypeAlias = "Vouched | Refused"


def assess(
    data: bytes, mark: Mark, wanted: tuple[SummaryDemand, Group], revoked: Revoked, now: dt.datetime
) -> Assessed:
    """Whether the bundle in `data` is a summary of the artifact with the digest `mark`, as `wanted`.

    Raises `UnableError` where the packaged trust root is needed and missing; nothing for what `data` holds.
    """
    demand, group = wanted
    read = _read(data)
    if isinstance(read, InvalidError):
        return Refused(0, read.message)
    if read.summary.time > now + SKEW:
        return Refused(1, f"it says that it was made at {_shown(read.summary.time)}, which is yet to come", read)
    signed = _signed(data, group, now)
    if isinstance(signed, str):
        return Refused(2, signed, read)
    conditions = (
        None if mark in read.subjects else _other_bytes(read, mark.digest),
        revocation(signed.signer, revoked),
        _claims(read.summary, demand),
        _age(read.summary, signed.signer, demand, now),
    )
    for step, reason in enumerate(conditions, 3):
        if reason:
            return Refused(step, reason, read)
    return Vouched(read, signed)


@lru_cache(maxsize=32)
def _read(data: bytes) -> Read | InvalidError:
    """Once for all artifacts that it is about."""
    try:
        if len(data) > MAX_BYTES:
            raise InvalidError(f"it is larger than {MAX_BYTES >> 20} MiB", "size")
        bundle = parse_bundle(data)
        if not isinstance(bundle.content, Envelope):
            raise InvalidError("it is a signature over a file, not a verification summary", "content")
        found = parse_statement(bundle.content)
        return Read(bundle, read_summary(found), _subjects(found))
    except InvalidError as error:
        return error


def _subjects(found: Statement) -> frozenset[Mark]:
    marks = {Mark(kind, one.digests[kind]) for one in found.subjects for kind in _KINDS if kind in one.digests}
    if not all(len(mark.digest) == 64 and set(mark.digest) <= _DIGITS for mark in marks) or not marks:
        raise InvalidError("its subjects have no SHA-256", "malformed")
    return frozenset(marks)


_KINDS = ("sha256", LISTING)
_DIGITS = frozenset("0123456789abcdef")


@lru_cache(maxsize=256)
def _signed(data: bytes, group: Group, now: dt.datetime) -> Signature | str:
    """Who of `group` signed it, or why nobody did; once for all artifacts of a run, which has one `now`.

    What is signed is the statement, whichever of its subjects is asked for: the caller looks for the one it wants.
    """
    read = _read(data)
    assert isinstance(read, Read)
    any_one = min(read.subjects)
    subject = Artifact("", {any_one.kind: bytes.fromhex(any_one.digest)})
    try:
        return _signer(read.bundle, subject, group, now)
    except (InvalidError, UntrustedError) as error:
        return error.message
    except GateError:
        raise
    except Exception as error:  # whatever a bundle may make of a library: it does not count
        return f"it cannot be verified: {type(error).__name__}: {printable(shorten(str(error)))}"


def _signer(bundle: Bundle, subject: Artifact, group: Group, now: dt.datetime) -> Signature:
    """By those whom the demand names, who need not list this type of statement: they were named for it."""
    certified = [signer for signer in group.signers if isinstance(signer, Certificate)]
    others = tuple(
        signer._replace(predicate_type=(PREDICATE_TYPE,))
        for signer in group.signers
        if not isinstance(signer, Certificate)
    )
    refusal: InvalidError | UntrustedError | None = None
    for signer in certified if bundle.chain else ():
        try:
            found = by_certificate(bundle, target(bundle, subject), load_anchors(signer), now)
        except InvalidError as error:
            refusal = error
            continue
        reason = certificate_refusal(signer, found)
        if reason is None:
            return Signature(signer.name, found)
        refusal = UntrustedError(reason, found, None)
    if refusal is not None and not any(isinstance(signer, Identity) for signer in others):
        raise refusal
    accepted = judge(bundle, subject, group._replace(signers=others), now)
    return Signature(accepted.name, accepted.signer)


def _other_bytes(read: Read, sha256: str) -> str:
    about = count(len(read.subjects), "subject")
    return f"it is about other bytes: none of its {about} has the SHA-256 {sha256[:16]}…"


def _claims(summary: Summary, demand: SummaryDemand) -> str | None:
    if "\n" in summary.verifier or not matches(demand.verifier, summary.verifier):
        verifier = printable(shorten(summary.verifier))
        return f'its verifier is "{verifier}", which "{printable(shorten(demand.verifier))}" does not match'
    if not summary.passed:
        return "its result is FAILED: the artifact did not pass there"
    wanted = {digest.lower() for digest in demand.policy}
    if wanted and wanted.isdisjoint(summary.policies):
        found = ", ".join(f"{digest[:16]}…" for digest in summary.policies[:3]) or "none that it names"
        return f"it passed another policy: {found}"
    return None


def _age(summary: Summary, signer: Authenticated, demand: SummaryDemand, now: dt.datetime) -> str | None:
    if signer.times and summary.time > min(signer.times) + SKEW:
        return f"it says {_shown(summary.time)}, and was signed before that, by {_shown(min(signer.times))}"
    made = min((summary.time, *signer.times))
    if demand.max_age is not None and now - made > dt.timedelta(days=demand.max_age):
        return f"it is from {_shown(made)}, and may be {count(demand.max_age, 'day')} old"
    return None


def _shown(time: dt.datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
