"""`gate attest` in one stage, and `gate check --verification-summary` in the next."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gate import __version__
from gate.core.model import Location
from gate.policy.trust import Group, Key, Revoked, SummaryDemand
from gate.report.view import PROJECT_URL
from gate.signing.bundles.bundle import parse_bundle
from gate.signing.bundles.envelope import Envelope, pae
from gate.signing.making.sign import signer_from_key
from gate.signing.summaries.demand import Mark, Vouched, assess
from tests.localsigstore import GITHUB, ISSUER, Instance, email_claims, workflow_claims
from tests.signing.signers import KINDS, LISTING, Signing, private, private_pem, public_pem, signing, verify
from tests.support import PROJECT, WEIGHTS, Repo, sha256

__all__ = ["signing"]

OUT = "gate.vsa.sigstore.json"
RULE = "signatures/verification-summary"
EXTENSION = "https://github.com/dbom-gate/gate/verification-summary/v1"
VSA = "https://slsa.dev/verification_summary/v1"
Json = dict[str, Any]


def _attest(signing: Signing, *arguments: str, kind: str = "p256", code: int = 0) -> str:
    """The stage before; what it says on standard error."""
    key = signing.key(f"{kind}.pem", private_pem(kind))
    result = signing.repo.gate("attest", *arguments, "--key", key)
    assert result.code == code, result.out + result.err
    return result.err


def _statement(repo: Repo, name: str = OUT, kind: str = "p256") -> Json:
    """What the envelope says, once its signature holds: read with nothing of the gate."""
    bundle = json.loads(repo.bytes(name))
    assert bundle["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json"
    envelope = bundle["dsseEnvelope"]
    payload, payload_type = base64.b64decode(envelope["payload"]), envelope["payloadType"]
    assert payload_type == "application/vnd.in-toto+json"
    message = f"DSSEv1 {len(payload_type)} {payload_type} {len(payload)} ".encode() + payload
    (signature,) = envelope["signatures"]
    verify(kind, base64.b64decode(signature["sig"]), message)
    statement: Json = json.loads(payload)
    return statement


def _demand(repo: Repo, *, kind: str = "p256", more: str = "", demand: str = "", summary: str = "") -> None:
    """The policy of the next stage, in a repository of its own as it were."""
    repo.write("next/keys/training.pub", public_pem(kind))
    repo.write(
        "next/policy.yaml",
        f"policy: 1\nkeys:\n  - {{name: training, file: keys/training.pub, sha256: {sha256(public_pem(kind))}}}\n"
        + more
        + (demand or f"verification_summaries:\n  - {{verifier: {PROJECT_URL}, signed_by: [training]{summary}}}\n"),
    )


def _next(repo: Repo, *summaries: str, code: int | None = None) -> list[str]:
    """The messages of the rule in the next stage."""
    given = [word for name in summaries for word in ("--verification-summary", name)]
    report = repo.report("--policy", "next/policy.yaml", "--stage", "release", *given)
    found = [finding for finding in report["findings"] if finding["rule"] == RULE]
    assert report["exit_code"] == (1 if found else 0) if code is None else code, report["findings"]
    assert all(finding["decision"]["ruling"] == "block" for finding in found)
    return [finding["message"] for finding in found]


def _refusal(repo: Repo, *summaries: str) -> str:
    """Why nothing that was given does; the same for each of the two artifacts."""
    messages = _next(repo, *(summaries or (OUT,)))
    assert len(messages) == 2
    return messages[0]


def _resigned(repo: Repo, change: Callable[[Json], object], kind: str = "p256") -> None:
    """The summary as somebody with the key might have made it."""
    statement = _statement(repo)
    change(statement)
    repo.write(OUT, signer_from_key(private_pem(kind)).sign_statement(json.dumps(statement).encode()))


# --- what is attested


@pytest.mark.parametrize("kind", KINDS)
def test_a_verdict_becomes_a_signed_verification_summary(signing: Signing, kind: str) -> None:
    start = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
    err = _attest(signing, kind=kind)
    assert f"wrote {OUT}: PASSED, 3 subjects, signed by the key with the fingerprint " in err
    statement = _statement(signing.repo, kind=kind)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == VSA
    assert {subject["name"]: subject["digest"] for subject in statement["subject"]} == {
        "m": {"sha256": sha256(WEIGHTS)},
        "d": {"sha3_256": hashlib.sha3_256(LISTING.encode()).hexdigest()},
        "dbom.yaml": {"sha256": sha256(signing.repo.bytes("dbom.yaml"))},
    }
    predicate = statement["predicate"]
    assert predicate["verifier"] == {"id": PROJECT_URL, "version": {"gate": __version__}}
    made = dt.datetime.strptime(predicate["timeVerified"], "%Y-%m-%dT%H:%M:%S%z")
    assert start <= made <= dt.datetime.now(dt.timezone.utc)
    assert predicate["resourceUri"] == f"dbom:sha256:{sha256(signing.repo.bytes('dbom.yaml'))}"
    assert predicate["verificationResult"] == "PASSED"
    assert predicate["verifiedLevels"] == ["GATE_INTEGRITY"]
    assert predicate["inputAttestations"] == []
    baseline = hashlib.sha256((PROJECT / "gate/policy/packs/baseline.json").read_bytes()).hexdigest()
    assert predicate["policy"] == {"uri": "gate:baseline", "digest": {"sha256": baseline}}
    assert predicate[EXTENSION]["stage"] == "train"


def test_the_report_is_that_of_check(signing: Signing) -> None:
    key = signing.key("k.pem", private_pem("p256"))
    expected = signing.repo.gate("check", "--stage", "release").out
    assert signing.repo.gate("attest", "--stage", "release", "--key", key).out == expected
    assert _statement(signing.repo)["predicate"][EXTENSION]["stage"] == "release"
    machine = signing.repo.gate("attest", "--report", "json", "--key", key)
    assert json.loads(machine.out)["verdict"] == "pass"


def test_the_name_of_the_project_is_what_was_judged(signing: Signing) -> None:
    signing.repo.edit("dbom.yaml", "dbom: 1\n", "dbom: 1\nproject: Drones & more\n")
    _attest(signing, "--out", "out/summary.json")
    assert _statement(signing.repo, "out/summary.json")["predicate"]["resourceUri"] == "dbom:Drones%20%26%20more"


def test_several_policies_have_one_digest_that_coreutils_computes_too(signing: Signing) -> None:
    signing.repo.write(
        "base.yaml", "policy: 1\nextends: [gate:strict]\nrules:\n  integrity/symlink: {enforce: block}\n"
    )
    digest = sha256(signing.repo.bytes("base.yaml"))
    signing.repo.write("gate-policy.yaml", f"policy: 1\nextends: [{{url: base.yaml, sha256: {digest}}}]\n")
    _attest(signing, code=1)  # strict blocks what is missing
    predicate = _statement(signing.repo)["predicate"]
    listed = {one["uri"]: (one["digest"]["sha256"], one["upheld"]) for one in predicate[EXTENSION]["policies"]}
    strict = hashlib.sha256((PROJECT / "gate/policy/packs/strict.json").read_bytes()).hexdigest()
    assert listed == {
        "gate-policy.yaml": (sha256(signing.repo.bytes("gate-policy.yaml")), True),
        "base.yaml": (digest, True),
        "gate:strict": (strict, False),
    }
    lines = "".join(f"{digest}\n" for digest, _ in listed.values())
    out = subprocess.run("sort | sha256sum", shell=True, input=lines.encode(), check=True, capture_output=True).stdout
    assert predicate["policy"] == {"uri": EXTENSION, "digest": {"sha256": out.decode().split()[0]}}


def test_a_verdict_that_blocks_is_attested_as_failed(signing: Signing) -> None:
    signing.repo.write("models/m.safetensors", WEIGHTS + b"x")
    assert "FAILED, 2 subjects" in _attest(signing, code=1)
    statement = _statement(signing.repo)
    assert [subject["name"] for subject in statement["subject"]] == ["d", "dbom.yaml"]
    assert statement["predicate"]["verificationResult"] == "FAILED"
    assert statement["predicate"]["verifiedLevels"] == ["FAILED"]


def test_of_a_part_the_dbom_is_no_subject(signing: Signing) -> None:
    _attest(signing, "models")
    assert [subject["name"] for subject in _statement(signing.repo)["subject"]] == ["m"]


def test_verified_signatures_are_inputs_and_a_level(signing: Signing) -> None:
    signing.sign("m")
    signing.sign("d")
    _demand(signing.repo, demand="{}")
    signing.repo.write(
        "gate-policy.yaml", signing.repo.text("next/policy.yaml").replace("{}", "").replace("keys/", "next/keys/")
    )
    _attest(signing)
    predicate = _statement(signing.repo)["predicate"]
    assert {one["uri"]: one["digest"]["sha256"] for one in predicate["inputAttestations"]} == {
        name: sha256(signing.repo.bytes(name))
        for name in ("models/m.safetensors.sigstore.json", "data/d.sigstore.json")
    }
    assert predicate["verifiedLevels"] == ["GATE_INTEGRITY", "GATE_SIGNED"]


def test_signatures_of_documents_and_earlier_summaries_are_inputs(signing: Signing) -> None:
    repo = signing.repo
    _attest(signing, "--out", "before.json")
    _demand(repo, more="signed_documents: {dbom: [training]}\n")
    signing.sign("dbom.yaml")
    repo.write("gate-policy.yaml", repo.text("next/policy.yaml").replace("keys/", "next/keys/"))
    _attest(signing, "--verification-summary", "before.json")
    given = {one["uri"]: one["digest"]["sha256"] for one in _statement(repo)["predicate"]["inputAttestations"]}
    assert given == {name: sha256(repo.bytes(name)) for name in ("dbom.yaml.sigstore.json", "before.json")}


def test_a_change_is_attested_with_the_policies_of_its_base(signing: Signing) -> None:
    repo = signing.repo
    repo.write("gate-policy.yaml", "policy: 1\nrules:\n  dbom/no-origin: {enforce: warn}\n")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message=base")
    before = sha256(repo.bytes("gate-policy.yaml"))
    repo.write(
        "gate-policy.yaml", "policy: 1\nrules:\n  dbom/no-origin: {enforce: warn}\n  dbom/no-license: {enforce: warn}\n"
    )
    _attest(signing, "--base", "HEAD")
    listed = _statement(repo)["predicate"][EXTENSION]["policies"]
    upheld = {one["digest"]["sha256"] for one in listed if one["upheld"]}
    assert upheld == {before}
    assert sha256(repo.bytes("gate-policy.yaml")) in {one["digest"]["sha256"] for one in listed}


# --- what is refused before anything is judged


def _refused(signing: Signing, *arguments: str) -> str:
    before = signing.repo.tree()
    result = signing.repo.gate("attest", *arguments, "--key", signing.key("k.pem", private_pem("p256")))
    assert (result.code, result.out) == (2, ""), result.out + result.err
    assert signing.repo.tree() == before
    return result.err


def test_a_part_of_the_families_is_not_attested(signing: Signing) -> None:
    assert "leave --only out" in _refused(signing, "--only", "integrity")


@pytest.mark.parametrize("out", ["dbom.yaml", "models/m.safetensors", "README", "data/d/x.json"])
def test_nothing_is_replaced_but_a_bundle(signing: Signing, out: str) -> None:
    signing.repo.write("README", "text\n")
    assert "--out FILE" in _refused(signing, "--out", out) or out == "dbom.yaml"


def test_the_signature_of_an_artifact_is_not_replaced(signing: Signing) -> None:
    signing.sign("m", "dbom.yaml")
    for out in ("models/m.safetensors.sigstore.json", "dbom.yaml.sigstore.json"):
        assert "would replace" in _refused(signing, "--out", out)


def test_a_former_summary_is_replaced(signing: Signing) -> None:
    _attest(signing)
    before = signing.repo.bytes(OUT)
    _attest(signing, kind="ed25519")
    assert signing.repo.bytes(OUT) != before
    _statement(signing.repo, kind="ed25519")


def test_without_anything_declared_there_is_nothing_to_attest(signing: Signing) -> None:
    signing.repo.delete("dbom.yaml")
    assert "there is nothing to attest" in _refused(signing)


def test_no_subject_no_attestation(signing: Signing) -> None:
    signing.repo.write("models/m.safetensors", WEIGHTS + b"x")
    result = signing.repo.gate("attest", "models", "--key", signing.key("k.pem", private_pem("p256")))
    assert result.code == 2
    assert "there is nothing to attest" in result.err
    assert "integrity/digest-mismatch" in result.out
    assert not (signing.repo.root / OUT).exists()


def test_nobody_to_sign_as_is_told_before_judging(signing: Signing) -> None:
    result = signing.repo.gate("attest")
    assert (result.code, result.out) == (2, "")
    assert "there is nobody to sign as" in result.err


def test_a_summary_that_is_not_there(signing: Signing) -> None:
    result = signing.repo.gate("check", "--verification-summary", "nowhere.json")
    assert result.code == 2
    assert "nowhere.json cannot be read" in result.err


# --- what the next stage makes of it


@pytest.mark.parametrize("kind", KINDS)
def test_the_next_stage_accepts_what_passed_the_stage_before(signing: Signing, kind: str) -> None:
    _attest(signing, kind=kind)
    _demand(signing.repo, kind=kind, summary=", max_age: 1")
    assert _next(signing.repo, OUT) == []


def test_the_facts_say_which_summary_counted(signing: Signing) -> None:
    _attest(signing)
    _demand(signing.repo)
    report = signing.repo.report("--policy", "next/policy.yaml", "--stage", "release", "--verification-summary", OUT)
    for artifact in report["artifacts"]:
        (fact,) = artifact["facts"]["signatures"]["verification_summaries"]
        assert fact["accepted"] is True
        assert fact["signed_by"] == "training"
        assert (fact["verifier"], fact["version"]) == (PROJECT_URL, {"gate": __version__})
        assert (fact["result"], fact["stage"], fact["levels"]) == ("PASSED", "train", ["GATE_INTEGRITY"])
        assert len(fact["policies"]) == 1


def test_without_a_summary_the_finding_says_how_to_get_one(signing: Signing) -> None:
    _demand(signing.repo)
    result = signing.repo.gate("check", "--policy", "next/policy.yaml", "--stage", "release")
    assert result.code == 1
    assert "has no verification summary, and next/policy.yaml:5:" in result.out
    assert "gate attest" in result.out
    assert "--verification-summary FILE" in result.out


def test_nothing_is_demanded_before_its_stage(signing: Signing) -> None:
    _demand(signing.repo, summary=", from_stage: release")
    assert signing.repo.gate("check", "--policy", "next/policy.yaml", "--stage", "train").code == 0
    assert len(_next(signing.repo)) == 2


def test_other_bytes(signing: Signing) -> None:
    _attest(signing)
    signing.repo.write("models/m.safetensors", WEIGHTS[:-1] + b"x")
    assert signing.repo.gate("update", "m", "--version", "2").code == 0
    _demand(signing.repo)
    (message,) = _next(signing.repo, OUT)
    assert "vouches for m" in message
    assert "it is about other bytes: none of its 3 subjects" in message


def test_a_renamed_file_in_a_directory_is_other_bytes(signing: Signing) -> None:
    _attest(signing)
    content = signing.repo.bytes("data/d/a.csv")
    signing.repo.delete("data/d/a.csv")
    signing.repo.write("data/d/z.csv", content)
    assert signing.repo.gate("update", "d", "--version", "2").code == 0
    _demand(signing.repo)
    (message,) = _next(signing.repo, OUT)
    assert "other bytes" in message


def test_bytes_that_changed_without_the_dbom_are_judged_as_they_are(signing: Signing) -> None:
    _attest(signing)
    signing.repo.write("models/m.safetensors", WEIGHTS[:-1] + b"x")
    _demand(signing.repo)
    (message,) = _next(signing.repo, OUT)
    assert "other bytes" in message


def test_a_failed_verdict_does_not_count(signing: Signing) -> None:
    signing.repo.write("extra.pkl", b"\x80\x04N.")
    signing.repo.write("gate-policy.yaml", "policy: 1\nrules:\n  dbom/undeclared-weights: {enforce: block}\n")
    _attest(signing, code=1)
    signing.repo.delete("extra.pkl")
    _demand(signing.repo)
    assert "its result is FAILED" in _refusal(signing.repo)


def test_a_key_of_somebody_else(signing: Signing) -> None:
    _attest(signing, kind="p384")
    _demand(signing.repo)
    assert "none of those that are trusted" in _refusal(signing.repo)


def test_a_key_that_the_demand_does_not_name(signing: Signing) -> None:
    _attest(signing, kind="p384")
    signing.repo.write("next/keys/other.pub", public_pem("p384"))
    other = f"  - {{name: other, file: keys/other.pub, sha256: {sha256(public_pem('p384'))}}}\n"
    _demand(signing.repo, more=other)
    assert "key" in _refusal(signing.repo)
    _demand(signing.repo, more=other, demand=f"verification_summaries: {{verifier: {PROJECT_URL}, signed_by: other}}\n")
    assert _next(signing.repo, OUT) == []


def test_a_revoked_key(signing: Signing) -> None:
    _attest(signing)
    der = (
        private("p256")
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    _demand(signing.repo, more=f"revoked: {{keys: [{hashlib.sha256(der).hexdigest()}]}}\n")
    assert "revokes its key" in _refusal(signing.repo)


def test_revoked_bytes(signing: Signing) -> None:
    """What passed before it was revoked."""
    _attest(signing)
    _demand(signing.repo, more=f"revoked: {{digests: [{sha256(WEIGHTS)}]}}\n")
    found = {(one.rule, one.ruling) for one in signing.repo.findings("--policy", "next/policy.yaml")}
    assert ("signatures/revoked", "block") in found


def test_the_policy_by_which_it_passed(signing: Signing) -> None:
    signing.repo.write("gate-policy.yaml", "policy: 1\nrules:\n  dbom/no-origin: {enforce: warn}\n")
    own = sha256(signing.repo.bytes("gate-policy.yaml"))
    _attest(signing)
    joint = _statement(signing.repo)["predicate"]["policy"]["digest"]["sha256"]
    baseline = hashlib.sha256((PROJECT / "gate/policy/packs/baseline.json").read_bytes()).hexdigest()
    for digest in (own, joint, own.upper()):
        _demand(signing.repo, summary=f", policy: ['{'0' * 64}', '{digest}']")
        assert _next(signing.repo, OUT) == []
    for digest in ("0" * 64, baseline):  # a policy may loosen the pack that it extends
        _demand(signing.repo, summary=f", policy: '{digest}'")
        assert "it passed another policy" in _refusal(signing.repo)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("verificationResult", "FAILED", "its result is FAILED"),
        ("verificationResult", "passed", "neither PASSED nor FAILED"),
        ("verificationResult", True, "`verificationResult` is missing or no text"),
        ("verifiedLevels", ["FAILED"], "`verifiedLevels` say FAILED"),
        ("verifiedLevels", [1], "something other than text"),
        ("verifier", {"id": "https://github.com/dbom-gate/gate.evil.example"}, "its verifier is"),
        ("verifier", {"id": "https://github.com/dbom-gate/gate\n"}, "its verifier is"),
        ("verifier", PROJECT_URL, "`verifier` is missing or no object"),
        ("timeVerified", dt.timedelta(days=-8), "and may be 7 days old"),
        ("timeVerified", dt.timedelta(hours=1), "which is yet to come"),
        ("timeVerified", "yesterday", "no time as RFC 3339 has it"),
        ("timeVerified", "2026-02-30T00:00:00Z", "no time as RFC 3339 has it"),
        ("timeVerified", "0001-01-01T00:00:00+23:59", "no time as RFC 3339 has it"),
        ("policy", {"uri": "x", "digest": {"sha256": "0" * 64}}, "it passed another policy"),
        ("policy", {"uri": "x", "digest": {"sha256": "x"}}, "no SHA-256"),
        ("policy", {"uri": "x"}, "it passed another policy: none that it names"),
        ("policy", None, "`policy` is missing or no object"),
        ("resourceUri", "", "`resourceUri` is missing"),
        (EXTENSION, [], "is missing or no object"),
    ],
)
def test_what_a_signed_summary_says_must_be_what_is_demanded(
    signing: Signing, key: str, value: Any, reason: str
) -> None:
    _attest(signing)
    digest = _statement(signing.repo)["predicate"]["policy"]["digest"]["sha256"]
    _demand(signing.repo, summary=f", max_age: 7, policy: {digest}")
    assert _next(signing.repo, OUT) == []

    def change(statement: Json) -> None:
        del statement["predicate"][EXTENSION]
        if isinstance(value, dt.timedelta):
            at = dt.datetime.now(dt.timezone.utc) + value
            statement["predicate"][key] = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        else:
            statement["predicate"][key] = value

    _resigned(signing.repo, change)
    assert reason in _refusal(signing.repo)


def test_another_statement_of_the_same_signer_is_no_summary(signing: Signing) -> None:
    _attest(signing)
    _demand(signing.repo)
    _resigned(signing.repo, lambda statement: statement.update(predicateType="https://slsa.dev/provenance/v1"))
    assert "not a verification summary" in _refusal(signing.repo)
    signing.sign("m")
    assert "it is a signature over a file" in _refusal(signing.repo, "models/m.safetensors.sigstore.json")


def test_a_summary_is_no_signature_of_the_artifact(signing: Signing) -> None:
    """A verifier vouches for its verdict; who made the bytes is another question."""
    _attest(signing)
    signing.repo.edit("dbom.yaml", "    # the end of the entry", f"    signature: {{bundle: {OUT}}}")
    _demand(signing.repo, demand="\n")
    findings = signing.repo.findings("--policy", "next/policy.yaml")
    assert [
        found.rule for found in findings if found.rule.startswith("signatures/") and "missing" not in found.rule
    ] == ["signatures/untrusted-identity"]


def test_a_summary_of_another_verifier_without_fields_of_ours(signing: Signing) -> None:
    _attest(signing)

    def change(statement: Json) -> None:
        statement["predicate"] = {
            "verifier": {"id": "https://verifier.example/prod"},
            "timeVerified": "2020-01-01T01:02:03.456+01:00",
            "resourceUri": "https://example.com/x",
            "policy": {"uri": "https://example.com/policy"},
            "verificationResult": "PASSED",
            "verifiedLevels": ["SLSA_BUILD_LEVEL_3"],
            "unknown": {"a": [1]},
        }

    _resigned(signing.repo, change)
    demand = "verification_summaries: {verifier: 'https://verifier.example/*', signed_by: training}\n"
    _demand(signing.repo, demand=demand)
    assert _next(signing.repo, OUT) == []


def _tampered(bundle: Json) -> None:
    payload = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    payload["predicate"]["timeVerified"] = "2026-01-01T00:00:00Z"
    bundle["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()


def _retyped(bundle: Json) -> None:
    bundle["dsseEnvelope"]["payloadType"] = "application/json"


def _unsigned(bundle: Json) -> None:
    bundle["dsseEnvelope"]["signatures"] = []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_tampered, "the signature does not match what is signed"),
        (_retyped, "not an in-toto statement"),
        (_unsigned, "0 signatures"),
    ],
)
def test_a_tampered_bundle(signing: Signing, change: Callable[[Json], None], reason: str) -> None:
    _attest(signing)
    _demand(signing.repo)
    bundle = signing.bundle(OUT)
    change(bundle)
    signing.repo.write(OUT, json.dumps(bundle))
    assert reason in _refusal(signing.repo)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"mediaType": 1, "mediaType": 1}', "stands twice"),
        (b"{}", "no `mediaType`"),
        (b" " * ((16 << 20) + 1), "larger than 16 MiB"),
    ],
    ids=["empty", "binary", "deep", "twice", "object", "huge"],
)
def test_a_malformed_file_is_a_finding(signing: Signing, content: bytes, reason: str) -> None:
    _demand(signing.repo)
    (signing.keys / "s.json").write_bytes(content)
    assert reason in _refusal(signing.repo, str(signing.keys / "s.json"))


@pytest.mark.parametrize(
    "subjects",
    [[], [{"name": "m", "digest": {"sha512": "0" * 128}}], [{"digest": {"sha256": "xyz"}}], [{"digest": {}}], ["m"], 1],
)
def test_subjects_that_are_none(signing: Signing, subjects: Any) -> None:
    _attest(signing)
    _demand(signing.repo)
    _resigned(signing.repo, lambda statement: statement.update(subject=subjects))
    assert "no verification summary vouches for" in _refusal(signing.repo)


def test_of_several_summaries_one_must_do_and_the_nearest_is_explained(signing: Signing) -> None:
    _attest(signing)
    signing.repo.write("good.json", signing.repo.bytes(OUT))
    _resigned(signing.repo, lambda statement: statement["predicate"].update(verificationResult="FAILED"))
    signing.repo.write("broken.json", "{}")
    _demand(signing.repo)
    assert f"{OUT}: its result is FAILED" in _refusal(signing.repo, "broken.json", OUT)
    assert _next(signing.repo, "broken.json", OUT, "good.json") == []


def test_too_many_summaries(signing: Signing) -> None:
    given = []
    for number in range(33):
        signing.repo.write(f"s{number}.json", "{}")
        given += ["--verification-summary", f"s{number}.json"]
    result = signing.repo.gate("check", *given)
    assert result.code == 2
    assert "more than 32 verification summaries" in result.err


def test_no_mutant_of_a_summary_counts_unless_it_says_the_same(signing: Signing) -> None:
    _attest(signing)
    data = signing.repo.bytes(OUT)
    signed = parse_bundle(data).content
    place = Location("policy.yaml", 1)
    demand = SummaryDemand(PROJECT_URL, place, (), ("training",))
    group = Group("policy.yaml", (Key("training", "training.pub", public_pem("p256"), place),), None)
    chance = random.Random(5)
    accepted = 0
    for _ in range(1500):
        mutant = bytearray(data)
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            at = chance.randrange(len(mutant))
            kind = chance.randrange(4)
            if kind == 0:
                mutant[at] = chance.randrange(256)
            elif kind == 1:
                mutant[at] ^= 1 << chance.randrange(8)
            elif kind == 2:
                del mutant[at : at + chance.randrange(1, 40)]
            else:
                mutant[at:at] = mutant[(start := chance.randrange(len(mutant))) : start + 10]
        now = dt.datetime.now(dt.timezone.utc)
        if isinstance(assess(bytes(mutant), Mark("sha256", sha256(WEIGHTS)), (demand, group), Revoked(), now), Vouched):
            found = parse_bundle(bytes(mutant)).content
            assert isinstance(found, Envelope)
            assert isinstance(signed, Envelope)
            assert found.signed == signed.signed
            accepted += 1
    assert accepted < 1000  # most of the file is signed, or signature


# --- certificates


def _certified(statement: bytes, name: str) -> tuple[bytes, bytes]:
    """A bundle by a certificate of an authority of one's own, and the authority's certificate."""
    now = dt.datetime.now(dt.timezone.utc)
    issuer_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Acme CA")])

    def builder(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(hours=1))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
        )

    root = (
        builder(issuer, issuer_key.public_key())
        .add_extension(x509.BasicConstraints(True, None), True)
        .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), True)
        .sign(issuer_key, hashes.SHA256())
    )
    leaf = (
        builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key.public_key())
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(x509.KeyUsage(True, False, False, False, False, False, False, False, False), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name("ci@acme.example")]), False)
        .sign(issuer_key, hashes.SHA256())
    )
    signature = key.sign(pae("application/vnd.in-toto+json", statement), ec.ECDSA(hashes.SHA256()))
    raw = base64.b64encode(leaf.public_bytes(serialization.Encoding.DER)).decode()
    bundle = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"x509CertificateChain": {"certificates": [{"rawBytes": raw}]}},
        "dsseEnvelope": {
            "payload": base64.b64encode(statement).decode(),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": base64.b64encode(signature).decode()}],
        },
    }
    return json.dumps(bundle).encode(), root.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize(("identity", "reason"), [("ci@acme.example", ""), ("Acme training", "its certificate is for")])
def test_a_certificate_of_an_authority_of_ones_own(signing: Signing, identity: str, reason: str) -> None:
    _attest(signing)
    bundle, authority = _certified(json.dumps(_statement(signing.repo)).encode(), "Acme training")
    signing.repo.write(OUT, bundle)
    signing.repo.write("next/keys/ca.pem", authority)
    pin = f"file: keys/ca.pem, sha256: {sha256(authority)}"
    _demand(
        signing.repo,
        more=f"certificates:\n  - {{name: ca, {pin}, identity: {identity}}}\n",
        demand=f"verification_summaries: {{verifier: {PROJECT_URL}, signed_by: [ca]}}\n",
    )
    if reason:
        assert reason in _refusal(signing.repo)
    else:
        assert _next(signing.repo, OUT) == []


# --- keyless

WORKFLOW = workflow_claims("acme/data")
WORKFLOW_URI = f"https://github.com/{WORKFLOW['job_workflow_ref']}"


@pytest.mark.parametrize("rekor", [1, 2], ids=["rekor1", "rekor2"])
@pytest.mark.parametrize(
    ("claims", "identity", "issuer"),
    [(email_claims("dev@example.com"), "dev@example.com", ISSUER), (WORKFLOW, WORKFLOW_URI, GITHUB)],
    ids=["e-mail", "workflow"],
)
def test_a_summary_by_an_identity(
    signing: Signing,
    sigstore_server: Instance,
    monkeypatch: pytest.MonkeyPatch,
    rekor: int,
    claims: Json,
    identity: str,
    issuer: str,
) -> None:
    repo = signing.repo
    config = signing.keys / "trust.json"
    config.write_text(json.dumps(sigstore_server.trust_config(rekor=rekor)))
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", sigstore_server.token(**claims))
    result = repo.gate("attest", "--trust-config", str(config))
    assert result.code == 0, result.err
    assert f"signed by the identity {identity}" in result.err
    root = json.dumps(sigstore_server.trusted_root())
    repo.write("next/root.json", root)

    def demand(identity: str) -> None:
        who = f"name: ci, identity: '{identity}', issuer: {issuer}, source_repository: https://github.com/acme/data"
        if issuer == ISSUER:
            who = f"name: ci, identity: '{identity}', issuer: {issuer}"
        more = f"trust_roots: [{{name: local, file: root.json, sha256: {sha256(root)}}}]\nidentities:\n  - {{{who}}}\n"
        _demand(
            repo,
            more=more,
            demand=f"verification_summaries: {{verifier: {PROJECT_URL}, signed_by: [ci], max_age: 1}}\n",
        )

    demand(identity)
    assert _next(repo, OUT) == []
    demand("somebody@else.example")
    assert "its identity is" in _refusal(repo)


def test_a_summary_that_says_a_time_after_its_signature(
    signing: Signing, sigstore_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stolen run cannot date itself into the future of its log entry, to stay young."""
    from tests.localsigstore import mint

    repo = signing.repo
    _attest(signing)
    early = dt.datetime.now(dt.timezone.utc).replace(microsecond=0) - dt.timedelta(hours=2)
    bundle = mint(
        sigstore_instance,
        claims=email_claims("dev@example.com"),
        statement=json.dumps(_statement(repo)).encode(),
        at=early,
    )
    repo.write(OUT, json.dumps(bundle))
    root = json.dumps(sigstore_instance.trusted_root())
    repo.write("next/root.json", root)
    _demand(
        repo,
        more=f"trust_roots: [{{name: local, file: root.json, sha256: {sha256(root)}}}]\n"
        f"identities: [{{name: ci, identity: dev@example.com, issuer: {ISSUER}}}]\n",
        demand=f"verification_summaries: {{verifier: {PROJECT_URL}, signed_by: [ci]}}\n",
    )
    assert "and was signed before that" in _refusal(repo)


# --- what it costs others


def test_a_check_without_demands_imports_nothing_of_it(signing: Signing) -> None:
    _attest(signing)
    code = (
        "import sys; from gate.cli.main import main; code = main(['check', '--verification-summary', sys.argv[1]]);"
        "heavy = [n for n in sys.modules if n.partition('.')[0] in ('cryptography', 'sigstore')];"
        "print(code, heavy, file=sys.stderr)"
    )
    env = {"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin", "HOME": str(signing.repo.home)}
    command = [sys.executable, "-c", code, OUT]
    done = subprocess.run(command, cwd=signing.repo.root, env=env, check=True, capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == "0 []"
    assert Path(signing.repo.root, OUT).exists()


def test_without_the_package_for_it_a_summary_is_undecided(signing: Signing) -> None:
    _attest(signing)
    _demand(signing.repo)
    code = (
        "import sys; sys.modules['cryptography'] = None; from gate.cli.main import main;"
        "sys.exit(main(['check', '--policy', 'next/policy.yaml', *sys.argv[1:]]))"
    )
    env = {"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin", "HOME": str(signing.repo.home)}
    command = [sys.executable, "-c", code, "--verification-summary", OUT]
    done = subprocess.run(command, cwd=signing.repo.root, env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 4, done.stdout + done.stderr
    assert 'pip install "dbom-gate[sign]"' in done.stdout
