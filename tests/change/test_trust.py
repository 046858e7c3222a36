"""A change that touches who may sign: what is a loosening, and that the base's own files count."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.change.judge import Head, judge_change
from gate.core.model import Location, Subject
from gate.dbom.model import Dbom
from gate.policy.load import load_policies
from gate.policy.model import Policies
from gate.policy.trust import Identity, Key
from tests.support import Repo, sha256

ISSUER = "https://token.actions.githubusercontent.com"
SAN = "https://github.com/acme/train/.github/workflows/release.yml@refs/heads/main"
RELEASE = {"name": "release", "identity": SAN, "issuer": ISSUER}
GLOB = {**RELEASE, "identity": "https://github.com/acme/train/.github/workflows/*@refs/heads/main"}
OTHER = {**RELEASE, "name": "other", "identity": SAN.replace("train", "other")}
FILES = {
    "keys/a.pub": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    "keys/b.pub": "-----BEGIN PUBLIC KEY-----\nBBBB\n-----END PUBLIC KEY-----\n",
    "roots/a.json": '{"a": 1}',
    "roots/b.json": '{"b": 1}',
}
MODEL = Subject("model", "m", "m.bin")


def pinned(name: str, file: str) -> dict[str, str]:
    return {"name": name, "file": file, "sha256": sha256(FILES[file])}


KEY_A, KEY_B = pinned("a", "keys/a.pub"), pinned("b", "keys/b.pub")
ROOT_A, ROOT_B = pinned("ra", "roots/a.json"), pinned("rb", "roots/b.json")


def policy(**keys: Any) -> str:
    """A policy with one key of the document to a line."""
    return "policy: 1\n" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in keys.items())


def commit(repo: Repo) -> None:
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--allow-empty", "--message=base")


@pytest.fixture
def base(repo: Repo) -> Repo:
    for name, content in FILES.items():
        repo.write(name, content)
    return repo


def weakened(repo: Repo) -> list[tuple[str, str]]:
    """Place and message of each loosening."""
    return [(f.at, f.message) for f in repo.findings("--base", "main") if f.rule == "policy/weakened"]


def judged(repo: Repo) -> Policies:
    """The policies that judge the change."""
    root, home = str(repo.root), str(repo.home)
    head = load_policies(("gate-policy.yaml",), root, home)
    return judge_change(
        Head(root, home, ("gate-policy.yaml",), head, Dbom("", Location("")), "dbom.yaml"), "main"
    ).policies


SUMMARY = {"verifier": "https://v/*", "signed_by": ["a", "b"], "policy": ["a" * 64, "b" * 64], "max_age": 9}
ASKED = {"signers": 2, "max_age": 90, "not_before": "2026-01-01", "retired_keys": "reject"}
LOOSENINGS: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({}, {"identities": [RELEASE]}, "gate-policy.yaml:2", "`release` (https://github.com/acme/train/"),
    ({"identities": [RELEASE]}, {"identities": [RELEASE, OTHER]}, "gate-policy.yaml:2", "`other` ("),
    ({"identities": [RELEASE]}, {"identities": [GLOB]}, "gate-policy.yaml:2", "may sign here, and at the base not"),
    ({"keys": [KEY_A]}, {"keys": [{**KEY_A, "predicate_type": "https://a/v1"}]}, "gate-policy.yaml:2", "may sign here"),
    (
        {"identities": [{**RELEASE, "source_ref": "refs/heads/main"}]},
        {"identities": [RELEASE]},
        "gate-policy.yaml:2",
        "may sign here",
    ),
    (
        {"identities": [{**RELEASE, "build_trigger": "push"}]},
        {"identities": [{**RELEASE, "build_trigger": ["push", "schedule"]}]},
        "gate-policy.yaml:2",
        "may sign here",
    ),
    (
        {"identities": [RELEASE]},
        {"identities": [{**RELEASE, "build_trigger": "pull_request_target"}]},
        "gate-policy.yaml:2",
        "may sign here",
    ),
    (
        {"identities": [{**RELEASE, "for": {"name": "a"}}]},
        {"identities": [{**RELEASE, "for": {"name": "b"}}]},
        "gate-policy.yaml:2",
        "may sign here",
    ),
    ({"keys": [KEY_A]}, {"keys": [KEY_A, KEY_B]}, "gate-policy.yaml:2", "`b` (the key in keys/b.pub)"),
    ({"keys": [KEY_A]}, {"keys": [{**KEY_B, "name": "a"}]}, "gate-policy.yaml:2", "the key in keys/b.pub"),
    (
        {"certificates": [], "identities": [RELEASE], "trust_roots": [ROOT_A]},
        {"identities": [RELEASE], "trust_roots": [ROOT_A, ROOT_B]},
        "gate-policy.yaml:3",
        "the trust root rb counts here",
    ),
    (
        {"identities": [RELEASE], "trust_roots": [ROOT_A]},
        {"identities": [RELEASE]},
        "gate-policy.yaml:1",
        "other trust roots than at the base count",
    ),
    (
        {"identities": [{**RELEASE, "trust_root": "ra"}], "trust_roots": [ROOT_A, ROOT_B]},
        {
            "identities": [{**RELEASE, "trust_root": "ra"}],
            "trust_roots": [{**ROOT_A, "name": "rb"}, {**ROOT_B, "name": "ra"}],
        },
        "gate-policy.yaml:2",
        "may sign here",
    ),
    ({"signatures": ASKED}, {}, "gate-policy.yaml:1", "`2 signers, at most 90 days old, not before 2026-01-01"),
    ({"signatures": ASKED}, {"signatures": {**ASKED, "signers": 1}}, "gate-policy.yaml:1", "asks for less"),
    ({"signatures": ASKED}, {"signatures": {**ASKED, "max_age": 91}}, "gate-policy.yaml:1", "asks for less"),
    ({"signatures": ASKED}, {"signatures": {**ASKED, "not_before": "2025-12-31"}}, "gate-policy.yaml:1", "for less"),
    ({"signatures": ASKED}, {"signatures": {**ASKED, "retired_keys": "accept"}}, "gate-policy.yaml:1", "for less"),
    ({"signatures": ASKED}, {"signatures": {**ASKED, "from_stage": "release"}}, "gate-policy.yaml:1", "for less"),
    ({"signatures": ASKED}, {"signatures": {**ASKED, "for": {"kind": "model"}}}, "gate-policy.yaml:1", "for less"),
    ({"revoked": {"digests": ["a" * 64]}}, {"revoked": {"digests": []}}, "gate-policy.yaml:1", "the digest aaaa"),
    ({"revoked": {"identities": ["x*"]}}, {"revoked": {"identities": ["x"]}}, "gate-policy.yaml:1", "the identity x*"),
    ({"revoked": {"keys": ["b" * 64]}}, {}, "gate-policy.yaml:1", "the key bbbb"),
    (
        {"keys": [KEY_A], "signed_documents": {"dbom": "a", "policy": "a"}},
        {"keys": [KEY_A], "signed_documents": {"dbom": "a"}},
        "gate-policy.yaml:1",
        "`signed_documents: policy` asks for no signature of a, as at gate-policy.yaml:3:",
    ),
    (
        {"keys": [KEY_A, KEY_B], "signed_documents": {"dbom": "a"}},
        {"keys": [KEY_A, KEY_B], "signed_documents": {"dbom": ["a", "b"]}},
        "gate-policy.yaml:1",
        "`signed_documents: dbom`",
    ),
    *(
        (
            {"keys": [KEY_A, KEY_B], "verification_summaries": [SUMMARY]},
            {"keys": [KEY_A, KEY_B], "verification_summaries": [{**SUMMARY, **more}]},
            "gate-policy.yaml:1",
            "`verification_summaries:` asks for less",
        )
        for more in (
            {"verifier": "https://w"},
            {"policy": ["c" * 64]},
            {"max_age": 10},
            {"for": {"kind": "model"}},
            {"from_stage": "release"},
        )
    ),
]


@pytest.mark.parametrize(("before", "now", "place", "message"), LOOSENINGS)
def test_a_loosening_is_found_once_at_its_place(
    base: Repo, before: dict[str, Any], now: dict[str, Any], place: str, message: str
) -> None:
    base.write("gate-policy.yaml", policy(**before))
    commit(base)
    base.write("gate-policy.yaml", policy(**now))
    ((at, said),) = weakened(base)
    assert at == place
    assert message in said


TIGHTENINGS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"identities": [RELEASE, OTHER]}, {"identities": [OTHER]}),
    ({"identities": [RELEASE]}, {}),
    ({"identities": [RELEASE]}, {"identities": [{**RELEASE, "name": "called otherwise"}]}),
    ({"identities": [GLOB]}, {"identities": [RELEASE]}),
    ({"identities": [RELEASE]}, {"identities": [{**RELEASE, "source_repository": "https://github.com/acme/train"}]}),
    ({"identities": [RELEASE]}, {"identities": [{**RELEASE, "build_trigger": "push"}]}),
    (
        {"identities": [RELEASE], "trust_roots": [ROOT_A, ROOT_B]},
        {"identities": [RELEASE], "trust_roots": [{**ROOT_B, "name": "called otherwise"}]},
    ),
    ({"keys": [KEY_A]}, {"keys": [{**KEY_A, "predicate_type": "https://slsa.dev/provenance/v1"}]}),
    ({}, {"signatures": ASKED, "revoked": {"digests": ["a" * 64]}}),
    ({"signatures": ASKED}, {"signatures": [{"signers": 3}, {**ASKED, "signers": 1, "max_age": 3}]}),
    ({"signatures": {**ASKED, "from_stage": "release"}}, {"signatures": ASKED}),
    ({"signatures": {"retired_keys": "accept"}}, {}),
    (
        {"keys": [KEY_A, KEY_B], "signed_documents": {"dbom": ["a", "b"]}},
        {"keys": [KEY_A, KEY_B], "signed_documents": {"dbom": "a", "policy": "b"}},
    ),
    (
        {"keys": [KEY_A, KEY_B], "verification_summaries": [SUMMARY]},
        {
            "keys": [KEY_A, KEY_B],
            "verification_summaries": [
                {**SUMMARY, "verifier": "https://v/x", "signed_by": "a", "max_age": 1, "policy": "a" * 64}
            ],
        },
    ),
]


@pytest.mark.parametrize(("before", "now"), TIGHTENINGS)
def test_to_ask_for_more_is_no_loosening(base: Repo, before: dict[str, Any], now: dict[str, Any]) -> None:
    base.write("gate-policy.yaml", policy(**before))
    commit(base)
    base.write("gate-policy.yaml", policy(**now))
    assert weakened(base) == []


def test_the_base_names_the_signers(base: Repo) -> None:
    base.write("gate-policy.yaml", policy(identities=[RELEASE]))
    commit(base)
    base.write("gate-policy.yaml", policy(identities=[OTHER], signatures=ASKED))
    policies = judged(base)
    (group,) = policies.trust_groups(MODEL)
    assert [signer.name for signer in group.signers] == ["release"]
    assert policies.requirement(MODEL, "train").signers == 2, "what a change asks for counts at once"


def test_a_base_without_a_policy_trusts_nobody(base: Repo) -> None:
    commit(base)
    base.write("gate-policy.yaml", policy(identities=[RELEASE]))
    assert judged(base).trust_groups(MODEL) == ()


def test_the_key_file_of_the_base_counts(base: Repo) -> None:
    base.write("gate-policy.yaml", policy(keys=[KEY_A]))
    commit(base)
    base.write("keys/a.pub", FILES["keys/b.pub"])
    base.write("gate-policy.yaml", policy(keys=[{**KEY_A, "sha256": KEY_B["sha256"]}]))
    ((place, said),) = weakened(base)
    assert place == "gate-policy.yaml:2"
    assert "the key in keys/a.pub" in said
    (group,) = judged(base).trust_groups(MODEL)
    (key,) = group.signers
    assert isinstance(key, Key)
    assert key.pem.decode() == FILES["keys/a.pub"]


def test_a_key_file_that_is_gone_from_the_base_is_undecided(base: Repo) -> None:
    base.write("gate-policy.yaml", policy(keys=[KEY_A]))
    base.delete("keys/a.pub")
    commit(base)
    base.write("keys/a.pub", FILES["keys/a.pub"])
    result = base.gate("check", "--base", "main")
    assert result.code == 4
    assert "keys/a.pub is not in" in result.out


def test_a_group_that_has_to_agree_cannot_be_dropped(base: Repo) -> None:
    base.write("central.yaml", policy(identities=[OTHER]))
    base.write("gate-policy.yaml", policy(extends=["central.yaml"], identities=[RELEASE]))
    commit(base)
    base.write("gate-policy.yaml", policy(identities=[RELEASE]))
    ((_, said),) = weakened(base)
    assert "need no longer be by those that central.yaml trusts at the base (other)" in said
    base.write("gate-policy.yaml", policy(extends=["central.yaml"]))
    ((_, said),) = weakened(base)
    assert "those that gate-policy.yaml trusts at the base (release)" in said
    base.write("gate-policy.yaml", policy(identities=[RELEASE, OTHER]))
    assert len(weakened(base)) == 2, "either of them is not both of them"
    base.write("gate-policy.yaml", policy(identities=[OTHER]))
    base.write("central.yaml", policy(extends=[], identities=[RELEASE]))
    assert weakened(base), "the other way round one of them is gone still"


def test_a_group_can_be_moved_to_another_file(base: Repo) -> None:
    base.write("gate-policy.yaml", policy(identities=[RELEASE]))
    commit(base)
    base.write("central.yaml", policy(identities=[RELEASE]))
    base.write("gate-policy.yaml", policy(extends=["central.yaml"]))
    assert weakened(base) == []
    (group,) = judged(base).trust_groups(MODEL)
    assert isinstance(group.signers[0], Identity)
    assert group.policy_name == "gate-policy.yaml", "until it is merged, that of the base"
