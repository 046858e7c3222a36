"""The examples of docs/vendoring.md are what they say they are."""

from __future__ import annotations

import re

import yaml

from tests.support import PROJECT, Repo

BLOCKS = re.findall(r"```yaml\n(.*?)```", (PROJECT / "docs/vendoring.md").read_text("utf-8"), re.DOTALL)


def test_the_policy_is_one(repo: Repo) -> None:
    (policy,) = [block for block in BLOCKS if "policy: 1" in block]
    repo.write("gate-policy.yaml", policy)
    result = repo.gate("policy", "lint")
    assert result.code == 0, result.err + result.out


def test_the_entry_is_one(repo: Repo) -> None:
    (entry,) = [block for block in BLOCKS if block.startswith("datasets:")]
    repo.write("dbom.yaml", "dbom: 1\n" + entry.replace("58afdb5d871a...", "0" * 64))
    assert repo.gate("check").code == 1, "its files are not here, and nothing else is wrong"


def test_the_network_policies_let_training_reach_two_places_alone() -> None:
    policies = [yaml.safe_load(block) for block in BLOCKS if "apiVersion" in block]
    assert [policy["kind"] for policy in policies] == ["NetworkPolicy", "CiliumNetworkPolicy"]
    for policy in policies:
        assert len(policy["spec"]["egress"]) == 2
