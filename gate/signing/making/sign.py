"""Making signatures: a Sigstore bundle over a digest, or over an in-toto statement, with a private key.

What a bundle holds is in the Sigstore bundle format v0.3 (sigstore/protobuf-specs, `sigstore_bundle.proto`); which
hash goes with which key in its algorithm registry (sigstore/architecture-docs, `algorithm-registry.md`).
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gate.core.errors import UnableError
from gate.signing import keys
from gate.signing.bundles.bundle import HASHES, MEDIA_TYPE
from gate.signing.bundles.envelope import IN_TOTO, pae
from gate.signing.errors import InvalidError
from gate.signing.making.private import PrivateKey, load_private_key

Algorithm = Literal["sha256", "sha384", "sha512"]

SIGN_PREDICATE = "https://sigstore.dev/cosign/sign/v1"
"""The predicate by which cosign says no more than "this was signed"."""

_REGISTRY = {algorithm: name for name, algorithm in HASHES.items()}


class Signer(Protocol):
    """Somebody who signs, with a key or an identity. Everything returned is the JSON of a bundle.

    Each method raises `UnableError` where no signature comes about, and none ever shows a secret.
    """

    @property
    def kind(self) -> Literal["key", "sigstore"]:
        """What a DBOM calls a bundle of this signer over a file."""

    @property
    def algorithm(self) -> Algorithm:
        """The hash of the digest that `sign_digest` wants."""

    def sign_digest(self, digest: bytes, name: str) -> bytes:
        """A bundle over the file called `name`, whose digest by `algorithm` is `digest`."""

    def sign_statement(self, statement: bytes) -> bytes:
        """A bundle with `statement`, the JSON of an in-toto statement, in a DSSE envelope."""

    def sign_model(self, statement: bytes) -> bytes:
        """As `sign_statement`, for a statement of `gate.signing.bundles.oms`: as the tools of OMS expect it."""

    def describe(self) -> str:
        """Who signs, for a line of output: the fingerprint of a key, or the identity and its issuer."""


def signer_from_key(pem: bytes, passphrase: bytes | None = None) -> Signer:
    """A signer with the private key in `pem`; raises as `load_private_key`."""
    return _KeySigner(load_private_key(pem, passphrase))


def file_statement(name: str, sha256: str) -> bytes:
    """An in-toto statement that says no more than that the file `name` with this digest was signed."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": sha256}}],
        "predicateType": SIGN_PREDICATE,
        "predicate": {},
    }
    return json.dumps(statement, separators=(",", ":")).encode()


class _KeySigner:
    """Signs with a private key that lies here."""

    kind: Literal["key"] = "key"

    def __init__(self, key: PrivateKey) -> None:
        self._key = key
        self._public = key.public_key()
        self.algorithm: Algorithm = _algorithm(key)

    def sign_digest(self, digest: bytes, name: str) -> bytes:
        """A signature over the digest; a statement about it for Ed25519, which signs whole messages only."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return self.sign_statement(file_statement(name, digest.hex()))
        signature = _sign_digest(self._key, digest, self.algorithm)
        with _own():
            keys.verify_digest(self._public, signature, self.algorithm, digest)
        content = {
            "messageDigest": {"algorithm": _REGISTRY[self.algorithm], "digest": _base64(digest)},
            "signature": _base64(signature),
        }
        return _bundle(self._hint(), {"messageSignature": content})

    def sign_statement(self, statement: bytes) -> bytes:
        """An envelope with one signature."""
        return _bundle(self._hint(), {"dsseEnvelope": self._envelope(statement)})

    def sign_model(self, statement: bytes) -> bytes:
        """model_signing 1.1 wants the digest of the PEM, in hexadecimal, for a hint (`sign_ec_key.py`)."""
        pem = self._public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return _bundle(hashlib.sha256(pem).hexdigest(), {"dsseEnvelope": self._envelope(statement)})

    def describe(self) -> str:
        """The fingerprint by which policies and `openssl` know the key."""
        return f"the key with the fingerprint {keys.fingerprint(self._public)}"

    def _hint(self) -> str:
        """As cosign spells it."""
        return _base64(hashlib.sha256(keys.der(self._public)).digest())

    def _envelope(self, statement: bytes) -> dict[str, object]:
        message = pae(IN_TOTO, statement)
        signature = _sign(self._key, message, self.algorithm)
        with _own():
            keys.verify(self._public, signature, message)
        return {
            "payload": _base64(statement),
            "payloadType": IN_TOTO,
            "signatures": [{"sig": _base64(signature), "keyid": ""}],
        }


def _algorithm(key: PrivateKey) -> Algorithm:
    """The hash that the registry gives to the curve; SHA-256 for all other keys."""
    by_curve: dict[str, Algorithm] = {"secp384r1": "sha384", "secp521r1": "sha512"}
    return by_curve.get(key.curve.name, "sha256") if isinstance(key, ec.EllipticCurvePrivateKey) else "sha256"


def _sign(key: PrivateKey, message: bytes, algorithm: Algorithm) -> bytes:
    """The signature over `message`."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    return _sign_digest(key, hashlib.new(algorithm, message).digest(), algorithm)


def _sign_digest(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, digest: bytes, algorithm: Algorithm) -> bytes:
    """The signature over the message with this digest."""
    by = utils.Prehashed({"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[algorithm])
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(digest, ec.ECDSA(by))
    return key.sign(digest, padding.PKCS1v15(), by)


@contextmanager
def _own() -> Iterator[None]:
    """Around the verification of what was just signed: a key file may hold halves of two keys."""
    try:
        yield
    except InvalidError:
        raise UnableError(
            "the private key made a signature that its own public key does not verify",
            "the key file holds halves of two keys: get it from its backup, or make a new key",
        ) from None


def _bundle(hint: str, content: dict[str, object]) -> bytes:
    material = {"publicKey": {"hint": hint}, "tlogEntries": []}
    bundle = {"mediaType": MEDIA_TYPE, "verificationMaterial": material, **content}
    return json.dumps(bundle, separators=(",", ":")).encode()


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
