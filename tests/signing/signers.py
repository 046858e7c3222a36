"""Keys of every kind, and a repository with something to sign."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from tests.support import WEIGHTS, Repo, sha256

KINDS = ("p256", "p384", "p521", "ed25519", "rsa")
PASSPHRASE = "correct horse"
"""Of every encrypted key; no output may show it."""

DBOM = """\
# The bill of materials.
dbom: 1
models:
  - name: m   # a name
    path: models/m.safetensors   # a path
    sha256: {weights}   # a digest
    version: "1"
    size: {size}   # a size
    # the end of the entry

datasets:
  - {{name: d, path: data/d, sha256: {listing}, listing: dbom/d.sha256, version: "1"}}  # in braces
# The end.
"""
FILES = {"a.csv": "a,b\n1,2\n", "sub/b.csv": "a,b\n3,4\n"}
LISTING = "".join(f"{sha256(content)}  {name}\n" for name, content in FILES.items())
BUNDLE = "models/m.safetensors.sigstore.json"


@cache
def private(kind: str) -> Any:
    """A private key of `kind`, the same one in all tests."""
    curves = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1(), "secp256k1": ec.SECP256K1()}
    if kind in curves:
        return ec.generate_private_key(curves[kind])
    return {
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "ed448": ed448.Ed448PrivateKey.generate,
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "rsa1024": lambda: rsa.generate_private_key(65537, 1024),
        "dsa": lambda: dsa.generate_private_key(2048),
    }[kind]()


def private_pem(kind: str, passphrase: str = "", form: str = "PKCS8") -> bytes:
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        protection = serialization.BestAvailableEncryption(passphrase.encode())
    encoded: bytes = private(kind).private_bytes(
        serialization.Encoding.PEM, getattr(serialization.PrivateFormat, form), protection
    )
    return encoded


def public_pem(kind: str) -> bytes:
    encoded: bytes = (
        private(kind)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return encoded


class Signing(NamedTuple):
    """A repository with a model, a directory and their DBOM; keys lie beside it, in `keys`."""

    repo: Repo
    keys: Path

    def key(self, name: str, content: bytes) -> str:
        path = self.keys / name
        path.write_bytes(content)
        path.chmod(0o600)
        return str(path)

    def sign(self, *arguments: str, kind: str = "p256", code: int = 0) -> str:
        result = self.repo.gate("sign", *arguments, "--key", self.key(f"{kind}.pem", private_pem(kind)))
        assert result.code == code, result.err
        return result.out if code == 0 else result.err

    def refused(self, *arguments: str, code: int = 2) -> str:
        """Runs `gate sign` in vain: nothing may be written, and no secret shown."""
        before = self.repo.tree()
        result = self.repo.gate("sign", *arguments)
        assert (result.code, result.out) == (code, ""), result.err
        assert self.repo.tree() == before
        assert PASSPHRASE not in result.err
        return result.err

    def bundle(self, name: str = BUNDLE) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.repo.bytes(name))
        return loaded


@pytest.fixture
def signing(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Signing:
    for name in tuple(os.environ):
        if name.startswith(("SIGSTORE_", "ACTIONS_ID_TOKEN", "GATE_KEY")) or name in (
            "GITLAB_CI",
            "CIRCLECI",
            "BUILDKITE",
        ):
            monkeypatch.delenv(name)
    repo.write("models/m.safetensors", WEIGHTS)
    for name, content in FILES.items():
        repo.write(f"data/d/{name}", content)
    repo.write("dbom/d.sha256", LISTING)
    repo.write("dbom.yaml", DBOM.format(weights=sha256(WEIGHTS), size=len(WEIGHTS), listing=sha256(LISTING)))
    keys = tmp_path / "keys"
    keys.mkdir()
    return Signing(repo, keys)


def verify(kind: str, signature: bytes, message: bytes) -> None:
    """With the library alone; raises where the signature does not hold."""
    public = private(kind).public_key()
    if kind == "ed25519":
        public.verify(signature, message)
    elif kind == "rsa":
        public.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    else:
        public.verify(signature, message, ec.ECDSA(_hash(kind)))


def _hash(kind: str) -> hashes.HashAlgorithm:
    return {"p384": hashes.SHA384(), "p521": hashes.SHA512()}.get(kind, hashes.SHA256())
