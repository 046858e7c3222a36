"""Which branch is judged: profiles count on theirs alone, and all of them where nobody knows the branch."""

from __future__ import annotations

import pytest

from tests.support import Repo

POLICY = """\
policy: 1
profiles:
  - branches: [main, "release/*"]
    rules: {suites/missing: {enforce: block}}
  - {branches: dev, rules: {dbom/no-license: {enforce: block}}}
"""
MAIN, DEV, OTHER = {"suites/missing"}, {"dbom/no-license"}, set[str]()
ALL = MAIN | DEV
VARIABLES = (
    "CI", "GITHUB_BASE_REF", "GITHUB_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_COMMIT_BRANCH",
)  # fmt: skip


@pytest.fixture
def profiled(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository on the branch `dev`, outside of any pipeline."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    repo.write("a.csv", "x\n")
    assert repo.gate("add", "a.csv", "--version", "1").code == 0
    repo.write("gate-policy.yaml", POLICY)
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message=begin")
    repo.git("switch", "--quiet", "-c", "dev")
    return repo


def blocking(repo: Repo, *arguments: str) -> set[str]:
    return {found.rule for found in repo.findings(*arguments) if found.ruling == "block"}


@pytest.mark.parametrize(
    ("branch", "expected"),
    [
        ("main", MAIN), ("refs/heads/main", MAIN), ("release/1", MAIN), ("release/1/2", OTHER), ("dev", DEV),
        ("Main", OTHER), ("main ", OTHER), ("*", OTHER),
    ],
)  # fmt: skip
def test_the_branch_that_is_named(profiled: Repo, branch: str, expected: set[str]) -> None:
    assert blocking(profiled, "--branch", branch) == expected


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, DEV),
        ({"CI": "false"}, DEV),
        ({"CI": "true"}, ALL),
        ({"CI": "true", "GITHUB_REF": "refs/heads/main"}, MAIN),
        ({"CI": "true", "GITHUB_REF": "refs/heads/other"}, OTHER),
        ({"CI": "true", "GITHUB_REF": "refs/tags/main"}, ALL),
        ({"CI": "true", "GITHUB_REF": "refs/pull/1/merge", "GITHUB_BASE_REF": "main"}, MAIN),
        ({"CI": "true", "GITHUB_REF": "refs/heads/gh-readonly-queue/main/pr-1-0a"}, ALL),
        ({"CI": "true", "GITHUB_REF": "refs/heads/dev", "GITHUB_BASE_REF": ""}, DEV),
        ({"CI": "true", "CI_COMMIT_BRANCH": "release/2"}, MAIN),
        ({"CI": "true", "CI_COMMIT_BRANCH": "dev", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}, MAIN),
    ],
)
def test_the_branch_of_a_pipeline(
    profiled: Repo, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: set[str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert blocking(profiled) == expected


def test_what_is_checked_out(profiled: Repo) -> None:
    assert blocking(profiled) == DEV
    profiled.git("switch", "--quiet", "--detach")
    assert blocking(profiled) == ALL


def test_what_is_checked_out_says_nothing_about_where_a_change_goes(profiled: Repo) -> None:
    assert blocking(profiled, "--base", "main") == ALL
    assert blocking(profiled, "--base", "main", "--branch", "main") == MAIN


def test_without_git_every_profile_counts(profiled: Repo) -> None:
    profiled.delete(".git")
    assert blocking(profiled) == ALL


def test_a_note_says_which_profiles_count(profiled: Repo) -> None:
    assert "profiles of the policy: those for the branch dev count" in profiled.report()["notes"]
    said = profiled.report("--base", "main")["notes"]
    assert "profiles of the policy: all count, for nobody says which branch this is" in said


def test_a_scan_has_the_profiles_of_its_branch(profiled: Repo) -> None:
    profiled.write("m.pkl", b"\x80\x04}\x94.")
    profiled.write(
        "gate-policy.yaml",
        "policy: 1\nextends: [gate:research]\n"
        "profiles: [{branches: main, rules: {weights/pickle-format: {enforce: block}}}]\n",
    )
    assert profiled.gate("scan", "m.pkl").code == 0
    assert profiled.gate("scan", "m.pkl", "--branch", "main").code == 1
