"""The files that a policy pins: keys, certificates and trust roots, and what else may stand there."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.policy.trust import Key
from tests.policy.test_trust import CA, MODEL, PUBLIC, key, load, pem, problem
from tests.support import Repo, sha256

OPENSSL = "openssl pkey -in keys/a.pub -pubout"
NOT_KEYS = [
    (pem("PRIVATE KEY"), "is a private key, which must not be in the repository", OPENSSL),
    (pem("ENCRYPTED PRIVATE KEY"), "is a private key", f"`{OPENSSL}`, which asks for its passphrase,"),
    (pem("EC PARAMETERS") + pem("EC PRIVATE KEY"), "is a private key", OPENSSL),
    (pem("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\n\nAAAA"), "is a private key", "which asks for its passphrase"),
    (pem("PUBLIC KEY") + pem("PRIVATE KEY"), "is a private key", OPENSSL),
    (pem("OPENSSH PRIVATE KEY"), "is a private key", "ssh-keygen -e -m PKCS8 -f keys/a.pub"),
    (pem("ENCRYPTED SIGSTORE PRIVATE KEY"), "is a private key", "cosign public-key --key keys/a.pub"),
    (CA, "is a certificate, where a public key is wanted", "under `certificates:`"),
    (pem("RSA PUBLIC KEY"), "is an RSA key in its old form", "openssl rsa -RSAPublicKey_in"),
    (pem("PGP PUBLIC KEY BLOCK"), 'holds "PGP PUBLIC KEY BLOCK", where a public key is wanted', "PUBLIC KEY"),
    (PUBLIC + PUBLIC, "holds 2 PEM blocks", "one key in one file"),
    ("ssh-ed25519 AAAA me@host\n", "is a key of SSH", "ssh-keygen -e -m PKCS8"),
    ("0Y0\x13", "is binary (DER)", "openssl pkey -pubin -inform DER"),
    ("not a key\n", "holds no public key", "name a PEM file"),
    ("", "is empty", "put the public key there"),
]


@pytest.mark.parametrize(("content", "message", "fix"), NOT_KEYS)
def test_a_file_that_is_no_public_key(repo: Repo, content: str, message: str, fix: str) -> None:
    repo.write("keys/a.pub", content)
    said = problem(repo, key(content=content))
    assert f"gate-policy.yaml:3:21: keys/a.pub {message}" in said
    assert fix in said


def test_a_private_key_is_said_to_be_one_even_where_the_pin_does_not_hold(repo: Repo) -> None:
    repo.write("keys/a.pub", pem("PRIVATE KEY"))
    assert "is a private key" in problem(repo, key())


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        ("certificates", PUBLIC, "is a public key, where a certificate is wanted"),
        ("certificates", CA + PUBLIC, 'holds "PUBLIC KEY", where certificates are wanted'),
        ("certificates", "x", "holds no certificate"),
        ("certificates", pem("RSA PRIVATE KEY"), "is a private key"),
        ("trust_roots", PUBLIC, "is a PEM file, where a trust root is wanted"),
        ("trust_roots", "x", "is no trust root: that is JSON"),
        ("trust_roots", pem("PRIVATE KEY"), "is a private key"),
    ],
)
def test_a_file_of_another_kind(repo: Repo, kind: str, content: str, message: str) -> None:
    repo.write("keys/a.pub", content)
    assert message in problem(repo, key(content=content, kind=kind))


def test_text_may_stand_before_the_label_and_lines_may_end_as_on_windows(repo: Repo) -> None:
    content = pem("PUBLIC KEY", before="Public Key Info:\n\tAlgorithm: EdDSA\n\n").replace("\n", "\r\n")
    repo.write("keys/a.pub", content)
    (group,) = load(repo, key(content=content)).trust_groups(MODEL)
    (signer,) = group.signers
    assert isinstance(signer, Key)
    assert signer.pem == content.encode()
    chain = CA + "between\n" + CA
    repo.write("ca.pem", chain)
    assert load(repo, key("ca.pem", chain, kind="certificates")).trust_groups(MODEL)


def test_a_file_that_is_not_the_pinned_one(repo: Repo) -> None:
    other = pem("PUBLIC KEY", "BBBB")
    repo.write("keys/a.pub", other)
    said = problem(repo, key())
    assert f"keys/a.pub is not the pinned file: its SHA-256 is {sha256(other)}" in said
    assert "review the change, then pin the new digest" in said
    assert said.startswith("gate-policy.yaml:3:41: ")


def test_files_that_cannot_be_read(repo: Repo, tmp_path: Path) -> None:
    assert "keys/a.pub: No such file or directory" in problem(repo, key())
    outside = tmp_path / "outside.pub"
    outside.write_text(PUBLIC)
    for name in (str(outside), "../" + "../" * 20 + str(outside).lstrip("/")):
        assert "lies outside of the repository" in problem(repo, key(name))
    repo.link("keys/a.pub", outside)
    assert "lies outside of the repository" in problem(repo, key())
    repo.write("b.pub", PUBLIC)
    repo.link("keys/a.pub", "../b.pub")
    assert "is a symbolic link" in problem(repo, key())
    repo.fifo("keys/a.pub")
    assert "is not a regular file" in problem(repo, key())
    assert "is remote" in problem(repo, key("https://keys.example/a.pub"))
    repo.delete("keys/a.pub")
    large = PUBLIC + "x" * (1 << 20)
    repo.write("keys/a.pub", large)
    assert "larger than 1.0 MiB" in problem(repo, key(content=large))
    root = "{" + " " * (4 << 20)
    repo.write("keys/a.pub", root)
    assert "larger than 4.0 MiB" in problem(repo, key(content=root, kind="trust_roots"))
    repo.write("keys/a.pub", "{" + " " * (2 << 20))
    assert load(repo, key(content=repo.text("keys/a.pub"), kind="trust_roots"))


def test_files_are_relative_to_the_policy_that_names_them(repo: Repo) -> None:
    repo.write("policies/keys/a.pub", PUBLIC)
    repo.write("policies/central.yaml", key())
    (group,) = load(repo, "policy: 1\nextends: [policies/central.yaml]\n").trust_groups(MODEL)
    assert [signer.name for signer in group.signers] == ["a"]
