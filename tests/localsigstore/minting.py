"""Bundles without HTTP, good and bad: the certificate, the signature, the log's entry and the timestamp one by one.

`mint` puts the steps together. A test that needs something else takes the steps (`certified` or `keyed`, `message` or
`envelope`, `logged`, `stamped`, `bundle`), or changes the JSON that comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cryptography import x509

from tests.localsigstore import entries
from tests.localsigstore.authority import der_of, pem_of
from tests.localsigstore.claims import Claims
from tests.localsigstore.encoding import Json, b64, now
from tests.localsigstore.instance import Instance
from tests.localsigstore.keys import PrivateKey, digest, generate, key_id, pem, scheme, sign, spki
from tests.localsigstore.tsa import TimestampAuthority

IN_TOTO = "application/vnd.in-toto+json"
"""The payload type of in-toto statements."""
MEDIA_TYPES = {
    "0.1": "application/vnd.dev.sigstore.bundle+json;version=0.1",
    "0.2": "application/vnd.dev.sigstore.bundle+json;version=0.2",
    "0.3": "application/vnd.dev.sigstore.bundle.v0.3+json",
}

Stamp = bool | datetime
"""A timestamp of the signing time, of another time, or (False) none."""


class Signer(NamedTuple):
    """A key, the hash it signs with, and what tells others about it: certificates, or a hint at the key."""

    key: PrivateKey
    hash_name: str
    chain: tuple[x509.Certificate, ...]
    hint: str

    def verifier(self) -> entries.Verifier:
        """What a log records of the signer."""
        details = scheme(self.key).details
        if not self.chain:
            return entries.Verifier(spki(self.key), pem(self.key), False, details)
        return entries.Verifier(der_of(self.chain[0]), pem_of(self.chain[0]), True, details)


class Content(NamedTuple):
    """What a bundle holds of the signature, under the name of its field, and what a log is told of it."""

    field: str
    value: Json
    signed: entries.Signed


def certified(
    instance: Instance,
    claims: Claims,
    *,
    at: datetime,
    ttl: int = 600,
    sct: bool | Instance = True,
    algorithm: str = "P-256",
    hash_name: str | None = None,
) -> Signer:
    """A new key with a certificate of the instance's Fulcio; `sct` may name another instance, whose log signs it."""
    key = generate(algorithm)
    promised = instance if sct is True else sct
    ct = promised.ct if isinstance(promised, Instance) else None
    certificate = instance.fulcio.issue(key.public_key(), claims, at=at, ttl=ttl, ct=ct)
    return Signer(key, hash_name or scheme(key).hash_name, (certificate,), "")


def keyed(
    key: PrivateKey,
    *,
    chain: Sequence[x509.Certificate] = (),
    hint: str | None = None,
    hash_name: str | None = None,
) -> Signer:
    """A key that verifiers know, or with the certificates of somebody's own authority.

    The hint is by default the base64 of the SHA-256 of the key's DER, as cosign has it.
    """
    spelt = b64(key_id(key)) if hint is None else hint
    return Signer(key, hash_name or scheme(key).hash_name, tuple(chain), spelt)


def message(signer: Signer, artifact: bytes) -> Content:
    """A signature over the bytes of an artifact."""
    signature = sign(signer.key, artifact, signer.hash_name)
    hashed = digest(signer.hash_name, artifact)
    told = {"algorithm": entries.proto_hash(signer.hash_name), "digest": b64(hashed)}
    signed = entries.Signed(signature, signer.hash_name, hashed, signer.verifier())
    return Content("messageSignature", {"messageDigest": told, "signature": b64(signature)}, signed)


def envelope(signer: Signer, payload: bytes, payload_type: str = IN_TOTO) -> Content:
    """A DSSE envelope with one signature over the payload."""
    encoded = pae(payload_type, payload)
    signature = sign(signer.key, encoded, signer.hash_name)
    value: Json = {"payload": b64(payload), "payloadType": payload_type, "signatures": [{"sig": b64(signature)}]}
    hashed = digest(signer.hash_name, encoded)
    return Content(
        "dsseEnvelope",
        value,
        entries.Signed(signature, signer.hash_name, hashed, signer.verifier(), value, payload),
    )


def pae(payload_type: str, payload: bytes) -> bytes:
    """What a DSSE signature is over (DSSE v1, pre-authentication encoding)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def logged(instance: Instance, content: Content, *, rekor: int = 1, kind: str | None = None, at: datetime) -> Json:
    """The entry of a log, as bundles have it; a new one with each call. `at` is for Rekor v1."""
    return entries.for_bundle(instance.log(rekor).append(entries.body(rekor, kind, content.signed), at))


def without(entry: Json, *, promise: bool = False, proof: bool = False, checkpoint: bool = False) -> Json:
    """The entry without its promise (the time stays, and nobody vouches for it), its proof, or its checkpoint."""
    kept = dict(entry)
    if promise:
        kept.pop("inclusionPromise", None)
    if proof:
        del kept["inclusionProof"]
    elif checkpoint:
        kept["inclusionProof"] = {name: part for name, part in entry["inclusionProof"].items() if name != "checkpoint"}
    return kept


def stamped(authority: TimestampAuthority, content: Content, at: datetime) -> Json:
    """A timestamp over the signature, as bundles have it."""
    return {"signedTimestamp": b64(authority.stamp(content.signed.signature, at))}


def material(signer: Signer, version: str = "0.3") -> Json:
    """What a bundle tells about the signer: a key's hint, one certificate, or a chain (up to 0.2, and of several)."""
    if not signer.chain:
        return {"publicKey": {"hint": signer.hint}}
    certificates = [{"rawBytes": b64(der_of(certificate))} for certificate in signer.chain]
    if version == "0.3" and len(certificates) == 1:
        return {"certificate": certificates[0]}
    return {"x509CertificateChain": {"certificates": certificates}}


def bundle(
    signer: Signer,
    content: Content,
    *,
    entries: Sequence[Json] = (),
    timestamps: Sequence[Json] = (),
    version: str = "0.3",
) -> Json:
    """The bundle's JSON from its parts."""
    verification = material(signer, version)
    verification["tlogEntries"] = list(entries)
    if timestamps:
        verification["timestampVerificationData"] = {"rfc3161Timestamps": list(timestamps)}
    return {"mediaType": MEDIA_TYPES[version], "verificationMaterial": verification, content.field: content.value}


def mint(
    instance: Instance,
    *,
    claims: Claims | None = None,
    key: PrivateKey | None = None,
    chain: Sequence[x509.Certificate] = (),
    hint: str | None = None,
    artifact: bytes | None = None,
    statement: bytes | None = None,
    payload_type: str = IN_TOTO,
    at: datetime | None = None,
    ttl: int = 600,
    sct: bool | Instance = True,
    algorithm: str = "P-256",
    hash_name: str | None = None,
    rekor: int | Sequence[int] | None = 1,
    entry_kind: str | None = None,
    logged_at: datetime | None = None,
    log_of: Instance | None = None,
    promise: bool = True,
    proof: bool = True,
    checkpoint: bool = True,
    timestamp: Stamp | Sequence[Stamp] | None = None,
    tsa_of: Instance | None = None,
    version: str = "0.3",
) -> Json:
    """A bundle over an artifact or a statement, by whom the claims name or by a key.

    at: when it is signed and the certificate begins (now). ttl: the certificate's seconds. sct: whether it has one,
    or whose it is. algorithm, hash_name: of the new key (P-256, P-384, P-521, Ed25519, RSA).
    key, chain, hint: a known key instead, with the certificates of an own authority or a hint at it.
    rekor: the version of the log, several for several entries, None for no entry. entry_kind: hashedrekord, dsse or
    intoto (v1), by default what sigstore-python uploads. logged_at: Rekor v1's time (`at`). log_of: another instance
    whose log has it. promise, proof, checkpoint: whether the entries have them.
    timestamp: True (of `at`), another time, False, or several; by default one where the bundle has a certificate and
    no entry of Rekor v1. tsa_of: another instance whose authority gives it.
    version: of the bundle's format, 0.1, 0.2 or 0.3.
    """
    moment = at or now()
    if key is not None and claims is None:
        signer = keyed(key, chain=chain, hint=hint, hash_name=hash_name)
    elif claims is not None and key is None:
        signer = certified(instance, claims, at=moment, ttl=ttl, sct=sct, algorithm=algorithm, hash_name=hash_name)
    else:
        raise ValueError("a bundle is signed either by whom claims name or by a key")
    if artifact is not None and statement is None:
        content = message(signer, artifact)
    elif statement is not None and artifact is None:
        content = envelope(signer, statement, payload_type)
    else:
        raise ValueError("a bundle is over either an artifact or a statement")
    versions = [rekor] if isinstance(rekor, int) else list(rekor or ())
    recorded = [
        without(
            logged(log_of or instance, content, rekor=each, kind=entry_kind, at=logged_at or moment),
            promise=not promise,
            proof=not proof,
            checkpoint=not checkpoint,
        )
        for each in versions
    ]
    untimed = bool(signer.chain) and 1 not in versions
    times = _times(untimed if timestamp is None else timestamp, moment)
    stamps = [stamped((tsa_of or instance).tsa, content, time) for time in times]
    return bundle(signer, content, entries=recorded, timestamps=stamps, version=version)


def _times(wanted: Stamp | Sequence[Stamp], at: datetime) -> list[datetime]:
    every = [wanted] if isinstance(wanted, (bool, datetime)) else wanted
    return [at if each is True else each for each in every if each is not False]
