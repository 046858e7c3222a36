"""`gate check` over declared signatures: whose count, how many, and what becomes of files that are none."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.localsigstore import ISSUER, Instance, email_claims, mint, workflow_claims
from tests.localsigstore.encoding import b64
from tests.localsigstore.keys import generate, key_id, pem, sign
from tests.support import pointer, run_gate, sha256

from . import judging
from .checking import PATH, RELEASE, Desk, desk, link_out
from .judging import DATA, NOON, PROVENANCE, WORKFLOW, statement

__all__ = ["desk"]

DEV = {"name": "dev", "identity": "dev@example.com", "issuer": ISSUER}


def _by(desk: Desk, person: str, **options: Any) -> str:
    """The name of a bundle by somebody at example.com."""
    bundle = mint(desk.instance, claims=email_claims(f"{person}@example.com"), artifact=DATA, **options)
    return desk.place(bundle, f"{person}.sigstore.json")


COUNTS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "two of two": (("ann", "ben"), ""),
    "two of three": (("ann", "ben", "eve"), "untrusted-identity"),
    "three": (("ann", "ben", "cid"), ""),
    "one": (("ann",), "too-few-signers"),
    "one trusted": (("ann", "eve"), "too-few-signers"),
    "nobody trusted": (("eve", "mal"), "untrusted-identity"),
}


@pytest.mark.parametrize(("people", "wrong"), COUNTS.values(), ids=COUNTS)
def test_how_many_must_sign(people: tuple[str, ...], wrong: str, desk: Desk) -> None:
    desk.declare(*(_by(desk, person) for person in people))
    signers = [{**DEV, "name": name, "identity": f"{name}@example.com"} for name in ("ann", "ben", "cid")]
    desk.policy(identities=signers, signatures={"signers": 2})
    found = desk.check()
    rules = {one.rule for one in found.findings if one.rule.startswith("signatures/")}
    assert (f"signatures/{wrong}" in rules) if wrong else not rules, rules


def test_who_signs_twice_is_one(desk: Desk) -> None:
    """Another bundle, another key, another name in the policy: the same person."""
    again = mint(desk.instance, claims=email_claims("ann@example.com"), artifact=DATA)
    desk.declare(_by(desk, "ann"), desk.place(again, "again"))
    twice = [{**DEV, "identity": "ann@example.com"}, {**DEV, "name": "all", "identity": "*@example.com"}]
    desk.policy(identities=twice, signatures={"signers": 2})
    assert desk.check().said.startswith("signatures/too-few-signers")


def test_one_workflow_on_two_branches_is_one(desk: Desk) -> None:
    claims = [workflow_claims("acme/train", ref=f"refs/heads/{ref}") for ref in ("main", "other")]
    bundles = [mint(desk.instance, claims=each, artifact=DATA) for each in claims]
    desk.declare(*(desk.place(bundle, f"b{n}") for n, bundle in enumerate(bundles)))
    identity = RELEASE["identity"].replace("refs/tags/v1", "refs/heads/*")
    desk.policy(identities=[{**RELEASE, "identity": identity}], signatures={"signers": 2})
    assert desk.check().said.startswith("signatures/too-few-signers")


def test_a_person_and_a_key(desk: Desk) -> None:
    key = generate()
    desk.declare(_by(desk, "ann"), desk.place(mint(desk.instance, key=key, artifact=DATA)))
    ann = {**DEV, "name": "ann", "identity": "ann@example.com"}
    desk.policy(identities=[ann], keys=[desk.key(key)], signatures={"signers": 2})
    assert desk.check().said == ""


SCHEMES = (
    ("P-256", "sha256"),
    ("P-384", "sha384"),
    ("P-384", "sha256"),
    ("P-521", "sha512"),
    ("RSA", "sha256"),
    ("Ed25519", None),
)


@pytest.mark.parametrize("encoded", [False, True], ids=["raw", "base64"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_detached_signatures(scheme: tuple[str, str | None], encoded: bool, desk: Desk) -> None:
    key = generate(scheme[0])
    signature = sign(key, DATA, scheme[1])
    desk.declare({"bundle": desk.place(b64(signature) if encoded else signature, "x.sig"), "kind": "key"})
    desk.policy(keys=[desk.key(key)])
    found = desk.check()
    assert found.said == ""
    assert found.first["key"] == key_id(key).hex()
    desk.place(b64(sign(key, b"other", scheme[1])), "x.sig")
    assert "signature does not match" in desk.check().said


def test_a_file_that_changes_between_two_looks() -> None:
    """Ed25519 needs all of the file, which is read again: it must be what was hashed."""
    key = generate("Ed25519")
    who = judging.group((judging.key(pem(key)),))
    honest = judging.artifact(DATA)
    assert judging.refusal(sign(key, DATA), who, honest) == ""
    swapped = judging.artifact(b"evil")._replace(message=lambda: DATA)
    assert judging.refusal(sign(key, DATA), who, swapped) == "the file changed while it was judged"


def test_one_key_for_two_types_of_statements(desk: Desk) -> None:
    """The same key under two names, each for a type of its own."""
    key = generate()
    types = ("https://a.example/v1", "https://b.example/v1", "https://c.example/v1")
    desk.policy(keys=[desk.key(key, f"k{n}", predicate_type=kind) for n, kind in enumerate(types[:2])])
    for kind in types:
        desk.declare(desk.place(mint(desk.instance, key=key, statement=statement(kind))))
        assert (desk.check().said == "") is (kind != types[2])


def test_the_declared_kind_is_what_it_is(desk: Desk) -> None:
    key = generate()
    desk.policy(keys=[desk.key(key)], identities=[RELEASE])
    bundles = {
        "key": mint(desk.instance, key=key, artifact=DATA),
        "sigstore": mint(desk.instance, claims=WORKFLOW, artifact=DATA),
        "attestation": mint(desk.instance, claims=WORKFLOW, statement=statement()),
    }
    for kind, bundle in bundles.items():
        desk.declare({"bundle": desk.place(bundle), "kind": kind})
        assert desk.check().said == ""
        desk.declare({"bundle": desk.place(bundle), "kind": "oms"})
        assert "it is declared as `oms`" in desk.check().said


def test_several_bundles_in_one_file(desk: Desk) -> None:
    people = [email_claims(f"{who}@example.com") for who in ("ann", "ben", "eve")]
    bundles = [mint(desk.instance, claims=claims, artifact=DATA) for claims in people]
    desk.declare(desk.place("\n".join(map(json.dumps, bundles)) + "\n"))
    signers = [{**DEV, "name": name, "identity": f"{name}@example.com"} for name in ("ann", "ben")]
    desk.policy(identities=signers, signatures={"signers": 2})
    found = desk.check()
    assert found.said == ""
    assert [one.get("signers") for one in found.facts["signatures"]] == [["ann"], ["ben"], None]
    desk.place("\n".join((json.dumps(bundles[0]), json.dumps(mint(desk.instance, claims=WORKFLOW, artifact=b"x")))))
    assert "signatures/invalid" in {one.rule for one in desk.check().findings}


def test_a_pointer_before_a_commit(desk: Desk) -> None:
    """Its digest is compared and its content is not here; later stages need the content."""
    desk.declare(desk.place(mint(desk.instance, claims=WORKFLOW, artifact=DATA)))
    desk.repo.write(PATH, pointer(DATA))
    desk.policy(identities=[RELEASE])
    found = desk.check("--stage", "pre-commit")
    assert (found.code, found.said, found.facts["signed"]) == (0, "", None)
    later = desk.check("--stage", "train", "--only", "signatures")
    assert later.code != 0
    assert later.facts["signed"] is None


def test_files_that_cannot_be_the_bundle(desk: Desk) -> None:
    good = json.dumps(mint(desk.instance, claims=WORKFLOW, artifact=DATA))
    desk.policy(identities=[RELEASE])
    desk.declare("b")

    def said() -> str:
        found = desk.check()
        assert found.code == 1
        return found.said

    assert "it is not there" in said()
    desk.repo.write("b/file", "")
    assert "no regular file" in said()
    link_out(desk.repo, "b", good.encode())
    assert said().startswith("signatures/invalid")
    desk.repo.write("real.json", good)
    desk.repo.link("b", "real.json")
    assert said().startswith("signatures/invalid")
    desk.repo.fifo("b")
    assert "no regular file" in said()
    desk.repo.delete("b")
    with open(desk.repo.path("b"), "wb") as file:
        file.truncate((64 << 20) + 1)
    assert "it is larger than" in said()
    desk.place(good, "b")
    assert desk.check().said == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_bundle(desk: Desk) -> None:
    desk.declare(desk.place(mint(desk.instance, claims=WORKFLOW, artifact=DATA)))
    desk.policy(identities=[RELEASE])
    os.chmod(desk.repo.path("x.sigstore.json"), 0)
    assert "it cannot be read" in desk.check().said


def test_two_policies_must_both_find_a_signer(desk: Desk) -> None:
    """What a policy adds to one that it extends is a second condition, never a second way."""
    desk.repo.write("central/roots/local.json", json.dumps(desk.instance.trusted_root()))
    root = {"name": "local", "file": "roots/local.json", "sha256": sha256(desk.repo.bytes("central/roots/local.json"))}
    ann = {**DEV, "name": "ann", "identity": "ann@example.com"}
    desk.policy("central/policy.yaml", identities=[ann], trust_roots=[root])
    local = [{**DEV, "name": "people", "identity": "*@example.com"}]
    desk.policy(extends=["gate:baseline", "central/policy.yaml"], identities=local)
    desk.declare(_by(desk, "ann"))
    assert desk.check().said == ""
    desk.declare(_by(desk, "ben"))
    assert desk.check().said.startswith("signatures/untrusted-identity")


def test_a_change_cannot_name_its_own_signer(desk: Desk) -> None:
    """With `--base`, signers and roots come from the base."""
    desk.declare(_by(desk, "ann"))
    ann = {**DEV, "name": "ann", "identity": "ann@example.com"}
    desk.policy(identities=[ann])
    desk.repo.track()
    desk.repo.git("commit", "--quiet", "--message", "base")
    desk.repo.git("checkout", "--quiet", "-b", "change")
    desk.declare(_by(desk, "eve"))
    desk.policy(identities=[ann, {**DEV, "name": "eve", "identity": "eve@example.com"}])
    desk.repo.track()
    assert desk.check().said == ""
    found = desk.check("--base", "main")
    assert found.code == 1
    assert "signatures/untrusted-identity" in {one.rule for one in found.findings}


def test_facts_about_a_signature(desk: Desk) -> None:
    bundle = mint(desk.instance, claims=WORKFLOW, statement=statement(), at=NOON)
    found = desk.judge(bundle)
    [entry] = bundle["verificationMaterial"]["tlogEntries"]
    facts = dict(found.first)
    assert len(facts.pop("key")) == 64
    assert facts.pop("sha256") == sha256(desk.repo.bytes("x.sigstore.json"))
    assert facts == {
        "bundle": "x.sigstore.json",
        "kind": "sigstore",
        "signers": ["release"],
        "identity": RELEASE["identity"],
        "issuer": RELEASE["issuer"],
        "source_repository": "https://github.com/acme/train",
        "source_repository_id": "1001",
        "source_owner_id": "2002",
        "source_ref": "refs/tags/v1",
        "source_commit": "a" * 40,
        "build_signer": RELEASE["identity"],
        "build_signer_digest": "a" * 40,
        "build_trigger": "push",
        "runner_environment": "github-hosted",
        "predicate_type": PROVENANCE,
        "signed_at": f"{NOON:%Y-%m-%dT%H:%M:%SZ}",
        "log": [
            {
                "index": int(entry["logIndex"]),
                "url": "https://rekor.sigstore.example",
                "time": f"{NOON:%Y-%m-%dT%H:%M:%SZ}",
            }
        ],
    }


def test_each_document_judges_by_its_own_root(desk: Desk) -> None:
    """A root in which the key has been retired since is not outvoted by an older copy of it."""
    bundle = mint(desk.instance, claims=WORKFLOW, artifact=DATA, at=NOON)
    ends = {"tlogs": NOON + timedelta(minutes=1)}
    new = json.dumps(desk.instance.trusted_root(retired=ends))
    desk.repo.write("central/roots/new.json", new)
    roots = [{"name": "local", "file": "roots/new.json", "sha256": sha256(new)}]
    desk.policy("central/policy.yaml", identities=[RELEASE], trust_roots=roots)
    desk.policy("other/policy.yaml", identities=[RELEASE], trust_roots=[desk.root()])
    desk.repo.write("other/roots/local.json", desk.repo.bytes("roots/local.json"))
    desk.declare(desk.place(bundle))
    for first, second in (("central", "other"), ("other", "central")):
        named = ("--policy", f"{first}/policy.yaml", "--policy", f"{second}/policy.yaml")
        desk.policy("central/policy.yaml", identities=[RELEASE], trust_roots=roots)
        assert desk.check(*named).said == ""
        strict = {"retired_keys": "reject"}
        desk.policy("central/policy.yaml", identities=[RELEASE], trust_roots=roots, signatures=strict)
        assert desk.check(*named).said.startswith("signatures/stale"), first


OLD = NOON - timedelta(hours=10)


@pytest.mark.parametrize("renewed", [{"rekor": 1}, {"rekor": None, "timestamp": True}], ids=["logged", "stamped"])
def test_an_old_signature_of_a_key_does_not_become_young(renewed: dict[str, Any], desk: Desk) -> None:
    """Anyone can have it logged or stamped again today; nothing says since when the key has signed."""
    key = generate()
    bundle = mint(desk.instance, key=key, artifact=DATA, at=OLD, timestamp=True)
    fresh = mint(desk.instance, key=key, artifact=DATA, **{"timestamp": False, **renewed})
    desk.policy(keys=[desk.key(key)], trust_roots=[desk.root()])
    for each in (bundle, fresh):
        desk.declare(desk.place(each))
        assert desk.check().said == ""
    desk.policy(keys=[desk.key(key)], trust_roots=[desk.root()], signatures={"max_age": 30})
    for each in (bundle, fresh):
        desk.declare(desk.place(each))
        assert "nothing proves when it was made" in desk.check().said


def test_an_identity_proves_when_it_signed(desk: Desk) -> None:
    instance = Instance(NOON - timedelta(days=90))
    root = [desk.root(instance.trusted_root())]
    for days, said in ((31, "signatures/stale"), (29, "")):
        bundle = mint(instance, claims=WORKFLOW, artifact=DATA, at=NOON - timedelta(days=days))
        found = desk.judge(bundle, trust_roots=root, signatures={"max_age": 30})
        assert found.said.startswith(said)
        assert bool(found.said) is bool(said)
    long = mint(instance, claims=WORKFLOW, artifact=DATA, at=NOON - timedelta(days=31), ttl=40 * 86400, logged_at=NOON)
    assert desk.judge(long, trust_roots=root).said == ""
    assert desk.judge(long, trust_roots=root, signatures={"max_age": 30}).said.startswith("signatures/stale")


LISTED = """
import atexit, sys
def tell():
    heavy = sorted({name.partition(".")[0] for name in sys.modules} & {"cryptography", "sigstore", "rfc3161_client"})
    print("imported:", *heavy, file=sys.stderr)
atexit.register(tell)
"""
BLOCKED = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "cryptography":
            raise ModuleNotFoundError("No module named 'cryptography'", name="cryptography")
sys.meta_path.insert(0, Blocker())
"""


def test_a_check_without_signatures_loads_no_cryptography(desk: Desk) -> None:
    desk.declare()
    desk.policy(identities=[RELEASE])
    result = run_gate(desk.repo.root, "check", before=LISTED)
    assert result.code == 0, result.out
    assert result.err.splitlines()[-1] == "imported:"
    desk.declare(desk.place(mint(desk.instance, claims=WORKFLOW, artifact=DATA)))
    result = run_gate(desk.repo.root, "check", before=LISTED)
    assert result.code == 0, result.out
    assert result.err.splitlines()[-1] == "imported: cryptography rfc3161_client"


def test_without_the_library_nothing_is_decided(desk: Desk) -> None:
    desk.declare(desk.place(mint(desk.instance, claims=WORKFLOW, artifact=DATA)))
    desk.policy(identities=[RELEASE])
    result = run_gate(desk.repo.root, "check", before=BLOCKED)
    assert result.code == 4, result.out + result.err
    assert "cryptography is not installed" in result.out
    assert 'pip install "dbom-gate[sign]"' in result.out
    arguments = ("--bundle", "x.sigstore.json", "--identity", "a", "--issuer", "b")
    verified = run_gate(desk.repo.root, "verify", PATH, *arguments, before=BLOCKED)
    assert verified.code == 4, verified.err
    assert 'pip install "dbom-gate[sign]"' in verified.err


def test_unsigned_documents_without_the_library(desk: Desk) -> None:
    key = generate()
    desk.declare()
    desk.policy(keys=[desk.key(key)], signed_documents={"dbom": "key"})
    desk.place(mint(desk.instance, key=key, artifact=desk.repo.bytes("dbom.yaml")), "dbom.yaml.sigstore.json")
    assert desk.check().code == 0
    result = run_gate(desk.repo.root, "check", before=BLOCKED)
    assert result.code == 4, result.out + result.err
    assert 'pip install "dbom-gate[sign]"' in result.out
