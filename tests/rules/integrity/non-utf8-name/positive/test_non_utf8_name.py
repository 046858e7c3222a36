"""Names that are not UTF-8 cannot be written into a case, nor onto every file system."""

from __future__ import annotations

import pytest

from tests.support import Repo

LATIN = b"data/x/caf\xe9.csv"


def _write(repo: Repo, name: bytes) -> None:
    try:
        repo.write(name, "a,b\n")
    except OSError:
        pytest.skip("this file system holds UTF-8 names only")


@pytest.mark.parametrize("fixture", ["repo", "bare"])
def test_a_name_in_latin_1_is_a_finding_of_its_directory(fixture: str, request: pytest.FixtureRequest) -> None:
    repo: Repo = request.getfixturevalue(fixture)
    _write(repo, LATIN)
    repo.write("data/x/plain.csv", "c\n")
    assert repo.gate("add", "data/x", "--name", "x", "--version", "1").code == 0
    found = [finding for finding in repo.findings() if finding.rule == "integrity/non-utf8-name"]
    assert [(finding.at, finding.related) for finding in found] == [("dbom.yaml:5", ("data/x/caf\\xe9.csv",))]
    assert repo.report()["completeness"]["percent"] == 100.0


def test_a_changed_file_with_such_a_name_is_still_a_mismatch(repo: Repo) -> None:
    _write(repo, LATIN)
    assert repo.gate("add", "data/x", "--name", "x", "--version", "1").code == 0
    repo.write(LATIN, "a,c\n")
    result = repo.gate("check")
    assert result.code == 1
    assert "data/x/caf\\xe9.csv" in result.out
    assert "integrity/digest-mismatch" in repo.rules()


def test_two_names_that_differ_in_one_undecodable_byte_are_told_apart(repo: Repo) -> None:
    _write(repo, LATIN)
    _write(repo, LATIN.replace(b"\xe9", b"\xe8"))
    assert repo.gate("add", "data/x", "--name", "x", "--version", "1").code == 0
    assert repo.bytes("dbom/x.sha256").count(b"\n") == 2
    assert "integrity/case-collision" not in repo.rules()
