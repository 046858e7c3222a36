"""`gate check` through the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support import PICKLE, WEIGHTS, Repo, pointer, run_gate

CSV = "a,b\n1,2\n"


def _declare(repo: Repo, path: str = "data/x.csv", content: str | bytes = CSV, *options: str) -> None:
    repo.write(path, content)
    assert repo.gate("add", path, "--version", "1", *options).code == 0


def test_a_repository_in_which_everything_holds_passes_and_says_what_judged_it(repo: Repo) -> None:
    _declare(repo)
    result = repo.gate("check")
    assert result.code == 0
    assert "judged by gate:baseline" in result.out
    assert "100%" in result.out


def test_completeness_is_the_share_of_declared_artifacts_that_were_verified(repo: Repo) -> None:
    for name in ("a", "b", "c", "d"):
        _declare(repo, f"data/{name}.csv", f"{name}\n")
    repo.write("data/a.csv", "x\n")
    repo.edit("dbom.yaml", '    version: "1"\n    size: 2\n  - name: c\n', "  - name: c\n")  # b: no version, verified
    report = repo.report()
    assert report["completeness"] == {"declared": 4, "verified": 3, "percent": 75.0}


def test_every_error_of_a_dbom_is_told_at_once_each_with_its_place(repo: Repo) -> None:
    repo.write(
        "dbom.yaml",
        "dbom: 1\ndatasets:\n  - name: bad name\n    path: /etc/passwd\n    sha256: 12\n    verison: 1\n"
        "models:\n  - name: m\n  - name: m2\n    path: ../m\n",
    )
    result = repo.gate("check")
    assert result.code == 2
    for place, word in (
        ("dbom.yaml:3:11", "bad name"),
        ("dbom.yaml:4:11", "absolute"),
        ("dbom.yaml:5:13", "2 hexadecimal digits"),
        ("dbom.yaml:6:5", 'did you mean "version"'),
        ("dbom.yaml:8:5", "`path:`"),
        ("dbom.yaml:10:11", '".."'),
    ):
        assert f"{place}: error: " in result.err
        assert word in result.err


def test_every_tracked_file_is_sniffed_whatever_its_name(repo: Repo) -> None:
    for name in ("README.md", "src/main.py", "Makefile", ".hidden", "docs/no-extension", "a.csv.txt"):
        repo.write(name, WEIGHTS)
    repo.track()
    found = {related for finding in repo.findings() for related in finding.related}
    assert found == {"README.md", "src/main.py", "Makefile", ".hidden", "docs/no-extension", "a.csv.txt"}


@pytest.mark.parametrize("names", [("data", "models/data"), ("models", "src/models"), ("a/b", "c/a/b")])
@pytest.mark.parametrize("fixture", ["repo", "bare"])
def test_a_directory_with_the_name_of_a_declared_one_is_not_taken_for_it(
    names: tuple[str, str], fixture: str, request: pytest.FixtureRequest
) -> None:
    repo: Repo = request.getfixturevalue(fixture)
    declared, other = names
    _declare(repo, f"{declared}/x.csv")
    repo.delete("dbom.yaml")
    assert repo.gate("add", declared, "--version", "1").code == 0
    repo.write(f"{other}/evil.pt", PICKLE)
    assert {"dbom/undeclared-weights", "weights/pickle-format"} <= repo.rules()


def test_without_git_every_file_is_judged(bare: Repo) -> None:
    _declare(bare)
    bare.write(".gitignore", "cache/\n")
    bare.write("cache/w.bin", WEIGHTS)
    assert "dbom/undeclared-weights" in bare.rules()


def test_with_git_what_it_ignores_is_not_judged_unless_it_is_tracked(repo: Repo) -> None:
    _declare(repo)
    repo.write("cache/w.bin", WEIGHTS)
    repo.write("cache/tracked.bin", WEIGHTS)
    repo.git("add", "cache/tracked.bin")
    repo.write(".gitignore", "cache/\n")
    found = [finding.related for finding in repo.findings() if finding.rule == "dbom/undeclared-weights"]
    assert found == [("cache/tracked.bin",)]


def test_an_ignored_directory_that_is_declared_is_judged(repo: Repo) -> None:
    repo.write(".gitignore", "data/\n")
    repo.write("data/x/a.csv", CSV)
    assert repo.gate("add", "data/x", "--version", "1").code == 0
    repo.write("data/x/a.csv", "other\n")
    assert "integrity/digest-mismatch" in repo.rules()


def _nested(repo: Repo) -> None:
    """Another repository in `vendor/other`, with a declared model and an undeclared one."""
    for name in ("declared", "undeclared"):
        repo.write(f"vendor/other/{name}/w.bin", WEIGHTS)
    repo.git("init", "--quiet", "vendor/other")


def test_a_repository_inside_the_repository_is_judged(repo: Repo) -> None:
    _nested(repo)
    found = {related for finding in repo.findings() for related in finding.related}
    assert found == {"vendor/other/declared/w.bin", "vendor/other/undeclared/w.bin"}


def test_what_is_declared_inside_another_repository_is_declared(repo: Repo) -> None:
    _nested(repo)
    assert repo.gate("add", "vendor/other/declared", "--version", "1").code == 0
    found = [finding.related for finding in repo.findings() if finding.rule == "dbom/undeclared-weights"]
    assert found == [("vendor/other/undeclared/w.bin",)]


def test_a_submodule_is_judged(repo: Repo) -> None:
    repo.write("sub/w.bin", WEIGHTS)
    repo.git("init", "--quiet", "sub")
    repo.git("-C", "sub", "add", "w.bin")
    repo.git("-C", "sub", "commit", "--quiet", "-m", "weights")
    repo.git("-c", "advice.addEmbeddedRepo=false", "add", "sub")
    assert "dbom/undeclared-weights" in repo.rules()


def test_a_tracked_file_that_was_deleted_is_no_finding(repo: Repo) -> None:
    _declare(repo)
    repo.write("old.bin", WEIGHTS)
    repo.track()
    repo.delete("old.bin")
    assert repo.gate("check").code == 0


def test_a_hostile_git_configuration_runs_no_command(repo: Repo) -> None:
    marker = repo.home / "ran"
    repo.write("hook.sh", f"#!/bin/sh\ntouch '{marker}'\n")
    os.chmod(repo.path("hook.sh"), 0o755)
    repo.git("config", "core.fsmonitor", "./hook.sh")
    _declare(repo)
    assert repo.gate("check").code == 0
    assert not marker.exists()


def test_from_a_subdirectory_the_whole_repository_is_judged(repo: Repo) -> None:
    _declare(repo)
    repo.write("data/x.csv", "other\n")
    repo.write("src/deep/a.py", "")
    assert repo.gate("check", cwd="src/deep").code == 1


def test_paths_are_relative_to_where_the_command_runs(repo: Repo) -> None:
    _declare(repo)
    _declare(repo, "data/y.csv", "y\n")
    repo.write("data/y.csv", "other\n")
    assert repo.gate("check", "x.csv", cwd="data").code == 0
    assert repo.gate("check", "y.csv", cwd="data").code == 1
    assert repo.gate("check", "data/y.csv").code == 1
    assert repo.gate("check", ".", cwd="data").code == 1


def test_a_path_selects_what_lies_beneath_it_and_a_file_in_an_artifact_the_artifact(repo: Repo) -> None:
    repo.write("data/x/a.csv", CSV)
    assert repo.gate("add", "data/x", "--version", "1").code == 0
    _declare(repo, "models/w.bin", WEIGHTS)
    repo.write("data/x/a.csv", "other\n")
    for path in ("data", "data/x", "data/x/a.csv", "data/x/", "."):
        assert repo.gate("check", path).code == 1, path
    assert repo.gate("check", "models").code == 0


def test_a_path_that_is_a_prefix_of_a_name_selects_nothing_of_it(repo: Repo) -> None:
    _declare(repo, "data/x2.csv")
    repo.write("data/x2.csv", "other\n")
    repo.write("data/x", "")
    assert repo.gate("check", "data/x").code == 0


def test_only_the_named_families_run(repo: Repo) -> None:
    _declare(repo)
    repo.write("data/x.csv", "other\n")
    repo.write("w.pt", PICKLE)
    assert repo.rules("--only", "integrity") == {"integrity/digest-mismatch"}
    assert repo.rules("--only", "weights") == {"weights/pickle-format"}
    assert repo.rules("--only", "dbom, weights") >= {"weights/pickle-format", "dbom/undeclared-weights"}


def test_another_dbom_is_read_from_where_it_lies(repo: Repo) -> None:
    _declare(repo, "sub/data/x.csv")
    repo.edit("dbom.yaml", "sub/data", "data")
    os.rename(repo.path("dbom.yaml"), repo.path("sub/bom.yaml"))
    assert repo.gate("check", "--dbom", "sub/bom.yaml").code == 0
    repo.write("sub/data/x.csv", "other\n")
    assert repo.gate("check", "--dbom", "sub/bom.yaml").code == 1
    assert repo.gate("check", "--root", ".", "--dbom", "sub/bom.yaml").code == 1


def test_a_dbom_in_json_is_read_like_one_in_yaml(repo: Repo) -> None:
    repo.write("data/x.csv", CSV)
    entry = {"name": "x", "path": "data/x.csv", "sha256": "0" * 64, "version": "1"}
    repo.write("bom.json", json.dumps({"dbom": 1, "datasets": [entry]}, indent=1))
    found = [f for f in repo.findings("--dbom", "bom.json") if f.rule == "integrity/digest-mismatch"]
    assert [finding.at for finding in found] == ["bom.json:6"]


@pytest.mark.parametrize("name", ["dbom.yml", "dbom.json"])
def test_a_dbom_under_a_name_that_is_not_looked_for_is_an_error_and_not_no_dbom(repo: Repo, name: str) -> None:
    repo.write(name, "dbom: 1\n")
    result = repo.gate("check")
    assert result.code == 2
    assert name in result.err


def test_reports_go_to_files_and_do_not_change_the_exit_code(repo: Repo) -> None:
    _declare(repo)
    repo.write("data/x.csv", "other\n")
    formats = ("json", "sarif", "markdown", "github")
    options = [f"--report={name}=out/{name}" for name in formats]
    result = repo.gate("check", *options)
    assert result.code == 1
    assert result.out.startswith("error[integrity/digest-mismatch]")
    assert {name: bool(repo.bytes(f"out/{name}")) for name in formats} == dict.fromkeys(formats, True)
    assert json.loads(repo.text("out/json"))["exit_code"] == 1
    for name in formats:
        assert repo.gate("check", "--report", name).code == 1


def test_the_order_of_a_report_does_not_depend_on_the_number_of_jobs(repo: Repo) -> None:
    for i in range(30):
        repo.write(f"models/{i % 7}/{i}.bin", WEIGHTS + bytes([i]))
    assert repo.gate("check", "--jobs", "1").out == repo.gate("check", "--jobs", "8").out


# Git LFS

CONTENT = b"id,label\n" + b"1,cat\n" * 500


def test_a_pointer_is_no_content_when_training(repo: Repo) -> None:
    _declare(repo, "data/x.csv", CONTENT)
    repo.write("data/x.csv", pointer(CONTENT))
    result = repo.gate("check", "--stage", "train")
    assert result.code == 1
    assert "git lfs pull" in result.out
    assert repo.rules("--stage", "train") == {"integrity/content-absent"} | _ORIGIN
    assert repo.report("--stage", "train")["completeness"]["percent"] == 0.0


def test_a_pointer_passes_before_a_commit_when_it_names_the_declared_content_and_is_not_called_verified(
    repo: Repo,
) -> None:
    _declare(repo, "data/x.csv", CONTENT)
    repo.write("data/x.csv", pointer(CONTENT))
    assert repo.gate("check", "--stage", "pre-commit").code == 0
    assert repo.report("--stage", "pre-commit")["completeness"]["percent"] == 0.0
    repo.write("data/x.csv", pointer(CONTENT + b"2,dog\n"))
    assert repo.rules("--stage", "pre-commit") == {"integrity/digest-mismatch"} | _ORIGIN


def test_pointers_in_a_directory_are_compared_one_by_one(repo: Repo) -> None:
    repo.write("data/x/a.csv", CONTENT)
    repo.write("data/x/b.csv", CSV)
    assert repo.gate("add", "data/x", "--version", "1").code == 0
    repo.write("data/x/a.csv", pointer(CONTENT))
    assert repo.gate("check", "--stage", "pre-commit").code == 0
    assert "integrity/content-absent" in repo.rules("--stage", "pull-request")
    repo.write("data/x/a.csv", pointer(CONTENT[:-1]))
    assert "integrity/digest-mismatch" in repo.rules("--stage", "pre-commit")


_ORIGIN = {"dbom/no-origin", "dbom/no-license"}


# Links


def _snapshot(repo: Repo) -> str:
    """A model as a hub client stores it: a directory of links into a cache in the home directory."""
    blobs = repo.home / ".cache" / "hub" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / "0001").write_bytes(WEIGHTS)
    (blobs / "0002").write_bytes(b"{}")
    repo.write("models/m/w.bin", WEIGHTS)
    repo.write("models/m/config.json", "{}")
    assert repo.gate("add", "models/m", "--version", "1").code == 0
    repo.link("models/m/w.bin", blobs / "0001")
    repo.link("models/m/config.json", blobs / "0002")
    return str(blobs / "0001")


def test_links_into_a_cache_are_refused_unless_the_policy_names_the_cache(repo: Repo) -> None:
    blob = _snapshot(repo)
    assert repo.gate("check").code == 1
    repo.write("gate-policy.yaml", "policy: 1\ncache_roots: [~/.cache/hub]\n")
    assert repo.gate("check").code == 0
    assert repo.report()["completeness"]["percent"] == 100.0
    Path(blob).write_bytes(PICKLE)
    assert {"integrity/digest-mismatch", "weights/pickle-format"} <= repo.rules()


def test_a_cache_root_lets_no_link_lead_beside_it(repo: Repo) -> None:
    _snapshot(repo)
    beside = repo.home / ".cache" / "hub-evil"
    beside.mkdir()
    (beside / "w").write_bytes(WEIGHTS)
    repo.link("models/m/w.bin", beside / "w")
    repo.write("gate-policy.yaml", "policy: 1\ncache_roots: [~/.cache/hub]\n")
    assert repo.gate("check").code == 1


def test_a_whole_directory_may_be_a_link_into_a_cache_root(repo: Repo) -> None:
    repo.write("models/m/w.bin", WEIGHTS)
    assert repo.gate("add", "models/m", "--version", "1").code == 0
    cache = repo.home / "cache"
    os.renames(repo.path("models/m"), cache / "m")
    repo.link("models/m", cache / "m")
    assert "integrity/outside-root" in repo.rules()
    repo.write("gate-policy.yaml", f"policy: 1\ncache_roots: ['{cache}']\n")
    assert repo.gate("check").code == 0


def test_a_cache_root_counts_only_when_every_policy_that_people_wrote_agrees(repo: Repo) -> None:
    _snapshot(repo)
    repo.write("a.yaml", "policy: 1\ncache_roots: [~/.cache/hub]\n")
    repo.write("b.yaml", "policy: 1\n")
    assert repo.gate("check", "--policy", "a.yaml").code == 0
    assert repo.gate("check", "--policy", "a.yaml", "--policy", "b.yaml").code == 1
    assert repo.gate("check", "--policy", "b.yaml", "--policy", "a.yaml").code == 1


def test_a_pack_beside_a_policy_says_nothing_about_cache_roots(repo: Repo) -> None:
    _snapshot(repo)
    repo.write("a.yaml", "policy: 1\ncache_roots: [~/.cache/hub]\n")
    assert "integrity/symlink" not in repo.rules("--policy", "a.yaml", "--policy", "gate:strict")


def test_an_undeclared_link_out_of_the_repository_is_reported(repo: Repo) -> None:
    _declare(repo)
    repo.link("extra", repo.home)
    found = [finding for finding in repo.findings() if finding.rule.startswith("dbom/undeclared")]
    assert [finding.at for finding in found] == ["dbom.yaml:1"]
    assert "extra" in found[0].message


# The tree while it is read


def test_a_fifo_in_the_tree_keeps_nobody_waiting(repo: Repo) -> None:
    repo.write("data/x/a.csv", CSV)
    assert repo.gate("add", "data/x", "--version", "1").code == 0
    repo.fifo("data/x/pipe")
    repo.fifo("pipe")
    assert run_gate(repo.root, "check").code == 1
    assert run_gate(repo.root, "scan", "pipe", "data").code == 1
    assert run_gate(repo.root, "add", "pipe").code == 2


@pytest.mark.parametrize("fixture", ["repo", "bare"])
def test_an_undeclared_fifo_is_reported(fixture: str, request: pytest.FixtureRequest) -> None:
    repo: Repo = request.getfixturevalue(fixture)
    _declare(repo)
    repo.fifo("models/pipe")
    assert ("integrity/special-file" in repo.rules()) == (fixture == "bare")  # git has no name for a FIFO


def test_a_tracked_file_that_became_a_fifo_is_reported(repo: Repo) -> None:
    _declare(repo)
    repo.write("models/w.bin", WEIGHTS)
    repo.track()
    repo.fifo("models/w.bin")
    assert "integrity/special-file" in repo.rules()


def test_a_device_is_no_file(repo: Repo) -> None:
    assert repo.gate("scan", "/dev/null").code == 1
    assert repo.gate("add", "/dev/null").code == 2


def test_names_from_the_tree_cannot_repaint_the_terminal_or_forge_lines(repo: Repo) -> None:
    repo.write("models/\x1b[2Jw\n::error::x.bin", WEIGHTS)
    result = repo.gate("check")
    assert "\x1b" not in result.out
    assert not [line for line in result.out.splitlines() if line.startswith("::")]
