"""One signature against the signers of a policy: authenticated, bound to the artifact, and recognised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeAlias

from cryptography import x509

from gate.core.text import printable, shorten
from gate.policy.trust import Certificate, Group, Identity, Key, Signer
from gate.signing import keys, roots
from gate.signing.artifact import Artifact
from gate.signing.authenticate import Authenticated, by_certificate, by_key, by_sigstore
from gate.signing.binding import Bound, bind
from gate.signing.bundle import Bundle
from gate.signing.errors import InvalidError
from gate.signing.identity import certificate_refusal, identity_refusal, predicate_refusal
from gate.signing.target import Target, target


class UntrustedError(Exception):
    """A signature that holds, by nobody whom the policy trusts; the message says how it differs."""

    def __init__(self, message: str, signer: Authenticated | None, bound: Bound | None) -> None:
        super().__init__(message)
        self.message, self.signer, self.bound = message, signer, bound


Refusal: TypeAlias = "InvalidError | UntrustedError"


class Accepted(NamedTuple):
    """A signature of the signer that the policy calls `name`."""

    name: str
    signer: Authenticated
    bound: Bound


def judge(bundle: Bundle, artifact: Artifact, group: Group, now: dt.datetime) -> Accepted:
    """The signer of `group` who made the signature.

    Raises `InvalidError` where it does not hold, `UntrustedError` where it is of somebody else, and
    `UnableError` where the packaged trust root is needed and missing.
    """
    signed = target(bundle, artifact)
    bound = bind(bundle, artifact)
    if not bundle.chain:
        return _judge_key(bundle, signed, bound, group)
    own = [signer for signer in group.signers if isinstance(signer, Certificate)]
    issued = tuple(signer for signer in group.signers if isinstance(signer, Identity))
    attempts: list[Callable[[], Accepted]] = [
        partial(_judge_certificate, bundle, signed, bound, signer, now) for signer in own
    ]
    if issued or not own:
        attempts.append(partial(_judge_identity, bundle, signed, bound, group._replace(signers=issued), now))
    refusals: list[Refusal] = []
    for attempt in attempts:
        found = _outcome(attempt)
        if isinstance(found, Accepted):
            return found
        refusals.append(found)
    if group.signers or isinstance(refusals[-1], UntrustedError):
        raise _nearest(refusals)
    raise UntrustedError(f"no policy says whom to trust, and {refusals[-1].message}", None, bound)


def _outcome(attempt: Callable[[], Accepted]) -> Accepted | Refusal:
    try:
        return attempt()
    except (InvalidError, UntrustedError) as error:
        return error


def _judge_key(bundle: Bundle, signed: Target, bound: Bound, group: Group) -> Accepted:
    known = [(signer, load_key(signer)) for signer in group.signers if isinstance(signer, Key)]
    if not known:
        raise UntrustedError("it is signed with a key, and the policy trusts none", None, bound)
    named = [pair for pair in known if bundle.hint and bundle.hint in keys.hints(pair[1])]
    if bundle.hint and not named and _is_digest(bundle.hint):
        raise UntrustedError("it names a key that is none of those in the policy", None, bound)
    instances = tuple(root for given in group.roots or () for root in load_root(given.data))
    refusal = InvalidError("no key of the policy made it", "signature")
    for signer, key in named or known:
        try:
            authenticated = by_key(bundle, signed, key, instances)
        except InvalidError as error:
            refusal = error
            continue
        if reason := predicate_refusal(signer.predicate_type, bound):
            raise UntrustedError(reason, authenticated, bound)
        return Accepted(signer.name, authenticated, bound)
    raise refusal


def _is_digest(hint: str) -> bool:
    """Whether a hint is in one of the spellings that name a key; free text may stand there too."""
    return len(hint) in (44, 64)


def _judge_certificate(bundle: Bundle, signed: Target, bound: Bound, signer: Certificate, now: dt.datetime) -> Accepted:
    authenticated = by_certificate(bundle, signed, load_anchors(signer), now)
    reason = certificate_refusal(signer, authenticated) or predicate_refusal(None, bound)
    if reason:
        raise UntrustedError(reason, authenticated, bound)
    return Accepted(signer.name, authenticated, bound)


def _judge_identity(bundle: Bundle, signed: Target, bound: Bound, group: Group, now: dt.datetime) -> Accepted:
    """Each root on its own: a certificate of one instance in the log of another proves nothing.

    Where the group has no identities, the signer is proven all the same, so that the refusal can say who it is.
    """
    signers = [signer for signer in group.signers if isinstance(signer, Identity)]
    refusals: list[Refusal] = []
    for name, instance in _instances(group):
        try:
            authenticated = by_sigstore(bundle, signed, instance, now)
        except InvalidError as error:
            refusals.append(error)
            continue
        reasons = []
        for signer in signers:
            other = signer.trust_root is not None and signer.trust_root != name
            reason = (
                "it is of another instance of Sigstore" if other else identity_refusal(signer, authenticated, bound)
            )
            if reason is None:
                return Accepted(signer.name, authenticated, bound)
            reasons.append(f"{signer.name}: {reason}" if len(signers) > 1 else reason)
        reason = "; ".join(reasons[:_REASONS]) or f"it is by {described(authenticated)}, whom no policy trusts"
        refusals.append(UntrustedError(reason, authenticated, bound))
    if not refusals:
        raise InvalidError("the policy leaves no trust root that could prove it", "no-root")
    raise _nearest(refusals)


_REASONS = 5
_LAST = ("unknown-log", "chain")
"""Reasons that another root was meant; where one root gets further, its reason tells more."""


def _nearest(refusals: list[Refusal]) -> Refusal:
    def rank(error: Refusal) -> int:
        return 0 if isinstance(error, UntrustedError) else 2 if getattr(error, "code", "") in _LAST else 1

    return min(refusals, key=rank)


def _instances(group: Group) -> list[tuple[str | None, roots.TrustedRoot]]:
    if group.roots is None:
        return [(None, root) for root in roots.public_good()]
    return [(given.name, root) for given in group.roots for root in load_root(given.data)]


def described(signer: Authenticated) -> str:
    """Who signed, in words."""
    if signer.claims and signer.claims.issuer:
        return f"{printable(shorten(signer.claims.identity, 250))} (issuer {printable(shorten(signer.claims.issuer))})"
    names = ", ".join(printable(shorten(name)) for name in signer.names)
    return names or f"the key {signer.fingerprint[:16]}…"


def load_root(data: bytes) -> tuple[roots.TrustedRoot, ...]:
    """The instances in a trust root of a policy; raises `InvalidError`."""
    return roots.load_roots(data)


def load_key(signer: Key) -> keys.PublicKey:
    """The key of a policy; raises `InvalidError`."""
    return keys.load_public_key(signer.pem)


def load_anchors(signer: Certificate) -> tuple[x509.Certificate, ...]:
    """The certificate authorities of a policy; raises `InvalidError`."""
    start = signer.pem.find(b"-----BEGIN CERTIFICATE-----")
    try:
        return tuple(x509.load_pem_x509_certificates(signer.pem[max(start, 0) :]))
    except ValueError:
        raise InvalidError("it holds no certificate in PEM", "certificate") from None


def load_signer(signer: Signer) -> None:
    """Reads what a policy names, so that what is wrong with it is found before anything is judged."""
    if isinstance(signer, Key):
        load_key(signer)
    elif isinstance(signer, Certificate):
        load_anchors(signer)
