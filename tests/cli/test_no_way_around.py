"""Ways around the gate that somebody found once: each ends as it should."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support import Repo, pointer

PICKLE = b"\x80\x04}\x94\x8c\x01w\x94K\x01s."
ENCRYPTED = (  # a zip with one member that is marked as encrypted
    b"PK\x03\x04\x14\x00\x01\x00\x00\x00\x00\x00!X\x86\xa6\x106\x05\x00\x00\x00\x05\x00\x00\x00\x01\x00\x00\x00ahello"
    b"PK\x01\x02\x14\x03\x14\x00\x01\x00\x00\x00\x00\x00!X\x86\xa6\x106\x05\x00\x00\x00\x05\x00\x00\x00\x01\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x00\x00\x00\x00aPK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00/\x00\x00\x00"
    b"$\x00\x00\x00\x00\x00"
)


@pytest.mark.parametrize("name", ["enc.zip", "enc.csv", "enc.jsonl.gz"])
def test_the_name_of_a_data_file_does_not_hide_what_is_wrong_with_its_content(repo: Repo, name: str) -> None:
    repo.write(name, ENCRYPTED)
    assert "weights/unscannable" in repo.rules()


@pytest.mark.parametrize("only", [",", "", " , "])
def test_a_choice_of_no_family_is_an_error(repo: Repo, only: str) -> None:
    repo.write("m.pkl", PICKLE)
    assert repo.gate("check", f"--only={only}").code == 2


def test_what_cannot_be_looked_into_is_told_whichever_families_run(repo: Repo, tmp_path: Path) -> None:
    repo.write("a.csv", "x\n")
    assert repo.gate("add", "a.csv").code == 0
    (tmp_path / "elsewhere.csv").write_bytes(PICKLE)
    repo.delete("a.csv")
    repo.link("a.csv", tmp_path / "elsewhere.csv")
    assert "integrity/outside-root" in repo.rules("--only", "weights")


def test_a_link_to_what_git_ignores_is_undeclared_data(repo: Repo) -> None:
    repo.write(".gitignore", "cache/\n")
    repo.write("cache/m.pkl", PICKLE)
    repo.link("model.pkl", "cache/m.pkl")
    assert "dbom/undeclared-data" in repo.rules()
    assert repo.gate("check", "--policy", "gate:strict").code == 1


def test_a_link_to_what_is_judged_at_its_own_place_is_no_finding(repo: Repo) -> None:
    repo.write("real/readme.txt", "hello\n")
    repo.link("readme.txt", "real/readme.txt")
    repo.link("also", "real")
    assert repo.rules() == set()


def test_an_undeclared_pointer_is_undeclared_data(repo: Repo) -> None:
    repo.write("models/m.pt", pointer(PICKLE))
    assert repo.rules() == {"dbom/undeclared-data"}
    assert repo.gate("check", "--policy", "gate:strict").code == 1


@pytest.mark.parametrize("selector", ["{path: }", "{}", "{kind: ~}", "{name: null, kind: model}"])
def test_a_selector_that_selects_nothing_in_particular_is_an_error(repo: Repo, selector: str) -> None:
    repo.write("m.pkl", PICKLE)
    repo.write("gate-policy.yaml", f"policy: 1\nrules:\n  weights/pickle-format: {{enforce: off, for: {selector}}}\n")
    assert repo.gate("check").code == 2


def test_git_is_asked_about_this_repository_and_no_other(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write("m.pkl", PICKLE)
    repo.track()
    other = tmp_path / "other"
    other.mkdir()
    repo.git("init", "--quiet", str(other))
    (other / ".git" / "info" / "exclude").write_text("*\n")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert "weights/pickle-format" in repo.rules()


@pytest.mark.parametrize(
    "revision", ["origin/main", "heads/main", "refs/tags/../heads/main", "refs/heads/v1", "latest"]
)
def test_a_revision_that_can_move_is_not_pinned(repo: Repo, revision: str) -> None:
    repo.write("a.csv", "x\n")
    assert repo.gate("add", "a.csv", "--source", "https://github.com/a/b", "--revision", revision).code == 0
    assert "dbom/unpinned-origin" in repo.rules()


def test_an_empty_version_is_no_version(repo: Repo) -> None:
    repo.write("a.csv", "x\n")
    assert repo.gate("add", "a.csv").code == 0
    repo.edit("dbom.yaml", "size:", 'version: ""\n    size:')
    assert repo.gate("check").code == 2


def test_no_listing_is_written_behind_a_link_out_of_the_repository(repo: Repo, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    repo.write("data/a.csv", "x\n")
    repo.link("dbom", victim)
    assert repo.gate("add", "data").code == 2
    assert list(victim.iterdir()) == []


@pytest.mark.parametrize("kind", ["source", "fifo", "link"])
def test_an_update_replaces_nothing_but_a_listing(repo: Repo, tmp_path: Path, kind: str) -> None:
    repo.write("data/a.csv", "x\n")
    assert repo.gate("add", "data", "--version", "1").code == 0
    if kind == "source":
        repo.write("train.py", "print()\n")
    elif kind == "fifo":
        os.mkfifo(repo.path("train.py"))
    else:
        (tmp_path / "victim").write_text("keep\n")
        repo.link("train.py", tmp_path / "victim")
    repo.edit("dbom.yaml", "dbom/data.sha256", "train.py")
    repo.write("data/a.csv", "y\n")
    assert repo.gate("update", "data", "--version", "2").code == 2
    if kind == "source":
        assert repo.text("train.py") == "print()\n"


def test_no_command_is_an_error(repo: Repo) -> None:
    assert repo.gate().code == 2
    assert repo.gate("").code == 2


def test_a_link_into_what_no_walk_enters_is_no_pass(repo: Repo) -> None:
    repo.write("c/.git/x.pkl", PICKLE)
    repo.link("c/model.pkl", ".git/x.pkl")
    assert "integrity/symlink" in repo.rules("scan", "c")


@pytest.mark.parametrize("reports", [["json=dbom.yaml"], ["json=x.out", "sarif=x.out"], ["text=gate-policy.yaml"]])
def test_a_report_replaces_nothing_that_the_gate_reads(repo: Repo, reports: list[str]) -> None:
    repo.write("dbom.yaml", "dbom: 1\n")
    assert repo.gate("check", *(f"--report={report}" for report in reports)).code == 2
    assert repo.text("dbom.yaml") == "dbom: 1\n"
