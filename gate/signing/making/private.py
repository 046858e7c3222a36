"""Private keys from PEM: which will do, and what is wrong with those that will not."""

from __future__ import annotations

from typing import TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gate.core.errors import UsageError
from gate.signing.keys import CURVES, MAX_RSA, MIN_RSA

PrivateKey: TypeAlias = "ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey"

_MAKE = "make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -out gate.key`"
_LABELS: tuple[tuple[bytes, str, str], ...] = (
    (b"OPENSSH PRIVATE KEY", "a key of OpenSSH", "convert a copy of it: `ssh-keygen -p -m PKCS8 -f COPY`"),
    (b"ENCRYPTED SIGSTORE PRIVATE KEY", "a key in cosign's own encryption", f"sign with cosign, or {_MAKE}"),
    (b"ENCRYPTED COSIGN PRIVATE KEY", "a key in cosign's own encryption", f"sign with cosign, or {_MAKE}"),
    (b"DSA PRIVATE KEY", "a DSA key", f"DSA is withdrawn: {_MAKE}"),
)
"""Private keys in PEM that are none of PKCS #8, SEC 1 and PKCS #1."""
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"PUBLIC KEY", "a public key"),
    (b"CERTIFICATE REQUEST", "a certificate request"),
    (b"CERTIFICATE", "a certificate"),
)


def is_encrypted(pem: bytes) -> bool:
    """Whether a passphrase is needed: by PKCS #8 (RFC 5958), or by the header of RFC 1421, section 4.6.1.3."""
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in pem or b"Proc-Type: 4,ENCRYPTED" in pem


def load_private_key(pem: bytes, passphrase: bytes | None = None) -> PrivateKey:
    """The key in `pem`: ECDSA over P-256, P-384 or P-521, Ed25519, or RSA of at least 2048 bits.

    `passphrase` is not looked at where the key is not encrypted. Raises `UsageError` with what it is instead.
    """
    _refuse_others(pem)
    encrypted = is_encrypted(pem)
    if encrypted and not passphrase:
        raise UsageError("it is encrypted, and there is no passphrase", "give its passphrase")
    try:
        key = load_pem_private_key(pem, passphrase if encrypted else None)
    except UnsupportedAlgorithm:
        raise UsageError("it is of a kind, or encrypted in a way, that is not supported", _MAKE) from None
    except Exception:  # ValueError mostly; its text has nothing for people, and may quote what was decrypted
        if encrypted:
            raise UsageError("the passphrase does not open it", "check the passphrase") from None
        raise UsageError("it cannot be read as a private key: its PEM is damaged", "get it from its backup") from None
    return _supported(key)


def _refuse_others(pem: bytes) -> None:
    """Raises `UsageError` for what is not a private key in PEM at all."""
    for label, name, fix in _LABELS:
        if b"-----BEGIN " + label in pem:
            raise UsageError(f"it holds {name}, which is not supported", fix)
    if b"PRIVATE KEY-----" in pem:
        return
    for label, name in _OTHERS:
        if b"-----BEGIN " in pem and label + b"-----" in pem:
            raise UsageError(
                f"it holds {name}, and signing needs the private key", "name the file with the private key"
            )
    if not pem.strip():
        raise UsageError("it is empty", _MAKE)
    raise UsageError(
        "it is no private key in PEM: it has no line `-----BEGIN PRIVATE KEY-----`",
        "convert a key in DER: `openssl pkey -inform DER -in KEY -out gate.key`",
    )


def _supported(key: object) -> PrivateKey:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if key.curve.name in CURVES:
            return key
        raise UsageError(f"its curve {key.curve.name} is not supported", f"use P-256: {_MAKE}")
    if isinstance(key, rsa.RSAPrivateKey):
        if MIN_RSA <= key.key_size <= MAX_RSA:
            return key
        raise UsageError(f"its RSA key has {key.key_size} bits; {MIN_RSA} to {MAX_RSA} are accepted", _MAKE)
    name = "DSA" if isinstance(key, dsa.DSAPrivateKey) else type(key).__name__.strip("_").removesuffix("PrivateKey")
    raise UsageError(f"it holds a key of the kind {name}, which is not supported", f"use P-256: {_MAKE}")
