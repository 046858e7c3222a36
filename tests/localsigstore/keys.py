"""Private keys: making them, signing, and the names that Sigstore has for them."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.localsigstore.encoding import sha256

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey
Hash = hashes.SHA256 | hashes.SHA384 | hashes.SHA512

HASHES: dict[str, Hash] = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


class Scheme(NamedTuple):
    """How keys of one kind sign: the `keyDetails` of sigstore_common.proto, and the hash that goes with the key."""

    details: str
    hash_name: str


SCHEMES = {
    "P-256": Scheme("PKIX_ECDSA_P256_SHA_256", "sha256"),
    "P-384": Scheme("PKIX_ECDSA_P384_SHA_384", "sha384"),
    "P-521": Scheme("PKIX_ECDSA_P521_SHA_512", "sha512"),
    "Ed25519": Scheme("PKIX_ED25519", "sha256"),  # signs the message itself; the hash is what a log entry states
    "RSA": Scheme("PKIX_RSA_PKCS1V15_2048_SHA256", "sha256"),
}
_CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
_CURVE_NAMES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def generate(algorithm: str = "P-256") -> PrivateKey:
    """A new key: P-256, P-384, P-521, Ed25519, or RSA (2048 bits, and always the same one: making it is slow)."""
    if algorithm == "RSA":
        return _rsa()
    if algorithm == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(_CURVES[algorithm])


def scheme(key: PrivateKey) -> Scheme:
    """The scheme of a key, as Sigstore's algorithm registry has it."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return SCHEMES[_CURVE_NAMES[key.curve.name]]
    return SCHEMES["RSA" if isinstance(key, rsa.RSAPrivateKey) else "Ed25519"]


def sign(key: PrivateKey, message: bytes, hash_name: str | None = None) -> bytes:
    """Signs a message, with the hash of the key's scheme unless another is named. Ed25519 is the pure one."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    algorithm = HASHES[hash_name or scheme(key).hash_name]
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), algorithm)
    return key.sign(message, ec.ECDSA(algorithm))


def digest(hash_name: str, message: bytes) -> bytes:
    """The digest of a message by a hash's name, such as sha384."""
    return hashlib.new(hash_name, message).digest()


def spki(key: PrivateKey | PublicKey) -> bytes:
    """The public key as DER SubjectPublicKeyInfo."""
    return _public(key).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def pem(key: PrivateKey | PublicKey) -> bytes:
    """The public key as PEM, the form of a key file and of Rekor v1's entries."""
    return _public(key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def key_id(key: PrivateKey | PublicKey) -> bytes:
    """SHA-256 of the SubjectPublicKeyInfo (RFC 6962, 3.2): a log's id, and the usual hint at a key."""
    return sha256(spki(key))


def _public(key: PrivateKey | PublicKey) -> PublicKey:
    return key.public_key() if isinstance(key, PrivateKey) else key


@lru_cache(maxsize=1)
def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)
