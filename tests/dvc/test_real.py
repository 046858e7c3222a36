"""The gate beside the real DVC: what DVC takes for unchanged and is not, and what it wrote read back."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.dvc.conftest import Dvc, objects, overwrite
from tests.support import Repo

CSV = "id,label\n1,stop\n2,give way\n"
EVIL = CSV.replace("stop", "turn")
OURS = {"dvc/digest-mismatch", "dvc/line-endings-only", "dvc/undeclared", "dvc/malformed", "dvc/outside-root"}


def _declared(repo: Repo, dvc: Dvc) -> None:
    repo.write("data/signs.csv", CSV)
    dvc("add", "data/signs.csv")
    added = repo.gate("add", "data/signs.csv.dvc", "--name", "signs", "--version", "1")
    assert added.code == 0, added.err
    assert "its MD5 is what data/signs.csv.dvc recorded" in added.out
    repo.track()


def test_a_tampered_remote_that_dvc_pulls_is_caught(repo: Repo, dvc: Dvc, remote: Path) -> None:
    _declared(repo, dvc)
    dvc("push")
    repo.delete(".dvc/cache")
    repo.delete("data/signs.csv")
    (stored,) = objects(remote)
    overwrite(stored, EVIL)
    dvc("pull")
    assert repo.text("data/signs.csv") == EVIL
    assert "up to date" in dvc("status")
    assert {"integrity/digest-mismatch", "dvc/digest-mismatch"} <= repo.rules()


def test_a_tampered_cache_that_dvc_checks_out_is_caught(repo: Repo, dvc: Dvc) -> None:
    _declared(repo, dvc)
    repo.delete("data/signs.csv")
    (stored,) = objects(repo.root / ".dvc" / "cache")
    overwrite(stored, EVIL)
    dvc("checkout")
    assert repo.text("data/signs.csv") == EVIL
    assert {"integrity/digest-mismatch", "dvc/digest-mismatch"} <= repo.rules()


def test_an_edit_that_keeps_the_time_of_the_file_is_caught(repo: Repo, dvc: Dvc) -> None:
    _declared(repo, dvc)
    path = repo.root / "data" / "signs.csv"
    before = path.stat()
    dvc("status")
    with path.open("r+") as file:
        file.write(EVIL)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "up to date" in dvc("status")
    assert {"integrity/digest-mismatch", "dvc/digest-mismatch"} <= repo.rules()


def test_a_version_that_only_dvc_knows_is_told_apart_from_tampering(repo: Repo, dvc: Dvc) -> None:
    _declared(repo, dvc)
    repo.write("data/signs.csv", EVIL)
    dvc("add", "data/signs.csv")
    assert repo.rules() & (OURS | {"integrity/digest-mismatch"}) == {"integrity/digest-mismatch"}


def test_a_directory_is_compared_by_its_manifest(repo: Repo, dvc: Dvc) -> None:
    for i in range(30):
        repo.write(f"data/signs/{i % 3}/ü {i}.csv", f"{CSV}{i},x\n")
    dvc("add", "data/signs")
    added = repo.gate("add", "data/signs.dvc", "--name", "signs")
    assert "its MD5 is what data/signs.dvc recorded" in added.out, added.err
    repo.track()
    assert repo.rules() & OURS == set()
    repo.write("data/signs/1/ü 4.csv", EVIL)
    repo.write("data/signs/1/new.csv", CSV)
    (found,) = [one for one in repo.findings() if one.rule == "dvc/digest-mismatch"]
    assert found.at == "data/signs.dvc:2"
    assert set(found.related) == {"data/signs/1/ü 4.csv", "data/signs/1/new.csv"}
    repo.delete(".dvc/cache")
    assert "dvc/digest-mismatch" in repo.rules()


def test_what_lies_above_and_beneath_the_outputs_is_compared(repo: Repo, dvc: Dvc) -> None:
    for name in ("train", "test"):
        repo.write(f"data/{name}/a.csv", CSV)
    dvc("add", "data/train", "data/test/a.csv")
    assert repo.gate("add", "data/train/a.csv", "--name", "train").code == 0
    assert repo.gate("add", "data/test", "--name", "test").code == 0
    repo.track()
    assert repo.rules() & OURS == set()
    repo.write("data/train/a.csv", EVIL)
    repo.write("data/test/a.csv", EVIL)
    found = {one.at for one in repo.findings() if one.rule == "dvc/digest-mismatch"}
    assert found == {"data/train.dvc:2", "data/test/a.csv.dvc:2"}


def test_a_pipeline_is_read_as_dvc_wrote_it(repo: Repo, dvc: Dvc) -> None:
    repo.write("prepare.py", f"open('clean.csv', 'w').write({CSV!r}); open('rows.json', 'w').write('2')")
    repo.write(
        "dvc.yaml",
        "stages:\n  prepare:\n    cmd: python3 prepare.py\n    deps: [prepare.py]\n    outs: [clean.csv]\n"
        "    metrics:\n    - rows.json: {cache: false}\n  later:\n    cmd: 'true'\n    outs: [later.csv, '${x}.csv']\n"
        "params: []\nvars:\n- x: y\n",
    )
    dvc("repro", "prepare")
    repo.track()
    report = repo.report()
    found = {one["location"]["path"]: one["message"] for one in report["findings"] if one["rule"] == "dvc/undeclared"}
    assert "DVC keeps clean.csv" in found["dvc.lock"]
    assert "DVC keeps later.csv" in found["dvc.yaml"]
    assert len(found) == 2
    assert any("has no name before its pipeline runs: dvc.yaml:10 (${x}.csv)" in note for note in report["notes"])
    assert repo.gate("add", "clean.csv").code == 0
    repo.write("clean.csv", EVIL)
    assert "dvc.lock" in {one.at.partition(":")[0] for one in repo.findings() if one.rule == "dvc/digest-mismatch"}


def test_an_import_says_where_it_came_from(repo: Repo, dvc: Dvc, tmp_path: Path) -> None:
    dvc("--version")
    other = tmp_path / "other"
    shutil.copytree(repo.root, other)
    elsewhere = Repo(other, repo.home, repo._monkeypatch)
    elsewhere.write("signs.csv", CSV)
    elsewhere.git("add", "--all")
    elsewhere.git("commit", "--quiet", "--message=data")
    dvc("import", str(other), "signs.csv", "--out", "signs.csv")
    repo.track()
    assert "dvc/unpinned-import" not in repo.rules()
    assert repo.gate("add", "signs.csv.dvc", "--name", "signs").code == 0
    text = repo.text("dbom.yaml")
    commit = repo.text("signs.csv.dvc").partition("rev_lock: ")[2][:40]
    assert f"url: {other}" in text
    assert f"revision: {commit}" in text
    repo.edit("signs.csv.dvc", f"    rev_lock: {commit}\n", "")
    assert "dvc/unpinned-import" in repo.rules()


def test_ten_thousand_files(repo: Repo, dvc: Dvc) -> None:
    for i in range(10_000):
        repo.write(f"data/signs/{i % 50}/{i}.txt", f"{i}\n")
    dvc("add", "data/signs")
    added = repo.gate("add", "data/signs.dvc", "--name", "signs")
    assert "its MD5 is what data/signs.dvc recorded" in added.out, added.err
    repo.write("data/signs/7/7.txt", "8\n")
    (found,) = [one for one in repo.findings() if one.rule == "dvc/digest-mismatch"]
    assert found.related == ("data/signs/7/7.txt",)


@pytest.mark.parametrize("kind", ["symlink", "hardlink"])
def test_a_linked_cache_is_read_where_the_policy_names_it(repo: Repo, dvc: Dvc, tmp_path: Path, kind: str) -> None:
    cache = tmp_path / "cache"
    dvc("cache", "dir", str(cache))
    dvc("config", "cache.type", kind)
    repo.write("data/signs/a.csv", CSV)
    dvc("add", "data/signs")
    repo.write("gate-policy.yaml", f"policy: 1\ncache_roots: ['{cache}']\n")
    added = repo.gate("add", "data/signs.dvc", "--name", "signs")
    assert "its MD5 is what data/signs.dvc recorded" in added.out, added.err
    repo.track()
    assert repo.rules() & (OURS | {"integrity/symlink", "integrity/outside-root"}) == set()
    overwrite(objects(cache)[0], EVIL)
    assert {"integrity/digest-mismatch", "dvc/digest-mismatch"} <= repo.rules()
