"""Real bundles: those of Sigstore's conformance suite and of model_signing, each with the outcome it must have."""

from __future__ import annotations

import csv
import socket
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support import Repo

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "signatures"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")

EXITS = {"pass": 0, "fail": 1}
REASONS = {
    "conf-bundle-empty-certificate-chain_fail": "its chain of certificates is empty",
    "conf-bundle-invalid-base64-signature_fail": "`signature` is no base64",
    "conf-bundle-negative-log-index_fail": "`logIndex` is no whole number of at least 0",
    "conf-checkpoint-wrong-roothash_fail": "the log's checkpoint is about another state of the log",
    "conf-dsse-invalid-sig_fail": "the signature does not match",
    "conf-intoto-expired-certificate_fail": "its certificate was not valid yet",
    "conf-invalid-ct-key_fail": "no certificate log of the trust root",
    "conf-invalid-inclusion-proof_fail": "no checkpoint of its log",
    "conf-managed-key-no-key_fail": "signed with a key, and no key is trusted for it",
    "conf-message-digest-mismatch_fail": "over other bytes",
    "conf-rekor2-checkpoint-missing-origin_fail": "the checkpoint is not signed by the log",
    "conf-rekor2-checkpoint-missing-root-hash_fail": "the checkpoint is not signed by the log",
    "conf-rekor2-dsse-invalid-sig_fail": "the signature does not match",
    "conf-rekor2-dsse-mismatch-sig_fail": "the log entry is about another signature",
    "conf-rekor2-no-inclusion-proof_fail": "no proof that it is in the log",
    "conf-rekor2-no-timestamp_fail": "nothing that the trust root knows proves when it was signed",
    "conf-rekor2-timestamp-outside-trust-root-tsa-validity_fail": "nothing that the trust root knows proves when",
    "conf-rekor2-timestamp-outside-tsa-cert-validity_fail": "nothing that the trust root knows proves when",
    "conf-signature-mismatch_fail": "the signature does not match",
    "conf-wrong-hashedrekord-artifact_fail": "the log entry is about other bytes",
    "conf-wrong-hashedrekord-entry_fail": "the log entry is about other bytes",
    "conf-wrong-material_fail": "over other bytes",
}
"""Why the bad ones are refused, where there is one reason: another one would hide that this one is not looked at."""
LEFT_OUT = {"oms-v1.0.1-elliptic-key", "oms-v1.0.1-certificate", "oms-v1.1.0-elliptic-key"}
"""The signer left `ignore-me` out, and it is empty: the gate mentions it, and does not stop."""


def rows() -> list[dict[str, str]]:
    if not CORPUS.is_dir():
        return []
    with (CORPUS / "manifest.tsv").open(encoding="utf-8", newline="") as manifest:
        return list(csv.DictReader(manifest, delimiter="\t"))


def command(row: dict[str, str]) -> list[str]:
    """The arguments of `gate verify` for a row of the manifest."""
    path = CORPUS / row["artifact"].removeprefix("dir:")
    arguments = ["verify", str(path), "--bundle", str(CORPUS / row["bundle"]), "--offline"]
    if row["key"] == "-":
        who = ["--identity", row["identity"], "--issuer", row["issuer"]]
        return [*arguments, *who, "--trusted-root", str(CORPUS / row["trusted_root"])]
    key = CORPUS / row["key"]
    return [*arguments, "--certificate" if b"BEGIN CERTIFICATE" in key.read_bytes() else "--key", str(key)]


@pytest.fixture
def offline(bare: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """No network, and a home directory with nothing in it where nothing can be written."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a network was used")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    home = tmp_path / "empty"
    home.mkdir(mode=0o500)
    for variable in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(variable, str(home))
    return bare


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["name"])
def test_each_has_its_outcome(row: dict[str, str], offline: Repo) -> None:
    result = offline.gate(*command(row))
    assert result.code == EXITS[row["expected"]], result.out + result.err
    assert REASONS.get(row["name"], "") in result.out
    assert ("warning[signatures/unsigned-empty-file]" in result.out) is (row["name"] in LEFT_OUT)
    assert result.err == ""
