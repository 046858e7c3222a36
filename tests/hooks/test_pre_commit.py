"""The hooks under pre-commit itself, installed from this checkout as a user installs them from a release."""

from __future__ import annotations

import pytest

from gate.core.text import printable
from tests.hooks.conftest import PreCommit
from tests.hooks.manifest import MANIFEST
from tests.support import PICKLE, WEIGHTS, Repo, pointer

pytestmark = pytest.mark.clients

BOTH = ("gate-weights", "gate-dbom")


@pytest.fixture
def committed(repo: Repo, pre_commit: PreCommit) -> Repo:
    """A commit with one declared file, and both hooks installed for the next."""
    repo.write("data/train.csv", "a,b\n1,2\n")
    repo.write("models/w.safetensors", WEIGHTS)
    for path in ("data/train.csv", "models/w.safetensors"):
        assert repo.gate("add", path, "--version", "1").code == 0
    repo.write("gate-policy.yaml", "policy: 1\nextends: [gate:baseline]\n")
    pre_commit.configure(repo, *BOTH)
    repo.track()
    repo.git("commit", "--quiet", "-m", "first")
    assert pre_commit(repo, "install").code == 0
    return repo


def test_the_manifest_is_valid(repo: Repo, pre_commit: PreCommit) -> None:
    assert pre_commit(repo, "validate-manifest", str(MANIFEST)) == (0, "")


def test_try_repo_names_every_bad_file_whatever_its_name(repo: Repo, pre_commit: PreCommit) -> None:
    clean = {"README.md": "hello\n", "w.safetensors": WEIGHTS, "lfs.pt": pointer(PICKLE), "-text": "text\n"}
    bad = ["renamed.txt", "extensionless", "with space", "two\nlines", "-x", "--policy=lax.yaml"]
    for name, content in clean.items():
        repo.write(name, content)
    for name in bad:
        repo.write(name, PICKLE)
    repo.link("link", "renamed.txt")
    repo.track()
    ran = pre_commit(repo, "try-repo", str(pre_commit.source), "gate-weights", "--all-files")
    assert ran.code == 1
    for name in bad:
        assert f"error[weights/pickle-format]: {printable(name)}: " in ran.out
    assert f"blocked: {len(bad)} errors in {len(bad) + len(clean)} files" in ran.out


def test_commits_pass_until_something_is_wrong(committed: Repo, pre_commit: PreCommit) -> None:
    def commit() -> tuple[int, str]:
        committed.track()
        return pre_commit.run(committed, "git", "commit", "-m", "next")

    committed.write("src/main.py", "print()\n")
    assert commit()[0] == 0
    committed.edit("dbom.yaml", "dbom: 1\n", "dbom: 1\nproject: p\n")
    assert commit()[0] == 0, "documents alone"
    committed.link("latest", "data/train.csv")
    assert commit()[0] == 0, "a link alone"
    committed.delete("latest")
    code, out = commit()
    assert (code, out.count("Skipped")) == (0, 2)

    committed.write("data/train.csv", "a,b\n6,6\n")
    code, out = commit()
    assert code == 1
    assert "error[integrity/digest-mismatch]: data/train.csv" in out
    assert committed.gate("update", "train", "--version", "2").code == 0
    assert commit()[0] == 0

    committed.write("notes.txt", PICKLE)
    code, out = commit()
    assert code == 1
    assert "error[weights/pickle-format]: notes.txt" in out
    assert pre_commit.run(committed, "git", "commit", "-m", "next", SKIP="gate-weights").code == 0


def test_what_is_staged_is_judged_and_not_what_was_edited_since(committed: Repo, pre_commit: PreCommit) -> None:
    committed.write("blob", PICKLE)
    committed.track()
    committed.write("blob", "harmless\n")
    assert pre_commit.run(committed, "git", "commit", "-m", "next").code == 1
    assert committed.text("blob") == "harmless\n"


def test_mistakes_in_the_documents_are_shown_where_they_stand(committed: Repo, pre_commit: PreCommit) -> None:
    committed.edit("dbom.yaml", "path: data/train.csv", "pth: data/train.csv")
    committed.track()
    ran = pre_commit(committed, "run", "gate-dbom")
    assert ran.code == 1
    assert "dbom.yaml:5:5: error" in ran.out
    committed.edit("dbom.yaml", "pth: data/train.csv", "path: data/train.csv")
    committed.write("gate-policy.yaml", "policy: 1\nrules:\n  weights/pickel-format: {enforce: block}\n")
    committed.track()
    ran = pre_commit(committed, "run", "gate-dbom")
    assert ran.code == 1
    assert "gate-policy.yaml:3:3: error" in ran.out


def test_ten_thousand_files_more_than_one_command_line_holds(committed: Repo, pre_commit: PreCommit) -> None:
    names = [f"source/of/the/project/package-{i // 100:03}/module-{i:05}.txt" for i in range(10_000)]
    for name in names:
        committed.write(name, "x" * 100)
    committed.write(names[5_000], PICKLE)
    committed.track()
    weights = pre_commit(committed, "run", "gate-weights")
    assert weights.code == 1
    assert weights.out.count("error[") == 1
    assert f"error[weights/pickle-format]: {names[5_000]}" in weights.out
    assert pre_commit(committed, "run", "gate-dbom").code == 0


def test_the_environment_holds_the_gate_and_a_yaml_parser(committed: Repo, pre_commit: PreCommit) -> None:
    assert pre_commit(committed, "run", "gate-weights", "--all-files").code == 0
    (site,) = pre_commit.store.glob("repo*/py_env-*/lib/python*/site-packages")
    installed = {path.name.partition("-")[0].lower() for path in site.glob("*.dist-info")}
    assert installed - {"pip", "setuptools", "wheel"} == {"dbom_gate", "pyyaml"}
