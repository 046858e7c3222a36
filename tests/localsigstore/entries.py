"""What a log records of a signature (the bodies of entries), and how an entry is written down."""

from __future__ import annotations

import json
from typing import NamedTuple

from tests.localsigstore.encoding import Json, b64, sha256
from tests.localsigstore.rekor import Entry, RekorV1


class Verifier(NamedTuple):
    """What checks a signature: a certificate or a bare public key."""

    der: bytes
    pem: bytes
    certificate: bool
    details: str
    """The keyDetails that Rekor v2 records."""

    def proto(self) -> Json:
        """As Rekor v2 has it."""
        field = "x509Certificate" if self.certificate else "publicKey"
        return {field: {"rawBytes": b64(self.der)}, "keyDetails": self.details}


class Signed(NamedTuple):
    """A signature over a message of which the log gets the digest; for an envelope the message is its PAE."""

    signature: bytes
    hash_name: str
    digest: bytes
    verifier: Verifier
    envelope: Json | None = None
    payload: bytes = b""


def hashedrekord1(signed: Signed) -> Json:
    """hashedrekord 0.0.1, of Rekor v1."""
    return {
        "apiVersion": "0.0.1",
        "kind": "hashedrekord",
        "spec": {
            "data": {"hash": {"algorithm": signed.hash_name, "value": signed.digest.hex()}},
            "signature": {
                "content": b64(signed.signature),
                "publicKey": {"content": b64(signed.verifier.pem)},
            },
        },
    }


def dsse1(signed: Signed) -> Json:
    """dsse 0.0.1, of Rekor v1: digests of the envelope (of its JSON, so not to be checked) and of the payload."""
    signatures = [{"signature": b64(signed.signature), "verifier": b64(signed.verifier.pem)}]
    return dsse1_body(stated(json.dumps(signed.envelope).encode()), stated(signed.payload), signatures)


def dsse1_body(envelope: Json, payload: Json, signatures: list[Json]) -> Json:
    """The body of dsse 0.0.1 from the two hashes and the signatures."""
    spec = {"envelopeHash": envelope, "payloadHash": payload, "signatures": signatures}
    return {"apiVersion": "0.0.1", "kind": "dsse", "spec": spec}


def intoto2(signed: Signed) -> Json:
    """intoto 0.0.2, of Rekor v1, as npm's provenance has it. Rekor's base64 comes on top of the envelope's own."""
    assert signed.envelope is not None
    signature = {"sig": b64(b64(signed.signature).encode()), "publicKey": b64(signed.verifier.pem)}
    content = {
        "envelope": {"payloadType": signed.envelope["payloadType"], "signatures": [signature]},
        "hash": stated(json.dumps(signed.envelope).encode()),
        "payloadHash": stated(signed.payload),
    }
    return {"apiVersion": "0.0.2", "kind": "intoto", "spec": {"content": content}}


def hashedrekord2(signed: Signed) -> Json:
    """hashedrekord 0.0.2, of Rekor v2, for messages and (by the digest of the PAE) for envelopes."""
    signature = {"content": b64(signed.signature), "verifier": signed.verifier.proto()}
    return hashedrekord2_body(proto_hash(signed.hash_name), b64(signed.digest), signature)


def hashedrekord2_body(algorithm: str, digest: str, signature: Json) -> Json:
    """The body of hashedrekord 0.0.2; the digest in base64."""
    spec = {"data": {"algorithm": algorithm, "digest": digest}, "signature": signature}
    return {"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": spec}}


def dsse2(signed: Signed) -> Json:
    """dsse 0.0.2, of Rekor v2, which its first months had."""
    spec = {
        "payloadHash": {"algorithm": "SHA2_256", "digest": b64(sha256(signed.payload))},
        "signatures": [{"content": b64(signed.signature), "verifier": signed.verifier.proto()}],
    }
    return {"apiVersion": "0.0.2", "kind": "dsse", "spec": {"dsseV002": spec}}


BODIES = {
    (1, "hashedrekord"): hashedrekord1,
    (1, "dsse"): dsse1,
    (1, "intoto"): intoto2,
    (2, "hashedrekord"): hashedrekord2,
    (2, "dsse"): dsse2,
}
"""The version of Rekor and the kind of entry, to what makes the body."""


def body(rekor: int, kind: str | None, signed: Signed) -> Json:
    """The body for a signature; without a kind, the one that sigstore-python 4 uploads."""
    usual = "dsse" if signed.envelope and rekor == 1 else "hashedrekord"
    chosen = kind or usual
    if chosen != "hashedrekord" and not signed.envelope:
        raise ValueError(f"an entry of kind {chosen} is for envelopes")
    return BODIES[rekor, chosen](signed)


def for_bundle(entry: Entry) -> Json:
    """The entry as bundles have it, and as Rekor v2 answers (TransparencyLogEntry of sigstore_rekor.proto)."""
    stated = json.loads(entry.body)
    written: Json = {
        "logIndex": str(entry.number),
        "logId": {"keyId": b64(entry.log_id)},
        "kindVersion": {"kind": stated["kind"], "version": stated["apiVersion"]},
        "inclusionProof": {
            "logIndex": str(entry.leaf),
            "rootHash": b64(entry.root),
            "treeSize": str(entry.size),
            "hashes": [b64(node) for node in entry.path],
            "checkpoint": {"envelope": entry.checkpoint},
        },
        "canonicalizedBody": b64(entry.body),
    }
    if entry.promise is not None:
        written["integratedTime"] = str(entry.integrated)
        written["inclusionPromise"] = {"signedEntryTimestamp": b64(entry.promise)}
    return written


def for_v1(entry: Entry) -> Json:
    """The entry as Rekor v1 answers: under its id, with hexadecimal digests."""
    assert entry.promise is not None
    proof = {
        "logIndex": entry.leaf,
        "rootHash": entry.root.hex(),
        "treeSize": entry.size,
        "hashes": [node.hex() for node in entry.path],
        "checkpoint": entry.checkpoint,
    }
    answer = {
        "body": b64(entry.body),
        "integratedTime": entry.integrated,
        "logID": entry.log_id.hex(),
        "logIndex": entry.number,
        "verification": {"signedEntryTimestamp": b64(entry.promise), "inclusionProof": proof},
    }
    return {f"{RekorV1.TREE:016x}{sha256(bytes(1) + entry.body).hex()}": answer}


def stated(data: bytes) -> Json:
    """A SHA-256 as Rekor v1 states it."""
    return {"algorithm": "sha256", "value": sha256(data).hex()}


def proto_hash(hash_name: str) -> str:
    """The name that Sigstore's protobufs have for a hash: SHA2_256 for sha256."""
    return hash_name.upper().replace("SHA", "SHA2_")
