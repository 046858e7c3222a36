"""`gate.check`: the verdict of `gate check`, as a value."""

from __future__ import annotations

import pytest

import gate
from tests.support import PICKLE, Repo


def test_a_repository_that_passes(job: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    verdict = gate.check()
    assert (verdict.outcome, verdict.exit_code) == ("pass", 0)
    assert verdict.completeness == 100.0
    assert capfd.readouterr() == ("", "")


def test_what_is_wrong_is_in_the_verdict(job: Repo) -> None:
    job.write("data/train.csv", "a,b\n6,6\n")
    verdict = gate.check(root=job.root)
    assert (verdict.outcome, verdict.exit_code) == ("blocked", 1)
    blocking = {decision.finding.rule for decision in verdict.decisions if decision.ruling == "block"}
    assert blocking == {"integrity/digest-mismatch"}


def test_paths_are_named_from_the_working_directory(job: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    job.write("data/train.csv", "a,b\n6,6\n")
    monkeypatch.chdir(job.root / "data")
    assert gate.check(paths=["signs"]).outcome == "pass"
    assert gate.check(paths=[job.root / "data/train.csv"]).outcome == "blocked"


def test_the_policy_and_the_stage_are_those_that_were_named(job: Repo) -> None:
    job.write("blob", PICKLE)
    assert gate.check(policies=["gate:research"], paths=["blob"]).policies == ("gate:research",)
    assert gate.check(policies="gate:strict", paths="data").policies == ("gate:strict",)
    assert gate.check(stage="release").stage == "release"
    assert gate.check(policies=["gate:strict"]).outcome == "blocked"


def test_a_policy_is_named_from_the_working_directory(job: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    job.write("data/mild.yaml", "policy: 1\nname: mild\nextends: ['gate:research']\n")
    monkeypatch.chdir(job.root / "data")
    assert gate.check(policies=["mild.yaml", "gate:baseline"]).policies[0].startswith("mild")


def test_it_says_what_the_command_says(job: Repo) -> None:
    job.write("data/signs/stop/1.png", "other")
    verdict, report = gate.check(), job.report()
    assert {decision.finding.message for decision in verdict.decisions} == {f["message"] for f in report["findings"]}
    assert verdict.exit_code == report["exit_code"]


def test_a_change_is_compared_with_its_base(job: Repo) -> None:
    job.git("commit", "--quiet", "-m", "first")
    job.write("dbom.yaml", "dbom: 1\n")
    verdict = gate.check(base="main")
    assert "dbom/artifact-dropped" in {decision.finding.rule for decision in verdict.decisions}


def test_more_jobs_say_the_same(job: Repo) -> None:
    assert gate.check(jobs=4) == gate.check()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"stage": "trian"}, 'did you mean "train"'),
        ({"policies": ["gate:lax"]}, "there is no pack"),
        ({"policies": ["lax.yaml"]}, r"lax\.yaml"),
        ({"paths": ["nowhere"]}, "nowhere is neither a file nor declared"),
        ({"paths": ["/etc"]}, "lies outside"),
        ({"root": "nowhere"}, "is not a directory"),
    ],
)
def test_mistakes_of_the_caller_raise(job: Repo, arguments: dict[str, object], said: str) -> None:
    with pytest.raises(gate.UsageError, match=said):
        gate.check(**arguments)  # type: ignore[arg-type]


def test_a_base_that_is_not_there_is_undecided(job: Repo) -> None:
    verdict = gate.check(base="no-such-branch")
    assert (verdict.outcome, verdict.exit_code) == ("undecided", 4)
