"""`gate verify`: one signature over one file or directory, by whom the command line names."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from tests.localsigstore import mint, workflow_claims
from tests.localsigstore.encoding import Json, b64
from tests.localsigstore.keys import generate, key_id, pem, sign
from tests.support import pointer

from .judging import DATA, MINUTE, NOON, PERSON, PROVENANCE, SHA256, WORKFLOW, statement
from .verifying import DEV, RELEASE, ROOT, Bench, bench

__all__ = ["bench"]

SHA512 = hashlib.sha512(DATA).hexdigest()
SHA384 = hashlib.sha384(DATA).hexdigest()
TRUSTED = "untrusted-identity"


def _about(*digests: Mapping[str, str], **more: Any) -> bytes:
    return statement(subject=[{"name": f"s{n}", "digest": digest} for n, digest in enumerate(digests)], **more)


GOOD: Mapping[str, bytes] = {
    "the older type": statement(_type="https://in-toto.io/Statement/v0.1"),
    "several subjects": _about({"sha256": "0" * 64}, {"sha256": SHA256}),
    "SHA-512 alone": _about({"sha512": SHA512}),
    "SHA-384 alone": _about({"sha384": SHA384}),
    "all of them": _about({"sha256": SHA256, "sha384": SHA384, "sha512": SHA512}),
    "an unknown digest beside": _about({"sha256": SHA256, "gitCommit": "a" * 40}),
    "upper case": _about({"sha256": SHA256.upper()}),
    "a subject of each": _about({"sha256": "0" * 64}, {"sha512": SHA512}),
    "a subject without a name": statement(subject=[{"digest": {"sha256": SHA256}}]),
    "no predicate": statement(predicate=None),
}


@pytest.mark.parametrize("payload", GOOD.values(), ids=GOOD)
def test_statements_about_the_file(payload: bytes, bench: Bench) -> None:
    minted = mint(bench.instance, claims=WORKFLOW, statement=payload)
    assert PROVENANCE in bench.accepts(minted, who=RELEASE)


BAD: Mapping[str, tuple[bytes, str]] = {
    "no type": (statement(_type=None), "the `_type` of its statement is missing"),
    "an unknown type": (statement(_type="https://in-toto.io/Statement/v9"), "`_type` of its statement is"),
    "a type that is no text": (statement(_type=["https://in-toto.io/Statement/v1"]), "`_type` of its statement is"),
    "no subject": (statement(subject=[]), "it has no `subject`"),
    "subjects that are none": (statement(subject="weights"), "`subject` is no list"),
    "no digest": (statement(subject=[{"name": "weights"}]), "`digest` is missing"),
    "an empty digest": (_about({}), "has no digest"),
    "a digest of another kind": (_about({"sha256": 1}), "is no text"),  # type: ignore[dict-item]
    "another SHA-256": (_about({"sha256": "0" * 64}), "about other bytes"),
    "a name alone": (_about({"gitCommit": "a" * 40}), "about other bytes"),
    "a wrong SHA-512 beside": (_about({"sha256": SHA256, "sha512": "0" * 128}), "about other bytes"),
    "a wrong SHA-256 beside": (_about({"sha256": "0" * 64, "sha512": SHA512}), "about other bytes"),
    "half a digest": (_about({"sha256": SHA256[:32]}), "about other bytes"),
    "no predicate type": (statement(predicateType=""), "`predicateType` is missing"),
    "a predicate that is none": (statement(predicate=[]), "`predicate` is missing or no object"),
    "a key twice": (statement().replace(b'{"_type"', b'{"_type": "x", "_type"', 1), "stands twice"),
    "no JSON": (b"weights", "it is no JSON"),
    "a list": (b"[]", "`payload` is missing or no object"),
}


@pytest.mark.parametrize(("payload", "reason"), BAD.values(), ids=BAD)
def test_statements_that_say_nothing_of_the_file(payload: bytes, reason: str, bench: Bench) -> None:
    bench.refuses(mint(bench.instance, claims=WORKFLOW, statement=payload), reason, who=RELEASE)


@pytest.mark.parametrize("kind", ["text/plain", "application/vnd.in-toto+json ", "APPLICATION/VND.IN-TOTO+JSON"])
def test_an_envelope_of_something_else(kind: str, bench: Bench) -> None:
    minted = mint(bench.instance, claims=WORKFLOW, statement=statement(), payload_type=kind)
    bench.refuses(minted, "not an in-toto statement", who=RELEASE)


def test_half_a_character_is_refused(bench: Bench) -> None:
    """A lone surrogate has no bytes that could be signed."""
    minted = mint(bench.instance, claims=WORKFLOW, statement=statement())
    minted["dsseEnvelope"]["payloadType"] = "\ud800"
    bench.refuses(minted, "`payloadType` holds half a character", who=RELEASE)
    minted = mint(bench.instance, claims=WORKFLOW, statement=statement())
    minted["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]["checkpoint"]["envelope"] += "\udfff"
    bench.refuses(minted, "`envelope` holds half a character", who=RELEASE)


def test_the_type_of_statement_that_is_asked_for(bench: Bench) -> None:
    minted = mint(bench.instance, claims=WORKFLOW, statement=statement("https://spdx.dev/Document"))
    bench.accepts(minted, who=RELEASE)
    bench.accepts(minted, "--predicate-type", PROVENANCE, "--predicate-type", "https://spdx.dev/Document", who=RELEASE)
    asked = ("--predicate-type", PROVENANCE)
    bench.refuses(
        minted, f'predicate type is "https://spdx.dev/Document", not "{PROVENANCE}"', *asked, who=RELEASE, rule=TRUSTED
    )
    plain = mint(bench.instance, claims=WORKFLOW, artifact=DATA)
    bench.refuses(plain, "it is no statement", *asked, who=RELEASE, rule=TRUSTED)


WRONG: Mapping[str, tuple[tuple[str, ...], str]] = {
    "person": (("--identity", "eve@example.com", "--issuer", PERSON["iss"]), "its identity is"),
    "issuer": (("--identity", "dev@example.com", "--issuer", "https://issuer.example/"), "its issuer is"),
    "prefix": (("--identity", "dev@example.co", "--issuer", PERSON["iss"]), "its identity is"),
    "suffix": (("--identity", "ev@example.com", "--issuer", PERSON["iss"]), "its identity is"),
    "case": (("--identity", "Dev@example.com", "--issuer", PERSON["iss"]), "its identity is"),
    "repository": (
        (*DEV, "--source-repository", "https://github.com/acme/train"),
        "its source repository is not stated",
    ),
}


@pytest.mark.parametrize(("who", "reason"), WRONG.values(), ids=WRONG)
def test_somebody_else(who: tuple[str, ...], reason: str, bench: Bench) -> None:
    minted = mint(bench.instance, claims=PERSON, artifact=DATA)
    bench.accepts(minted)
    bench.refuses(minted, reason, who=who, rule=TRUSTED)


def test_the_repository_that_called_a_reusable_workflow(bench: Bench) -> None:
    """Anyone may call it, and the SAN names it all the same."""
    called = workflow_claims("eve/train", called_repository="acme/train", called_ref="refs/tags/v1")
    minted = mint(bench.instance, claims=called, artifact=DATA)
    bench.accepts(minted, who=RELEASE)
    own = ("--source-repository", "https://github.com/acme/train")
    bench.refuses(minted, "its source repository is", *own, who=RELEASE, rule=TRUSTED)


@pytest.mark.parametrize("kind", ["P-256", "P-384", "P-521", "Ed25519", "RSA"])
def test_keys(kind: str, bench: Bench) -> None:
    key = generate(kind)
    who = bench.key(key)
    for content in ({"artifact": DATA}, {"statement": statement()}):
        for entries in (1, 2, None):
            minted = mint(bench.instance, key=key, rekor=entries, **content)  # type: ignore[arg-type]
            assert key_id(key).hex() in bench.accepts(minted, who=who)
        other = bench.key(generate("P-256"), "other.pub")
        bench.refuses(minted, "it names a key that is none of those", who=other, rule=TRUSTED)
        minted["verificationMaterial"]["publicKey"] = {}
        bench.accepts(minted, who=who)
        bench.refuses(minted, "the signature does not match", who=other)


HINTS = ("base64", "hex", "of the PEM", "free text", "none", "no hint")


@pytest.mark.parametrize("spelling", HINTS)
def test_a_hint_helps_and_proves_nothing(spelling: str, bench: Bench) -> None:
    mine, eve = generate(), generate()

    def hint(key: Any) -> str:
        spelt = {
            "base64": b64(key_id(key)),
            "hex": key_id(key).hex(),
            "of the PEM": hashlib.sha256(pem(key)).hexdigest(),
        }
        return spelt.get(spelling, "the release key" if spelling == "free text" else "")

    who = bench.key(mine)
    bench.accepts(mint(bench.instance, key=mine, artifact=DATA, rekor=None, hint=hint(mine)), who=who)
    spoofed = mint(bench.instance, key=eve, artifact=DATA, rekor=None, hint=hint(mine))
    if spelling == "no hint":
        spoofed["verificationMaterial"]["publicKey"] = {}
    bench.refuses(spoofed, "the signature does not match", who=who)


def test_what_logs_and_timestamps_say_of_a_key_must_hold(bench: Bench) -> None:
    key = generate()
    who = bench.key(key)
    good = mint(bench.instance, key=key, artifact=DATA, timestamp=True)
    assert "signed_at" in bench.accepts(good, who=who)
    other = mint(bench.instance, key=key, artifact=b"other")["verificationMaterial"]["tlogEntries"]
    good["verificationMaterial"]["tlogEntries"] = other
    bench.refuses(good, "the log entry is about other bytes", who=who)
    other[0]["logId"]["keyId"] = b64(bytes(32))  # a log that nobody knows proves nothing, either way
    out = bench.accepts(good, who=who)
    assert "url" not in out


def test_a_log_that_was_retired_says_nothing_more_of_a_key(bench: Bench) -> None:
    key = generate()
    who = bench.key(key)
    minted = mint(bench.instance, key=key, artifact=DATA, at=NOON)
    for end, code in ((NOON, 0), (NOON - MINUTE, 1)):
        bench.trust(bench.instance.trusted_root(retired={"tlogs": end}))
        assert bench.verify(minted, who=who).code == code


def test_one_kind_of_signer_is_not_another(bench: Bench) -> None:
    key = generate()
    by_key = mint(bench.instance, key=key, artifact=DATA)
    by_person = mint(bench.instance, claims=PERSON, artifact=DATA)
    bench.refuses(by_key, "it is signed with a key, and no key is trusted for it", rule=TRUSTED)
    bench.refuses(by_person, "", who=bench.key(key), rule=TRUSTED)


DETACHED = {"raw": lambda signature: signature, "base64": lambda signature: b64(signature).encode() + b"\n"}


@pytest.mark.parametrize("form", DETACHED)
@pytest.mark.parametrize(
    "kind",
    [
        ("P-256", "sha256"),
        ("P-384", "sha384"),
        ("P-384", "sha256"),
        ("P-521", "sha512"),
        ("RSA", "sha256"),
        ("Ed25519", None),
    ],
)
def test_detached_signatures(form: str, kind: tuple[str, str | None], bench: Bench) -> None:
    key = generate(kind[0])
    who = bench.key(key)
    bench.repo.write("weights.sig", DETACHED[form](sign(key, DATA, kind[1])))
    result = bench.repo.gate("verify", "weights", "--bundle", "weights.sig", *who)
    assert result.code == 0, result.out + result.err
    bench.repo.write("weights", DATA + b"!")
    result = bench.repo.gate("verify", "weights", "--bundle", "weights.sig", *who)
    assert result.code == 1
    assert "signature does not match" in result.out


@pytest.mark.parametrize("algorithm", ["sha256", "sha384"])
def test_what_openssl_signs(algorithm: str, bench: Bench) -> None:
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=bench.repo.root, check=True, capture_output=True)

    openssl("ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", "key.pem")
    openssl("pkey", "-in", "key.pem", "-pubout", "-out", "key.pub")
    openssl("dgst", f"-{algorithm}", "-sign", "key.pem", "-out", "weights.sig", "weights")
    result = bench.repo.gate("verify", "weights", "--bundle", "weights.sig", "--key", "key.pub")
    assert result.code == 0, result.out + result.err


USAGE: Mapping[str, tuple[tuple[str, ...], str]] = {
    "nobody": ((), "nobody is named who must have signed"),
    "no issuer": (("--identity", "dev@example.com"), "the identity has no --issuer"),
    "no identity": (("--issuer", "https://x.example"), "nobody is named"),
    "two kinds": ((*DEV, "--key", "key.pub"), "two kinds of signer are named"),
    "key and certificate": (("--key", "key.pub", "--certificate", "key.pub"), "two kinds of signer are named"),
    "no such root": ((*DEV, "--trusted-root", "absent.json"), "absent.json cannot be read"),
    "no such key": (("--key", "absent.pub"), "absent.pub cannot be read"),
    "a private key": (("--key", "private.pem"), "is a private key"),
    "a root that is none": ((*DEV, "--trusted-root", "weights"), "it is no JSON"),
    "a key that is none": (("--key", "weights"), "holds no public key"),
    "a certificate that is none": (("--certificate", "key.pub"), "it holds no certificate in PEM"),
    "no such bundle": ((*DEV, "--bundle", "absent.json"), "the bundle absent.json cannot be read"),
}


@pytest.mark.parametrize(("arguments", "reason"), USAGE.values(), ids=USAGE)
def test_mistakes_on_the_command_line(arguments: tuple[str, ...], reason: str, bench: Bench) -> None:
    bench.place(mint(bench.instance, claims=PERSON, artifact=DATA))
    bench.key(generate())
    bench.repo.write("private.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    result = bench.repo.gate("verify", "weights", *arguments)
    assert (result.code, result.out) == (2, ""), result.err
    assert reason in result.err
    assert "fix:" in result.err


def test_a_path_that_does_not_exist(bench: Bench) -> None:
    bench.place(mint(bench.instance, claims=PERSON, artifact=DATA), "absent")
    result = bench.repo.gate("verify", "absent", *DEV, *ROOT)
    assert result.code == 2
    assert "absent does not exist" in result.err


NONE: Mapping[str, tuple[bytes, str]] = {
    "empty": (b"", "it is empty"),
    "spaces": (b" \n", "it is empty"),
    "text": (b"hello", "neither a Sigstore bundle nor a bare signature"),
    "html": (b"<html>" * 100, "neither a Sigstore bundle nor a bare signature"),
    "a key": (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "it is a PEM file"),
    "other JSON": (b"{}", "it has no `mediaType`"),
    "the format to come": (b'{"mediaType": "application/vnd.dev.sigstore.bundle.v0.4+json"}', "is a format that this"),
    "cosign's old one": (b'{"base64Signature": "AAAA"}', "it has cosign's own older format"),
    "a bare envelope": (b'{"payloadType": "x", "signatures": []}', "it is a bare DSSE envelope"),
    "nested": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deep"),
    "twice": (b'{"mediaType": "x", "mediaType": "x"}', "stands twice"),
    "not a number": (b'{"mediaType": NaN}', "NaN is no JSON"),
    "infinite": (b'{"mediaType": 1e999}', "larger than 64 bits hold"),
    "huge": (b'{"mediaType": 1' + b"0" * 30 + b"}", "larger than 64 bits hold"),
    "huger": (b'{"mediaType": 1' + b"0" * 5000 + b"}", "larger than 64 bits hold"),
    "UTF-16": ('{"mediaType": "x"}'.encode("utf-16"), "neither a Sigstore bundle nor a bare signature"),
}


@pytest.mark.parametrize(("content", "reason"), NONE.values(), ids=NONE)
def test_files_that_are_no_bundle(content: bytes, reason: str, bench: Bench) -> None:
    bench.refuses(content, reason)


def test_bundles_that_can_be_read_in_two_ways(bench: Bench) -> None:
    """Two signers, two signatures, two contents, a proof twice: verifiers would choose differently."""
    good = mint(bench.instance, claims=PERSON, statement=statement(), timestamp=True)
    bench.accepts(good)
    for part, member, value, reason in (
        ("verificationMaterial", "publicKey", {"hint": ""}, "more than one kind"),
        ("verificationMaterial", "x509CertificateChain", {"certificates": []}, "more than one kind"),
        ("verificationMaterial", "certificate", None, "it names no signer"),
        ("dsseEnvelope", "signatures", [], "its envelope has 0 signatures"),
        ("dsseEnvelope", "signatures", good["dsseEnvelope"]["signatures"] * 2, "its envelope has 2 signatures"),
    ):
        bench.refuses({**good, part: {**good[part], member: value}}, reason)
    message = mint(bench.instance, claims=PERSON, artifact=DATA)["messageSignature"]
    bench.refuses({**good, "messageSignature": message}, "neither a message signature nor an envelope, or both")
    bench.refuses({**good, "dsseEnvelope": None}, "neither a message signature nor an envelope, or both")
    good["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"] *= 2
    bench.refuses(good, "the same timestamp stands twice")


def test_a_member_that_no_bundle_has(bench: Bench) -> None:
    """Or a configuration that a loader reads could be declared as the bundle, and be left out of what is signed."""
    minted = mint(bench.instance, claims=PERSON, artifact=DATA)
    bench.refuses({**minted, "auto_map": {"AutoModel": "evil.Model"}}, "`auto_map`")


def test_several_bundles_in_a_file(bench: Bench) -> None:
    """As `gh attestation download` writes them: one that counts is enough, and none may be broken."""
    mine = json.dumps(mint(bench.instance, claims=PERSON, artifact=DATA))
    other = json.dumps(mint(bench.instance, claims=WORKFLOW, artifact=DATA))
    broken = json.dumps(mint(bench.instance, claims=PERSON, artifact=b"other"))
    bench.accepts("\n".join((other, mine)))
    bench.refuses("\n".join((other, other)), "its identity is", rule=TRUSTED)
    bench.refuses("\n".join((mine, broken)), "other bytes")
    bench.refuses("\n".join([mine] * 101), "more than 100 are not read")


def test_a_pointer_stands_for_bytes_that_are_not_here(bench: Bench) -> None:
    bench.place(mint(bench.instance, claims=PERSON, artifact=DATA))
    bench.repo.write("weights", pointer(DATA))
    result = bench.repo.gate("verify", "weights", *DEV, *ROOT)
    assert result.code == 4, result.out
    assert "gate/undecided" in result.out


def test_facts_in_the_report(bench: Bench) -> None:
    bench.place(
        mint(bench.instance, claims=WORKFLOW, statement=statement(predicate={"runDetails": {"builder": {"id": "b"}}}))
    )
    result = bench.repo.gate("verify", "weights", *RELEASE, *ROOT, "--report", "json")
    [facts] = _facts(json.loads(result.out))
    assert facts["kind"] == "sigstore"
    assert facts["builder"] == "b"
    assert facts["source_repository"] == "https://github.com/acme/train"
    assert facts["source_repository_id"] == "1001"
    assert facts["build_trigger"] == "push"
    assert len(facts["key"]) == 64
    assert facts["log"][0]["url"] == "https://rekor.sigstore.example"


def _facts(report: Json) -> list[dict[str, Any]]:
    [artifact] = report["artifacts"]
    found: list[dict[str, Any]] = artifact["facts"]["signatures"]["signatures"]
    return found


def test_nothing_is_shown_raw(bench: Bench) -> None:
    """What a stranger wrote reaches no terminal as it is."""
    bench.refuses(b'{"mediaType": "\\u001b[2Jx\\u202e"}', "is a format that this version does not know")
    result = bench.verify(b'{"mediaType": "\\u001b[2Jx\\u202e"}')
    assert "\x1b" not in result.out
    assert "\u202e" not in result.out


def test_a_link_is_followed_where_a_person_names_it(bench: Bench) -> None:
    bench.place(mint(bench.instance, claims=PERSON, artifact=DATA), "latest")
    os.symlink("weights", bench.repo.path("latest"))
    assert bench.repo.gate("verify", "latest", *DEV, *ROOT).code == 0
