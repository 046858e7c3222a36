"""Suites as users meet them: a dataset in the DBOM, a run of the gate, and what the reports say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gate import limited
from gate.checks import rows
from gate.suites import run as runner
from tests.support import PROJECT, Repo

DBOM = """\
dbom: 1
datasets:
  - name: x
    path: data/x.csv
    suite: expectations/x.json
"""
CSV = "id,label\n1,cat\n2,dog\n3,cow\n4,cat\n5,\n6,yak\n"
QUIET = """\
policy: 1
rules:
  dbom/incomplete: {enforce: off}
  dbom/no-license: {enforce: off}
  dbom/no-origin: {enforce: off}
  poisoning/not-scanned: {enforce: off}
  signatures/missing: {enforce: off}
"""
IN_SET: dict[str, Any] = {
    "type": "expect_column_values_to_be_in_set",
    "kwargs": {"column": "label", "value_set": ["cat", "dog"]},
}
UNIQUE: dict[str, Any] = {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "id"}}


def _write(repo: Repo, *expectations: dict[str, Any], csv: str = CSV, more: str = "") -> None:
    repo.write("data/x.csv", csv)
    repo.write("expectations/x.json", json.dumps({"name": "x", "expectations": expectations}, indent=1))
    repo.write("dbom.yaml", DBOM + more)
    repo.write("gate-policy.yaml", QUIET)


def _findings(repo: Repo, *options: str) -> list[dict[str, Any]]:
    return [
        finding
        for finding in repo.report(*options)["findings"]
        if finding["rule"].startswith(("suites/", "gate/")) and finding["decision"]["ruling"] != "off"
    ]


@pytest.mark.parametrize("engine", ["auto", "reference"])
def test_every_report_names_the_rows_that_fail(repo: Repo, engine: str) -> None:
    _write(repo, IN_SET, UNIQUE)
    (finding,) = _findings(repo, "--engine-suites", engine)
    assert finding["rule"] == "suites/failed"
    assert '"label" must be in ["cat", "dog"]; 2 of 5 values are not as expected (40.00%)' in finding["message"]
    places = [(place["path"], place["line"], place["message"]) for place in finding["related"]]
    assert places[:2] == [("data/x.csv", 4, '"cow"'), ("data/x.csv", 7, '"yak"')]
    assert places[2][0] == "expectations/x.json"
    evidence = finding["evidence"]
    counts = [evidence[key] for key in ("element_count", "missing_count", "unexpected_count", "rows")]
    assert counts == [6, 1, 2, [2, 5]]
    text = repo.gate("check", "--engine-suites", engine)
    assert (text.code, 'in: data/x.csv, line 4: "cow"' in text.out) == (1, True)
    sarif = json.loads(repo.gate("check", "--engine-suites", engine, "--report", "sarif").out)
    related = sarif["runs"][0]["results"][0]["relatedLocations"]
    lines = [place["physicalLocation"]["region"]["startLine"] for place in related]
    assert lines[:2] == [4, 7]


def test_a_suite_that_holds_passes_and_leaves_facts(repo: Repo) -> None:
    _write(repo, UNIQUE)
    report = repo.report()
    assert report["verdict"] == "pass"
    facts = report["artifacts"][0]["facts"]["suites"]
    assert facts == {
        "suite": "expectations/x.json",
        "evaluated": True,
        "expectations": 1,
        "legacy": False,
        "successful": 1,
        "rows": 6,
        "columns": 2,
        "engines": {"duckdb": 1},
    }


@pytest.mark.parametrize("weight", ["critical", "warning", "info"])
def test_the_severity_decides_what_becomes_of_it(repo: Repo, weight: str) -> None:
    _write(repo, {**IN_SET, "severity": weight})
    (finding,) = _findings(repo)
    assert finding["decision"]["ruling"] == ("block" if weight == "critical" else "warn")
    assert finding["evidence"]["severity"] == weight


def test_a_run_without_suites_imports_none_of_it(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\n")
    code = "import sys; from gate.cli.main import main; main(['check'])\n"
    code += "print([name for name in sys.modules if name in ('duckdb', 'pandas', 'gate.suites', 'gate.data')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=repo.root, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_missing_library_is_undecided_and_named(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(repo, UNIQUE)
    monkeypatch.setattr(limited, "_BOOT", "import sys; sys.modules['duckdb'] = None; " + limited._BOOT)
    (finding,) = _findings(repo)
    assert (finding["rule"], finding["fix"]) == ("gate/undecided", "pip install 'dbom-gate[suites]'")
    assert repo.gate("check").code == 4


def test_too_little_memory_is_undecided(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(repo, UNIQUE)
    monkeypatch.setattr(runner, "ROOM", 0)
    monkeypatch.setattr(runner, "RATIO", 0)
    assert [finding["rule"] for finding in _findings(repo)] == ["gate/undecided"]
    assert repo.gate("check").code == 4


def test_too_little_time_is_undecided(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(repo, UNIQUE)
    for name in ("STARTUP", "EACH"):
        monkeypatch.setattr(runner, name, 0)
    (finding,) = _findings(repo)
    assert "took longer than" in finding["message"]
    assert repo.gate("check").code == 4


def test_a_file_that_changes_between_the_digest_and_the_rows_is_undecided(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(repo, UNIQUE)
    real = rows.run

    def changed(*arguments: Any) -> Any:
        repo.write("data/x.csv", CSV + "7,cat\n")
        return real(*arguments)

    monkeypatch.setattr(rows, "run", changed)
    (finding,) = _findings(repo)
    assert (finding["rule"], "was written to while" in finding["message"]) == ("gate/undecided", True)


def test_a_pointer_is_no_matter_of_a_commit(repo: Repo) -> None:
    _write(repo, UNIQUE, csv=f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12\n")
    assert _findings(repo, "--stage", "pre-commit") == []
    assert [finding["rule"] for finding in _findings(repo)] == ["gate/undecided"]


@pytest.mark.parametrize("suite", ["link", "fifo", "directory"])
def test_a_suite_that_is_no_file_is_not_evaluated(repo: Repo, suite: str) -> None:
    _write(repo, UNIQUE)
    repo.delete("expectations/x.json")
    if suite == "link":
        repo.write("elsewhere.json", '{"name": "x", "expectations": []}')
        repo.link("expectations/x.json", "../elsewhere.json")
    elif suite == "fifo":
        repo.fifo("expectations/x.json")
    else:
        repo.write("expectations/x.json/y", "")
    assert [finding["rule"] for finding in _findings(repo)] == ["suites/not-evaluated"]


def test_the_entry_says_how_the_rows_are_read(repo: Repo) -> None:
    _write(
        repo,
        UNIQUE,
        csv="1;a\n2;b\n",
        more='    data: {format: csv, header: false, delimiter: ";", columns: {id: BIGINT, label: VARCHAR}}\n',
    )
    report = repo.report()
    assert report["verdict"] == "pass", report["findings"]
    assert report["artifacts"][0]["facts"]["suites"]["rows"] == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("data: {format: xls}", '"xls" is not known here'),
        ("data: {header: 'true'}", 'expected true or false, found "true"'),
        ("data: {delimiter: ab}", '"ab" is not one character'),
        ("data: {columns: {a: 'INT); DROP TABLE x'}}", "is not a type of DuckDB"),
        ("data: {colums: {}}", 'unknown key "colums"'),
    ],
)
def test_a_wrong_layout_is_an_error_with_its_place(repo: Repo, line: str, message: str) -> None:
    _write(repo, UNIQUE, more=f"    {line}\n")
    result = repo.gate("check")
    assert result.code == 2
    assert "dbom.yaml:6:" in result.err
    assert message in result.err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("suites: {min_rows: 0}", "at least 1"),
        ("suites: {kinds: [to_be_unique]}", "is not a type of expectation"),
        ("suites: {min_expectation: 3}", "did you mean"),
    ],
)
def test_a_wrong_demand_is_an_error_with_its_place(repo: Repo, line: str, message: str) -> None:
    _write(repo, UNIQUE)
    repo.write("gate-policy.yaml", f"policy: 1\n{line}\n")
    result = repo.gate("check")
    assert (result.code, "gate-policy.yaml:2:" in result.err, message in result.err) == (2, True, True)


def test_of_several_demands_the_strictest_of_each_thing_holds(repo: Repo) -> None:
    _write(repo, UNIQUE)
    demands = "suites:\n  - {min_rows: 7}\n  - {min_rows: 3, min_expectations: 2}\n"
    demands += "  - {kinds: [expect_table_*], from_stage: release}\n"
    repo.write("gate-policy.yaml", QUIET + demands)
    assert sorted(finding["rule"] for finding in _findings(repo)) == ["suites/not-evaluated", "suites/too-weak"]
    assert len(_findings(repo, "--stage", "release")) == 3
    shown = repo.gate("policy", "show").out
    assert "suites min_rows: 7  gate-policy.yaml:9:6" in shown


def test_a_suite_on_its_own(repo: Repo, tmp_path: Path) -> None:
    _write(repo, IN_SET, UNIQUE)
    failing = repo.gate("suite", "run", "expectations/x.json", "data/x.csv")
    assert failing.code == 1
    assert "1 of 2 expectations hold on 6 rows" in failing.out
    assert 'ok             the values of "id" must be unique' in failing.out
    assert "expectations/x.json:1" in failing.out
    report = json.loads(repo.gate("suite", "run", "expectations/x.json", "data/x.csv", "--report", "json").out)
    assert [finding["rule"] for finding in report["findings"]] == ["suites/failed"]
    _write(repo, UNIQUE)
    assert repo.gate("suite", "run", "expectations/x.json", "data/x.csv").code == 0
    assert repo.gate("suite", "run", "../expectations/x.json", "x.csv", cwd="data").code == 0
    missing = repo.gate("suite", "run", "expectations/x.json", "data/y.csv")
    assert (missing.code, "data/y.csv does not exist" in missing.err) == (2, True)


def test_the_command_is_in_the_help() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gate", "--help"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert "suite " in done.stdout
