"""Who counts as whom: several policies, several signers, and the documents themselves."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import serialization

from tests.signing.signers import KINDS, Signing, private, public_pem, signing
from tests.support import sha256

__all__ = ["signing"]

MODEL = "models/m.safetensors"


def _key(signing: Signing, name: str, kind: str, folder: str = "") -> str:
    """The line of a policy that trusts a key, whose file is written beside that policy."""
    signing.repo.write(f"{folder}keys/{name}.pub", public_pem(kind))
    return f"  - {{name: {name}, file: keys/{name}.pub, sha256: {sha256(public_pem(kind))}}}\n"


def _policy(signing: Signing, *lines: str, name: str = "gate-policy.yaml") -> None:
    signing.repo.write(name, "policy: 1\n" + "".join(lines))


def _rules(signing: Signing) -> set[str]:
    found = {finding.rule for finding in signing.repo.findings("--only", "signatures", MODEL)}
    return {rule for rule in found if rule.startswith("signatures/")}


def test_each_policy_finds_its_own_signer_among_the_signatures(signing: Signing) -> None:
    """Ann is wanted by the central policy and Ben by the repository's: both sign, and each policy has its own."""
    _policy(signing, "keys:\n", _key(signing, "ann", "p256", "central/"), name="central/policy.yaml")
    _policy(signing, "extends: [gate:baseline, central/policy.yaml]\nkeys:\n", _key(signing, "ben", "ed25519"))
    signing.sign("m", kind="ed25519")
    assert _rules(signing) == {"signatures/untrusted-identity"}
    signing.sign("m", "--bundle", str(signing.repo.root / "models/ann.sigstore.json"))
    assert _rules(signing) == set()


def test_a_signer_of_ones_own_does_not_count_for_the_central_policy(signing: Signing) -> None:
    """Two of the central policy's signers must sign: the repository cannot make up for one of them."""
    keys = _key(signing, "ann", "p256", "central/") + _key(signing, "cid", "p384", "central/")
    _policy(signing, "signatures: {signers: 2}\nkeys:\n", keys, name="central/policy.yaml")
    _policy(signing, "extends: [gate:baseline, central/policy.yaml]\nkeys:\n", _key(signing, "ben", "ed25519"))
    signing.sign("m")
    signing.sign("m", "--bundle", str(signing.repo.root / "models/ben.sigstore.json"), kind="ed25519")
    assert "signatures/too-few-signers" in _rules(signing)


@pytest.mark.parametrize("kind", KINDS)
def test_the_dbom_signed_with_a_key_of_any_kind(signing: Signing, kind: str) -> None:
    _policy(signing, "signed_documents: {dbom: [ann]}\nkeys:\n", _key(signing, "ann", kind))
    assert _rules(signing) >= {"signatures/unsigned-document"}
    signing.sign("dbom.yaml", kind=kind)
    assert "signatures/unsigned-document" not in _rules(signing)
    signing.repo.edit("dbom.yaml", "# The end.", "# An end.")
    assert "signatures/unsigned-document" in _rules(signing)


def test_a_revoked_key_signs_no_document(signing: Signing) -> None:
    der = (
        private("p256")
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    signing.sign("dbom.yaml")
    demand = "signed_documents: {dbom: [ann]}\nkeys:\n" + _key(signing, "ann", "p256")
    _policy(signing, demand)
    assert "signatures/unsigned-document" not in _rules(signing)
    _policy(signing, f"revoked: {{keys: [{hashlib.sha256(der).hexdigest()}]}}\n", demand)
    assert "signatures/unsigned-document" in _rules(signing)
