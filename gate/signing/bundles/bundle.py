"""Sigstore bundles, versions 0.1 to 0.3: what is signed, by what, and the proof of when.

The format is `dev.sigstore.bundle.v1.Bundle` of sigstore/protobuf-specs in JSON. Only its shape is checked here.
"""

from __future__ import annotations

from typing import NamedTuple

from gate.core.model import Json
from gate.core.text import printable, shorten
from gate.signing.bundles import fields, strictjson
from gate.signing.bundles.envelope import Envelope
from gate.signing.errors import InvalidError

MEDIA_TYPES = {
    "application/vnd.dev.sigstore.bundle+json;version=0.1": 1,
    "application/vnd.dev.sigstore.bundle+json;version=0.2": 2,
    "application/vnd.dev.sigstore.bundle+json;version=0.3": 3,
    "application/vnd.dev.sigstore.bundle.v0.3+json": 3,
}
MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
"""What new bundles are written as."""
MAX_TIMESTAMPS = 32
MAX_ENTRIES = 32
MAX_CHAIN = 10
MAX_HASHES = 64
"""A proof in a log has one hash for each level of its tree; no tree has more leaves than 64 bits count."""
_MEMBERS = {"mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"}
"""No other is let through: a bundle in a directory is not over itself, so it must not double as another document, such
as a configuration that a loader reads."""
HASHES = {"SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}
"""The names that the protobuf format has for digests, and ours."""


class MessageSignature(NamedTuple):
    """A signature over the artifact itself; `algorithm` and `digest` are what the bundle says of it."""

    signature: bytes
    algorithm: str | None
    digest: bytes | None


class Proof(NamedTuple):
    """That an entry is in a log: `checkpoint` is the log's signed statement of its size and root hash."""

    position: int
    size: int
    root: bytes
    hashes: tuple[bytes, ...]
    checkpoint: str | None


class LogEntry(NamedTuple):
    """One entry of a transparency log (Rekor); `log` is the id of the log, `time` is in seconds since 1970.

    `promise` is the log's signature over body, time and index (the signed entry timestamp).
    """

    position: int
    log: bytes
    kind: str
    version: str
    time: int | None
    promise: bytes | None
    proof: Proof | None
    body: bytes


class Bundle(NamedTuple):
    """One bundle: `chain` are DER certificates with the signer's first, or `hint` names a public key."""

    version: int
    content: MessageSignature | Envelope
    chain: tuple[bytes, ...]
    hint: str | None
    entries: tuple[LogEntry, ...]
    timestamps: tuple[bytes, ...]

    @property
    def signature(self) -> bytes:
        """The signature, which is also what timestamps are over."""
        return self.content.signature


def parse_bundle(data: bytes) -> Bundle:
    """The bundle in `data`; raises `InvalidError` for what is none."""
    document = fields.record(strictjson.loads(data), "bundle")
    media_type = document.get("mediaType")
    if not isinstance(media_type, str) or media_type not in MEDIA_TYPES:
        raise InvalidError(_no_bundle(document, media_type), "media-type")
    if other := sorted(document.keys() - _MEMBERS):
        shown = printable(shorten(other[0]))
        raise InvalidError(f"it has a member that no Sigstore bundle has: `{shown}`", "malformed")
    material = fields.inner(document, "verificationMaterial")
    chain, hint = _signer(material)
    data_of_time = material.get("timestampVerificationData")
    stamps = fields.record(data_of_time, "timestampVerificationData") if data_of_time is not None else {}
    timestamps = tuple(
        fields.raw(fields.record(stamp, "rfc3161Timestamps"), "signedTimestamp")
        for stamp in fields.items(stamps, "rfc3161Timestamps", MAX_TIMESTAMPS)
    )
    if len(set(timestamps)) != len(timestamps):
        raise InvalidError("the same timestamp stands twice in it", "malformed")
    return Bundle(
        MEDIA_TYPES[media_type],
        _content(document),
        chain,
        hint,
        tuple(map(_entry, fields.items(material, "tlogEntries", MAX_ENTRIES))),
        timestamps,
    )


def _no_bundle(document: dict[str, Json], media_type: Json) -> str:
    if "base64Signature" in document or "rekorBundle" in document:
        return "it has cosign's own older format: sign with `cosign sign-blob --new-bundle-format`"
    if "payloadType" in document and "signatures" in document:
        return "it is a bare DSSE envelope; a Sigstore bundle holds one, with what is needed to verify it"
    if not {"attestations", "attestation_bundles", "verification_material"}.isdisjoint(document):
        return "it has the format of a package registry; what is verified here is the Sigstore bundle inside of it"
    if media_type is None:
        return "it has no `mediaType`, so it is no Sigstore bundle"
    shown = printable(shorten(str(media_type)))
    return f'"{shown}" is a format that this version does not know; it reads Sigstore bundles 0.1 to 0.3'


def _signer(material: dict[str, Json]) -> tuple[tuple[bytes, ...], str | None]:
    given = [name for name in ("certificate", "x509CertificateChain", "publicKey") if material.get(name) is not None]
    if len(given) != 1:
        raise InvalidError(
            "it names no signer, or more than one kind: a certificate, a chain or a public key", "malformed"
        )
    signer = fields.inner(material, given[0])
    if given[0] == "publicKey":
        return (), fields.optional_text(signer, "hint") or ""
    if given[0] == "certificate":
        return (fields.raw(signer, "rawBytes"),), None
    certificates = fields.items(signer, "certificates", MAX_CHAIN)
    if not certificates:
        raise InvalidError("its chain of certificates is empty", "malformed")
    return tuple(fields.raw(fields.record(one, "certificates"), "rawBytes") for one in certificates), None


def _content(document: dict[str, Json]) -> MessageSignature | Envelope:
    message, envelope = document.get("messageSignature"), document.get("dsseEnvelope")
    if (message is None) == (envelope is None):
        raise InvalidError("it holds neither a message signature nor an envelope, or both", "malformed")
    return _message(fields.inner(document, "messageSignature")) if envelope is None else _envelope(document)


def _message(message: dict[str, Json]) -> MessageSignature:
    signature = fields.raw(message, "signature")
    if message.get("messageDigest") is None:
        return MessageSignature(signature, None, None)
    digest = fields.inner(message, "messageDigest")
    name = fields.text(digest, "algorithm")
    if name not in HASHES:
        raise InvalidError(f'the digest algorithm "{printable(shorten(name))}" is not known here', "unsupported")
    return MessageSignature(signature, HASHES[name], fields.raw(digest, "digest"))


def _envelope(document: dict[str, Json]) -> Envelope:
    envelope = fields.inner(document, "dsseEnvelope")
    signatures = fields.items(envelope, "signatures")
    if len(signatures) != 1:
        raise InvalidError(f"its envelope has {len(signatures)} signatures; a bundle has one", "malformed")
    signature = fields.raw(fields.record(signatures[0], "signatures"), "sig")
    return Envelope(fields.encodable(envelope, "payloadType"), fields.raw(envelope, "payload"), signature)


def _entry(value: Json) -> LogEntry:
    entry = fields.record(value, "tlogEntries")
    kind = fields.inner(entry, "kindVersion")
    promise = entry.get("inclusionPromise")
    proof = entry.get("inclusionProof")
    return LogEntry(
        position=fields.optional_integer(entry, "logIndex") or 0,
        log=fields.raw(fields.inner(entry, "logId"), "keyId"),
        kind=fields.text(kind, "kind"),
        version=fields.text(kind, "version"),
        time=fields.optional_integer(entry, "integratedTime") or None,
        promise=fields.raw(fields.record(promise, "inclusionPromise"), "signedEntryTimestamp") if promise else None,
        proof=_proof(fields.record(proof, "inclusionProof")) if proof else None,
        body=fields.raw(entry, "canonicalizedBody"),
    )


def _proof(proof: dict[str, Json]) -> Proof:
    checkpoint = proof.get("checkpoint")
    hashes: list[bytes] = []
    for item in fields.items(proof, "hashes", MAX_HASHES):
        if not isinstance(item, str):
            raise InvalidError("`hashes` holds something other than base64", "malformed")
        hashes.append(fields.decoded(item, "hashes"))
    return Proof(
        fields.optional_integer(proof, "logIndex") or 0,
        fields.integer(proof, "treeSize"),
        fields.raw(proof, "rootHash"),
        tuple(hashes),
        fields.encodable(fields.record(checkpoint, "checkpoint"), "envelope") if checkpoint else None,
    )
