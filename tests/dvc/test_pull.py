"""`gate check --pull`: what DVC keeps is fetched through DVC, verified, and only from where the policy says."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gate.dvc.private import private
from tests.dvc.conftest import Dvc, objects, overwrite
from tests.support import PICKLE, Repo

CSV = "id,label\n1,stop\n2,give way\n"
EVIL = CSV.replace("stop", "turn")


@pytest.fixture
def pushed(repo: Repo, dvc: Dvc, remote: Path) -> Path:
    """A declared file and a declared directory that only the remote has; the remote."""
    repo.write("data/signs.csv", CSV)
    for i in range(3):
        repo.write(f"data/more/{i}.csv", f"{CSV}{i}{i},x\n")
    dvc("add", "data/signs.csv", "data/more")
    for name in ("signs.csv", "more"):
        assert repo.gate("add", f"data/{name}.dvc", "--version", "1").code == 0
    dvc("push")
    _away(repo)
    repo.write("gate-policy.yaml", f"policy: 1\ndvc: {{remotes: ['{remote}']}}\n")
    repo.track()
    repo.git("commit", "--quiet", "--message=base")
    return remote


def _away(repo: Repo) -> None:
    for path in (".dvc/cache", "data/signs.csv", "data/more"):
        repo.delete(path)


def _here(repo: Repo) -> set[str]:
    return {path.name for path in (repo.root / "data").iterdir() if path.suffix != ".dvc"} - {".gitignore"}


def test_what_is_declared_and_not_here_is_fetched(repo: Repo, pushed: Path) -> None:
    assert "integrity/missing-file" in repo.rules()
    report = repo.report("--pull")
    assert report["exit_code"] == 0, report["findings"]
    assert "fetched, for it was declared and not here: 2 artifacts" in report["notes"]
    assert repo.text("data/signs.csv") == CSV
    assert {path.name for path in (repo.root / "data/more").iterdir()} == {"0.csv", "1.csv", "2.csv"}
    assert not list(repo.root.glob(".gate-pull-*"))


def test_what_is_here_stays_as_it_is(repo: Repo, pushed: Path) -> None:
    repo.write("data/signs.csv", EVIL)
    assert "integrity/digest-mismatch" in repo.rules("--pull")
    assert repo.text("data/signs.csv") == EVIL


def test_a_tampered_object_never_arrives(repo: Repo, pushed: Path, dvc: Dvc) -> None:
    tampered = next(path for path in objects(pushed) if path.read_text() == CSV)
    overwrite(tampered, EVIL)
    result = repo.gate("check", "--pull")
    assert result.code == 1, result.out
    assert "error[dvc/digest-mismatch]: data/signs.csv could not be fetched: the remote hands out other" in result.out
    assert _here(repo) == {"more"}
    dvc("pull")
    assert repo.text("data/signs.csv") == EVIL


@pytest.mark.parametrize("mode", [0o644, 0o444])
def test_the_remote_stays_as_it_is(repo: Repo, pushed: Path, mode: int) -> None:
    """DVC itself removes an object that has another MD5 than its name, and what it would prove with it."""
    tampered = next(path for path in objects(pushed) if path.read_text() == CSV)
    overwrite(tampered, EVIL)
    for path in objects(pushed):
        path.chmod(mode)
    before = {path: (path.read_bytes(), path.stat().st_mode) for path in objects(pushed)}
    for _ in range(2):
        assert "dvc/digest-mismatch" in repo.rules("--pull")
    assert {path: (path.read_bytes(), path.stat().st_mode) for path in objects(pushed)} == before
    assert _here(repo) == {"more"}


def test_an_object_that_is_not_there_is_told_apart_from_one_that_was_tampered_with(repo: Repo, pushed: Path) -> None:
    """In a directory, which has a manifest: another of its files was tampered with."""
    gone, evil, _ = (path for path in objects(pushed) if path.read_text() != CSV)
    gone.unlink()
    says = "undecided[gate/undecided]: data/more could not be fetched: the remote does not have all"
    assert says in repo.gate("check", "--pull").out
    gone.write_text(evil.read_text())
    assert "dvc/digest-mismatch" in repo.rules("--pull")
    assert _here(repo) == {"signs.csv"}


def test_a_remote_whose_package_is_not_installed_says_which(repo: Repo, pushed: Path) -> None:
    repo.edit(".dvc/config", str(pushed), "gdrive://acme/dvc")
    repo.edit("gate-policy.yaml", f"'{pushed}'", "gdrive://acme/dvc")
    out = repo.gate("check", "--pull").out
    assert "DVC needs dvc-gdrive for gdrive://acme/dvc" in out
    assert "fix: pip install dvc-gdrive\n" in out


def test_without_a_list_nothing_is_fetched(repo: Repo, pushed: Path) -> None:
    repo.delete("gate-policy.yaml")
    result = repo.gate("check", "--pull")
    assert result.code == 2
    assert "dvc: {remotes:" in result.err
    assert _here(repo) == set()


def test_a_list_that_a_change_brings_does_not_count(repo: Repo, pushed: Path, tmp_path: Path) -> None:
    repo.git("branch", "base")
    evil = tmp_path / "evil"
    pushed.rename(evil)
    repo.edit(".dvc/config", str(pushed), str(evil))
    repo.edit("gate-policy.yaml", str(pushed), str(evil))
    result = repo.gate("check", "--pull", "--base", "base")
    assert result.code != 0, result.out
    assert _here(repo) == set()


@pytest.mark.parametrize("where", ["evil", "remote-of-another"])
def test_a_remote_that_is_not_listed_is_refused(repo: Repo, pushed: Path, tmp_path: Path, where: str) -> None:
    evil = tmp_path / where
    pushed.rename(evil)
    repo.edit(".dvc/config", str(pushed), str(evil))
    result = repo.gate("check", "--pull")
    assert result.code == 1
    assert "dvc/untrusted-remote" in result.out
    assert f"the remote store has the `url` {evil}" in result.out
    assert _here(repo) == set()


def test_settings_of_the_repository_do_not_reach_dvc(repo: Repo, pushed: Path, dvc: Dvc) -> None:
    """The cache is another that was tampered with, and `verify` is switched off where DVC looks first."""
    dvc("pull")
    for stored in objects(repo.root / ".dvc" / "cache"):
        overwrite(stored, EVIL)
    for path in ("data/signs.csv", "data/more"):
        repo.delete(path)
    repo.write(".dvc/config.local", "['remote \"store\"']\n    verify = false\n")
    assert repo.report("--pull")["exit_code"] == 0
    assert repo.text("data/signs.csv") == CSV


def test_a_link_on_the_way_is_not_followed(repo: Repo, pushed: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    repo.write("deep/a.dvc", repo.text("data/signs.csv.dvc").replace("path: signs.csv", "path: in/signs.csv"))
    repo.edit("dbom.yaml", "path: data/signs.csv", "path: deep/in/signs.csv")
    repo.link("deep/in", outside)
    repo.git("add", "--all")
    result = repo.gate("check", "--pull")
    assert result.code == 1
    assert "deep/in/signs.csv could not be fetched: it cannot be put into deep/in" in result.out
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("path", ["../../pwned", "a/../../../pwned", "/tmp/gate-pwned", "a\0b", "", "."])
def test_a_manifest_that_leads_out_of_its_directory_writes_nothing(repo: Repo, pushed: Path, path: str) -> None:
    """Whoever may push to the remote and write a pull request has DVC itself write anywhere."""
    content = objects(pushed)[0]
    md5 = content.parent.name + content.name
    manifest = json.dumps([{"md5": md5, "relpath": path}, {"md5": md5, "relpath": "b.csv"}]).encode()
    digest = hashlib.md5(manifest, usedforsecurity=False).hexdigest()
    stored = pushed / "files/md5" / digest[:2] / f"{digest[2:]}.dir"
    stored.parent.mkdir(exist_ok=True)
    stored.write_bytes(manifest)
    recorded = repo.text("data/more.dvc").partition("md5: ")[2].partition(".dir")[0]
    repo.edit("data/more.dvc", recorded, digest)
    before = {one.name for one in repo.root.iterdir()}
    result = repo.gate("check", "--pull")
    assert result.code == 1
    assert "data/more could not be fetched: its manifest names the path" in result.out
    assert {one.name for one in repo.root.iterdir()} == before
    assert not Path("/tmp/gate-pwned").exists()
    assert _here(repo) == {"signs.csv"}  # the rest is fetched


def test_files_of_one_content_are_fetched_as_files_of_their_own(repo: Repo, dvc: Dvc, pushed: Path) -> None:
    for name in ("a", "b/c"):
        repo.write(f"data/same/{name}", CSV)
    dvc("add", "data/same")
    assert repo.gate("add", "data/same.dvc", "--version", "1").code == 0
    dvc("push")
    repo.delete("data/same")
    assert repo.report("--pull")["exit_code"] == 0
    repo.write("data/same/a", EVIL)
    assert repo.text("data/same/b/c") == repo.text("data/signs.csv") == CSV


def test_what_a_run_that_was_killed_left_is_removed_and_not_judged(repo: Repo, pushed: Path) -> None:
    with private(str(repo.root)) as left:
        shutil.copytree(left, repo.root / ".gate-pull-left")
        Path(left, "0.dvc").write_text(repo.text("data/signs.csv.dvc"))
        repo.write(".gate-pull-left/w.pkl", PICKLE)
        assert not [one for one in repo.findings() if ".gate-pull" in f"{one.at} {one.related}"]
        assert repo.report("--pull")["exit_code"] == 0
        assert os.listdir(left)  # another run that is still at work keeps its own
    assert not list(repo.root.glob(".gate-pull-*"))


def test_offline_and_pull_contradict_each_other(repo: Repo) -> None:
    result = repo.gate("check", "--pull", "--offline")
    assert result.code == 2
    assert "--offline" in result.err


def test_pull_without_anything_to_fetch_needs_neither_dvc_nor_a_list(repo: Repo) -> None:
    repo.write("a.csv", CSV)
    assert repo.gate("add", "a.csv").code == 0
    assert repo.gate("check", "--pull").code == 0


def test_without_dvc_it_says_what_to_install(repo: Repo, pushed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    import gate.dvc.pull as module

    monkeypatch.setattr(module, "find_spec", lambda name: None if name == "dvc" else importlib.util.find_spec(name))
    result = repo.gate("check", "--pull")
    assert 'pip install "dbom-gate[dvc]"' in result.out
    assert result.code == 1  # the files are missing as well


def test_a_repository_of_git_alone_has_nothing_that_dvc_could_bring(repo: Repo) -> None:
    repo.write("a.csv", CSV)
    assert repo.gate("add", "a.csv").code == 0
    repo.delete("a.csv")
    result = repo.gate("check", "--pull")
    assert "not here, and not fetched: a" in result.out
    assert subprocess.run(["git", "status", "--short"], cwd=repo.root, capture_output=True, check=True).returncode == 0
