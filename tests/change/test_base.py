"""`gate check --base REV` on real histories: what is compared, who judges, and what happens without a base."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support import Repo

STRICT = "policy: 1\nextends: [gate:strict]\n"


def commit(repo: Repo, message: str = "commit") -> None:
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--allow-empty", f"--message={message}")


def declared(repo: Repo, version: str = "1") -> None:
    repo.write("a.csv", "x\n1\n")
    assert repo.gate("add", "a.csv", "--name", "a", "--version", version).code == 0
    commit(repo)


def change_bytes(repo: Repo, version: str, content: str = "x\n2\n") -> None:
    repo.write("a.csv", content)
    assert repo.gate("update", "a", "--version", version).code == 0


def rules(repo: Repo, base: str = "main", *options: str) -> set[str]:
    """The rules of the families that judge a change."""
    families = (
        "policy/",
        "gate/",
        "dbom/version",
        "dbom/artifact",
        "dbom/digest",
        "dbom/sig",
        "dbom/suite",
        "dbom/scan",
    )
    found = repo.findings("--base", base, *options)
    return {finding.rule for finding in found if finding.rule.startswith(families)}


def test_what_the_base_did_meanwhile_is_not_held_against_the_change(repo: Repo) -> None:
    declared(repo)
    repo.git("switch", "--quiet", "-c", "change")
    repo.write("README.md", "hello\n")
    commit(repo)
    repo.git("switch", "--quiet", "main")
    change_bytes(repo, "2")
    commit(repo)
    repo.git("switch", "--quiet", "change")
    assert rules(repo) == set()  # version 1 here, 2 on main: this change touched neither


def test_a_merge_of_the_base_into_the_change_moves_what_is_compared(repo: Repo) -> None:
    declared(repo)
    repo.git("switch", "--quiet", "-c", "change")
    repo.write("README.md", "hello\n")
    commit(repo)
    repo.git("switch", "--quiet", "main")
    change_bytes(repo, "2")
    commit(repo)
    repo.git("switch", "--quiet", "change")
    repo.git("merge", "--quiet", "--no-edit", "main")
    assert rules(repo) == set()
    change_bytes(repo, "1.5", "x\n3\n")
    assert rules(repo) == {"dbom/version-lowered"}


def test_a_base_that_was_forced_to_another_history_still_judges_with_its_policy(repo: Repo) -> None:
    declared(repo)
    repo.git("switch", "--quiet", "-c", "change")
    repo.write("gate-policy.yaml", "policy: 1\nrules:\n  dbom/no-license: {enforce: off}\n")
    commit(repo)
    repo.git("switch", "--quiet", "main")
    repo.git("commit", "--quiet", "--amend", "--message=again")
    repo.git("switch", "--quiet", "change")
    assert rules(repo) == {"gate/undecided"}  # no common ancestor is left
    repo.git("switch", "--quiet", "main")
    repo.write("gate-policy.yaml", STRICT)
    commit(repo)
    repo.git("switch", "--quiet", "-c", "again")
    repo.write("gate-policy.yaml", "policy: 1\n")
    assert rules(repo) == {"policy/weakened"}


def test_the_policy_of_the_tip_counts_not_that_of_the_merge_base(repo: Repo) -> None:
    declared(repo)
    repo.git("switch", "--quiet", "-c", "change")
    repo.git("switch", "--quiet", "main")
    repo.write("gate-policy.yaml", STRICT)
    commit(repo)
    repo.git("switch", "--quiet", "change")
    result = repo.gate("check", "--base", "main")
    assert result.code == 1
    assert "error[dbom/no-license]" in result.out


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (STRICT, "policy: 1\n"),
        (STRICT, "policy: 1\nextends: [gate:research]\n"),
        (STRICT, None),
        (None, "policy: 1\nrules: {integrity/digest-mismatch: {enforce: warn}}\n"),
        (None, "policy: 1\nrules: {gate/undecided: {enforce: off}}\n"),
        (None, "policy: 1\nrules: {policy/weakened: {enforce: off}}\n"),
        (None, "policy: 1\nrules: {weights/pickle-format: {enforce: off, for: {path: 'tests/**'}}}\n"),
        (None, "policy: 1\nrules: {weights/pickle-format: {enforce: off, for: {kind: model}}}\n"),
        (None, "policy: 1\nrules: {integrity/digest-mismatch: {enforce: off, for: {name: a}}}\n"),
        (None, "policy: 1\nrules: {integrity/digest-mismatch: {enforce: off, for: {name: 'a*'}}}\n"),
        (None, "policy: 1\nrules: {integrity/digest-mismatch: {enforce: off, from_stage: release}}\n"),
        (None, "policy: 1\ncache_roots: [/tmp]\n"),
        (
            "policy: 1\nrules: {suites/missing: {enforce: block, for: {kind: dataset}}}\n",
            "policy: 1\nrules: {suites/missing: {enforce: block, for: {kind: model}}}\n",
        ),
        (
            "policy: 1\nrules: {suites/missing: {enforce: block}}\n",
            "policy: 1\nrules: {suites/missing: {enforce: block, from_stage: release}}\n",
        ),
        (
            "policy: 1\nrules: {suites/missing: {enforce: block, for: {path: 'data/**'}}}\n",
            "policy: 1\nrules: {suites/missing: {enforce: block, for: {path: 'data/*'}}}\n",
        ),
    ],
)
def test_a_looser_policy_is_a_finding_and_does_not_judge(repo: Repo, before: str | None, now: str | None) -> None:
    if before:
        repo.write("gate-policy.yaml", before)
    declared(repo)
    repo.git("switch", "--quiet", "-c", "change")
    if now is None:
        repo.delete("gate-policy.yaml")
    else:
        repo.write("gate-policy.yaml", now)
    result = repo.gate("check", "--base", "main")
    assert result.code == 1
    assert "error[policy/weakened]" in result.out


def test_a_looser_policy_that_is_extended_by_file_is_a_finding(repo: Repo) -> None:
    repo.write("policies/house.yaml", STRICT)
    repo.write("gate-policy.yaml", "policy: 1\nextends: [policies/house.yaml]\n")
    declared(repo)
    repo.git("switch", "--quiet", "-c", "change")
    repo.write("policies/house.yaml", "policy: 1\n")
    assert rules(repo) == {"policy/weakened"}


def test_a_policy_named_on_the_command_line_is_taken_from_the_base_too(repo: Repo) -> None:
    repo.write("ci/policy.yaml", STRICT)
    declared(repo)
    repo.git("switch", "--quiet", "-c", "change")
    repo.write("ci/policy.yaml", "policy: 1\n")
    assert rules(repo, "main", "--policy", "ci/policy.yaml") == {"policy/weakened"}


def test_a_policy_outside_of_the_repository_is_beyond_the_change(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "central.yaml").write_text("policy: 1\nrules: {dbom/no-license: {enforce: off}}\n")
    declared(repo)
    assert rules(repo, "main", "--policy", str(tmp_path / "central.yaml")) == set()


def test_pickles_allowed_by_the_change_alone_still_block(repo: Repo) -> None:
    declared(repo)
    repo.write("m.pkl", b"\x80\x04N.")
    repo.write("gate-policy.yaml", "policy: 1\nextends: [gate:research]\n")
    assert repo.gate("check").code == 0
    result = repo.gate("check", "--base", "main")
    assert result.code == 1
    assert "error[weights/pickle-format]" in result.out


def test_a_tightened_policy_judges_at_once(repo: Repo) -> None:
    declared(repo)
    repo.write("gate-policy.yaml", STRICT)
    assert rules(repo) == set()
    assert repo.gate("check", "--base", "main").code == 1  # strict blocks what is missing here


def test_cache_roots_that_only_the_change_names_are_not_followed(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "blob.csv").write_text("x\n1\n")
    declared(repo)
    repo.delete("a.csv")
    repo.link("a.csv", str(cache / "blob.csv"))
    repo.write("gate-policy.yaml", f"policy: 1\ncache_roots: [{cache}]\n")
    assert repo.gate("check").code == 0
    found = {finding.rule for finding in repo.findings("--base", "main")}
    assert {"integrity/outside-root", "policy/weakened"} <= found


@pytest.mark.parametrize("base", ["nowhere", "HEAD~9", "-x", "--help", "main:dbom.yaml", "", "0" * 40])
def test_a_base_that_cannot_be_had_is_undecided_and_says_why(repo: Repo, base: str) -> None:
    declared(repo)
    result = repo.gate("check", f"--base={base}")
    assert result.code == 4
    assert "cannot be had" in result.out
    assert "fix:" in result.out


def test_no_repository_at_all_is_undecided(bare: Repo) -> None:
    bare.write("a.csv", "x\n")
    assert bare.gate("check", "--base", "main").code == 4


def test_an_unborn_branch_is_undecided(repo: Repo) -> None:
    repo.write("a.csv", "x\n")
    assert repo.gate("check", "--base", "main").code == 4


def test_a_detached_head_is_a_change_like_any_other(repo: Repo) -> None:
    declared(repo)
    change_bytes(repo, "2")
    commit(repo)
    repo.git("switch", "--quiet", "--detach")
    change_bytes(repo, "1", "x\n3\n")
    assert rules(repo) == {"dbom/version-lowered"}


def test_a_shallow_clone_without_the_merge_base_is_undecided(repo: Repo, tmp_path: Path) -> None:
    declared(repo)
    repo.git("switch", "--quiet", "-c", "change")
    commit(repo, "here")
    repo.git("switch", "--quiet", "main")
    commit(repo, "there")
    origin = tmp_path / "origin"
    shutil.move(repo.root, origin)
    repo.root.mkdir()
    repo.git("clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=change", f"file://{origin}", ".")
    assert repo.gate("check", "--base", "origin/main").code == 4


@pytest.mark.parametrize(
    "broken", ["policy: 2\n", "policy: 1\nextends: [gone.yaml]\n", "policy: 1\nrules: {x/y: {}}\n"]
)
def test_a_base_whose_policy_cannot_be_read_is_undecided(repo: Repo, broken: str) -> None:
    repo.write("gate-policy.yaml", broken)
    commit(repo)
    repo.write("gate-policy.yaml", "policy: 1\nrules: {gate/undecided: {enforce: off}}\n")
    result = repo.gate("check", "--base", "main")
    assert result.code == 4
    assert "undecided[gate/undecided]" in result.out


def test_a_shallow_clone_that_contains_the_base_is_compared(repo: Repo, tmp_path: Path) -> None:
    declared(repo, "2")
    origin = tmp_path / "origin"
    shutil.move(repo.root, origin)
    repo.root.mkdir()
    repo.git("clone", "--quiet", "--depth=1", f"file://{origin}", ".")
    change_bytes(repo, "1")
    assert rules(repo, "origin/main") == {"dbom/version-lowered"}


def test_a_policy_that_is_a_link_at_the_base_is_undecided(repo: Repo) -> None:
    repo.link("gate-policy.yaml", "/etc/hostname")
    commit(repo)
    repo.delete("gate-policy.yaml")
    assert repo.gate("check", "--base", "main").code == 4


def test_replaced_objects_do_not_change_the_base(repo: Repo) -> None:
    repo.write("gate-policy.yaml", STRICT)
    declared(repo)
    repo.git("branch", "strict")
    repo.write("gate-policy.yaml", "policy: 1\n")
    commit(repo)
    repo.git("replace", "strict", "HEAD")
    assert rules(repo, "strict") == {"policy/weakened"}


def test_a_move_between_datasets_and_models_is_a_loss(repo: Repo) -> None:
    declared(repo)
    repo.write("dbom.yaml", repo.text("dbom.yaml").replace("datasets:", "models:"))
    assert rules(repo) == {"dbom/artifact-dropped"}


def test_another_suite_is_told_and_no_finding(repo: Repo) -> None:
    entry = "dbom: 1\ndatasets:\n  - {name: a, path: a.csv, suite: one.json}\n"
    repo.write("a.csv", "x\n")
    repo.write("dbom.yaml", entry)
    commit(repo)
    repo.write("dbom.yaml", entry.replace("one", "two"))
    assert "note: this change gives a another `suite:`" in repo.gate("check", "--base", "main").out


def test_a_repository_root_below_the_work_tree_compares_its_own_dbom(repo: Repo) -> None:
    repo.write("project/a.csv", "x\n1\n")
    assert repo.gate("add", "--root", "project", "project/a.csv", "--name", "a", "--version", "2").code == 0
    repo.write("project/gate-policy.yaml", STRICT)
    commit(repo)
    repo.write("project/dbom.yaml", repo.text("project/dbom.yaml").replace('"2"', '"1"'))
    repo.write("project/gate-policy.yaml", "policy: 1\n")
    assert rules(repo, "main", "--root", "project") == {"dbom/version-lowered", "policy/weakened"}


EVASIONS = [
    "{enforce: off}, {enforce: block, for: {path: 'some/where/**'}}, {enforce: block, for: {path: data/train.csv}}",
    "{enforce: off, for: {path: 'models/*.pt'}}, {enforce: block, for: {path: models/a.pt}}",
    "{enforce: off, for: {path: 'models/z*'}}, {enforce: block, for: {path: 'models/*'}}",
]


@pytest.mark.parametrize("entries", EVASIONS)
def test_no_policy_can_be_written_around_the_comparison(repo: Repo, entries: str) -> None:
    declared(repo)
    repo.write("gate-policy.yaml", f"policy: 1\nrules: {{weights/pickle-format: [{entries}]}}\n")
    assert rules(repo) == {"policy/weakened"}


def test_an_entry_that_names_another_file_leaves_none_behind(repo: Repo) -> None:
    declared(repo)
    repo.write("b.csv", repo.text("a.csv"))
    repo.write("a.csv", "x\npoison\n")
    repo.edit("dbom.yaml", "path: a.csv", "path: b.csv")
    assert rules(repo) == {"dbom/artifact-dropped"}
    repo.delete("a.csv")
    assert rules(repo) == set()  # a rename of the file itself


def test_two_artifacts_that_become_one_are_a_loss(repo: Repo) -> None:
    declared(repo)
    repo.write("b.csv", "x\n2\n")
    assert repo.gate("add", "b.csv", "--name", "b", "--version", "1").code == 0
    commit(repo)
    repo.delete("b.csv")
    repo.delete("dbom.yaml")
    repo.write("a.csv", "x\n2\n")
    assert repo.gate("add", "a.csv", "--name", "c", "--version", "2").code == 0
    assert rules(repo) == {"dbom/artifact-dropped"}


@pytest.mark.parametrize("version", ["1.0", "v1", "1+x", "01", "1.0.0"])
def test_another_spelling_of_a_version_does_not_raise_it(repo: Repo, version: str) -> None:
    declared(repo, "1")
    change_bytes(repo, version)
    assert rules(repo) == {"dbom/version-not-raised"}


def test_a_version_that_cannot_be_ordered_does_not_follow_one_that_can(repo: Repo) -> None:
    declared(repo, "1")
    change_bytes(repo, "zzz")
    assert rules(repo) == {"dbom/version-lowered"}


def test_a_dbom_that_a_change_adds_closer_by_does_not_hide_the_one_of_the_repository(repo: Repo) -> None:
    declared(repo)
    repo.write("train/dbom.yaml", "dbom: 1\n")
    assert repo.gate("check", "--base", "main", cwd="train").code == 2


def test_a_glob_made_to_backtrack_ends(repo: Repo) -> None:
    repo.write("a" * 150 + ".bin", "x\n")
    repo.write(
        "gate-policy.yaml", "policy: 1\nrules: {dbom/no-license: {enforce: off, for: {path: '%sb'}}}\n" % ("*a" * 40)
    )
    assert repo.gate("check").code == 0
