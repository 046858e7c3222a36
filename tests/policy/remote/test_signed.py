"""Remote policies that somebody must have signed."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.policy.remote.servers import Server, commit
from tests.policy.remote.test_extends import CENTRAL, failed
from tests.signing.signers import private_pem, public_pem
from tests.support import Repo, sha256

RULE = "signatures/unsigned-document"


def signed(repo: Repo, tmp_path: Path, name: str, content: str, kind: str = "p256") -> bytes:
    """The signature over `content`, made beside it."""
    key = tmp_path / f"{kind}.pem"
    key.write_bytes(private_pem(kind))
    key.chmod(0o600)
    repo.write(name, content)
    result = repo.gate("sign", name, "--key", str(key))
    assert result.code == 0, result.err
    bundle = repo.bytes(f"{name}.sigstore.json")
    for written in (name, f"{name}.sigstore.json"):
        repo.delete(written)
    return bundle


def extend(repo: Repo, reference: str, names: str = "owners", more: str = "") -> None:
    repo.write("keys/owners.pub", public_pem("p256"))
    repo.write(
        "gate-policy.yaml",
        f"policy: 1\ncredentials: [localhost]\nextends:\n  - {{url: '{reference}', signed_by: {names}{more}}}\n"
        f"keys:\n  - {{name: owners, file: keys/owners.pub, sha256: {sha256(public_pem('p256'))}}}\n",
    )
    repo.write("x.bin", "x")


def origin(tmp_path: Path, files: dict[str, str | bytes], path: str = "p.yaml") -> str:
    return f"git+file://{tmp_path}/org//{path}@{commit(tmp_path / 'org', files)}"


def test_a_commit_and_a_signer_are_a_pin(repo: Repo, server: Server, tmp_path: Path) -> None:
    bundle = signed(repo, tmp_path, "p.yaml", CENTRAL)
    reference = origin(tmp_path, {"p.yaml": CENTRAL, "p.yaml.sigstore.json": bundle})
    extend(repo, reference)
    result = repo.gate("check", "--locked")
    assert result.code == 0, result.err
    assert f"{reference} is signed by owners" in result.out
    assert "is not pinned" not in result.out


@pytest.mark.parametrize("wrong", ["none", "other bytes", "other signer", "no bundle"])
def test_a_signature_that_does_not_count_blocks(repo: Repo, server: Server, tmp_path: Path, wrong: str) -> None:
    bundle = signed(repo, tmp_path, "p.yaml", CENTRAL, "p256" if wrong != "other signer" else "ed25519")
    files: dict[str, str | bytes] = {"p.yaml": CENTRAL + ("#\n" if wrong == "other bytes" else "")}
    if wrong != "none":
        files["p.yaml.sigstore.json"] = b"{" if wrong == "no bundle" else bundle
    reference = origin(tmp_path, files)
    extend(repo, reference)
    report = repo.report("--locked")
    (finding,) = (one for one in report["findings"] if one["rule"] == RULE)
    assert report["exit_code"] == 1
    assert finding["location"]["path"] == "gate-policy.yaml"
    assert finding["location"]["line"] == 4
    assert f"{reference} must be signed by owners, as gate-policy.yaml:4" in finding["message"]


def test_what_it_extends_beside_itself_must_be_signed_too(repo: Repo, server: Server, tmp_path: Path) -> None:
    central = "policy: 1\nextends: [base.yaml]\n"
    files: dict[str, str | bytes] = {
        "p.yaml": central,
        "p.yaml.sigstore.json": signed(repo, tmp_path, "p.yaml", central),
        "base.yaml": CENTRAL,
    }
    extend(repo, origin(tmp_path, files))
    (found,) = (one for one in repo.findings("--locked") if one.rule == RULE)
    assert "base.yaml@" in found.message
    files["base.yaml.sigstore.json"] = signed(repo, tmp_path, "base.yaml", CENTRAL)
    extend(repo, origin(tmp_path, files))
    assert not [one for one in repo.findings("--locked") if one.rule == RULE]


def test_on_a_server_a_signer_is_no_pin(repo: Repo, server: Server, tmp_path: Path) -> None:
    server.answers["/p.yaml"] = CENTRAL.encode()
    server.answers["/p.yaml.sigstore.json"] = signed(repo, tmp_path, "p.yaml", CENTRAL)
    extend(repo, f"{server.url}/p.yaml")
    assert "is not pinned" in failed(repo, 2, "check", "--locked")
    result = repo.gate("check", "--no-locked")
    assert f"{server.url}/p.yaml is signed by owners" in result.out
    extend(repo, f"{server.url}/p.yaml", more=f", sha256: {sha256(CENTRAL)}")
    assert repo.gate("check", "--locked").code == 0
    server.answers["/p.yaml.sigstore.json"] = signed(repo, tmp_path, "p.yaml", CENTRAL + "#")
    assert repo.gate("check", "--locked").code == 1


def test_the_signer_is_one_of_the_importer(repo: Repo, server: Server, tmp_path: Path) -> None:
    reference = origin(tmp_path, {"p.yaml": CENTRAL})
    extend(repo, reference, names="[owners, owmers]")
    said = failed(repo, 2)
    assert 'there is no signer "owmers" here' in said
    assert 'did you mean "owners"?' in said


def test_a_policy_that_is_to_be_signed_says_by_whom_at_its_entry(repo: Repo, server: Server, tmp_path: Path) -> None:
    reference = origin(tmp_path, {"p.yaml": CENTRAL})
    extend(repo, reference)
    repo.edit("gate-policy.yaml", ", signed_by: owners", "")
    repo.write("gate-policy.yaml", repo.text("gate-policy.yaml") + "signed_documents: {policy: owners}\n")
    (found,) = (one for one in repo.findings() if one.rule == RULE)
    assert "has no `signed_by:`" in found.message


def test_an_attested_verdict_says_what_was_fetched(repo: Repo, server: Server, tmp_path: Path) -> None:
    bundle = signed(repo, tmp_path, "p.yaml", CENTRAL)
    reference = origin(tmp_path, {"p.yaml": CENTRAL, "p.yaml.sigstore.json": bundle})
    extend(repo, reference)
    assert repo.gate("add", "x.bin", "--name", "x", "--version", "1").code == 0
    result = repo.gate("attest", "--key", str(tmp_path / "p256.pem"), "--out", "v.json")
    assert result.code == 0, result.err
    envelope = json.loads(repo.text("v.json"))["dsseEnvelope"]
    predicate = json.loads(base64.b64decode(envelope["payload"]))["predicate"]
    named = {one["uri"]: one["digest"]["sha256"] for one in predicate["inputAttestations"]}
    assert named == {f"{reference}.sigstore.json": sha256(bundle)}
    assert f'"{reference}"' in json.dumps(predicate)
    assert sha256(CENTRAL) in json.dumps(predicate)
