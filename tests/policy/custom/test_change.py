"""Custom rules under `--base`: what a change drops or alters still counts, and is a finding."""

from __future__ import annotations

from typing import Any

import pytest

from tests.policy.custom.support import declare, policy
from tests.support import Repo

BASE: dict[str, Any] = {"assert": 'artifact.source.host == "a.example"', "for": {"kind": "dataset"}}


def weakened(repo: Repo, base: str, head: str | None) -> list[str]:
    """What `policy/weakened` says, of a change that has `head` where the base has `base`."""
    declare(repo, source="https://a.example/x")
    repo.write("gate-policy.yaml", base)
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message=base")
    if head is None:
        repo.delete("gate-policy.yaml")
    else:
        repo.write("gate-policy.yaml", head)
    return [one.message for one in repo.findings("--base", "main") if one.rule == "policy/weakened"]


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (policy({**BASE, "id": "acme/other"}), "the custom rule acme/r0 ("),
        (None, "the custom rule acme/r0 ("),
        ("policy: 1\n", "is gone"),
        (policy({**BASE, "assert": "true"}), "asks for something else here"),
        (policy({**BASE, "assert": BASE["assert"] + " || true"}), "asks for something else here"),
        (policy({**BASE, "for": {"kind": "model"}}), "asks for something else here"),
        (policy({**BASE, "for": {"kind": "dataset", "name": "b"}}), "asks for something else here"),
        (policy({**BASE, "from_stage": "release"}), "asks for something else here"),
        (policy({**BASE, "enforce": "warn"}), "`warn` for acme/r0 is looser than `block`"),
        (policy({**BASE, "enforce": "off"}), "`off` for acme/r0 is looser than `block`"),
    ],
)
def test_a_change_that_asks_less_is_a_finding(repo: Repo, head: str | None, message: str) -> None:
    found = weakened(repo, policy(BASE), head)
    assert len(found) == 1
    assert message in found[0]


@pytest.mark.parametrize(
    "head",
    [
        policy(BASE),
        policy({**BASE, "message": "another", "title": "t", "help": "h", "tags": ["t"], "severity": "low"}),
        policy({"assert": BASE["assert"]}),
        policy(BASE, {"assert": "true"}),
        policy({**BASE, "from_stage": "pre-commit"}),
        policy({**BASE, "enforce": "warn"}, rules={"acme/r0": {"enforce": "block"}}),
    ],
)
def test_a_change_that_asks_as_much_is_none(repo: Repo, head: str) -> None:
    assert weakened(repo, policy(BASE), head) == []


def test_a_tightening_that_is_dropped_is_a_finding(repo: Repo) -> None:
    rule = {**BASE, "enforce": "warn"}
    found = weakened(repo, policy(rule, rules={"acme/r0": {"enforce": "block"}}), policy(rule))
    assert len(found) == 1
    assert "`warn` for acme/r0 is looser than `block`" in found[0]


def test_what_the_base_asks_still_counts(repo: Repo) -> None:
    weakened(repo, policy(BASE), "policy: 1\n")
    repo.edit("dbom.yaml", "https://a.example/x", "https://b.example/x")
    found = [one for one in repo.findings("--base", "main") if one.rule == "acme/r0"]
    assert [(one.ruling, one.message) for one in found] == [("block", "a: it is wrong")]


def test_a_rule_that_both_have_is_asked_once(repo: Repo) -> None:
    weakened(repo, policy(BASE), policy(BASE))
    repo.edit("dbom.yaml", "https://a.example/x", "https://b.example/x")
    assert [one.rule for one in repo.findings("--base", "main")].count("acme/r0") == 1
