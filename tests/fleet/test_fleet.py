"""Twenty repositories under one policy: each has its own answer, and none has a say in another's."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.conftest import CANARY, OUTCOMES, committed, declared
from tests.support import WEIGHTS, Result, run_gate, sha256


@pytest.fixture(scope="module")
def central(fleet: Path) -> Path:
    """The policy of those who own the fleet."""
    file = fleet / "central.yaml"
    file.write_text("policy: 1\nname: acme\nrules:\n  dbom/no-license: {enforce: 'off'}\n")
    return file


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory for PATH with an ssh that was refused, as one is that has no key; it would wait for a password."""
    directory = tmp_path_factory.mktemp("bin")
    program = directory / "ssh"
    program.write_text(
        '#!/bin/sh\ncase "$*" in *BatchMode=yes*) ;; *) sleep 600 ;; esac\n'
        'echo "git@127.0.0.1: Permission denied (publickey)." >&2\nexit 255\n'
    )
    program.chmod(0o755)
    return directory


@pytest.fixture(scope="module")
def judged(fleet: Path, central: Path, ssh: Path) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{ssh}{os.pathsep}{os.environ['PATH']}")
        return run_gate(
            fleet,
            *("fleet", "list", "--policy", central.name, "--jobs", "2"),
            *("--report", "json=fleet.json", "--report", "sarif=fleet.sarif", "--report", "html=fleet.html"),
        )


@pytest.fixture(scope="module")
def report(fleet: Path, judged: Result) -> dict[str, Any]:
    assert judged.code == 1, judged
    found: dict[str, Any] = json.loads((fleet / "fleet.json").read_text())
    return found


def test_each_repository_has_its_verdict(report: dict[str, Any]) -> None:
    assert {one["name"]: one["verdict"] for one in report["repositories"]} == OUTCOMES
    assert report["verdict"] == "blocked"
    assert report["exit_code"] == 1


def test_what_cannot_be_judged_says_why_and_the_rest_is_reported(report: dict[str, Any], judged: Result) -> None:
    problems = {one["name"]: one["problem"] for one in report["repositories"] if one["verdict"] == "undecided"}
    assert "dbom.yaml:4:5" in problems["broken"]
    assert "no such directory" in problems["gone"]
    assert "cannot be fetched" in problems["unreachable"]
    assert "asks for credentials" in problems["asks"]
    assert all(problem in judged.out for problem in ("asks for credentials", "no such directory"))
    assert "of 20 repositories" in judged.out


def test_nothing_of_a_repository_runs_or_counts_elsewhere(fleet: Path, report: dict[str, Any], central: Path) -> None:
    assert not (fleet / CANARY).exists()
    (hostile,) = (one for one in report["repositories"] if one["name"] == "hostile")
    blocked = {one["rule"] for one in hostile["report"]["findings"] if one["decision"]["ruling"] == "block"}
    assert {"weights/pickle-format", "weights/unsafe-pickle", "integrity/outside-root"} <= blocked
    assert "weights/pickle-format: `off` where `block` is asked" in hostile["drift"]["looser"]
    assert "pickles: allows os.system" in hostile["drift"]["looser"]
    alone = run_gate(fleet / "passing-3", "check", "--policy", str(central), "--report", "json")
    (passing,) = (one for one in report["repositories"] if one["name"] == "passing-3")
    assert passing["report"]["findings"] == json.loads(alone.out)["findings"]


def test_shares_of_artifacts_are_measured(report: dict[str, Any]) -> None:
    by_name = {one["name"]: one["shares"] for one in report["repositories"]}
    assert by_name["passing-0"]["verified"] == {"number": 1, "of": 1, "percent": 100.0}
    assert by_name["passing-0"]["safe"] == {"number": 1, "of": 1, "percent": 100.0}
    assert by_name["passing-0"]["signed"] == {"number": 0, "of": 1, "percent": 0.0}
    assert by_name["passing-0"]["suites"]["percent"] is None
    assert by_name["huge"]["verified"] == {"number": 0, "of": 5000, "percent": 0.0}
    assert report["shares"]["verified"]["of"] == 5000 + 8 + 6


def test_the_merged_sarif_has_a_run_for_each(fleet: Path, report: dict[str, Any]) -> None:
    runs = json.loads((fleet / "fleet.sarif").read_text())["runs"]
    assert [run["automationDetails"]["id"] for run in runs] == [
        f"gate/{one['name']}/" for one in report["repositories"]
    ]
    by_name = {run["automationDetails"]["id"]: run for run in runs}
    assert {result["ruleId"] for result in by_name["gate/changed/"]["results"]} >= {"integrity/digest-mismatch"}
    asks = by_name["gate/asks/"]
    assert asks["results"] == []
    assert asks["invocations"][0]["executionSuccessful"] is False
    assert by_name["gate/fetched/"]["versionControlProvenance"][0]["revisionId"]


def test_one_that_takes_too_long_is_undecided_and_the_others_are_not(tmp_path: Path) -> None:
    declared(tmp_path / "quick")
    declared(tmp_path / "slow", digest="0" * 64)
    with open(tmp_path / "slow" / "models" / "net.safetensors", "r+b") as file:
        file.truncate(1 << 42)
    found = run_gate(tmp_path, "fleet", "slow", "quick", "--timeout", "6", "--report", "json")
    assert found.code == 4
    slow, quick = json.loads(found.out)["repositories"]
    assert (slow["verdict"], quick["verdict"]) == ("undecided", "pass")
    assert "within 6 seconds" in slow["problem"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("", "lists no repository"),
        ("# nothing\n", "lists no repository"),
        ("http://example.org/x\n", "list:1:1: error"),
        ("ext::sh -c touch% ran\n", "no such directory"),
        ("--upload-pack=x\n", "no such directory"),
    ],
)
def test_a_list_that_cannot_be_read(tmp_path: Path, lines: str, words: str) -> None:
    (tmp_path / "list").write_text(lines)
    found = run_gate(tmp_path, "fleet", "list")
    assert found.code in (2, 4)
    assert words in found.out + found.err


def test_what_is_named_twice_is_judged_once(tmp_path: Path) -> None:
    declared(tmp_path / "one")
    found = run_gate(tmp_path, "fleet", "one", "./one/", str(tmp_path / "one"))
    assert found.code == 0
    assert "of 1 repository 1 pass" in found.out
    assert "named more than once" in found.out


def test_content_that_is_not_fetched_is_told_of_each_repository(tmp_path: Path) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256(WEIGHTS)}\nsize {len(WEIGHTS)}\n"

    def pointed(root: Path) -> None:
        declared(root, content=pointer.encode(), digest=sha256(WEIGHTS))
        (root / "undeclared.safetensors").write_text(pointer)

    committed(tmp_path / "pointed", pointed)
    committed(tmp_path / "whole")
    found = run_gate(tmp_path, "fleet", f"file://{tmp_path}/pointed", "whole", "--report", "json=f.json")
    assert "note: pointed: 2 files are Git LFS pointers, whose content is not fetched: nothing is known" in found.out
    assert "note: whole" not in found.out
    repositories = json.loads((tmp_path / "f.json").read_text())["repositories"]
    assert [(one["verdict"], one["lfs_pointers"]) for one in repositories] == [("blocked", 2), ("pass", 0)]


def test_names_tell_repositories_apart(tmp_path: Path) -> None:
    declared(tmp_path / "a" / "model")
    declared(tmp_path / "b" / "model")
    found = run_gate(tmp_path, "fleet", "a/model", "b/model", "--report", "json")
    assert [one["name"] for one in json.loads(found.out)["repositories"]] == ["a/model", "b/model"]


def test_a_central_policy_that_is_wrong_is_told_once(tmp_path: Path) -> None:
    declared(tmp_path / "one")
    (tmp_path / "central.yaml").write_text("policy: 1\nrules:\n  weights/pickl-format: {enforce: warn}\n")
    found = run_gate(tmp_path, "fleet", "one", "--policy", "central.yaml")
    assert found.code == 2
    assert "central.yaml:3:3" in found.err
    assert run_gate(tmp_path, "fleet", "nowhere").code == 2


@pytest.mark.parametrize("url", ["https://me:hunter2@127.0.0.1:1/b.git", "https://hunter2@127.0.0.1:1/b.git"])
@pytest.mark.parametrize("listed", [True, False])
def test_a_url_with_a_secret_is_refused_and_never_repeated(tmp_path: Path, url: str, listed: bool) -> None:
    (tmp_path / "list").write_text(f"# ours\n{url} # b\n")
    result = run_gate(tmp_path, "fleet", "list" if listed else url, "--report", "json=fleet.json")
    assert result.code == 2
    assert "is given with a password or token" in result.err
    assert "hunter2" not in result.out + result.err
    assert not (tmp_path / "fleet.json").exists()


def test_the_text_names_the_rules_that_block(judged: Result) -> None:
    assert "\nblocked: pickled: weights/pickle-format" in judged.out, judged.out
