"""Custom rules through the command line: what they find, where, and how they are enforced."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.policy.custom.support import broken, declare, judged, policy
from tests.support import Repo, pointer, safetensors

MIRROR = 'artifact.source.host in ["artifacts.acme.example"]'


def test_an_artifact_that_breaks_a_rule_is_a_finding_at_its_path(repo: Repo) -> None:
    declare(repo, "good", source="https://artifacts.acme.example/x")
    declare(repo, "bad", source="https://elsewhere.example/x")
    found = judged(repo, {"assert": MIRROR, "message": "it does not come from the mirror"})
    assert [(one.rule, one.ruling, one.message) for one in found] == [
        ("acme/r0", "block", "bad: it does not come from the mirror")
    ]
    assert "path: data/bad.csv" in repo.text("dbom.yaml").splitlines()[int(found[0].at.rpartition(":")[2]) - 1]
    assert repo.gate("check").code == 1


def test_a_rule_that_holds_is_no_finding(repo: Repo) -> None:
    declare(repo, source="https://artifacts.acme.example/x")
    assert broken(repo, MIRROR) == []
    assert repo.gate("check").code == 0


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({"enforce": "warn"}, [("acme/r0", "warn")]),
        ({"enforce": "off"}, []),
        ({"for": {"kind": "model"}}, []),
        ({"for": {"path": "data/*.csv"}}, [("acme/r0", "block")]),
        ({"for": {"host": "*.example"}}, [("acme/r0", "block")]),
        ({"from_stage": "release"}, []),
        ({"from_stage": "train"}, [("acme/r0", "block")]),
    ],
    ids=str,
)
def test_a_rule_counts_where_it_says(repo: Repo, rule: dict[str, Any], found: list[tuple[str, str]]) -> None:
    declare(repo, source="https://data.example/x")
    assert [(one.rule, one.ruling) for one in judged(repo, {"assert": MIRROR, **rule})] == found


@pytest.mark.parametrize(
    "expression",
    [
        'artifact.name == "a" && artifact.kind == "dataset" && artifact.path == "data/a.csv"',
        'artifact.extension == "csv" && !artifact.is_directory && artifact.version == "1"',
        'artifact.source.scheme == "https" && artifact.source.url.endsWith("/x") && artifact.source.revision == "v1"',
        'artifact.license == "MIT" && artifact.source.license == artifact.license && artifact.supplier == "Ann"',
        "artifact.sha256 == facts.integrity.sha256 && artifact.size == facts.integrity.size",
        "!has(artifact.suite) && !has(artifact.scan) && artifact.derived_from.size() == 0",
        'facts.dbom.version == "1" && facts.dbom.origin == artifact.source.url && facts.dbom.license == "MIT"',
        "facts.integrity.verified && facts.integrity.files == 1 && facts.integrity.lfs_pointers == 0",
        "has(facts.weights) && !has(facts.weights.format)",
        "has(facts.signatures) && !facts.signatures.signed",
        "!has(facts.suites) && !has(facts.poisoning)",
        'artifact.source.retrieved < "2026-12-31"',
    ],
)
def test_what_is_declared_and_established_can_be_asked(repo: Repo, expression: str) -> None:
    said = {"source": "https://data.example/x", "revision": "v1", "license": "MIT", "supplier": "Ann"}
    declare(repo, **said)
    assert broken(repo, expression) == []
    assert broken(repo, f"!({expression})") == ["acme/r0"]


def test_the_content_of_weights_can_be_asked(repo: Repo) -> None:
    repo.write("m.safetensors", safetensors({"w": ("F32", [2, 3])}))
    assert repo.gate("add", "m.safetensors").code == 0
    expression = 'facts.weights.format == "safetensors" && facts.weights.parameters == 6 && facts.weights.tensors == 1'
    assert broken(repo, f'{expression} && facts.weights.dtypes["F32"] == 1') == []
    assert broken(repo, "facts.weights.parameters < 6") == ["acme/r0"]


def test_what_a_suite_established_can_be_asked(repo: Repo) -> None:
    pytest.importorskip("duckdb")
    declare(repo, content="x\n1\n2\n3\n")
    expectation = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "x"}}
    repo.write("suite.json", json.dumps({"name": "s", "expectations": [expectation]}))
    repo.edit("dbom.yaml", "    path: data/a.csv\n", "    path: data/a.csv\n    suite: suite.json\n")
    assert broken(repo, "facts.suites.rows == 3 && facts.suites.successful == facts.suites.expectations") == []
    assert broken(repo, "facts.suites.rows > 3") == ["acme/r0"]


def test_what_a_scan_established_can_be_asked(repo: Repo) -> None:
    pytest.importorskip("sklearn")
    declare(repo, content="x,label\n" + "".join(f"{number},{number % 2}\n" for number in range(60)))
    scan = "    path: data/a.csv\n    scan: {modality: tabular, labels: label}\n"
    repo.edit("dbom.yaml", "    path: data/a.csv\n", scan)
    found = judged(repo, {"assert": 'facts.poisoning.samples == 60 && facts.poisoning.scan == "tabular"'})
    assert "acme/r0" not in {one.rule for one in found}


@pytest.mark.parametrize(
    ("expression", "options"),
    [
        ('facts.weights.format != "pickle"', ("--only", "dbom,integrity")),
        ("facts.suites.drifted == 0", ()),
        ('facts.poisoning.outcome != "block"', ()),
        ("[facts].all(f, f.suites.rows == 0)", ()),
        ("facts == facts", ()),
        ("dyn(facts).suites.rows == 0", ()),
        (".facts.suites.rows == 0", ()),
        ("has(facts.suites.rows) || true", ()),
        ("artifact.trained_on[0] == 'x'", ()),
        ("1 / artifact.trained_on.size() == 0", ()),
        ("artifact.path.matches('(')", ()),
        ("dyn(artifact).nme == 'x'", ()),
    ],
)
def test_what_is_not_known_is_undecided_and_never_a_pass(repo: Repo, expression: str, options: tuple[str, ...]) -> None:
    declare(repo)
    assert broken(repo, expression, options=options) == ["gate/undecided"]
    assert repo.gate("check", *options).code == 4


def test_a_rule_may_ask_whether_a_family_is_known(repo: Repo) -> None:
    declare(repo)
    assert broken(repo, '!has(facts.poisoning) || facts.poisoning.outcome == "clear"') == []
    assert broken(repo, "has(facts.poisoning) && facts.poisoning.scanned") == ["acme/r0"]


def test_nothing_is_known_of_content_behind_a_pointer(repo: Repo) -> None:
    repo.write("m.safetensors", safetensors({"w": ("F32", [2])}))
    assert repo.gate("add", "m.safetensors").code == 0
    repo.write("m.safetensors", pointer(repo.bytes("m.safetensors")))
    options = ("--stage", "pre-commit")
    assert broken(repo, 'facts.weights.format != "pickle"', options=options) == ["gate/undecided"]
    assert broken(repo, 'artifact.name == "m" || facts.integrity.lfs_pointers == 1', options=options) == []


def test_what_is_not_declared_is_not_asked(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\n")
    repo.write("b.safetensors", safetensors({"w": ("F32", [2])}))
    assert broken(repo, "false") == []


def test_an_extending_policy_can_tighten_a_rule(repo: Repo) -> None:
    declare(repo)
    repo.write("central.yaml", policy({"assert": "false", "enforce": "warn"}))
    local = "policy: 1\nextends: [central.yaml]\n"
    repo.write("gate-policy.yaml", local)
    assert [one.ruling for one in repo.findings() if one.rule == "acme/r0"] == ["warn"]
    repo.write("gate-policy.yaml", local + "rules:\n  acme/r0: {enforce: block}\n")
    assert [(one.ruling) for one in repo.findings() if one.rule == "acme/r0"] == ["block"]


def test_a_scan_says_that_custom_rules_were_not_asked(repo: Repo) -> None:
    repo.write("m.safetensors", safetensors({"w": ("F32", [2])}))
    repo.write("gate-policy.yaml", policy({"assert": "false"}))
    assert "the custom rules of the policy were not asked" in repo.gate("scan", "m.safetensors").out


def test_names_that_are_no_text_and_numbers_without_end_do_no_harm(repo: Repo) -> None:
    repo.write(b"data/d/\xff.csv", "x\n")
    assert repo.gate("add", "data/d", "--name", "d").code == 0
    huge = "9" * 18
    repo.edit("dbom.yaml", "    path: data/d\n", f"    path: data/d\n    size: {huge}\n    version: ä😀\n")
    repo.write("dbom.yaml", re.sub(r"    size: \d{1,3}\n", "", repo.text("dbom.yaml")))
    assert broken(repo, f"artifact.is_directory && artifact.size == {huge} && artifact.version.size() == 2") == []
