"""The stand-in is a Sigstore: the reference client signs with it, and believes or refuses what it mints."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509 import load_der_x509_certificate
from rekor_types import Intoto
from rfc3161_client import VerifierBuilder, decode_timestamp_response
from sigstore.dsse import DigestSet, Statement, StatementBuilder, Subject
from sigstore.errors import Error as SigstoreError
from sigstore.models import Bundle, ClientTrustConfig, TrustedRoot
from sigstore.oidc import IdentityToken
from sigstore.sign import SigningContext
from sigstore.verify import Verifier, policy
from sigstore_models.rekor.v2.entry import Entry as EntryV2

from tests.localsigstore import GITHUB, ISSUER, Instance, email_claims, mint, workflow_claims
from tests.localsigstore.authority import authority, certify, name
from tests.localsigstore.encoding import Json
from tests.localsigstore.keys import generate, key_id, spki
from tests.localsigstore.minting import IN_TOTO, pae

ARTIFACT = b"weights"
SUBJECT = Subject(name="weights", digest=DigestSet({"sha256": hashlib.sha256(ARTIFACT).hexdigest()}))
STATEMENT: Statement = (
    StatementBuilder().subjects([SUBJECT]).predicate_type("https://slsa.dev/provenance/v1").predicate({"a": 1}).build()
)
PAYLOAD = b'{"_type":"https://in-toto.io/Statement/v1"}'

PERSON = email_claims("dev@example.com")
WORKFLOW = workflow_claims("acme/data", ref="refs/tags/v1")
CLAIMS = {"email": PERSON, "workflow": WORKFLOW}
WORKFLOW_URI = "https://github.com/acme/data/.github/workflows/release.yml@refs/tags/v1"
POLICIES: dict[str, policy.VerificationPolicy] = {
    "email": policy.Identity(identity="dev@example.com", issuer=ISSUER),
    "workflow": policy.AllOf(
        [policy.Identity(identity=WORKFLOW_URI, issuer=GITHUB), policy.OIDCSourceRepositoryRef("refs/tags/v1")]
    ),
}
NOON = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(hours=2)
"""When things are signed, in tests that choose other times around it; within the life of an instance."""
LATE = NOON + timedelta(hours=1)
"""After a certificate of ten minutes."""


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """sigstore keeps its caches below these."""
    for variable in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))


def _root(content: Json, tmp_path: Path) -> TrustedRoot:
    path = tmp_path / "root.json"
    path.write_text(json.dumps(content))
    return TrustedRoot.from_file(str(path))


@pytest.fixture
def verifier(sigstore_instance: Instance, tmp_path: Path) -> Verifier:
    """The reference verifier, trusting the instance of this session."""
    return Verifier(trusted_root=_root(sigstore_instance.trusted_root(), tmp_path))


def _accept(verifier: Verifier, bundle: Json, who: str = "email", artifact: bytes = ARTIFACT) -> None:
    """Raises what sigstore raises unless it believes the bundle."""
    parsed = Bundle.from_json(json.dumps(bundle))
    if "messageSignature" in bundle:
        verifier.verify_artifact(artifact, parsed, POLICIES[who])
    else:
        assert verifier.verify_dsse(parsed, POLICIES[who]) == (IN_TOTO, PAYLOAD)


def _entry(bundle: Json) -> Json:
    [entry] = bundle["verificationMaterial"]["tlogEntries"]
    assert isinstance(entry, dict)
    return entry


def _body(bundle: Json) -> Json:
    body = json.loads(base64.b64decode(_entry(bundle)["canonicalizedBody"]))
    assert isinstance(body, dict)
    return body


def _stamps(bundle: Json) -> list[bytes]:
    data = bundle["verificationMaterial"].get("timestampVerificationData", {"rfc3161Timestamps": []})
    return [base64.b64decode(stamp["signedTimestamp"]) for stamp in data["rfc3161Timestamps"]]


@pytest.mark.parametrize("who", CLAIMS)
@pytest.mark.parametrize("rekor", [1, 2])
def test_the_reference_client_signs_with_it_and_verifies(
    rekor: int, who: str, sigstore_server: Instance, tmp_path: Path
) -> None:
    config = ClientTrustConfig.from_json(json.dumps(sigstore_server.trust_config(rekor=rekor)))
    token = IdentityToken(sigstore_server.token(**CLAIMS[who]))
    with SigningContext.from_trust_config(config).signer(token) as signer:
        over_artifact = signer.sign_artifact(ARTIFACT).to_json()
        over_statement = signer.sign_dsse(STATEMENT).to_json()

    verifier = Verifier(trusted_root=config.trusted_root)
    verifier.verify_artifact(ARTIFACT, Bundle.from_json(over_artifact), POLICIES[who])
    kind, payload = verifier.verify_dsse(Bundle.from_json(over_statement), POLICIES[who])
    assert kind == IN_TOTO
    assert json.loads(payload)["subject"][0]["digest"] == {"sha256": hashlib.sha256(ARTIFACT).hexdigest()}

    assert ("integratedTime" in _entry(json.loads(over_artifact))) is (rekor == 1)
    assert bool(_stamps(json.loads(over_artifact))) is (rekor == 2)
    with pytest.raises(SigstoreError, match="digest mismatch"):
        verifier.verify_artifact(b"other weights", Bundle.from_json(over_artifact), POLICIES[who])
    [other] = CLAIMS.keys() - {who}
    with pytest.raises(SigstoreError):
        verifier.verify_artifact(ARTIFACT, Bundle.from_json(over_artifact), POLICIES[other])
    stranger = Verifier(trusted_root=_root(Instance().trusted_root(), tmp_path))
    with pytest.raises(SigstoreError, match=r"chain|verified time"):
        stranger.verify_artifact(ARTIFACT, Bundle.from_json(over_artifact), POLICIES[who])


GOOD: dict[str, dict[str, Any]] = {
    "rekor v1": {"rekor": 1},
    "rekor v2": {"rekor": 2},
    "v1 and a timestamp": {"rekor": 1, "timestamp": True},
    "both within the certificate": {
        "at": NOON,
        "logged_at": NOON + timedelta(minutes=9),
        "timestamp": NOON + timedelta(minutes=1),
    },
    "a long certificate": {"at": NOON, "logged_at": LATE, "ttl": 7200},
    "two timestamps": {"rekor": 2, "at": NOON, "timestamp": [NOON, NOON + timedelta(minutes=9)]},
    "a timestamp for the promise": {"promise": False, "timestamp": True},
    "bundle 0.1": {"version": "0.1"},
    "bundle 0.2": {"version": "0.2"},
    "P-384 with SHA-256": {"algorithm": "P-384", "hash_name": "sha256"},
}


@pytest.mark.parametrize("content", [{"artifact": ARTIFACT}, {"statement": PAYLOAD}], ids=["artifact", "statement"])
@pytest.mark.parametrize("options", GOOD.values(), ids=GOOD)
def test_the_reference_believes_what_is_minted(
    options: dict[str, Any], content: dict[str, Any], sigstore_instance: Instance, verifier: Verifier
) -> None:
    _accept(verifier, mint(sigstore_instance, claims=PERSON, **content, **options))
    _accept(verifier, mint(sigstore_instance, claims=WORKFLOW, **content, **options), "workflow")


STRANGER = Instance()
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no SCT": ({"sct": False}, "signed certificate timestamp"),
    "another log's SCT": ({"sct": STRANGER}, "SCT verify failed"),
    "logged after expiry": ({"at": NOON, "logged_at": LATE}, "chain"),
    "logged a second late": ({"at": NOON, "ttl": 60, "logged_at": NOON + timedelta(seconds=61)}, "chain"),
    "logged before": ({"at": NOON, "logged_at": NOON - timedelta(minutes=1)}, "chain"),
    "stamped after expiry": ({"at": NOON, "timestamp": LATE}, "chain"),
    "stamped after expiry, v2": ({"at": NOON, "rekor": 2, "timestamp": LATE}, "chain"),
    "one stamp after expiry": ({"at": NOON, "rekor": 2, "timestamp": [NOON, LATE]}, "chain"),
    "before the authority": ({"at": NOON - timedelta(days=30)}, "chain"),
    "another's log": ({"log_of": STRANGER}, "invalid signature"),
    "another's log, v2": ({"log_of": STRANGER, "rekor": 2}, "invalid signature"),
    "another's timestamp": ({"tsa_of": STRANGER, "rekor": 2}, "not enough sources of verified time"),
    "no time at all": ({"rekor": 2, "timestamp": False}, "inclusion promise or signed timestamp"),
    "no promise": ({"promise": False}, "inclusion promise or signed timestamp"),
    "no promise, bundle 0.1": ({"version": "0.1", "promise": False}, "inclusion promise"),
    "no proof": ({"proof": False, "timestamp": True}, "inclusionProof"),
    "no checkpoint": ({"checkpoint": False}, "inclusion proof, with checkpoint"),
    "two entries": ({"rekor": (1, 2)}, "exactly one log entry"),
    "no entry": ({"rekor": None, "timestamp": True}, "exactly one log entry"),
}


@pytest.mark.parametrize(("options", "reason"), WRONG.values(), ids=WRONG)
def test_the_reference_refuses_what_is_minted_wrong(
    options: dict[str, Any], reason: str, sigstore_instance: Instance, verifier: Verifier
) -> None:
    with pytest.raises(SigstoreError, match=reason):
        _accept(verifier, mint(sigstore_instance, claims=PERSON, artifact=ARTIFACT, **options))


@pytest.mark.parametrize(
    ("part", "reason"),
    [("timestampAuthorities", "not enough sources of verified time"), ("certificateAuthorities", None)],
)
def test_keys_retire(
    part: str, reason: str | None, sigstore_instance: Instance, tmp_path: Path, verifier: Verifier
) -> None:
    """sigstore looks at the end of a timestamp authority, not at that of Fulcio; the gate must look at both."""
    content = sigstore_instance.trusted_root(retired={part: NOON - timedelta(minutes=1)})
    assert content[part][0]["validFor"]["end"] == (NOON - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    bundle = mint(sigstore_instance, claims=PERSON, artifact=ARTIFACT, at=NOON, rekor=2)
    _accept(verifier, bundle)
    retired = Verifier(trusted_root=_root(content, tmp_path))
    if reason is None:
        _accept(retired, bundle)
    else:
        with pytest.raises(SigstoreError, match=reason):
            _accept(retired, bundle)


def test_a_root_has_only_parts_that_exist(sigstore_instance: Instance) -> None:
    content = sigstore_instance.trusted_root(retired={"tlogs": NOON, "ctlogs": LATE})
    ends = [log["publicKey"]["validFor"].get("end") for log in content["tlogs"] + content["ctlogs"]]
    assert ends == [NOON.strftime("%Y-%m-%dT%H:%M:%SZ")] * 2 + [LATE.strftime("%Y-%m-%dT%H:%M:%SZ")]
    with pytest.raises(ValueError, match="has no logs"):
        sigstore_instance.trusted_root(retired={"logs": NOON})
    with pytest.raises(ValueError, match="has no tlogs"):
        sigstore_instance.trusted_root(private=True, retired={"tlogs": NOON})


def test_certificates_name_the_workflow_and_its_numbers(sigstore_instance: Instance, verifier: Verifier) -> None:
    claims = workflow_claims(
        "acme/data",
        "build.yml",
        "refs/pull/7/merge",
        "pull_request",
        called_repository="org/shared",
        called_workflow="sign.yml",
        called_ref="refs/tags/v2",
        sha="1" * 40,
        called_sha="2" * 40,
        repository_id="11",
        owner_id="22",
        runner_environment="self-hosted",
        visibility="internal",
        run_id="33",
    )
    bundle = Bundle.from_json(json.dumps(mint(sigstore_instance, claims=claims, artifact=ARTIFACT)))
    own = "https://github.com/acme/data/.github/workflows/build.yml@refs/pull/7/merge"
    called = "https://github.com/org/shared/.github/workflows/sign.yml@refs/tags/v2"
    named: list[policy.VerificationPolicy] = [
        policy.Identity(identity=called, issuer=GITHUB),
        policy.GitHubWorkflowTrigger("pull_request"),
        policy.GitHubWorkflowSHA("1" * 40),
        policy.GitHubWorkflowName("build"),
        policy.GitHubWorkflowRepository("acme/data"),
        policy.GitHubWorkflowRef("refs/pull/7/merge"),
        policy.OIDCIssuerV2(GITHUB),
        policy.OIDCBuildSignerURI(called),
        policy.OIDCBuildSignerDigest("2" * 40),
        policy.OIDCRunnerEnvironment("self-hosted"),
        policy.OIDCSourceRepositoryURI("https://github.com/acme/data"),
        policy.OIDCSourceRepositoryDigest("1" * 40),
        policy.OIDCSourceRepositoryRef("refs/pull/7/merge"),
        policy.OIDCSourceRepositoryIdentifier("11"),
        policy.OIDCSourceRepositoryOwnerURI("https://github.com/acme"),
        policy.OIDCSourceRepositoryOwnerIdentifier("22"),
        policy.OIDCBuildConfigURI(own),
        policy.OIDCBuildConfigDigest("1" * 40),
        policy.OIDCBuildTrigger("pull_request"),
        policy.OIDCRunInvocationURI("https://github.com/acme/data/actions/runs/33/attempts/1"),
        policy.OIDCSourceRepositoryVisibility("internal"),
    ]
    verifier.verify_artifact(ARTIFACT, bundle, policy.AllOf(named))


def test_rekor_v2_may_sign_with_ecdsa_too(tmp_path: Path) -> None:
    instance = Instance(rekor2="P-256")
    verifier = Verifier(trusted_root=_root(instance.trusted_root(), tmp_path))
    _accept(verifier, mint(instance, claims=PERSON, artifact=ARTIFACT, rekor=2))
    details = [log["publicKey"]["keyDetails"] for log in instance.trusted_root()["tlogs"]]
    assert details == ["PKIX_ECDSA_P256_SHA_256"] * 2


def test_entries_prove_themselves_wherever_they_are_in_the_tree(tmp_path: Path) -> None:
    instance = Instance()
    verifier = Verifier(trusted_root=_root(instance.trusted_root(), tmp_path))
    for number in range(9):
        bundle = mint(instance, claims=PERSON, artifact=ARTIFACT)
        assert _entry(bundle)["inclusionProof"]["logIndex"] == str(number)
        _accept(verifier, bundle)


@pytest.mark.parametrize("algorithm", ["P-256", "P-384", "P-521", "Ed25519", "RSA"])
@pytest.mark.parametrize("content", [{"artifact": ARTIFACT}, {"statement": PAYLOAD}], ids=["artifact", "statement"])
def test_keys_sign_with_the_hash_that_goes_with_them(
    content: dict[str, Any], algorithm: str, sigstore_instance: Instance
) -> None:
    bundle = mint(sigstore_instance, claims=PERSON, algorithm=algorithm, rekor=None, **content)
    certificate = load_der_x509_certificate(base64.b64decode(bundle["verificationMaterial"]["certificate"]["rawBytes"]))
    _check(certificate.public_key(), bundle, content)


@pytest.mark.parametrize("rekor", [None, 1, 2])
@pytest.mark.parametrize("content", [{"artifact": ARTIFACT}, {"statement": PAYLOAD}], ids=["artifact", "statement"])
def test_bundles_of_a_key_have_a_hint_and_no_certificate(
    content: dict[str, Any], rekor: int | None, sigstore_instance: Instance
) -> None:
    key = generate("P-384")
    bundle = mint(sigstore_instance, key=key, rekor=rekor, **content)
    material = bundle["verificationMaterial"]
    assert material["publicKey"] == {"hint": base64.b64encode(key_id(key)).decode()}
    assert material.keys() == {"publicKey", "tlogEntries"}
    _check(load_der_public_key(spki(key)), bundle, content)
    if rekor is not None:
        pem = b"-----BEGIN PUBLIC KEY-----"
        wanted = {1: base64.b64encode(pem).decode()[:-2], 2: base64.b64encode(spki(key)).decode()}
        assert wanted[rekor] in json.dumps(_body(bundle))
    spelt = mint(sigstore_instance, key=key, rekor=None, hint="release", **content)
    assert spelt["verificationMaterial"]["publicKey"] == {"hint": "release"}


def test_a_key_may_come_with_the_certificates_of_its_own_authority(sigstore_instance: Instance) -> None:
    """As OpenSSF model signing has it: a chain, in a bundle of version 0.3."""
    key, top = generate(), authority("models", NOON)
    leaf = certify(top, key.public_key(), name("model signer"), start=NOON, end=LATE)
    assert top.certificate is not None
    bundle = mint(sigstore_instance, key=key, chain=(leaf, top.certificate), statement=PAYLOAD, rekor=None)
    held = bundle["verificationMaterial"]["x509CertificateChain"]["certificates"]
    first, second = (load_der_x509_certificate(base64.b64decode(each["rawBytes"])) for each in held)
    first.verify_directly_issued_by(second)
    _check(first.public_key(), bundle, {"statement": PAYLOAD})


def _check(key: object, bundle: Json, content: dict[str, Any]) -> None:
    """Verifies the signature as the key's algorithm is meant to; raises InvalidSignature."""
    if "artifact" in content:
        signature, message = bundle["messageSignature"]["signature"], ARTIFACT
    else:
        [signed] = bundle["dsseEnvelope"]["signatures"]
        signature, message = signed["sig"], pae(IN_TOTO, PAYLOAD)
    raw = base64.b64decode(signature)
    sizes: dict[int, hashes.HashAlgorithm] = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(raw, message, ec.ECDSA(sizes[key.curve.key_size]))
    elif isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(raw, message)
    else:
        assert isinstance(key, rsa.RSAPublicKey)
        key.verify(raw, message, padding.PKCS1v15(), hashes.SHA256())


def test_a_private_repository_s_bundle_has_a_timestamp_and_nothing_else(
    sigstore_instance: Instance,
) -> None:
    root = sigstore_instance.trusted_root(private=True)
    assert root.keys() == {"mediaType", "certificateAuthorities", "timestampAuthorities"}
    bundle = mint(sigstore_instance, claims=WORKFLOW, statement=PAYLOAD, rekor=None, sct=False, timestamp=NOON)
    assert bundle["verificationMaterial"]["tlogEntries"] == []
    chain = root["timestampAuthorities"][0]["certChain"]["certificates"]
    leaf, top = (load_der_x509_certificate(base64.b64decode(each["rawBytes"])) for each in chain)
    [stamp] = _stamps(bundle)
    response = decode_timestamp_response(stamp)
    signature = base64.b64decode(bundle["dsseEnvelope"]["signatures"][0]["sig"])
    known = VerifierBuilder().tsa_certificate(leaf).add_root_certificate(top).build()
    assert known.verify_message(response, signature)
    assert response.tst_info.gen_time == NOON


def test_an_intoto_entry_is_in_the_log_as_npm_s_provenance_is(sigstore_instance: Instance) -> None:
    bundle = mint(sigstore_instance, claims=WORKFLOW, statement=PAYLOAD, entry_kind="intoto", version="0.2")
    assert _entry(bundle)["kindVersion"] == {"kind": "intoto", "version": "0.0.2"}
    Intoto.model_validate(_body(bundle))
    content = _body(bundle)["spec"]["content"]
    [signature] = content["envelope"]["signatures"]
    assert base64.b64decode(signature["sig"]).decode() == bundle["dsseEnvelope"]["signatures"][0]["sig"]
    assert content["payloadHash"]["value"] == hashlib.sha256(PAYLOAD).hexdigest()


def test_envelopes_may_be_logged_by_their_digest_or_by_their_payload(sigstore_instance: Instance) -> None:
    first = mint(sigstore_instance, claims=PERSON, statement=PAYLOAD, entry_kind="hashedrekord")
    digest = hashlib.sha256(pae(IN_TOTO, PAYLOAD))
    assert _body(first)["spec"]["data"]["hash"] == {"algorithm": "sha256", "value": digest.hexdigest()}
    second = mint(sigstore_instance, claims=PERSON, statement=PAYLOAD, entry_kind="dsse", rekor=2)
    entry = EntryV2.from_json(json.dumps(_body(second)))
    assert entry.spec.dsse_v002 is not None
    assert entry.spec.dsse_v002.payload_hash.digest == hashlib.sha256(PAYLOAD).digest()


def test_bundles_may_have_several_entries_and_timestamps(sigstore_instance: Instance) -> None:
    both = mint(sigstore_instance, claims=PERSON, artifact=ARTIFACT, rekor=(1, 2, 1), timestamp=(True, NOON), at=LATE)
    logged = both["verificationMaterial"]["tlogEntries"]
    assert [entry["kindVersion"]["version"] for entry in logged] == ["0.0.1", "0.0.2", "0.0.1"]
    assert len({entry["inclusionProof"]["rootHash"] for entry in logged}) == 3
    assert [decode_timestamp_response(stamp).tst_info.gen_time for stamp in _stamps(both)] == [LATE, NOON]


@pytest.mark.parametrize(
    "options",
    [
        {"artifact": ARTIFACT},
        {"claims": PERSON, "key": generate(), "artifact": ARTIFACT},
        {"claims": PERSON},
        {"claims": PERSON, "artifact": ARTIFACT, "statement": PAYLOAD},
        {"claims": PERSON, "artifact": ARTIFACT, "entry_kind": "dsse"},
    ],
    ids=["nobody", "two signers", "nothing", "two contents", "an envelope's entry"],
)
def test_what_makes_no_sense_is_not_minted(options: dict[str, Any], sigstore_instance: Instance) -> None:
    with pytest.raises(ValueError, match=r"either|for envelopes"):
        mint(sigstore_instance, **options)
