"""`gate import` of what DVC keeps: by files as DVC itself writes them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support import Repo, sha256

FILE, MEMBER = "a,b\n1,2\n", "a,b\n1,3\n"


@pytest.fixture
def dvc(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository in which DVC keeps a file and a directory."""
    pytest.importorskip("dvc", reason='pip install "dbom-gate[dvc]"')
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    repo.write("data/a.csv", FILE)
    repo.write("data/d/x.csv", MEMBER)
    for command in (["init", "--quiet"], ["add", "--quiet", "data/a.csv", "data/d"]):
        subprocess.run([sys.executable, "-m", "dvc", *command], cwd=repo.root, check=True, capture_output=True)
    return repo


def test_files_and_directories_are_declared_by_their_sha256(dvc: Repo) -> None:
    result = dvc.gate("import", "data/a.csv.dvc", "data/d.dvc")
    assert result.code == 0, result.err
    assert "data/a.csv: its MD5 is what data/a.csv.dvc recorded" in result.out
    assert f"sha256: {sha256(FILE)}" in dvc.text("dbom.yaml")
    assert dvc.text("dbom/d.sha256") == f"{sha256(MEMBER)}  x.csv\n"
    assert not {rule for rule in dvc.rules() if rule.startswith(("integrity/", "dvc/undeclared"))}
    again = dvc.gate("import", "data/a.csv.dvc", "data/d.dvc")
    assert (again.code, "nothing was written" in again.out) == (0, True)


def test_bytes_that_dvc_did_not_record_are_refused_and_nothing_is_written(dvc: Repo) -> None:
    dvc.delete("data/d/x.csv")
    dvc.write("data/d/x.csv", "a,b\n6,6\n")
    result = dvc.gate("import", "data/a.csv.dvc", "data/d.dvc")
    assert (result.code, "data/d is not what data/d.dvc recorded" in result.err) == (2, True)
    assert not (dvc.root / "dbom.yaml").exists()
    assert not (dvc.root / "dbom").exists()


def test_what_is_not_here_is_to_do(dvc: Repo) -> None:
    dvc.delete("data/a.csv")
    result = dvc.gate("import", "data/a.csv.dvc")
    assert (result.code, (dvc.root / "dbom.yaml").exists()) == (3, False)
    assert "  dvc pull data/a.csv.dvc && gate import data/a.csv.dvc\n" in result.out


def test_a_listing_that_is_there_is_not_replaced(dvc: Repo) -> None:
    dvc.write("dbom/d.sha256", "mine")
    result = dvc.gate("import", "data/d.dvc")
    assert (result.code, "dbom/d.sha256 exists already" in result.err) == (2, True)
    assert dvc.text("dbom/d.sha256") == "mine"
    assert not (dvc.root / "dbom.yaml").exists()
