"""The entries of the hooks with every kind of staged file."""

from __future__ import annotations

import pytest

from gate.core.text import printable
from tests.hooks.manifest import HOOKS, blocked, findings, run_hook
from tests.support import PICKLE, WEIGHTS, Repo, pointer

ODD_NAMES = ["with space", "two\nlines", "-x", "--help", "--policy=lax.yaml", "--", "-", "a;b", "$(id)", "ünï", "*"]
LAX = "policy: 1\nrules:\n  weights/pickle-format: {enforce: 'off'}\n"
RULE = "weights/pickle-format"
MANY = [f"src/pkg{i // 100:03}/module_{i:05}.txt" for i in range(10_000)]


@pytest.fixture
def declared(repo: Repo) -> Repo:
    """One file and one directory, both declared."""
    repo.write("README.md", "hello\n")
    repo.write("data/train.csv", "a,b\n1,2\n")
    repo.write("data/images/1.txt", "one")
    repo.write("data/images/2.txt", "two")
    for path in ("data/train.csv", "data/images"):
        assert repo.gate("add", path, "--version", "1").code == 0
    repo.write("gate-policy.yaml", "policy: 1\nextends: [gate:baseline]\n")
    repo.track()
    return repo


@pytest.mark.parametrize("name", ["w.safetensors", "notes.txt", "model", "deep/er/.hidden", "x.py", "photo.png"])
def test_weights_are_known_by_their_content(repo: Repo, name: str) -> None:
    repo.write(name, WEIGHTS)
    assert blocked(repo, "gate-weights", name) == set()
    repo.write(name, PICKLE)
    assert blocked(repo, "gate-weights", name) == {(RULE, name)}


def test_one_bad_file_among_clean_ones_is_named(repo: Repo) -> None:
    for name in ("README.md", "src/main.py", "data/rows.csv"):
        repo.write(name, "text\n")
    repo.write("empty", "")
    repo.write("blob", PICKLE)
    names = ("README.md", "src/main.py", "data/rows.csv", "empty", "blob")
    assert blocked(repo, "gate-weights", *names) == {(RULE, "blob")}
    assert blocked(repo, "gate-weights", *names[:-1]) == set()


def test_a_pointer_passes_for_it_has_no_content(repo: Repo) -> None:
    repo.write("model.pt", pointer(PICKLE))
    assert blocked(repo, "gate-weights", "model.pt") == set()


def test_a_file_that_only_begins_as_a_pointer_is_read_as_what_it_is(repo: Repo) -> None:
    repo.write("model.pt", PICKLE + pointer(PICKLE).encode())
    assert run_hook(repo, "gate-weights", "model.pt").code == 1


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_names(repo: Repo, hook: str, name: str) -> None:
    repo.write("lax.yaml", LAX)
    repo.write(name, "text\n")
    repo.track()
    result = run_hook(repo, hook, name)
    assert result.code == 0, result
    assert "usage" not in result.out


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_hide_nothing(repo: Repo, name: str) -> None:
    repo.write("lax.yaml", LAX)
    repo.write(name, PICKLE)
    assert blocked(repo, "gate-weights", name) == {(RULE, printable(name))}


def test_all_odd_names_in_one_call(repo: Repo) -> None:
    for name in ODD_NAMES:
        repo.write(name, PICKLE)
    assert blocked(repo, "gate-weights", *ODD_NAMES) == {(RULE, printable(name)) for name in ODD_NAMES}


def test_ten_thousand_files_are_all_looked_into(repo: Repo) -> None:
    for name in MANY:
        repo.write(name, "x" * 100)
    assert run_hook(repo, "gate-weights", *MANY).code == 0
    repo.write(MANY[-1], PICKLE)
    result = run_hook(repo, "gate-weights", *MANY)
    assert result.code == 1
    assert "in 10,000 files" in result.out
    assert MANY[-1] in result.out


def test_without_files_there_are_no_weights_to_look_into(repo: Repo) -> None:
    result = run_hook(repo, "gate-weights")
    assert result.code == 3
    assert "nothing to check" in result.out


@pytest.mark.parametrize("hook", HOOKS)
def test_a_file_that_is_gone_is_an_error_that_names_it(repo: Repo, hook: str) -> None:
    repo.write("here", "text\n")
    result = run_hook(repo, hook, "here", "gone.txt")
    assert result.code == 2
    assert "gone.txt" in result.err


@pytest.mark.parametrize("hook", HOOKS)
def test_an_unknown_rule_in_the_policy_is_shown_where_it_stands(declared: Repo, hook: str) -> None:
    declared.write("gate-policy.yaml", "policy: 1\nrules:\n  weights/pickel-format: {enforce: block}\n")
    result = run_hook(declared, hook, "README.md")
    assert result.code == 2
    assert "gate-policy.yaml:3:3: error" in result.err
    assert "weights/pickle-format" in result.err


def test_a_broken_dbom_is_shown_where_it_is_broken(declared: Repo) -> None:
    declared.edit("dbom.yaml", "path: data/train.csv", "pth: data/train.csv")
    result = run_hook(declared, "gate-dbom", "dbom.yaml")
    assert result.code == 2
    assert "dbom.yaml:5:5: error" in result.err
    assert run_hook(declared, "gate-dbom", "README.md").code == 2, "whatever is staged"
    assert run_hook(declared, "gate-weights", "dbom.yaml").code == 0, "which is for the other hook to say"


@pytest.mark.parametrize("names", [["dbom.yaml"], ["gate-policy.yaml"], ["dbom.yaml", "gate-policy.yaml"]])
def test_documents_alone_are_read_and_nothing_else_is(declared: Repo, names: list[str]) -> None:
    declared.write("data/train.csv", "other rows\n")
    result = run_hook(declared, "gate-dbom", *names)
    assert result.code == 0
    assert "0 files" in result.out
    assert findings(declared, "gate-dbom", *names) == []


def test_only_the_hook_takes_documents_alone_for_a_pass(declared: Repo) -> None:
    for stage in ("pull-request", "train", "release"):
        assert declared.gate("check", "--stage", stage, "dbom.yaml").code == 3


def test_an_empty_repository_is_no_pass_for_the_hook_either(repo: Repo) -> None:
    assert run_hook(repo, "gate-dbom").code == 3


def test_a_file_that_nobody_declared_is_looked_into_and_no_other(declared: Repo) -> None:
    declared.write("data/train.csv", "other rows\n")
    assert blocked(declared, "gate-dbom", "README.md") == set()


def test_undeclared_weights_are_for_the_policy(declared: Repo) -> None:
    declared.write("new.bin", WEIGHTS)
    declared.track()
    assert blocked(declared, "gate-dbom", "new.bin") == set()
    declared.write("gate-policy.yaml", "policy: 1\nextends: [gate:strict]\n")
    assert blocked(declared, "gate-dbom", "new.bin") == {("dbom/undeclared-weights", "new.bin")}


def test_a_changed_file_is_refused_and_the_message_names_the_way_out(declared: Repo) -> None:
    declared.write("data/train.csv", "other rows\n")
    assert blocked(declared, "gate-dbom", "data/train.csv") == {("integrity/digest-mismatch", "data/train.csv")}
    assert "gate update train" in run_hook(declared, "gate-dbom", "data/train.csv").out
    assert declared.gate("update", "train", "--version", "2").code == 0
    assert blocked(declared, "gate-dbom", "data/train.csv", "dbom.yaml") == set()


def test_a_directory_is_compared_as_a_whole_once_a_file_of_it_is_staged(declared: Repo) -> None:
    declared.write("data/images/3.txt", "three")
    declared.delete("data/images/2.txt")
    found = {("integrity/extra-file", "data/images/3.txt"), ("integrity/missing-file", "data/images/2.txt")}
    assert blocked(declared, "gate-dbom", "data/images/3.txt") == found
    assert blocked(declared, "gate-dbom", "data/images/1.txt") == found
    assert blocked(declared, "gate-dbom", "data/train.csv") == set()


def test_a_listing_is_compared_with_its_directory(declared: Repo) -> None:
    assert blocked(declared, "gate-dbom", "dbom/images.sha256") == set()
    declared.write("dbom/images.sha256", declared.bytes("dbom/images.sha256") + b"\n")
    assert run_hook(declared, "gate-dbom", "dbom/images.sha256").code == 1
    assert "integrity/listing-mismatch" in run_hook(declared, "gate-dbom", "dbom/images.sha256").out


def test_pointers_are_compared_by_what_they_claim(declared: Repo) -> None:
    content = declared.bytes("data/train.csv")
    declared.write("data/train.csv", pointer(content))
    assert blocked(declared, "gate-dbom", "data/train.csv") == set()
    declared.write("data/train.csv", pointer(content + b"3,4\n"))
    assert blocked(declared, "gate-dbom", "data/train.csv") == {("integrity/digest-mismatch", "data/train.csv")}


def test_a_link_is_content_of_nothing_unless_it_is_declared(declared: Repo) -> None:
    declared.link("latest", "data/train.csv")
    declared.track()
    assert blocked(declared, "gate-dbom", "latest") == set()
    declared.link("data/train.csv", "images/1.txt")
    assert blocked(declared, "gate-dbom", "data/train.csv") == {("integrity/symlink", "data/train.csv")}


def test_the_revision_of_a_submodule_that_is_not_checked_out(declared: Repo) -> None:
    (declared.root / "vendor").mkdir()
    assert blocked(declared, "gate-dbom", "vendor") == set()


def test_a_repository_without_documents_passes(repo: Repo) -> None:
    repo.write("README.md", "hello\n")
    repo.track()
    assert blocked(repo, "gate-dbom", "README.md") == set()


def test_ten_thousand_files_beside_a_declared_one(declared: Repo) -> None:
    for name in MANY:
        declared.write(name, "x" * 100)
    declared.track()
    assert run_hook(declared, "gate-dbom", *MANY, "data/train.csv").code == 0
    declared.write("data/train.csv", "other rows\n")
    assert run_hook(declared, "gate-dbom", *MANY, "data/train.csv").code == 1
    assert run_hook(declared, "gate-dbom", *MANY).code == 0


def test_without_files_the_whole_repository_is_checked(declared: Repo) -> None:
    assert blocked(declared, "gate-dbom") == set()
    declared.write("data/images/1.txt", "other")
    assert blocked(declared, "gate-dbom") == {("integrity/digest-mismatch", "data/images/1.txt")}
