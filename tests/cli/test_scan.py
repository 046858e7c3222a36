"""`gate scan` through the command line."""

from __future__ import annotations

import pytest

from tests.support import PICKLE, WEIGHTS, Repo


def test_a_file_is_judged_by_its_content(bare: Repo) -> None:
    bare.write("a.pt", WEIGHTS)
    bare.write("b.safetensors", PICKLE)
    assert bare.gate("scan", "a.pt").code == 0
    assert bare.gate("scan", "b.safetensors").code == 1
    assert [finding.at for finding in bare.findings("scan", "a.pt", "b.safetensors")] == ["b.safetensors"]


def test_all_files_of_a_directory_are_judged_tracked_or_not(repo: Repo) -> None:
    repo.write(".gitignore", "ignored/\n")
    repo.write("m/ignored/a", PICKLE)
    repo.write("m/deep/er/b", PICKLE)
    assert {finding.at for finding in repo.findings("scan", "m")} == {"m/ignored/a", "m/deep/er/b"}
    assert {finding.at for finding in repo.findings("scan", ".", cwd="m")} == {"ignored/a", "deep/er/b"}


def test_no_dbom_is_needed_and_a_broken_one_does_not_matter(repo: Repo) -> None:
    repo.write("dbom.yaml", "[[[")
    repo.write("a.bin", WEIGHTS)
    assert repo.gate("scan", "a.bin").code == 0


@pytest.mark.parametrize("arguments", [("missing.pt",), ("a.bin", "missing.pt"), ("a.bin/x",)])
def test_a_path_that_does_not_exist_is_an_error_even_beside_one_that_does(
    bare: Repo, arguments: tuple[str, ...]
) -> None:
    bare.write("a.bin", PICKLE)
    result = bare.gate("scan", *arguments)
    assert result.code == 2
    assert arguments[-1] in result.err


def test_a_file_that_holds_no_weights_was_examined_all_the_same(bare: Repo) -> None:
    bare.write("README.md", "hello\n")
    assert bare.gate("scan", "README.md").code == 0


def test_an_empty_directory_is_nothing_to_check(bare: Repo) -> None:
    (bare.root / "empty").mkdir()
    assert bare.gate("scan", "empty").code == 3


def test_a_link_that_is_named_is_followed_and_one_that_is_found_is_not(bare: Repo) -> None:
    (bare.home / "w.pt").write_bytes(PICKLE)
    bare.link("models/w.pt", bare.home / "w.pt")
    assert {finding.rule for finding in bare.findings("scan", "models/w.pt")} == {"weights/pickle-format"}
    assert {finding.rule for finding in bare.findings("scan", "models")} == {"integrity/outside-root"}


def test_the_policy_of_the_repository_judges_also_from_a_subdirectory(repo: Repo) -> None:
    repo.write("gate-policy.yaml", "policy: 1\nrules:\n  weights/pickle-format: {enforce: warn}\n")
    repo.write("models/w.pt", PICKLE)
    assert repo.gate("scan", "models/w.pt").code == 0
    assert repo.gate("scan", "w.pt", cwd="models").code == 0


def test_a_named_policy_judges(bare: Repo) -> None:
    bare.write("w.pt", PICKLE)
    bare.write("lax.yaml", "policy: 1\nrules:\n  weights/pickle-format: {enforce: 'off'}\n")
    assert bare.gate("scan", "w.pt", "--policy", "lax.yaml").code == 0
    assert bare.gate("scan", "w.pt", "--policy", "gate:research").code == 0
    assert bare.gate("scan", "w.pt", "--policy", "lax.yaml", "--policy", "gate:strict").code == 1
    assert bare.gate("scan", "w.pt", "--policy", "absent.yaml").code == 2


def test_many_files_give_the_same_report_with_any_number_of_jobs(bare: Repo) -> None:
    for i in range(40):
        bare.write(f"m/{i % 5}/{i}.pt", PICKLE)
    one = bare.gate("scan", "m", "--jobs", "1")
    assert one.code == 1
    assert bare.gate("scan", "m", "--jobs", "7").out == one.out


def test_a_missing_operand_is_a_usage_error(bare: Repo) -> None:
    assert bare.gate("scan").code == 2
