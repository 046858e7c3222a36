"""One table of exit codes for every command: 0 pass, 1 blocked, 2 usage, 3 nothing to check, 4 undecided."""

from __future__ import annotations

import pytest

from tests.support import PICKLE, Repo, run_gate

PASSES = "dbom: 1\ndatasets:\n  - {name: x, path: x.csv, version: 1.0}\n"
OLD = "  - {name: w, path: w.csv, version: 0.9}\n"
"""The version before, whose bytes nothing verifies, so that it cannot be compared with."""
UNDECIDED = f"dbom: 1\ndatasets:\n  - {{name: x, path: x.csv, version: 1.0, previous: w}}\n{OLD}"
BLOCKED = f"dbom: 1\ndatasets:\n  - {{name: x, path: x.csv, version: 1.0, sha256: {'0' * 64}}}\n"
BOTH = f"dbom: 1\ndatasets:\n  - {{name: x, path: x.csv, version: 1.0, previous: w, sha256: {'0' * 64}}}\n{OLD}"
DRIFT = "policy: 1\nsuites: {max_drift: 1}\n"
BROKEN = BOTH + "models: none\n"


@pytest.mark.parametrize(
    ("dbom", "code", "outcome"),
    [(PASSES, 0, "pass"), (BLOCKED, 1, "blocked"), (UNDECIDED, 4, "undecided"), (BOTH, 1, "blocked")],
)
def test_blocked_goes_before_undecided_and_both_before_pass(repo: Repo, dbom: str, code: int, outcome: str) -> None:
    repo.write("x.csv", "a\n")
    repo.write("w.csv", "a\n")
    repo.write("dbom.yaml", dbom)
    repo.write("gate-policy.yaml", DRIFT)
    assert repo.gate("check").code == code
    assert repo.report()["verdict"] == outcome


def test_a_broken_document_goes_before_everything(repo: Repo) -> None:
    repo.write("x.csv", "a\n")
    repo.write("dbom.yaml", BROKEN)
    result = repo.gate("check")
    assert result.code == 2
    assert "dbom.yaml:5:9" in result.err
    assert result.out == ""


def test_undecided_goes_before_nothing_to_check(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\ndatasets:\n  - {name: x, path: x.csv, version: 1.0, scan: {modality: tabular}}\n")
    repo.write("gate-policy.yaml", "policy: 1\nrules:\n  integrity/missing-file: {enforce: warn}\n")
    assert repo.gate("check").code == 4


def test_nothing_to_check_is_no_pass(repo: Repo) -> None:
    assert repo.gate("check").code == 3
    repo.write("dbom.yaml", "dbom: 1\n")
    assert repo.gate("check").code == 3


def test_a_dbom_without_artifacts_in_a_repository_with_files_is_a_pass_that_says_so(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\ndatasets: []\nmodels:\n")
    repo.write("README.md", "hello\n")
    result = repo.gate("check")
    assert result.code == 0
    assert "declares no artifacts" in result.out


def test_weights_without_a_dbom_are_judged(repo: Repo) -> None:
    repo.write("w.pt", PICKLE)
    assert repo.gate("check").code == 1


def test_what_the_policy_warns_about_or_switches_off_does_not_block(repo: Repo) -> None:
    repo.write("x.csv", "a\n")
    repo.write("w.csv", "a\n")
    repo.write("dbom.yaml", BOTH)
    for word in ("warn", "'off'"):
        repo.write(
            "gate-policy.yaml",
            f"{DRIFT}rules:\n  integrity/digest-mismatch: {{enforce: {word}}}\n  gate/undecided: {{enforce: {word}}}\n",
        )
        assert repo.gate("check").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("chek",),
        ("check", "--stage", "deploy"),
        ("check", "--only", "integrety"),
        ("check", "--jobs", "0"),
        ("check", "--jobs", "many"),
        ("check", "--report", "yaml"),
        ("check", "--report", "json", "--report", "sarif"),
        ("check", "--policy", "absent.yaml"),
        ("check", "--policy", "gate:lax"),
        ("check", "--policy", "."),
        ("check", "--dbom", "absent.yaml"),
        ("check", "--root", "absent"),
        ("check", "absent.csv"),
        ("check", "../elsewhere"),
        ("check", "--unknown"),
        ("check", "--pol", "gate:strict"),
        ("explain",),
        ("explain", "weights/pickle"),
        ("schema", "everything"),
        ("policy",),
        ("policy", "lint", "absent.yaml"),
        ("add",),
        ("update", "absent"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_2_says_why_and_prints_no_report(repo: Repo, arguments: tuple[str, ...]) -> None:
    repo.write("x.csv", "a\n")
    repo.write("dbom.yaml", BLOCKED)
    before = repo.tree()
    result = repo.gate(*arguments)
    assert result.code == 2
    assert result.out == ""
    assert result.err.strip()
    assert repo.tree() == before


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("chek",), '"check"'),
        (("check", "--only", "integrety"), '"integrity"'),
        (("check", "--policy", "gate:strickt"), '"gate:strict"'),
        (("check", "--report", "sarf"), '"sarif"'),
        (("explain", "weights/pickel-format"), '"weights/pickle-format"'),
        (("update", "datset"), '"dataset"'),
    ],
)
def test_a_misspelt_word_is_answered_with_the_nearest_one(repo: Repo, arguments: tuple[str, ...], hint: str) -> None:
    repo.write("dbom.yaml", "dbom: 1\ndatasets:\n  - {name: dataset, path: x.csv}\n")
    result = repo.gate(*arguments)
    assert result.code == 2
    assert f"did you mean {hint}?" in result.err


def test_help_and_version_are_answers(repo: Repo) -> None:
    for arguments in (("--help",), ("check", "--help"), ("--version",)):
        result = repo.gate(*arguments)
        assert result.code == 0
        assert result.out


def test_a_process_of_its_own_ends_with_the_same_codes(repo: Repo) -> None:
    repo.write("x.csv", "a\n")
    repo.write("w.csv", "a\n")
    repo.write("gate-policy.yaml", DRIFT)
    for dbom, code in ((PASSES, 0), (BLOCKED, 1), (BROKEN, 2), (UNDECIDED, 4)):
        repo.write("dbom.yaml", dbom)
        assert run_gate(repo.root, "check").code == code


def test_a_reader_that_goes_away_leaves_no_traceback_and_no_pass(repo: Repo) -> None:
    repo.write("x.csv", "a\n")
    repo.write("dbom.yaml", PASSES)
    import subprocess
    import sys

    from tests.support import PROJECT

    done = subprocess.run(
        ["sh", "-c", f"{{ '{sys.executable}' -m gate check; echo code $? >&2; }} | true"],
        cwd=repo.root,
        env={"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
