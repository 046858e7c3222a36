"""`gate sign`: what it refuses to sign, to sign with, and to overwrite."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.signing.signers import BUNDLE, DBOM, PASSPHRASE, Signing, private, private_pem, public_pem, signing
from tests.support import HANG, PROJECT, WEIGHTS, pointer, sha256

__all__ = ["signing"]


def test_bytes_that_are_not_declared_are_not_signed(signing: Signing) -> None:
    signing.repo.write("models/m.safetensors", WEIGHTS + b" ")
    signing.repo.write("data/d/a.csv", "other")
    key = signing.key("p256.pem", private_pem("p256"))
    err = signing.refused("m", "--key", key)
    assert "models/m.safetensors is not what m declares" in err
    assert "gate update m --version NEW" in err
    assert "data/d is not what d declares" in signing.refused("d", "--key", key)


def test_an_entry_without_a_digest_is_not_signed(signing: Signing) -> None:
    signing.repo.edit("dbom.yaml", f"    sha256: {sha256(WEIGHTS)}   # a digest\n", "")
    err = signing.refused("m", "--key", signing.key("p256.pem", private_pem("p256")))
    assert "gate update m" in err


def test_nothing_is_written_when_one_of_several_is_refused(signing: Signing) -> None:
    signing.repo.write("data/d/new.csv", "x")
    signing.refused("m", "d", "--key", signing.key("p256.pem", private_pem("p256")))


def test_a_pointer_is_not_signed(signing: Signing) -> None:
    signing.repo.write("other.bin", pointer(WEIGHTS))
    assert "Git LFS pointer" in signing.refused("other.bin", "--key", signing.key("p256.pem", private_pem("p256")))


def test_links_and_odd_files_are_not_signed(signing: Signing) -> None:
    key = signing.key("p256.pem", private_pem("p256"))
    signing.repo.link("link.bin", "models/m.safetensors")
    signing.repo.fifo("pipe")
    assert "symbolic link" in signing.refused("link.bin", "--key", key)
    assert "FIFO" in signing.refused("pipe", "--key", key)
    assert "whole repository" in signing.refused(".", "--key", key)


def test_a_name_that_is_not_there(signing: Signing) -> None:
    err = signing.refused("modells", "--key", signing.key("p256.pem", private_pem("p256")))
    assert '"modells" is neither a path nor an entry' in err


def test_a_name_that_is_also_a_path(signing: Signing) -> None:
    signing.repo.write("m", "other")
    assert "say ./m" in signing.refused("m", "--key", signing.key("p256.pem", private_pem("p256")))
    assert "named by no entry" in signing.sign("./m")


def test_a_bundle_never_lies_in_what_is_declared(signing: Signing) -> None:
    key = signing.key("p256.pem", private_pem("p256"))
    assert "--bundle FILE" in signing.refused("data/d/a.csv", "--key", key)
    assert "--bundle FILE" in signing.refused("d", "--bundle", "data/d/x.json", "--key", key)
    signing.sign("data/d/a.csv", "--bundle", "a.json")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"mediaType": 1}', b"[" * 100_000, DBOM.encode()])
def test_only_a_bundle_is_replaced(signing: Signing, content: bytes) -> None:
    signing.repo.write(BUNDLE, content)
    err = signing.refused("m", "--key", signing.key("p256.pem", private_pem("p256")))
    assert "no Sigstore bundle that could be replaced" in err


def test_one_bundle_for_one_artifact(signing: Signing) -> None:
    signing.refused("m", "d", "--bundle", "x.json", "--key", signing.key("p256.pem", private_pem("p256")))


def test_a_dbom_that_cannot_be_written_leaves_no_bundle(signing: Signing) -> None:
    signing.sign("m")
    signing.repo.edit("dbom.yaml", f"    signature: {{bundle: {BUNDLE}, kind: key}}\n", "")
    content = signing.repo.bytes("dbom.yaml")
    signing.repo.delete("dbom.yaml")
    (signing.keys / "real.yaml").write_bytes(content)
    signing.repo.link("dbom.yaml", signing.keys / "real.yaml")
    key = signing.key("rsa.pem", private_pem("rsa"))
    err = signing.refused("m", "d", "--root", ".", "--dbom", "dbom.yaml", "--key", key)
    assert "symbolic link" in err


def _certificate() -> bytes:
    name = x509.Name([])
    key = private("p256")
    day = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    start = datetime(2026, 1, 1, tzinfo=timezone.utc)
    day = day.not_valid_before(start).not_valid_after(start + timedelta(days=1)).serial_number(1)
    return day.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _openssh() -> bytes:
    encoded: bytes = private("ed25519").private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    return encoded


def _two_halves() -> bytes:
    """A key whose public point is that of another one."""
    own = private("p256").private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    form = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    swapped = own.replace(private("p256").public_key().public_bytes(*form), other.public_bytes(*form))
    assert swapped != own
    return b"-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(swapped) + b"-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: public_pem("p256"), "it holds a public key"),
        (_certificate, "it holds a certificate,"),
        (_openssh, "ssh-keygen -p -m PKCS8"),
        (lambda: b"-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n", "cosign's own encryption"),
        (lambda: b"", "it is empty"),
        (lambda: b"\x30\x82" + bytes(100), "no private key in PEM"),
        (lambda: b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "its PEM is damaged"),
        (lambda: private_pem("p256")[:-60], "its PEM is damaged"),
        (lambda: b"-----BEGIN PRIVATE KEY-----" + bytes(100_000), "is too large"),
        (lambda: private_pem("secp256k1"), "its curve secp256k1 is not supported"),
        (lambda: private_pem("rsa1024"), "1024 bits; 2048 to"),
        (lambda: private_pem("dsa"), "DSA, which is not supported"),
        (lambda: private_pem("dsa", form="TraditionalOpenSSL"), "a DSA key, which is not supported"),
        (lambda: private_pem("ed448"), "Ed448, which is not supported"),
        (lambda: private_pem("p256", PASSPHRASE), "nobody is here to ask"),
    ],
)
def test_each_bad_key_has_its_own_message(signing: Signing, make: Any, expected: str) -> None:
    err = signing.refused("m", "--key", signing.key("key.pem", make()))
    assert expected in err
    assert "key.pem" in err
    assert "= fix: " in err


def test_a_key_of_two_halves_signs_nothing(signing: Signing) -> None:
    signing.key("key.pem", _two_halves())
    key = str(signing.keys / "key.pem")
    result = signing.repo.gate("sign", "m", "--key", key)
    assert result.code in (2, 4)  # as the library finds out itself, or not
    assert BUNDLE.encode() not in signing.repo.tree()


@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL"])
def test_a_wrong_passphrase(signing: Signing, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_KEY_PASSPHRASE", "hunter2-hunter2")
    key = signing.key("key.pem", private_pem("p256", PASSPHRASE, form))
    err = signing.refused("m", "--key", key)
    assert "the passphrase does not open it" in err
    assert "hunter2" not in err


def test_key_files_that_cannot_be_read(signing: Signing) -> None:
    assert "cannot be read: No such file" in signing.refused("m", "--key", "absent.pem")
    assert "cannot be read: Is a directory" in signing.refused("m", "--key", "data")


def test_a_key_that_others_can_read_is_noted(signing: Signing) -> None:
    key = signing.key("key.pem", private_pem("p256"))
    assert signing.repo.gate("sign", "m", "--key", key).err == ""
    os.chmod(key, 0o644)
    result = signing.repo.gate("sign", "m", "--key", key)
    assert result.code == 0
    assert "chmod 600" in result.err


def test_without_a_key_and_without_a_credential(signing: Signing) -> None:
    err = signing.refused("m")
    assert "--key FILE" in err
    assert "OIDC" in err


def test_the_two_ways_exclude_each_other(signing: Signing) -> None:
    signing.refused("m", "--key", "x.pem", "--trust-config", "x.json")


def test_without_the_extra_the_line_to_install_it(signing: Signing) -> None:
    key = signing.key("key.pem", private_pem("p256"))
    for missing, options in (("sigstore", ()), ("cryptography", ("--key", key))):
        hide = f"import sys; sys.modules['{missing}'] = None; import runpy; sys.argv[0] = 'gate'"
        result = subprocess.run(
            [sys.executable, "-c", f"{hide}; runpy.run_module('gate', run_name='__main__')", "sign", "m", *options],
            cwd=signing.repo.root,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            check=False,
            capture_output=True,
            text=True,
            timeout=HANG,
        )
        assert result.returncode == 4, result.stderr
        assert "pip install 'dbom-gate[sign]'" in result.stderr
        assert "Traceback" not in result.stderr


def test_a_file_that_could_pass_for_an_attestation(signing: Signing) -> None:
    """What is signed of an envelope is text that a file can have: then its signature is one of the envelope as well."""
    statement = b'{"_type": "https://in-toto.io/Statement/v1"}'
    signing.repo.write("notes.txt", b"DSSEv1 28 application/vnd.in-toto+json %d %b" % (len(statement), statement))
    assert "could pass for one" in signing.sign(str(signing.repo.root / "notes.txt"), code=2)
