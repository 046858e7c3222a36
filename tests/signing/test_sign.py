"""`gate sign` with a key: what it writes, and what holds of it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from gate.signing.bundles.envelope import pae
from tests.signing.signers import BUNDLE, FILES, KINDS, PASSPHRASE, Signing, private_pem, public_pem, signing, verify
from tests.support import HANG, PROJECT, WEIGHTS, Repo, sha256

__all__ = ["signing"]


def _statement(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    """What the envelope of a bundle says, once its signature holds."""
    envelope = bundle["dsseEnvelope"]
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    payload = base64.b64decode(envelope["payload"])
    (signature,) = envelope["signatures"]
    verify(kind, base64.b64decode(signature["sig"]), pae(envelope["payloadType"], payload))
    statement: dict[str, Any] = json.loads(payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    return statement


# --- what is written


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "ed25519"])
def test_a_file_is_signed_over_its_digest(signing: Signing, kind: str) -> None:
    out = signing.sign("m", kind=kind)
    bundle = signing.bundle()
    der = serialization.load_pem_public_key(public_pem(kind)).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert bundle["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json"
    hint = base64.b64encode(hashlib.sha256(der).digest()).decode()
    assert bundle["verificationMaterial"] == {"publicKey": {"hint": hint}, "tlogEntries": []}
    assert hashlib.sha256(der).hexdigest() in out
    digest = bundle["messageSignature"]["messageDigest"]
    algorithm = {"p384": "sha384", "p521": "sha512"}.get(kind, "sha256")
    assert digest["algorithm"] == algorithm.replace("sha", "SHA2_")
    assert base64.b64decode(digest["digest"]) == hashlib.new(algorithm, WEIGHTS).digest()
    verify(kind, base64.b64decode(bundle["messageSignature"]["signature"]), WEIGHTS)


def test_ed25519_signs_a_statement_about_the_file(signing: Signing) -> None:
    signing.sign("m", kind="ed25519")
    statement = _statement(signing.bundle(), "ed25519")
    assert statement["predicateType"] == "https://sigstore.dev/cosign/sign/v1"
    assert statement["subject"] == [{"name": "m.safetensors", "digest": {"sha256": sha256(WEIGHTS)}}]


@pytest.mark.parametrize("kind", KINDS)
def test_a_directory_is_signed_file_by_file(signing: Signing, kind: str) -> None:
    signing.sign("d", kind=kind)
    statement = _statement(signing.bundle("data/d.sigstore.json"), kind)
    assert statement["predicateType"] == "https://model_signing/signature/v1.0"
    resources = {resource["name"]: resource["digest"] for resource in statement["predicate"]["resources"]}
    assert resources == {name: sha256(content) for name, content in FILES.items()}


@pytest.mark.parametrize("kind", ["p256", "rsa"])
def test_a_file_larger_than_one_read_is_signed_whole(signing: Signing, kind: str) -> None:
    content = os.urandom(3 * 1024 * 1024 + 1)
    signing.repo.write("big.bin", content)
    signing.sign("big.bin", kind=kind)
    verify(kind, base64.b64decode(signing.bundle("big.bin.sigstore.json")["messageSignature"]["signature"]), content)


@pytest.mark.parametrize(
    ("kind", "form"), [("p256", "PKCS8"), ("p384", "TraditionalOpenSSL"), ("ed25519", "PKCS8"), ("rsa", "PKCS8")]
)
def test_an_encrypted_key_takes_its_passphrase_from_the_environment(
    signing: Signing, kind: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE_KEY_PASSPHRASE", PASSPHRASE)
    key = signing.key("key.pem", private_pem(kind, PASSPHRASE, form))
    result = signing.repo.gate("sign", "m", "--key", key)
    assert result.code == 0, result.err
    assert PASSPHRASE not in result.out + result.err
    assert signing.repo.tree()[BUNDLE.encode()]


@pytest.mark.parametrize(("kind", "form"), [("p256", "TraditionalOpenSSL"), ("rsa", "TraditionalOpenSSL")])
def test_keys_in_older_forms_of_pem(signing: Signing, kind: str, form: str) -> None:
    pem = private_pem(kind, form=form)
    if kind == "p256":  # as `openssl ecparam -genkey` writes it
        pem = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + pem
    assert signing.repo.gate("sign", "m", "--key", signing.key("key.pem", pem)).code == 0


def test_a_person_is_asked_for_the_passphrase(signing: Signing) -> None:
    key = signing.key("key.pem", private_pem("p256", PASSPHRASE))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gate", "sign", "m", "--key", key],
        cwd=signing.repo.root,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while b"passphrase of" not in shown:
        shown += os.read(ours, 1024)
    os.write(ours, PASSPHRASE.encode() + b"\n")
    while True:
        try:
            part = os.read(ours, 1024)
        except OSError:  # how Linux says that nobody holds the other end any more
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert process.wait(HANG) == 0, shown
    assert PASSPHRASE.encode() not in shown
    assert BUNDLE.encode() in signing.repo.tree()


def test_a_key_through_a_pipe(signing: Signing) -> None:
    key = signing.key("key.pem", private_pem("p256"))
    command = f'{sys.executable} -m gate sign m --key <(cat "{key}")'
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash")
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    subprocess.run([bash, "-c", command], cwd=signing.repo.root, env=env, check=True, capture_output=True, timeout=HANG)
    assert signing.bundle()["messageSignature"]


# --- the DBOM


def test_the_entry_names_the_bundle_and_nothing_else_changes(signing: Signing) -> None:
    before = signing.repo.text("dbom.yaml")
    signing.sign("m", "d")
    size = f"size: {len(WEIGHTS)}   # a size\n"
    expected = before.replace(size, f"{size}    signature: {{bundle: {BUNDLE}, kind: key}}\n")
    braces = '"signature": {"bundle": "data/d.sigstore.json", "kind": "oms"}'
    expected = expected.replace('version: "1"}  # in', f'version: "1", {braces}}}  # in')
    assert signing.repo.text("dbom.yaml") == expected


def test_signing_again_replaces_the_bundle_and_says_so(signing: Signing) -> None:
    signing.sign("m")
    once, dbom = signing.bundle(), signing.repo.text("dbom.yaml")
    out = signing.sign("m", kind="rsa")
    assert f"replaced {BUNDLE}" in out
    assert signing.bundle() != once
    assert signing.repo.text("dbom.yaml") == dbom


def test_the_kind_changes_in_its_place(signing: Signing) -> None:
    signing.repo.edit(
        "dbom.yaml",
        "    # the end of the entry",
        f"    signature:   # who\n      bundle: ./{BUNDLE}  # where\n      kind: sigstore  # what",
    )
    before = signing.repo.text("dbom.yaml")
    signing.sign("m")
    assert signing.repo.text("dbom.yaml") == before.replace("kind: sigstore  # what", "kind: key  # what")


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (
            "    signature: {bundle: other.json, kind: key}   # one",
            f'    signature: [{{bundle: other.json, kind: key}}, {{"bundle": "{BUNDLE}", "kind": "key"}}]   # one',
        ),
        (
            "    signature:\n      # the first\n      bundle: other.json   # where",
            "    signature:\n      # the first\n      - bundle: other.json   # where\n"
            f"      - bundle: {BUNDLE}\n        kind: key",
        ),
        (
            "    signature:\n      - {bundle: other.json}   # one",
            f"    signature:\n      - {{bundle: other.json}}   # one\n      - bundle: {BUNDLE}\n        kind: key",
        ),
    ],
)
def test_another_bundle_of_the_entry_stays(signing: Signing, declared: str, expected: str) -> None:
    signing.repo.edit("dbom.yaml", "    # the end of the entry", declared)
    before = signing.repo.text("dbom.yaml")
    signing.sign("m")
    assert signing.repo.text("dbom.yaml") == before.replace(declared, expected)


def test_two_signers_with_a_bundle_each(signing: Signing) -> None:
    signing.sign("m")
    signing.sign("m", "--bundle", "signatures/second.json", kind="ed25519")
    text = signing.repo.text("dbom.yaml")
    assert f'[{{bundle: {BUNDLE}, kind: key}}, {{"bundle": "signatures/second.json", "kind": "key"}}]' in text
    assert "messageSignature" in signing.bundle()
    assert "dsseEnvelope" in signing.bundle("signatures/second.json")


def test_a_bundle_outside_of_the_repository_is_not_named(signing: Signing, tmp_path: Path) -> None:
    before = signing.repo.text("dbom.yaml")
    out = signing.sign("m", "--bundle", str(tmp_path / "out.json"))
    assert "outside of the repository" in out
    assert json.loads((tmp_path / "out.json").read_bytes())["messageSignature"]
    assert signing.repo.text("dbom.yaml") == before


def test_the_dbom_is_signed_as_it_will_be(signing: Signing) -> None:
    signing.sign("dbom.yaml", "m")
    bundle = signing.bundle("dbom.yaml.sigstore.json")
    assert BUNDLE in signing.repo.text("dbom.yaml")
    verify("p256", base64.b64decode(bundle["messageSignature"]["signature"]), signing.repo.bytes("dbom.yaml"))


def test_a_changed_dbom_no_longer_has_its_signature(signing: Signing) -> None:
    assert "note:" not in signing.sign("dbom.yaml")
    out = signing.sign("m")
    assert "note: dbom.yaml.sigstore.json is over dbom.yaml as it was" in out
    assert "`gate sign dbom.yaml`" in out


@pytest.mark.parametrize("name", ["gate-policy.yaml", "notes/undeclared.bin"])
def test_what_no_entry_declares_gets_the_bundle_only(signing: Signing, name: str) -> None:
    content = "policy: 1\nextends: [gate:baseline]\n"
    signing.repo.write(name, content)
    before = signing.repo.text("dbom.yaml")
    out = signing.sign(name)
    assert "named by no entry" in out
    verify(
        "p256",
        base64.b64decode(signing.bundle(f"{name}.sigstore.json")["messageSignature"]["signature"]),
        content.encode(),
    )
    assert signing.repo.text("dbom.yaml") == before


def test_paths_are_those_of_the_working_directory(signing: Signing) -> None:
    key = signing.key("p256.pem", private_pem("p256"))
    assert signing.repo.gate("sign", "m.safetensors", "--key", key, cwd="models").code == 0
    assert f"bundle: {BUNDLE}" in signing.repo.text("dbom.yaml")


def test_a_path_outside_of_any_repository(bare: Repo, tmp_path: Path) -> None:
    signing = Signing(bare, tmp_path)
    (tmp_path / "elsewhere").write_bytes(b"x")
    signing.sign(str(tmp_path / "elsewhere"))
    bundle = json.loads((tmp_path / "elsewhere.sigstore.json").read_bytes())
    verify("p256", base64.b64decode(bundle["messageSignature"]["signature"]), b"x")
