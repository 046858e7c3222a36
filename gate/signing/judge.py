"""One signature against the signers of a policy: authenticated, bound to the artifact, and recognised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import NamedTuple, TypeAlias

from cryptography import x509

from gate.core.errors import UnableError
from gate.core.text import printable, shorten
from gate.policy.trust import Certificate, Group, Identity, Key, Root
from gate.signing import keys
from gate.signing.artifact import Artifact
from gate.signing.authenticate import Authenticated, by_certificate, by_key, by_sigstore
from gate.signing.binding import Bound, bind
from gate.signing.bundles.bundle import Bundle
from gate.signing.bundles.envelope import Envelope
from gate.signing.errors import InvalidError
from gate.signing.identity import certificate_refusal, identity_refusal, predicate_refusal
from gate.signing.sigstore import roots
from gate.signing.target import Target, target


class UntrustedError(Exception):
    """A signature that holds, by nobody whom the policy trusts; the message says how it differs."""

    def __init__(self, message: str, signer: Authenticated | None, bound: Bound | None) -> None:
        super().__init__(message)
        self.message, self.signer, self.bound = message, signer, bound


Binding: TypeAlias = Callable[[], Bound]
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
    bound = cache(partial(bind, bundle, artifact))  # once, and only of what is authentic: a manifest may be long
    if not bundle.chain:
        return _judge_key(bundle, signed, bound, group, now)
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
    raise UntrustedError(f"no policy says whom to trust, and {refusals[-1].message}", None, None)


def _outcome(attempt: Callable[[], Accepted]) -> Accepted | Refusal:
    try:
        return attempt()
    except (InvalidError, UntrustedError) as error:
        return error


def _judge_key(bundle: Bundle, signed: Target, bound: Binding, group: Group, now: dt.datetime) -> Accepted:
    known = [(signer, load_key(signer)) for signer in group.signers if isinstance(signer, Key)]
    if not known:
        raise UntrustedError("it is signed with a key, and no key is trusted for it", None, None)
    named = [pair for pair in known if bundle.hint and bundle.hint in keys.hints(pair[1])]
    if bundle.hint and not named and _is_digest(bundle.hint):
        raise UntrustedError("it names a key that is none of those that are trusted", None, None)
    instances = _known(group) if bundle.entries or bundle.timestamps else ()
    refusal: Refusal = InvalidError("no key that is trusted made it", "signature")
    for signer, _ in named or known:
        try:
            authenticated = _proven(bundle, signed, signer, instances, now)
        except InvalidError as error:
            refusal = refusal if isinstance(refusal, UntrustedError) else error
            continue
        reason = predicate_refusal(signer.predicate_type, bound())
        if reason is None:
            return Accepted(signer.name, authenticated, bound())
        refusal = UntrustedError(reason, authenticated, bound())  # the same key may stand under another name too
    raise refusal


def _known(group: Group) -> tuple[Instance, ...]:
    """A key needs no instance of Sigstore, so that none is missing where the packaged root is."""
    try:
        return _instances(group)
    except UnableError:
        return ()


def _is_digest(hint: str) -> bool:
    """Whether a hint is in one of the spellings that name a key; free text may stand there too."""
    return len(hint) in (44, 64)


def _judge_certificate(
    bundle: Bundle, signed: Target, bound: Binding, signer: Certificate, now: dt.datetime
) -> Accepted:
    authenticated = _proven(bundle, signed, signer, (), now)
    reason = certificate_refusal(signer, authenticated) or predicate_refusal(None, bound())
    if reason:
        raise UntrustedError(reason, authenticated, bound())
    return Accepted(signer.name, authenticated, bound())


def _judge_identity(bundle: Bundle, signed: Target, bound: Binding, group: Group, now: dt.datetime) -> Accepted:
    """Each root on its own: a certificate of one instance in the log of another proves nothing.

    Where the group has no identities, the signer is proven all the same, so that the refusal can say who it is.
    """
    signers = [signer for signer in group.signers if isinstance(signer, Identity)]
    refusals: list[Refusal] = []
    for instance in _instances(group):
        name = instance.root.name if instance.root else None
        try:
            authenticated = _proven(bundle, signed, instance, (), now)
        except InvalidError as error:
            refusals.append(error)
            continue
        reasons = []
        for signer in signers:
            other = signer.trust_root is not None and signer.trust_root != name
            reason = (
                "it is of another instance of Sigstore" if other else identity_refusal(signer, authenticated, bound())
            )
            if reason is None:
                return Accepted(signer.name, authenticated, bound())
            reasons.append(f"{signer.name}: {reason}" if len(signers) > 1 else reason)
        reason = "; ".join(reasons[:_REASONS]) or f"it is by {described(authenticated)}, whom no policy trusts"
        refusals.append(UntrustedError(reason, authenticated, bound()))
    if not refusals:
        raise InvalidError("there is no trust root that could prove it", "no-root")
    raise _nearest(refusals)


_REASONS = 5
_LAST = ("unknown-log", "chain")
"""Reasons that another root was meant; where one root gets further, its reason tells more."""


def _nearest(refusals: list[Refusal]) -> Refusal:
    def rank(error: Refusal) -> int:
        return 0 if isinstance(error, UntrustedError) else 2 if getattr(error, "code", "") in _LAST else 1

    return min(refusals, key=rank)


class Instance(NamedTuple):
    """One instance of Sigstore: the one at `position` in a root of the policy, or in the packaged one for None."""

    root: Root | None
    position: int

    def load(self) -> roots.TrustedRoot:
        """Its keys and certificates."""
        return (load_root(self.root.data) if self.root else roots.public_good())[self.position]


def _instances(group: Group) -> tuple[Instance, ...]:
    given: tuple[Root | None, ...] = (None,) if group.roots is None else group.roots
    counted = [(root, len(load_root(root.data) if root else roots.public_good())) for root in given]
    return tuple(Instance(root, position) for root, number in counted for position in range(number))


Source: TypeAlias = "Key | Certificate | Instance"
"""What proves a signer."""


def _proven(
    bundle: Bundle, signed: Target, source: Source, instances: tuple[Instance, ...], now: dt.datetime
) -> Authenticated:
    """The signer, by what the policy names; an envelope proves the same for every artifact, and does so once."""
    if not isinstance(bundle.content, Envelope):
        return _authenticate(bundle, signed, source, instances, now)
    found = _once(bundle, source, instances, now)
    if isinstance(found, InvalidError):
        raise InvalidError(found.message, found.code)  # a new one: what is raised again and again grows
    return found


@lru_cache(maxsize=256)
def _once(
    bundle: Bundle, source: Source, instances: tuple[Instance, ...], now: dt.datetime
) -> Authenticated | InvalidError:
    try:
        return _authenticate(bundle, target(bundle, _NOTHING), source, instances, now)
    except InvalidError as error:
        return error


_NOTHING = Artifact("", {})
"""An envelope is verified without the artifact."""


def _authenticate(
    bundle: Bundle, signed: Target, source: Source, instances: tuple[Instance, ...], now: dt.datetime
) -> Authenticated:
    if isinstance(source, Key):
        return by_key(bundle, signed, load_key(source), [instance.load() for instance in instances])
    if isinstance(source, Certificate):
        return by_certificate(bundle, signed, load_anchors(source), now)
    return by_sigstore(bundle, signed, source.load(), now)


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


@lru_cache(maxsize=64)
def load_anchors(signer: Certificate) -> tuple[x509.Certificate, ...]:
    """The certificate authorities of a policy; raises `InvalidError`."""
    start = signer.pem.find(b"-----BEGIN CERTIFICATE-----")
    try:
        return tuple(x509.load_pem_x509_certificates(signer.pem[max(start, 0) :]))
    except ValueError:
        raise InvalidError("it holds no certificate in PEM", "certificate") from None
