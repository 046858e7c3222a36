"""`gate update`: what it writes, and what it leaves alone."""

from __future__ import annotations

import pytest

from tests.support import Repo, sha256

CSV = "a,b\n1,2\n"
NEW = "a,b\n1,2\n3,4\n"

DBOM = """\
# The bill of materials.
dbom: 1
datasets:
  # the first
  - name: x   # a name
    path: "data/x.csv"   # a path
    sha256: {sha256}   # a digest
    version: '1'   # a version
    size: {size}

  # the second
  - {{name: y, path: data/y.csv, sha256: {sha256}, version: "1"}}  # flow
# The end.
"""


@pytest.fixture
def declared(repo: Repo) -> Repo:
    """Two datasets that hold, in a DBOM with comments."""
    for name in ("x", "y"):
        repo.write(f"data/{name}.csv", CSV)
    repo.write("dbom.yaml", DBOM.format(sha256=sha256(CSV), size=len(CSV)))
    return repo


def _refused(repo: Repo, *arguments: str) -> str:
    before = repo.tree()
    result = repo.gate("update", *arguments)
    assert result.code == 2
    assert repo.tree() == before
    return result.err


def test_only_the_values_that_changed_are_written(declared: Repo) -> None:
    before = declared.text("dbom.yaml")
    declared.write("data/x.csv", NEW)
    assert declared.gate("update", "x", "--version", "1.10").code == 0
    expected = before.replace(f"{sha256(CSV)}   # a digest", f"{sha256(NEW)}   # a digest")
    expected = expected.replace("version: '1'", 'version: "1.10"').replace("size: 8", "size: 12")
    assert declared.text("dbom.yaml") == expected
    assert declared.gate("check").code == 0


def test_an_entry_in_braces_stays_in_braces(declared: Repo) -> None:
    before = declared.text("dbom.yaml")
    declared.write("data/y.csv", NEW)
    assert declared.gate("update", "y", "--version", "2").code == 0
    lines = declared.text("dbom.yaml").splitlines()
    assert [line for line in before.splitlines() if "name: y" not in line] == [
        line for line in lines if "name: y" not in line
    ]
    (line,) = [line for line in lines if "name: y" in line]
    assert line.endswith("}  # flow")
    assert sha256(NEW) in line
    assert declared.gate("check").code == 0


def test_without_a_change_nothing_is_written(declared: Repo) -> None:
    assert declared.gate("update", "x").code == 0
    before = declared.tree()
    result = declared.gate("update", "x")
    assert (result.code, result.out) == (0, "x: unchanged\n")
    assert declared.tree() == before


def test_changed_bytes_need_a_new_version(declared: Repo) -> None:
    declared.write("data/x.csv", NEW)
    assert "--version" in _refused(declared, "x")
    assert "--version" in _refused(declared, "x", "--version", "1")
    assert "--version" in _refused(declared)
    assert declared.gate("check").code == 1


def test_one_artifact_that_needs_a_version_keeps_all_from_being_written(declared: Repo) -> None:
    declared.write("data/x.csv", NEW)
    declared.edit("dbom.yaml", f'sha256: {sha256(CSV)}, version: "1"', 'version: "1"')
    _refused(declared, "x", "y")
    _refused(declared)


def test_a_version_is_for_one_artifact(declared: Repo) -> None:
    _refused(declared, "--version", "2")
    _refused(declared, "x", "y", "--version", "2")


def test_an_unknown_name_is_answered_with_the_nearest_one(declared: Repo) -> None:
    declared.edit("dbom.yaml", "name: y,", "name: traffic-signs,")
    assert 'did you mean "traffic-signs"?' in _refused(declared, "trafic-signs")


def test_missing_keys_are_added_behind_the_digest_or_the_path(declared: Repo) -> None:
    before = declared.text("dbom.yaml")
    declared.write("dbom.yaml", before.replace(f"    sha256: {sha256(CSV)}   # a digest\n", ""))
    declared.edit("dbom.yaml", "    size: 8\n", "")
    assert declared.gate("update", "x").code == 0
    lines = declared.text("dbom.yaml").splitlines()
    place = lines.index('    path: "data/x.csv"   # a path')
    assert set(lines[place + 1 : place + 3]) == {f"    sha256: {sha256(CSV)}", "    size: 8"}
    assert declared.gate("check").code == 0


def test_a_key_without_a_value_gets_one(declared: Repo) -> None:
    declared.edit("dbom.yaml", f"sha256: {sha256(CSV)}   # a digest", "sha256:   # a digest")
    assert declared.gate("update", "x").code == 0
    assert f"    sha256: {sha256(CSV)}   # a digest\n" in declared.text("dbom.yaml")


@pytest.mark.parametrize("version", ["|\n      1", ">-\n      1\n      2", '"1 \\\n      2"', "1\n      2", "~", ""])
def test_a_version_in_any_style_is_replaced(declared: Repo, version: str) -> None:
    declared.edit("dbom.yaml", "version: '1'   # a version", f"version: {version}")
    declared.write("data/x.csv", NEW)
    result = declared.gate("update", "x", "--version", "2")
    assert result.code == 0, result.err
    assert "    size: 12\n" in declared.text("dbom.yaml")
    assert declared.gate("check").code == 0


def test_a_directory_gets_a_new_listing(repo: Repo) -> None:
    repo.write("data/x/a.csv", CSV)
    assert repo.gate("add", "data/x", "--version", "1").code == 0
    repo.write("data/x/b.csv", NEW)
    assert repo.gate("check").code == 1
    assert repo.gate("update", "x", "--version", "2").code == 0
    assert repo.text("dbom/x.sha256") == f"{sha256(CSV)}  a.csv\n{sha256(NEW)}  b.csv\n"
    assert repo.report()["completeness"]["percent"] == 100.0


def test_a_lost_listing_comes_back(repo: Repo) -> None:
    repo.write("data/x/a.csv", CSV)
    assert repo.gate("add", "data/x", "--version", "1").code == 0
    before = repo.tree()
    repo.delete("dbom/x.sha256")
    assert repo.gate("update", "x").code == 0
    assert repo.tree() == before


def test_a_directory_without_a_listing_gets_one(repo: Repo) -> None:
    repo.write("data/x/a.csv", CSV)
    repo.write("dbom.yaml", "dbom: 1\ndatasets:\n  - name: x\n    path: data/x\n    version: 1\n")
    assert repo.gate("update", "x").code == 0
    assert repo.report()["completeness"]["percent"] == 100.0
    assert "    listing: dbom/x.sha256\n" in repo.text("dbom.yaml")


def test_carriage_returns_and_a_byte_order_mark_stay(declared: Repo) -> None:
    before = b"\xef\xbb\xbf" + declared.bytes("dbom.yaml").replace(b"\n", b"\r\n")
    declared.write("dbom.yaml", before)
    declared.write("data/x.csv", NEW)
    assert declared.gate("update", "x", "--version", "2").code == 0
    after = declared.bytes("dbom.yaml")
    assert after.count(b"\n") == after.count(b"\r\n")
    assert after.startswith(b"\xef\xbb\xbf# The bill")


def test_a_missing_dbom_or_artifact_is_an_error(declared: Repo) -> None:
    declared.delete("data/x.csv")
    assert "data/x.csv" in _refused(declared, "x")
    declared.delete("dbom.yaml")
    _refused(declared, "x")


def test_all_artifacts_are_looked_at_when_none_is_named(declared: Repo) -> None:
    declared.edit("dbom.yaml", "size: 8", "size: 7")
    assert declared.gate("update").code == 0
    assert "    size: 8\n" in declared.text("dbom.yaml")
    assert declared.gate("check").code == 0
