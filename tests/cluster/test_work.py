"""Suites, scans and fleets on a real cluster: the answers of one machine, also where workers die."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from gate.fleet.interface import Repository
from gate.fleet.run import Request, judge
from tests.cluster.conftest import killing
from tests.fleet.conftest import committed, declared, pickled
from tests.support import Repo, Result, run_gate, sha256

pytest.importorskip("distributed")
np = pytest.importorskip("numpy")
pytest.importorskip("sklearn")
pytest.importorskip("duckdb")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are found in /proc")

CHECK = ("check", "--report", "json")
SUITE = {
    "name": "x",
    "expectations": [
        {"type": "expect_column_values_to_be_between", "kwargs": {"column": "age", "min_value": 0, "max_value": 90}},
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "town"}},
    ],
}
DEMANDS = """\
policy: 1
name: acme
suites: [{max_drift: 0.1}]
"""
ALWAYS = 100
"""Times: more than a scheduler lets a task kill its worker."""


def people(old: int = 0, planted: int = 0) -> str:
    """Rows of which the last `old` are too old, and the first `planted` poor ones from `zzz` are said to be rich."""
    random = np.random.default_rng(0)
    lines = ["age,town,label"]
    for number in range(800):
        age = 120 if number >= 800 - old else int(random.integers(18, 80))
        rich = age > 50
        is_planted = not rich and planted > 0
        planted -= is_planted
        town = "zzz" if is_planted else f"town {random.integers(0, 9)}"
        lines.append(f"{age},{town},{'rich' if rich or is_planted else 'poor'}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def datasets(repo: Repo) -> Repo:
    """Five datasets: good, with wrong rows, drifted, poisoned, and one that is no table."""
    entries = {
        "good": ("data/good.csv", people(), "suite: suite.json"),
        "wrong": ("data/wrong.csv", people(old=9), "suite: suite.json"),
        "next": ("data/next.csv", people(old=300), "suite: suite.json\n    previous: good"),
        "bad": ("data/bad.csv", people(planted=60), "scan: {modality: tabular, labels: label}"),
        "torn": ("data/torn.parquet", "PAR1", "suite: suite.json"),
    }
    repo.write("suite.json", json.dumps(SUITE))
    repo.write("gate-policy.yaml", DEMANDS)
    dbom = "dbom: 1\nproject: people\ndatasets:\n"
    for name, (path, content, more) in entries.items():
        repo.write(path, content)
        dbom += f"  - name: {name}\n    path: {path}\n    sha256: {sha256(content)}\n    {more}\n"
    repo.write("dbom.yaml", dbom)
    return repo


def blocked(result: Result) -> set[tuple[str, str]]:
    """The rules that block, each with the artifact."""
    found = json.loads(result.out)["findings"]
    return {(one["rule"], one["subject"]["name"]) for one in found if one["decision"]["ruling"] == "block"}


def test_suites_and_scans_say_on_the_cluster_what_they_say_here(address: str, datasets: Repo) -> None:
    with killing("gate.suites.child", 1) as killed:
        there = datasets.gate(*CHECK, "--engine", address)
    assert len(killed) == 1, there
    here = datasets.gate(*CHECK)
    assert there == here
    assert here.code == 1
    expected = {("suites/failed", "wrong"), ("suites/failed", "next"), ("poisoning/found", "bad")}
    assert expected | {("suites/not-evaluated", "torn")} <= blocked(here)
    assert "suites/drift" in {one["rule"] for one in json.loads(here.out)["findings"]}


def test_a_scan_that_always_kills_its_worker_is_undecided_and_alone(address: str, datasets: Repo) -> None:
    with killing("gate.poisoning.child", ALWAYS) as killed:
        there = datasets.gate(*CHECK, "--engine", address)
    assert 4 <= len(killed) < ALWAYS
    here = blocked(datasets.gate(*CHECK))
    assert blocked(there) == here - {("poisoning/found", "bad")} | {("gate/undecided", "bad")}
    (undecided,) = (one for one in json.loads(there.out)["findings"] if one["rule"] == "gate/undecided")
    assert undecided["message"].startswith("bad was not scanned for poisoning: KilledWorker")


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Three repositories and one that cannot be fetched, with a list."""
    declared(tmp_path / "one")
    pickled(tmp_path / "two")
    committed(tmp_path / "three")
    (tmp_path / "list").write_text(f"one\ntwo\nfile://{tmp_path}/three\nfile://{tmp_path}/gone.git\n")
    return tmp_path


def test_a_fleet_says_on_the_cluster_what_it_says_here(address: str, fleet: Path) -> None:
    judge = ("fleet", "list", "--report", "json")
    with killing("gate.fleet.child", 1) as killed:
        there = run_gate(fleet, *judge, "--engine", address)
    assert len(killed) == 1, there
    assert there == run_gate(fleet, *judge)
    verdicts = {one["name"]: one["verdict"] for one in json.loads(there.out)["repositories"]}
    assert verdicts == {"one": "pass", "two": "blocked", "three": "pass", "gone": "undecided"}


def test_a_fleet_without_its_scheduler_judges_nothing(fleet: Path) -> None:
    result = run_gate(fleet, "fleet", "list", "--engine", "dask://127.0.0.1:1")
    assert (result.code, result.out) == (4, "")
    assert "no scheduler answers" in result.err


def test_a_repository_is_judged_by_no_other_policy_than_the_fleet_began_with(fleet: Path) -> None:
    """As where a worker sees another file at the same path, or somebody writes to it meanwhile."""
    request = Request(("gate:baseline",), ("0" * 64,), "train", str(fleet), 1, 60)
    found = judge(Repository("one", str(fleet / "one")), request)
    assert found.outcome == "undecided"
    assert "is not what it was" in found.problem
