"""How reports and the catalogue's commands speak of custom rules."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.policy.custom.support import declare, policy
from tests.support import Repo

RULE: dict[str, Any] = {
    "id": "acme/mirror-only",
    "assert": "false",
    "message": "it does not come from the mirror",
    "title": "an artifact is not from the mirror",
    "help": "fetch it from [the mirror](https://a.example) @everyone",
    "severity": "high",
    "tags": ["supply-chain", "acme"],
}


@pytest.fixture
def judged(repo: Repo) -> Repo:
    declare(repo)
    repo.write("gate-policy.yaml", policy(RULE))
    return repo


def test_sarif_describes_the_rule(judged: Repo) -> None:
    run = json.loads(judged.gate("check", "--report", "sarif").out)["runs"][0]
    described = next(rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "acme/mirror-only")
    assert described["shortDescription"]["text"] == "An artifact is not from the mirror."
    assert described["help"]["text"].startswith(RULE["help"])
    assert "](" not in described["help"]["markdown"]
    assert "@everyone" not in described["help"]["markdown"]
    assert {"security", "supply-chain", "acme"} <= set(described["properties"]["tags"])
    assert described["properties"]["security-severity"] == "8.0"
    result = next(result for result in run["results"] if result["ruleId"] == "acme/mirror-only")
    assert result["level"] == "error"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "dbom.yaml"


def test_the_json_report_has_the_expression_and_its_place(judged: Repo) -> None:
    found = next(one for one in judged.report()["findings"] if one["rule"] == "acme/mirror-only")
    assert (found["severity"], found["fix"]) == ("high", RULE["help"])
    assert found["evidence"] == {"assert": "false", "demanded_at": "gate-policy.yaml:5:11"}
    assert found["decision"]["origin"]["path"] == "gate-policy.yaml"


@pytest.mark.parametrize("form", ["text", "markdown", "github"])
def test_every_report_names_the_rule_and_what_to_do(judged: Repo, form: str) -> None:
    out = judged.gate("check", "--report", form).out
    assert "it does not come from the mirror" in out
    assert "fetch it from" in out


def test_a_rule_of_the_repository_is_explained(judged: Repo) -> None:
    result = judged.gate("explain", "acme/mirror-only")
    assert result.code == 0
    assert result.out.startswith("acme/mirror-only: an artifact is not from the mirror\n")
    for part in (RULE["message"], RULE["help"], "What must hold\n  false", "high", "block, gate-policy.yaml:3:7"):
        assert part in result.out


def test_a_rule_that_nobody_defines_is_not(judged: Repo) -> None:
    result = judged.gate("explain", "acme/other")
    assert result.code == 2
    assert 'unknown rule "acme/other"' in result.err


def test_the_rules_of_a_policy_are_listed_beside_the_catalogue(judged: Repo) -> None:
    last = judged.gate("rules", "--policy", "gate-policy.yaml").out.splitlines()[-1]
    assert last.split() == ["acme/mirror-only", "high", "an", "artifact", "is", "not", "from", "the", "mirror"]
    assert "acme/mirror-only" not in judged.gate("rules").out


def test_the_effective_policy_has_it_with_its_place(judged: Repo) -> None:
    out = judged.gate("policy", "show").out
    lines = [line.split() for line in out.splitlines() if "acme/mirror-only" in line]
    assert [line[-1] for line in lines] == ["gate-policy.yaml:3:7", "gate-policy.yaml:5:11"]
    assert ("block" in lines[0], "false" in lines[1]) == (True, True)
