"""The example for OPA and Conftest, evaluated by rego-cpp, the C++ implementation of Rego."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support import PICKLE, PROJECT, WEIGHTS, Repo

pytestmark = pytest.mark.clients
POLICY = (PROJECT / "examples/opa/gate.rego").read_text("utf-8")
REMINDERS = ("signatures/missing", "suites/missing", "poisoning/not-scanned")


def _messages(report: Any, rule: str) -> list[str]:
    regopy = pytest.importorskip("regopy", reason="needs regopy, which evaluates Rego")
    rego = regopy.Interpreter()
    rego.add_module("gate.rego", POLICY)
    rego.set_input(report)
    (expressions,) = json.loads(str(rego.query(f"data.main.{rule}")))["expressions"]
    return sorted(expressions)


def _declared(repo: Repo, url: str = "https://artifacts.acme.example/signs.csv") -> Repo:
    repo.write("signs.csv", "a,b\n1,2\n")
    repo.write("sign.safetensors", WEIGHTS)
    for path in ("signs.csv", "sign.safetensors"):
        options = ("--source", url, "--revision", "v1", "--license", "CC0-1.0", "--version", "1")
        assert repo.gate("add", path, *options).code == 0
    _switch_off(repo, *REMINDERS)
    return repo


def _switch_off(repo: Repo, *rules: str) -> None:
    lines = "".join(f"  {rule}: {{enforce: off}}\n" for rule in rules)
    repo.write("gate-policy.yaml", f"policy: 1\nrules:\n{lines}")


def test_what_the_gate_passes_passes(repo: Repo) -> None:
    report = _declared(repo).report()
    assert (_messages(report, "deny"), _messages(report, "warn")) == ([], [])


def test_what_is_no_report_of_the_gate_is_denied(repo: Repo) -> None:
    report = _declared(repo).report()
    for other in ({}, [], {"verdict": "pass", "findings": [], "artifacts": []}, {**report, "version": 2}):
        assert "this is no report of gate that this policy knows" in _messages(other, "deny")


def test_what_the_gate_blocks_is_denied_with_its_verdict_and_artifact(repo: Repo) -> None:
    _declared(repo).write("sign.safetensors", WEIGHTS + b"\0")
    denied = _messages(repo.report(), "deny")
    assert "gate says blocked (exit code 1)" in denied
    assert "sign is not verified" in denied


def test_what_a_policy_lets_through_is_denied_with_the_place_that_does(repo: Repo) -> None:
    _declared(repo).write("old.safetensors", PICKLE)
    assert repo.gate("add", "old.safetensors", "--kind", "model", "--version", "1").code == 0
    _switch_off(repo, "integrity/digest-mismatch", *REMINDERS)
    repo.write("sign.safetensors", WEIGHTS.replace(b"\0", b"\1"))
    denied = _messages(repo.report(), "deny")
    assert "integrity/digest-mismatch at dbom.yaml is critical and off by gate-policy.yaml:3" in denied
    assert "old.safetensors is in no format that is allowed" in denied


def test_another_host_is_a_warning_unless_a_tag_says_that_it_is_made_here(repo: Repo) -> None:
    report = _declared(repo, "https://elsewhere.example/x").report()
    assert _messages(report, "deny") == []
    assert _messages(report, "warn") == ["signs.csv is not from a mirror: elsewhere.example"]
    repo.edit("dbom.yaml", "    path: signs.csv\n", "    path: signs.csv\n    tags: [made-here]\n")
    assert _messages(repo.report(), "warn") == []
