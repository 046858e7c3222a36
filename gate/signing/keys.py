"""Public keys: reading them, naming them, and verifying with them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from gate.core.text import printable, shorten
from gate.signing.errors import InvalidError

PublicKey: TypeAlias = "ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey"

CURVES = {"secp256r1": "sha256", "secp384r1": "sha384", "secp521r1": "sha512"}
"""The curves that are accepted, each with the digest that goes with it in Sigstore's registry of algorithms
(https://github.com/sigstore/architecture-docs/blob/main/algorithm-registry.md)."""
MIN_RSA, MAX_RSA = 2048, 8192
"""Bits: fewer are broken (NIST SP 800-131A), more cost seconds to verify."""
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


@lru_cache(maxsize=256)
def load_public_key(pem: bytes) -> PublicKey:
    """The key in a PEM file (SubjectPublicKeyInfo); raises `InvalidError` with what it is instead."""
    start = pem.find(b"-----BEGIN ")
    if start < 0:
        raise InvalidError("it is no PEM file: it has no line `-----BEGIN PUBLIC KEY-----`", "key")
    label = printable(shorten(pem[start + 11 : start + 60].partition(b"-----")[0].decode("ascii", "replace")))
    if "PRIVATE KEY" in label:
        raise InvalidError(
            "it is a private key, never to be handed on: `openssl pkey -in FILE -pubout` prints its public half",
            "key",
        )
    if label not in ("PUBLIC KEY", "RSA PUBLIC KEY"):
        raise InvalidError(f"it holds a {label.lower()}, not a public key", "key")
    try:
        key = serialization.load_pem_public_key(pem[start:])
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidError(f"its key cannot be read: {printable(shorten(str(error)))}", "key") from None
    return supported(key)


def load_der(der: bytes) -> PublicKey:
    """The key in DER, as trust roots hold them; raises `InvalidError`."""
    try:
        return supported(serialization.load_der_public_key(der))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidError(f"its key cannot be read: {printable(shorten(str(error)))}", "key") from None


def supported(key: object) -> PublicKey:
    """`key`, where it is of a kind that is accepted; raises `InvalidError` otherwise."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name not in CURVES:
            raise InvalidError(f"its curve {key.curve.name} is not accepted: P-256, P-384 and P-521 are", "key")
        return key
    if isinstance(key, rsa.RSAPublicKey):
        if not MIN_RSA <= key.key_size <= MAX_RSA:
            raise InvalidError(f"its RSA key has {key.key_size} bits; {MIN_RSA} to {MAX_RSA} are accepted", "key")
        return key
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key
    raise InvalidError("its key is of a kind that is not accepted: ECDSA, Ed25519 and RSA are", "key")


def verify(key: PublicKey, signature: bytes, message: bytes) -> None:
    """Whether `key` signed `message`; raises `InvalidError` where it did not.

    ECDSA with the digest of its curve, else with SHA-256, as older signers used for every curve; RSA with PKCS #1 v1.5
    or PSS, and SHA-256.
    """
    if isinstance(key, ed25519.Ed25519PublicKey):
        return _verified(lambda: key.verify(signature, message))
    return _any(key, signature, {name: hashlib.new(name, message).digest() for name in _algorithms(key)})


def verify_digest(key: PublicKey, signature: bytes, algorithm: str, digest: bytes) -> None:
    """Whether `key` signed the message with this digest; raises `InvalidError`, also where a digest is not enough."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        raise InvalidError("an Ed25519 signature needs the whole message, not its digest", "unsupported")
    return _any(key, signature, {algorithm: digest})


def algorithms(key: PublicKey) -> tuple[str, ...]:
    """The digests that a signature of `key` over a message may use; empty where it takes the message itself."""
    return () if isinstance(key, ed25519.Ed25519PublicKey) else _algorithms(key)


def _algorithms(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> tuple[str, ...]:
    if isinstance(key, rsa.RSAPublicKey):
        return ("sha256",)
    return tuple(dict.fromkeys((CURVES[key.curve.name], "sha256")))


def _any(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, signature: bytes, digests: dict[str, bytes]) -> None:
    for algorithm, digest in digests.items():
        for attempt in _attempts(key, signature, Prehashed(_HASHES[algorithm]), digest):
            with suppress(InvalidError):
                return _verified(attempt)
    raise InvalidError("the signature does not match", "signature")


def _attempts(
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, signature: bytes, chosen: Prehashed, digest: bytes
) -> Iterator[Callable[[], None]]:
    if isinstance(key, ec.EllipticCurvePublicKey):
        yield lambda: key.verify(signature, digest, ec.ECDSA(chosen))
        return
    yield lambda: key.verify(signature, digest, padding.PKCS1v15(), chosen)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    yield lambda: key.verify(signature, digest, pss, chosen)


def _verified(attempt: Callable[[], None]) -> None:
    try:
        attempt()
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        raise InvalidError("the signature does not match", "signature") from None


def der(key: PublicKey) -> bytes:
    """The key as SubjectPublicKeyInfo in DER (RFC 5280)."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: PublicKey) -> str:
    """SHA-256 of the key in DER, in hexadecimal: how reports and revocations name it."""
    return hashlib.sha256(der(key)).hexdigest()


def hints(key: PublicKey) -> frozenset[str]:
    """The spellings of `publicKey.hint` that are in use for `key`: a help to find it, and no security."""
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    digest = hashlib.sha256(der(key)).digest()
    return frozenset((base64.b64encode(digest).decode(), digest.hex(), hashlib.sha256(pem).hexdigest()))
