"""Who a policy trusts: every condition holds for the right workflow and fails for one that differs in it alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.localsigstore import ISSUER, Instance, email_claims, mint, workflow_claims

from .checking import RELEASE, Desk, desk
from .judging import DATA, PERSON, PROVENANCE, WORKFLOW, WORKFLOW_URI, statement

__all__ = ["desk"]

DEV = {"name": "dev", "identity": "dev@example.com", "issuer": ISSUER}
REUSED = workflow_claims("acme/train", ref="refs/tags/v1", called_repository="acme/shared", called_sha="c" * 40)
REUSED_URI = "https://github.com/acme/shared/.github/workflows/release.yml@refs/heads/main"


def test_a_person_and_a_workflow(desk: Desk) -> None:
    for claims, signer in ((PERSON, DEV), (WORKFLOW, RELEASE)):
        found = desk.judge(mint(desk.instance, claims=claims, artifact=DATA), signer)
        assert found.said == ""
        assert found.facts["signed"] is True
        assert found.first["signers"] == [signer["name"]]
    assert "untrusted-identity" in desk.judge(mint(desk.instance, claims=PERSON, artifact=DATA), RELEASE).said


CONDITIONS: Mapping[str, tuple[str, str]] = {
    "source_repository": ("https://github.com/acme/train", "https://github.com/acme/trai"),
    "source_repository_id": ("1001", "1002"),
    "source_owner_id": ("2002", "200"),
    "source_ref": ("refs/tags/v1", "refs/tags/v"),
    "source_commit": ("a" * 40, "b" * 40),
    "build_signer": (WORKFLOW_URI, WORKFLOW_URI.replace("release", "other")),
    "build_signer_digest": ("a" * 40, "b" * 40),
    "build_trigger": ("push", "workflow_dispatch"),
    "runner_environment": ("github-hosted", "self-hosted"),
    "issuer": (RELEASE["issuer"], "https://token.actions.githubusercontent.com/acme"),
    "identity": (WORKFLOW_URI, WORKFLOW_URI + "2"),
}


@pytest.mark.parametrize(("condition", "values"), CONDITIONS.items(), ids=CONDITIONS)
def test_each_condition(condition: str, values: tuple[str, str], desk: Desk) -> None:
    minted = mint(desk.instance, claims=WORKFLOW, artifact=DATA)
    right, wrong = values
    assert desk.judge(minted, {**RELEASE, condition: right}).said == ""
    found = desk.judge(minted, {**RELEASE, condition: wrong})
    assert found.said.startswith("signatures/untrusted-identity")
    assert f"its {condition.replace('_', ' ')} is" in found.said
    assert found.facts["signed"] is False
    assert desk.judge(mint(desk.instance, claims=PERSON, artifact=DATA), {**DEV, condition: right}).said != ""


def test_a_reusable_workflow_is_told_by_who_calls_it(desk: Desk) -> None:
    signer = {**RELEASE, "identity": REUSED_URI, "build_signer": REUSED_URI, "build_signer_digest": "c" * 40}
    assert desk.judge(mint(desk.instance, claims=REUSED, artifact=DATA), signer).said == ""
    eve = workflow_claims("eve/train", ref="refs/tags/v1", called_repository="acme/shared", called_sha="c" * 40)
    found = desk.judge(mint(desk.instance, claims=eve, artifact=DATA), signer)
    assert 'its source repository is "https://github.com/eve/train"' in found.said


@pytest.mark.parametrize("trigger", ["pull_request", "pull_request_target", "merge_request_event"])
def test_pull_requests_count_only_where_a_policy_says_so(trigger: str, desk: Desk) -> None:
    minted = mint(
        desk.instance, claims=workflow_claims("acme/train", ref="refs/tags/v1", trigger=trigger), artifact=DATA
    )
    assert "its build trigger is" in desk.judge(minted).said
    assert desk.judge(minted, {**RELEASE, "build_trigger": ["push", trigger]}).said == ""


OWN = "https://github.com/acme/train/.github/workflows/release.yml@refs/heads/main"
ATTACKERS: Mapping[str, str] = {
    "another file behind": OWN + ".evil",
    "another owner in front": "https://github.com/eve-acme/train/.github/workflows/release.yml@refs/heads/main",
    "another owner behind": "https://github.com/acme-eve/train/.github/workflows/release.yml@refs/heads/main",
    "another host": "https://github.com.eve.example/acme/train/.github/workflows/release.yml@refs/heads/main",
    "the host as a path": "https://eve.example/https://github.com/acme/train/.github/workflows/release.yml@refs/heads/main",
    "the dot as any letter": OWN.replace("github.com", "githubxcom"),
    "the dot of the file": OWN.replace("release.yml", "releasexyml"),
    "another branch": OWN + "/eve",
    "a newline behind": OWN + "\n",
    "a second line": "https://github.com/eve/x\n" + OWN,
    "a return": OWN + "\r",
    "a newline where a star is": "https://github.com/acme/x\ny/.github/workflows/release.yml@refs/heads/main",
    "a user in front": "https://eve@github.com/acme/train/.github/workflows/release.yml@refs/heads/main",
    "a path upwards": "https://github.com/acme/train/../../eve/x/.github/workflows/release.yml@refs/heads/main",
    "case": OWN.replace("acme", "Acme"),
}
PATTERNS = (
    OWN,
    "https://github.com/acme/train/.github/workflows/release.yml@refs/heads/mai?",
    "https://github.com/acme/train/.github/workflows/rel*.yml@refs/heads/main",
    "https://github.com/acme/*/.github/workflows/release.yml@refs/heads/main",
)


@pytest.mark.parametrize("subject", ATTACKERS.values(), ids=ATTACKERS)
def test_identities_that_are_made_to_deceive_a_pattern(subject: str, desk: Desk) -> None:
    """As the SAN of a certificate that is good otherwise; all patterns at once, none of which may match."""
    claims = {"iss": RELEASE["issuer"], "sub": subject, "event_name": "push"}
    signers = [{"name": f"s{n}", "identity": glob, "issuer": RELEASE["issuer"]} for n, glob in enumerate(PATTERNS)]
    found = desk.judge(mint(desk.instance, claims=claims, artifact=DATA), *signers)
    assert found.said.startswith(("signatures/untrusted-identity", "signatures/invalid")), found.said
    own = desk.judge(mint(desk.instance, claims={**claims, "sub": OWN}, artifact=DATA), *signers)
    assert own.said == ""


ADDRESSES = (
    "dev@example.com.eve.example",
    "dev@example.comx",
    "xdev@example.com",
    "dev@examplexcom",
    "eve@x.example\ndev@example.com",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_that_are_made_to_deceive_a_pattern(address: str, desk: Desk) -> None:
    globs = ("dev@example.com", "de?@example.com")
    signers = [{**DEV, "identity": glob, "name": f"s{n}"} for n, glob in enumerate(globs)]
    found = desk.judge(mint(desk.instance, claims=email_claims(address), artifact=DATA), *signers)
    assert found.said.startswith("signatures/untrusted-identity")


TYPES: Mapping[str, tuple[str | None, Any, bool]] = {
    "a file": (None, None, True),
    "a file, where a statement is asked for": (None, PROVENANCE, False),
    "provenance": (PROVENANCE, None, True),
    "the one asked for": (PROVENANCE, PROVENANCE, True),
    "one of those": ("https://spdx.dev/Document", [PROVENANCE, "https://spdx.dev/Document"], True),
    "another": ("https://spdx.dev/Document", PROVENANCE, False),
    "one that does not vouch": ("https://in-toto.io/attestation/vulns/v0.1", None, False),
    "a summary": ("https://slsa.dev/verification_summary/v1", None, False),
}


@pytest.mark.parametrize(("kind", "wanted", "counts"), TYPES.values(), ids=TYPES)
def test_types_of_statements(kind: str | None, wanted: Any, counts: bool, desk: Desk) -> None:
    content = {"statement": statement(kind)} if kind else {"artifact": DATA}
    signer = {**RELEASE, **({"predicate_type": wanted} if wanted else {})}
    found = desk.judge(mint(desk.instance, claims=WORKFLOW, **content), signer)  # type: ignore[arg-type]
    assert (found.said == "") is counts, found.said


BUILDER = "https://github.com/actions/runner"


@pytest.mark.parametrize(
    ("predicate", "counts"),
    [
        ({"runDetails": {"builder": {"id": BUILDER}}}, True),
        ({"builder": {"id": BUILDER}}, True),
        ({"runDetails": {"builder": {"id": BUILDER + "/x"}}}, False),
        ({"runDetails": {"builder": {"id": "x"}}, "builder": {"id": BUILDER}}, False),
        ({"runDetails": {"builder": {"id": [BUILDER]}}}, False),
        ({"runDetails": []}, False),
        ({}, False),
    ],
)
def test_who_built_it(predicate: Any, counts: bool, desk: Desk) -> None:
    minted = mint(desk.instance, claims=WORKFLOW, statement=statement(predicate=predicate))
    found = desk.judge(minted, {**RELEASE, "builder_id": BUILDER})
    assert (found.said == "") is counts
    assert counts or "its builder is" in found.said
    plain = mint(desk.instance, claims=WORKFLOW, artifact=DATA)
    assert "its builder is not stated" in desk.judge(plain, {**RELEASE, "builder_id": BUILDER}).said


def test_an_identity_of_one_instance_alone(desk: Desk) -> None:
    """Another instance that the policy knows vouches for the same name, and may be run by somebody else."""
    other = Instance()
    roots = [desk.root(), desk.root(other.trusted_root(), "other")]
    signer = {**RELEASE, "trust_root": "local"}
    assert desk.judge(mint(desk.instance, claims=WORKFLOW, artifact=DATA), signer, trust_roots=roots).said == ""
    foreign = mint(other, claims=WORKFLOW, artifact=DATA)
    assert "it is of another instance of Sigstore" in desk.judge(foreign, signer, trust_roots=roots).said
    assert desk.judge(foreign, RELEASE, trust_roots=roots).said == ""
    assert "no trust root that could prove it" in desk.judge(foreign, RELEASE, trust_roots=[]).said


def test_nobody_is_trusted_where_no_policy_names_a_signer(desk: Desk) -> None:
    desk.declare(desk.place(mint(desk.instance, claims=WORKFLOW, artifact=DATA)))
    desk.policy(trust_roots=[desk.root()])
    found = desk.check()
    assert found.code == 1
    assert found.said.startswith("signatures/untrusted-identity")


def test_whoever_writes_the_dbom_names_no_signer(desk: Desk) -> None:
    """A key in the DBOM's tree is not in the policy, so it is nobody's."""
    found = desk.judge(mint(desk.instance, claims=PERSON, artifact=DATA), {**RELEASE, "for": {"name": "other"}})
    assert found.said.startswith("signatures/untrusted-identity")
