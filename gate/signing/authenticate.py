"""Who made a signature: by a certificate of a Sigstore instance, by one of an organisation's own, or by a key.

The steps for Sigstore are those of its client specification
(https://github.com/sigstore/architecture-docs/blob/main/client-spec.md, section 4).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from cryptography import x509

from gate.signing import keys
from gate.signing.bundles.bundle import Bundle
from gate.signing.bundles.envelope import Envelope
from gate.signing.errors import InvalidError
from gate.signing.reading import reading
from gate.signing.sigstore import chain, sct
from gate.signing.sigstore.claims import Claims, own_names, read_claims
from gate.signing.sigstore.entries import Signed
from gate.signing.sigstore.log import Logged, verify_logged
from gate.signing.sigstore.roots import Period, TrustedRoot
from gate.signing.sigstore.timestamps import verified_times
from gate.signing.target import Target


class Authenticated(NamedTuple):
    """A signer who is proven. `names` are what the certificate is for; a key has none.

    `times` are proven too, each an upper bound of when the signature was made, and `logged` the entries of logs.
    `since` is a lower bound: a signature of Sigstore is no older than the certificate, whose key is made for it. Of
    other keys nobody knows since when they sign, whatever a log says later.
    `retired` means that a key of the trust root that vouches for it is in use no more.
    """

    kind: Literal["sigstore", "certificate", "key"]
    fingerprint: str
    names: tuple[str, ...] = ()
    claims: Claims | None = None
    times: tuple[dt.datetime, ...] = ()
    logged: tuple[Logged, ...] = ()
    retired: bool = False
    since: dt.datetime | None = None


def by_sigstore(bundle: Bundle, target: Target, root: TrustedRoot, now: dt.datetime) -> Authenticated:
    """The holder of a short-lived certificate of the instance `root`; raises `InvalidError`.

    An instance without logs of its own, as GitHub's for private repositories, rests on its timestamps alone.
    """
    leaf, key = _signer(bundle)
    target.verify(key, bundle.signature)
    logged, stamped = _logged(bundle, target, key, root), _stamped(bundle, root)
    if root.tlogs and not logged:
        raise InvalidError("it has no entry of a transparency log, and the trust root has one", "no-log")
    times = (*(one.time for one in logged if one.time), *(time for time, _ in stamped))
    if not times:
        raise InvalidError("nothing that the trust root knows proves when it was signed", "no-time")
    issuers = [_issued(leaf, bundle, root, time) for time in times]
    for one in logged:
        if not all(one.log.period.holds(time) for time in times):
            raise InvalidError("the log's key was not in use when it was signed", "retired-key")
    proven = sct.verify_logged(leaf, issuers[0][0], root.ctlogs) if root.ctlogs else []
    chain.code_signing(leaf)
    claims = read_claims(leaf)
    used = [*(one.log.period for one in logged), *(log.period for log in proven)]
    used += [period for _, period in (*issuers, *stamped)]
    return Authenticated(
        "sigstore",
        keys.fingerprint(key),
        (claims.identity,),
        claims,
        times,
        logged,
        _retired(used, now),
        leaf.not_valid_before_utc,
    )


def by_key(bundle: Bundle, target: Target, key: keys.PublicKey, roots: Iterable[TrustedRoot]) -> Authenticated:
    """The holder of `key`; what logs and timestamps of known instances say of it must hold; raises `InvalidError`.

    A key needs no log. So an entry of a log that no root knows proves nothing, and is passed over.
    """
    if bundle.chain:
        raise InvalidError("it is signed with a certificate, not with this key", "other-kind")
    target.verify(key, bundle.signature)
    logged: list[Logged] = []
    times: list[dt.datetime] = []
    for root in roots:
        known = {log.key_id for log in root.tlogs}
        entries = tuple(entry for entry in bundle.entries if entry.log in known)
        logged += _logged(bundle._replace(entries=entries), target, key, root)
        times += (time for time, _ in _stamped(bundle, root))
    times += (one.time for one in logged if one.time)
    return Authenticated("key", keys.fingerprint(key), times=tuple(times), logged=tuple(logged))


def by_certificate(
    bundle: Bundle, target: Target, anchors: tuple[x509.Certificate, ...], now: dt.datetime
) -> Authenticated:
    """The holder of a certificate that leads to one of `anchors` and is valid `now`; raises `InvalidError`.

    Nothing proves when such a signature was made, so an expired certificate no longer counts.
    """
    leaf, key = _signer(bundle)
    target.verify(key, bundle.signature)
    between = tuple(chain.load(certificate) for certificate in bundle.chain[1:])
    _within(leaf, now)
    chain.validate(leaf, between, anchors, now)
    chain.may_sign(leaf)
    names = own_names(leaf, constrained=any(map(chain.is_constrained, (*between, *anchors))))
    return Authenticated("certificate", keys.fingerprint(key), names)


def _signer(bundle: Bundle) -> tuple[x509.Certificate, keys.PublicKey]:
    if not bundle.chain:
        raise InvalidError("it is signed with a plain key, not with a certificate", "other-kind")
    leaf = chain.load(bundle.chain[0])
    with reading("the key of its certificate cannot be read", "certificate"):
        return leaf, keys.supported(leaf.public_key())


def _logged(bundle: Bundle, target: Target, key: keys.PublicKey, root: TrustedRoot) -> tuple[Logged, ...]:
    envelope = bundle.content if isinstance(bundle.content, Envelope) else None
    certificate = bundle.chain[0] if bundle.chain else None
    signed = Signed(target, bundle.signature, key, certificate, envelope)
    return tuple(verify_logged(entry, bundle.version, signed, root.tlogs) for entry in bundle.entries)


def _stamped(bundle: Bundle, root: TrustedRoot) -> Sequence[tuple[dt.datetime, Period]]:
    found = verified_times(bundle.timestamps, bundle.signature, root.timestampers)
    return [(time, authority.period) for time, authority in found]


def _issued(
    leaf: x509.Certificate, bundle: Bundle, root: TrustedRoot, time: dt.datetime
) -> tuple[x509.Certificate, Period]:
    """Who issued `leaf`, and when that authority's key was in use."""
    _within(leaf, time)
    refusal = InvalidError("no certificate authority of the trust root was in use when it was signed", "chain")
    for authority in root.authorities:
        if authority.period.holds(time):
            try:
                found = chain.validate(leaf, authority.chain[:-1], authority.chain[-1:], time)
            except InvalidError as error:
                refusal = error
            else:
                return found, authority.period
    raise refusal


def _within(leaf: x509.Certificate, time: dt.datetime) -> None:
    with reading("the dates of its certificate cannot be read", "certificate"):
        start, end = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    if not start <= time <= end:
        when = "not valid yet" if time < start else "expired"
        raise InvalidError(
            f"its certificate was {when} at {time:%Y-%m-%d %H:%M:%S} UTC: it is valid from {start:%Y-%m-%d %H:%M:%S} "
            f"to {end:%Y-%m-%d %H:%M:%S}",
            "expired",
        )


def _retired(periods: Iterable[Period], now: dt.datetime) -> bool:
    return any(period.end is not None and period.end < now for period in periods)
