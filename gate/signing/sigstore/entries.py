"""That an entry of a transparency log is about this signature, and not about another one (CVE-2022-36056).

Each kind of entry has its own layout: https://github.com/sigstore/rekor/tree/main/pkg/types and, for version 0.0.2
of hashedrekord and dsse, https://github.com/sigstore/rekor-tiles.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gate.core.model import Json
from gate.core.text import printable, shorten
from gate.signing import keys
from gate.signing.bundles import fields, strictjson
from gate.signing.bundles.bundle import HASHES, LogEntry
from gate.signing.bundles.envelope import Envelope
from gate.signing.errors import InvalidError
from gate.signing.reading import reading
from gate.signing.target import Target


class Signed(NamedTuple):
    """What an entry must be about; `certificate` is DER, None where a plain key signed."""

    target: Target
    signature: bytes
    key: keys.PublicKey
    certificate: bytes | None
    envelope: Envelope | None


def verify_entry(entry: LogEntry, signed: Signed) -> None:
    """Whether the body of `entry` names the same digest, signature and signer; raises `InvalidError`."""
    document = fields.record(strictjson.loads(entry.body), "canonicalizedBody")
    said = (document.get("kind"), document.get("apiVersion"))
    kind = (entry.kind, entry.version)
    if said != kind:
        raise InvalidError("the log entry is of another kind than the bundle says", "entry")
    if kind not in _KINDS:
        shown = printable(shorten(f"{entry.kind}/{entry.version}"))
        raise InvalidError(f"log entries of the kind {shown} are not known here", "unsupported")
    _KINDS[kind](fields.inner(document, "spec"), signed)


def _hashedrekord(spec: dict[str, Json], signed: Signed) -> None:
    digest = fields.inner(fields.inner(spec, "data"), "hash")
    _same_digest(signed.target.digests, fields.text(digest, "algorithm"), _hex(digest, "value"))
    signature = fields.inner(spec, "signature")
    _same_signature(fields.raw(signature, "content"), signed)
    _same_pem(fields.raw(fields.inner(signature, "publicKey"), "content"), signed)


def _hashedrekord_v2(spec: dict[str, Json], signed: Signed) -> None:
    inner = fields.inner(spec, "hashedRekordV002")
    data = fields.inner(inner, "data")
    _same_digest(signed.target.digests, HASHES.get(fields.text(data, "algorithm"), ""), fields.raw(data, "digest"))
    _same_v2(fields.inner(inner, "signature"), signed)


def _dsse(spec: dict[str, Json], signed: Signed) -> None:
    """Only the payload is compared: the hash of the envelope depends on how its JSON was written."""
    envelope = _envelope(signed)
    digest = fields.inner(spec, "payloadHash")
    _same_digest(_digests(envelope.payload), fields.text(digest, "algorithm"), _hex(digest, "value"))
    signature = _only(spec, "signatures")
    _same_signature(fields.raw(signature, "signature"), signed)
    _same_pem(fields.raw(signature, "verifier"), signed)


def _dsse_v2(spec: dict[str, Json], signed: Signed) -> None:
    inner = fields.inner(spec, "dsseV002")
    envelope = _envelope(signed)
    digest = fields.inner(inner, "payloadHash")
    algorithm = HASHES.get(fields.text(digest, "algorithm"), "")
    _same_digest(_digests(envelope.payload), algorithm, fields.raw(digest, "digest"))
    _same_v2(_only(inner, "signatures"), signed)


def _intoto(spec: dict[str, Json], signed: Signed) -> None:
    """The log keeps the envelope without its payload, or all of it; base64 stands in base64 here."""
    envelope = _envelope(signed)
    content = fields.inner(spec, "content")
    logged = fields.inner(content, "envelope")
    if fields.text(logged, "payloadType") != envelope.payload_type:
        raise InvalidError("the log entry is about a payload of another type", "entry")
    digest = fields.inner(content, "payloadHash")
    _same_digest(_digests(envelope.payload), fields.text(digest, "algorithm"), _hex(digest, "value"))
    if logged.get("payload") is not None and _twice(logged, "payload") != envelope.payload:
        raise InvalidError("the log entry is about another payload", "entry")
    signature = _only(logged, "signatures")
    _same_signature(_twice(signature, "sig"), signed)
    _same_pem(fields.raw(signature, "publicKey"), signed)


_KINDS: Mapping[tuple[str, str], Callable[[dict[str, Json], Signed], None]] = {
    ("hashedrekord", "0.0.1"): _hashedrekord,
    ("hashedrekord", "0.0.2"): _hashedrekord_v2,
    ("dsse", "0.0.1"): _dsse,
    ("dsse", "0.0.2"): _dsse_v2,
    ("intoto", "0.0.2"): _intoto,
}


def _envelope(signed: Signed) -> Envelope:
    if signed.envelope is None:
        raise InvalidError("the log entry is about an envelope, and the bundle holds none", "entry")
    return signed.envelope


def _only(parent: dict[str, Json], name: str) -> dict[str, Json]:
    found = fields.items(parent, name)
    if len(found) != 1:
        raise InvalidError("the log entry is about several signatures", "entry")
    return fields.record(found[0], name)


def _twice(parent: dict[str, Json], name: str) -> bytes:
    return fields.decoded(fields.raw(parent, name).decode("latin-1"), name)


def _hex(parent: dict[str, Json], name: str) -> bytes:
    value = fields.text(parent, name)
    if not re.fullmatch("(?:[0-9a-fA-F]{2})+", value):
        raise InvalidError("a digest in the log entry is not hexadecimal", "malformed")
    return bytes.fromhex(value)


def _digests(data: bytes) -> dict[str, bytes]:
    return {name: hashlib.new(name, data).digest() for name in HASHES.values()}


def _same_digest(digests: Mapping[str, bytes], algorithm: str, logged: bytes) -> None:
    if digests.get(algorithm) != logged:
        raise InvalidError("the log entry is about other bytes: its digest is not that of what is signed", "entry")


def _same_signature(logged: bytes, signed: Signed) -> None:
    if logged != signed.signature:
        raise InvalidError("the log entry is about another signature", "entry")


def _same_v2(signature: dict[str, Json], signed: Signed) -> None:
    _same_signature(fields.raw(signature, "content"), signed)
    verifier = fields.inner(signature, "verifier")
    if verifier.get("x509Certificate") is not None:
        _same_signer(fields.raw(fields.inner(verifier, "x509Certificate"), "rawBytes"), None, signed)
    else:
        _same_signer(None, fields.raw(fields.inner(verifier, "publicKey"), "rawBytes"), signed)


def _same_pem(pem: bytes, signed: Signed) -> None:
    with reading("the signer in the log entry cannot be read", "entry"):
        if b"-----BEGIN CERTIFICATE-----" in pem:
            certificate = x509.load_pem_x509_certificate(pem)
            return _same_signer(certificate.public_bytes(Encoding.DER), None, signed)
        return _same_signer(None, keys.der(keys.load_public_key(pem)), signed)


def _same_signer(certificate: bytes | None, key: bytes | None, signed: Signed) -> None:
    """An entry with a bare key hides a certificate from those who watch the log for its name: it does not do."""
    same = certificate == signed.certificate and (certificate is not None or key == keys.der(signed.key))
    if not same:
        raise InvalidError("the log entry is about another signer", "entry")
