"""`gate init`: what it proposes, and that it never takes anything away."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.dbom.load import read_dbom
from gate.dbom.model import Artifact
from gate.documents.nodes import decode
from tests.support import PICKLE, WEIGHTS, Repo, finish, found_in, pointer, run_gate, sha256, start_gate

MD5 = "5d41402abc4b2a76b9719d911017c592"
CSV = "a,b\n1,2\n"
PARQUET = b"PAR1" + bytes(40) + b"PAR1"
WRITTEN = {b"dbom.yaml", b"gate-policy.yaml", b".github/workflows/gate.yml", b".pre-commit-config.yaml"}
SUITE = json.dumps({"expectation_suite_name": "s", "expectations": [{"expectation_type": "x", "kwargs": {}}]})


def _artifacts(repo: Repo) -> dict[str, Artifact]:
    """The declared artifacts by their path."""
    return {artifact.path: artifact for artifact in read_dbom(decode(repo.bytes("dbom.yaml"), "dbom.yaml")).artifacts}


def _init(repo: Repo, *arguments: str, code: int = 0) -> str:
    result = repo.gate("init", *arguments)
    assert result.code == code, result
    return result.out


def _pictures(repo: Repo, directory: str, number: int = 20) -> None:
    for i in range(number):
        repo.write(f"{directory}/{i}.png", f"{directory} {i}")


# What is proposed


def test_everything_is_declared_and_written_so_that_check_works_at_once(repo: Repo) -> None:
    repo.write("models/net.safetensors", WEIGHTS)
    repo.write("data/train.csv", CSV)
    _pictures(repo, "data/signs/stop")
    _pictures(repo, "data/signs/yield")
    repo.write("README.md", "hello")
    before = repo.tree()
    out = _init(repo)
    artifacts = _artifacts(repo)
    assert {path: a.kind for path, a in artifacts.items()} == {
        "models/net.safetensors": "model",
        "data/train.csv": "dataset",
        "data/signs": "dataset",
    }
    train = artifacts["data/train.csv"]
    assert (train.name, train.sha256, train.size, train.version) == ("train", sha256(CSV), len(CSV), None)
    assert artifacts["data/signs"].listing == "dbom/signs.sha256"
    assert artifacts["data/signs"].sha256 == sha256(repo.bytes("dbom/signs.sha256"))
    assert set(repo.tree()) - set(before) == WRITTEN | {b"dbom/signs.sha256"}
    report = repo.report()
    assert (report["exit_code"], report["completeness"]["percent"]) == (0, 100.0)
    assert "2 datasets, 1 model" in out


def test_what_is_unknown_is_marked_in_every_entry(repo: Repo) -> None:
    repo.write("a.csv", CSV)
    repo.write("w.bin", WEIGHTS)
    out = _init(repo)
    text = repo.text("dbom.yaml")
    assert text.count("    # unknown: version, source.url, source.revision, source.license\n") == 2
    assert "2 artifacts" in out
    assert "gate check" in out
    assert "git add dbom.yaml gate-policy.yaml" in out


def test_an_entry_added_later_does_not_come_between_an_entry_and_its_comments(repo: Repo) -> None:
    repo.write("a.csv", CSV)
    _init(repo)
    before = repo.text("dbom.yaml")
    repo.write("b.csv", CSV)
    assert repo.gate("add", "b.csv").code == 0
    assert repo.text("dbom.yaml").startswith(before)


def test_the_digest_stands_below_the_path(repo: Repo) -> None:
    repo.write("a.csv", CSV)
    _init(repo)
    assert re.search(r"    path: a\.csv\n    sha256: ", repo.text("dbom.yaml"))


def test_a_pickle_is_declared_with_a_warning(repo: Repo) -> None:
    repo.write("old.pt", PICKLE)
    out = _init(repo)
    assert _artifacts(repo)["old.pt"].kind == "model"
    assert "# a pickle: gate:baseline blocks it" in repo.text("dbom.yaml")
    assert "1 artifact with pickles" in out
    result = repo.report()
    assert {f["rule"] for f in result["findings"] if f["decision"]["ruling"] == "block"} == {"weights/pickle-format"}


def test_an_empty_repository_gets_documents_that_are_valid(repo: Repo) -> None:
    out = _init(repo)
    assert _artifacts(repo) == {}
    assert "gate add PATH" in repo.text("dbom.yaml")
    assert "0 datasets, 0 models" in out
    assert repo.gate("check").code == 0
    repo.write("x.csv", CSV)
    assert repo.gate("add", "x.csv").code == 0
    assert set(_artifacts(repo)) == {"x.csv"}


def test_the_example_of_the_empty_dbom_is_valid_once_it_is_no_comment(repo: Repo) -> None:
    _init(repo)
    head, _, example = repo.text("dbom.yaml").partition("dbom: 1\n")
    lines = [line.removeprefix("# ") for line in example.splitlines()[1:]]
    repo.write("dbom.yaml", f"{head}dbom: 1\n" + "\n".join(lines) + "\n")
    assert set(_artifacts(repo)) == {"data/train.csv"}


def test_the_suggestions_of_the_policy_are_valid_once_they_are_no_comments(repo: Repo) -> None:
    _init(repo)
    assert "1 policy valid, 0 notes" in repo.gate("policy", "lint").err
    head, _, rules = repo.text("gate-policy.yaml").partition("# rules:")
    repo.write("gate-policy.yaml", head + "rules:" + re.sub(r"(?m)^# ", "", rules))
    assert "1 policy valid, 0 notes" in repo.gate("policy", "lint").err
    assert repo.text("gate-policy.yaml").count("enforce:") == 4


def test_the_workflow_and_the_hooks_fail_until_they_are_filled_in(repo: Repo) -> None:
    out = _init(repo)
    workflow = yaml.safe_load(repo.text(".github/workflows/gate.yml"))
    checkout, gate = (step["uses"] for step in workflow["jobs"]["gate"]["steps"])
    assert re.fullmatch(r"actions/checkout@[0-9a-f]{40}", checkout)
    assert re.fullmatch(r"dbom-gate/gate@FILL-IN-.*", gate)
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["gate"]["permissions"] == {"contents": "read", "security-events": "write"}
    hooks = yaml.safe_load(repo.text(".pre-commit-config.yaml"))["repos"][0]
    assert hooks["rev"].startswith("FILL-IN-")
    assert [hook["id"] for hook in hooks["hooks"]] == ["gate-weights", "gate-dbom"]
    assert "fill it in where .github/workflows/gate.yml and .pre-commit-config.yaml say" in out


def test_what_git_ignores_is_not_proposed(repo: Repo) -> None:
    repo.write(".gitignore", "*.csv\n")
    repo.write("x.csv", CSV)
    assert "what git ignores" in _init(repo)
    assert _artifacts(repo) == {}


# Files that belong together


def test_many_tables_in_a_directory_are_one_dataset_and_few_are_several(repo: Repo) -> None:
    for i in range(5):
        repo.write(f"data/many/{i}.csv", f"a\n{i}\n")
    for i in range(4):
        repo.write(f"data/few/{i}.csv", f"a\n{i}\n")
    _init(repo)
    assert set(_artifacts(repo)) == {"data/many", *(f"data/few/{i}.csv" for i in range(4))}
    assert repo.rules() == {"dbom/incomplete", "dbom/no-license", "dbom/no-origin"}


def test_partitions_are_one_dataset(repo: Repo) -> None:
    for i in range(6):
        repo.write(f"sales/year=20{i:02}/month=1/part.parquet", PARQUET)
    _init(repo)
    assert set(_artifacts(repo)) == {"sales"}


def test_training_and_test_pictures_are_two_datasets(repo: Repo) -> None:
    for part in ("train", "test"):
        _pictures(repo, f"data/{part}")
    _init(repo)
    assert set(_artifacts(repo)) == {"data/train", "data/test"}


def test_the_shards_of_a_model_are_one_model(repo: Repo) -> None:
    for i in range(1, 4):
        repo.write(f"models/big/model-{i:05}-of-00003.safetensors", WEIGHTS)
    repo.write("models/big/config.json", "{}")
    repo.write("models/small.safetensors", WEIGHTS)
    _init(repo)
    assert {path: a.kind for path, a in _artifacts(repo).items()} == {
        "models/big": "model",
        "models/small.safetensors": "model",
    }


def test_a_directory_with_code_in_it_is_no_dataset(repo: Repo) -> None:
    for i in range(5):
        repo.write(f"src/{i}.csv", f"a\n{i}\n")
    repo.write("src/run.py", "pass\n")
    _init(repo)
    assert set(_artifacts(repo)) == {f"src/{i}.csv" for i in range(5)}


def test_pictures_beside_code_are_declared_by_their_own_directories(repo: Repo) -> None:
    _pictures(repo, "src/icons")
    _pictures(repo, "src/photos")
    repo.write("src/run.py", "pass\n")
    _init(repo)
    assert set(_artifacts(repo)) == {"src/icons", "src/photos"}


def test_a_model_among_tables_keeps_an_entry_of_its_own(repo: Repo) -> None:
    for i in range(5):
        repo.write(f"out/{i}.csv", f"a\n{i}\n")
    repo.write("out/model.safetensors", WEIGHTS)
    _init(repo)
    assert _artifacts(repo)["out/model.safetensors"].kind == "model"
    assert len(_artifacts(repo)) == 6


def test_a_directory_with_ignored_files_is_declared_file_by_file_so_that_a_clone_has_what_is_declared(
    repo: Repo,
) -> None:
    repo.write(".gitignore", "*.tmp\n")
    for i in range(5):
        repo.write(f"data/{i}.csv", f"a\n{i}\n")
    repo.write("data/x.tmp", "")
    _init(repo)
    assert set(_artifacts(repo)) == {f"data/{i}.csv" for i in range(5)}
    repo.delete("data/x.tmp")
    assert repo.report()["completeness"]["percent"] == 100.0


def test_too_many_files_for_entries_of_their_own_are_left_with_the_way_out(repo: Repo) -> None:
    repo.write(".gitignore", ".DS_Store\n")
    _pictures(repo, "data/signs", 101)
    repo.write("data/signs/.DS_Store", "")
    out = _init(repo)
    assert _artifacts(repo) == {}
    assert "data/signs/.DS_Store" in out
    assert "gate add data/signs" in out


def test_pictures_in_the_root_are_declared_one_by_one(repo: Repo) -> None:
    for i in range(20):
        repo.write(f"{i}.png", str(i))
    _init(repo)
    assert len(_artifacts(repo)) == 20
    assert not {"dbom/undeclared-data", "integrity/extra-file"} & repo.rules()


def test_a_dataset_where_the_gate_keeps_its_listings_is_not_one_artifact(repo: Repo) -> None:
    for i in range(6):
        repo.write(f"dbom/{i}.csv", f"a\n{i}\n")
    _init(repo)
    assert len(_artifacts(repo)) == 6
    assert repo.report()["completeness"]["percent"] == 100.0


def test_names_are_unique_and_listings_take_none_that_is_there(repo: Repo) -> None:
    for directory in ("a/x", "b/x"):
        _pictures(repo, directory)
    repo.write("dbom/x.sha256", "precious\n")
    repo.write("c/x.csv", CSV)
    _init(repo)
    artifacts = _artifacts(repo)
    assert {path: artifact.name for path, artifact in artifacts.items()} == {"a/x": "a-x", "b/x": "b-x", "c/x.csv": "x"}
    assert repo.text("dbom/x.sha256") == "precious\n"
    assert repo.report()["completeness"]["percent"] == 100.0


# DVC and suites


def test_what_dvc_keeps_is_declared_where_it_is_here_and_named_where_it_is_not(repo: Repo) -> None:
    repo.write("data/.gitignore", "/here.csv\n/model.bin\n/folder\n/gone.csv\n")
    for name in ("here.csv", "model.bin", "folder", "gone.csv"):
        repo.write(f"data/{name}.dvc", f"outs:\n- md5: {'0' * 32}\n  size: 1\n  hash: md5\n  path: {name}\n")
    repo.write("data/here.csv", CSV)
    repo.write("data/model.bin", WEIGHTS)
    repo.write("data/folder/a.txt", "a")
    out = _init(repo)
    assert {path: a.kind for path, a in _artifacts(repo).items()} == {
        "data/here.csv": "dataset",
        "data/model.bin": "model",
        "data/folder": "dataset",
    }
    assert "`dvc pull data/here.csv.dvc`" in repo.text("dbom.yaml")
    assert "data/gone.csv: run `dvc pull data/gone.csv.dvc`" in repo.text("dbom.yaml")
    assert "data/gone.csv: run `dvc pull data/gone.csv.dvc`" in out
    assert repo.report()["completeness"]["percent"] == 100.0


def test_an_import_of_dvc_says_where_it_came_from(repo: Repo) -> None:
    commit = "0123456789" * 4
    repo.write(".gitignore", "/x.csv\n")
    repo.write("x.csv", CSV)
    repo.write(
        "x.csv.dvc",
        "frozen: true\ndeps:\n- path: data/x.csv\n  repo:\n    url: https://git.example/r\n"
        f"    rev_lock: {commit}\nouts:\n- md5: 5d41402abc4b2a76b9719d911017c592\n  path: x.csv\n",
    )
    _init(repo)
    source = _artifacts(repo)["x.csv"].source
    assert (source.url, source.revision) == ("https://git.example/r", commit)
    assert "# unknown: version, source.license\n" in repo.text("dbom.yaml")


def test_the_outputs_of_a_pipeline_are_found_from_the_directory_of_their_stage(repo: Repo) -> None:
    repo.write(".gitignore", "/ml/out/\n/ml/top.csv\n")
    repo.write(
        "ml/dvc.yaml",
        "stages:\n  a:\n    wdir: out\n    cmd: x\n  b:\n    foreach: [1]\n    do:\n      wdir: out\n      cmd: x\n"
        "  c:\n    cmd: x\n",
    )
    repo.write(
        "ml/dvc.lock",
        f"schema: '2.0'\nstages:\n  a:\n    cmd: x\n    outs:\n    - path: a.csv\n      md5: {MD5}\n"
        f"  b@1:\n    cmd: x\n    outs:\n    - path: b.csv\n      md5: {MD5}\n"
        f"  c:\n    cmd: x\n    outs:\n    - path: top.csv\n      md5: {MD5}\n    - path: gone.csv\n      md5: {MD5}\n",
    )
    for name in ("out/a.csv", "out/b.csv", "top.csv"):
        repo.write(f"ml/{name}", CSV)
    out = _init(repo)
    assert set(_artifacts(repo)) == {"ml/out/a.csv", "ml/out/b.csv", "ml/top.csv"}
    assert "ml/gone.csv" in out


@pytest.mark.parametrize("path", ["/etc/hostname", "../outside.csv", ".."])
def test_dvc_cannot_point_outside(repo: Repo, path: str) -> None:
    (repo.root.parent / "outside.csv").write_text(CSV)
    repo.write("x.dvc", f"outs:\n- md5: 5d41402abc4b2a76b9719d911017c592\n  path: '{path}'\n")
    out = _init(repo)
    assert "x.dvc: it names an output of no use here" in out
    assert _artifacts(repo) == {}


def test_a_working_directory_of_dvc_cannot_lead_outside(repo: Repo) -> None:
    (repo.root.parent / "outside.csv").write_text(CSV)
    repo.write("d/x.dvc", "wdir: ../..\nouts:\n- md5: 5d41402abc4b2a76b9719d911017c592\n  path: outside.csv\n")
    assert "d/x.dvc: it names an output of no use here" in _init(repo)


def test_a_link_that_dvc_names_is_not_followed(repo: Repo) -> None:
    repo.write(".gitignore", "/x.csv\n")
    repo.write("x.dvc", "outs:\n- md5: 5d41402abc4b2a76b9719d911017c592\n  path: x.csv\n")
    repo.link("x.csv", "/etc/hostname")
    assert "symbolic link" in _init(repo)
    assert _artifacts(repo) == {}


@pytest.mark.parametrize(
    "text", ["[", "\x00", "outs: 3\n", "outs:\n- a\n", "- a\n", "outs:\n- &a {path: x}\n", "&a *a"]
)
def test_a_file_of_dvc_that_is_broken_does_no_harm(repo: Repo, text: str) -> None:
    repo.write("x.dvc", text)
    repo.write("dvc.lock", text)
    repo.write("a.csv", CSV)
    assert repo.gate("init").code in (0, 4)
    assert set(_artifacts(repo)) == {"a.csv"}


def test_suites_are_named_beside_their_dataset_and_not_declared(repo: Repo) -> None:
    repo.write("data/train.csv", CSV)
    repo.write("data/test.csv", CSV)
    repo.write("gx/expectations/train_suite.json", json.dumps({"name": "t", "expectations": [{"type": "x"}]}))
    repo.write("expectations/test/warning.json", SUITE)
    repo.write("expectations/nothing.json", SUITE)
    repo.write("expectations/broken.json", "{")
    repo.write("expectations/other.json", '{"expectations": [1]}')
    out = _init(repo)
    text = repo.text("dbom.yaml")
    entries = {block.split("\n")[0]: block for block in text.split("  - name: ")[1:]}
    assert "# suite: gx/expectations/train_suite.json  (declare it" in entries["train"]
    assert "# suite: expectations/test/warning.json  (declare it" in entries["test"]
    assert "#   expectations/nothing.json\n" in text
    assert "broken" not in text
    assert "other" not in text
    assert "3 suites" in out
    assert "gate/undecided" not in repo.rules()


# What stays as it is


def test_running_it_twice_changes_nothing(repo: Repo) -> None:
    repo.write("a.csv", CSV)
    _pictures(repo, "data/x")
    _init(repo)
    before = repo.tree()
    out = _init(repo)
    assert repo.tree() == before
    assert "nothing to write" in out
    assert out.count("kept  ") == 4
    assert "what was found is declared" in out


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_what_is_there_is_kept(repo: Repo, name: bytes) -> None:
    content = b"dbom: 1\n# mine\n" if name == b"dbom.yaml" else b"policy: 1\n" if b"policy" in name else b"repos: []\n"
    repo.write(name, content)
    repo.write("a.csv", CSV)
    out = _init(repo)
    assert repo.bytes(name) == content
    assert set(repo.tree()) == WRITTEN | {b"a.csv"}
    assert f"kept  {name.decode()}" in out


def test_hooks_that_are_there_get_the_block_to_add(repo: Repo) -> None:
    repo.write(".pre-commit-config.yaml", "repos: []\n")
    out = _init(repo)
    block = out[out.index("  - repo:") : out.index("unknown:", out.index("id: gate-dbom"))]
    assert [hook["id"] for hook in yaml.safe_load(block)[0]["hooks"]] == ["gate-weights", "gate-dbom"]
    repo.write(".pre-commit-config.yaml", f"repos:\n{block}")
    assert "- repo:" not in _init(repo)


def test_a_dbom_that_is_there_is_kept_and_what_is_missing_is_listed(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\n")
    repo.write("a b.csv", CSV)
    repo.write("-x.csv", CSV)
    out = _init(repo)
    assert "gate add 'a b.csv' --source URL" in out
    assert "gate add ./-x.csv --source URL" in out
    assert repo.text("dbom.yaml") == "dbom: 1\n"


def test_the_commands_that_are_listed_declare_everything(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\n")
    repo.write("data/it's.csv", CSV)
    _pictures(repo, "data/x")
    repo.write("w.bin", WEIGHTS)
    import shlex

    commands = [shlex.split(line) for line in _init(repo).splitlines() if line.startswith("  gate add")]
    for command in commands:
        assert repo.gate(*command[1:]).code == 0
    assert set(_artifacts(repo)) == {"data/it's.csv", "data/x", "w.bin"}
    assert "what was found is declared" in _init(repo)


def test_a_dry_run_prints_and_writes_nothing(repo: Repo) -> None:
    repo.write("a.csv", CSV)
    before = repo.tree()
    out = _init(repo, "--dry-run")
    assert repo.tree() == before
    assert "would write  dbom.yaml" in out
    assert f"  |     sha256: {sha256(CSV)}" in out
    _init(repo)
    printed = [line[4:] for line in out.splitlines() if line.startswith("  | ")]
    assert printed[: len(repo.text("dbom.yaml").splitlines())] == repo.text("dbom.yaml").splitlines()


@pytest.mark.parametrize(
    ("name", "content"),
    [(".github", b"a file"), (".github/workflows", b"a file"), ("dbom", b"a file")],
)
def test_all_or_nothing_where_a_directory_cannot_be_made(repo: Repo, name: str, content: bytes) -> None:
    repo.write(name, content)
    _pictures(repo, "x")
    before = repo.tree()
    result = repo.gate("init")
    assert result.code == 2
    assert "nothing was changed" in result.err
    assert repo.tree() == before
    assert {entry.name for entry in repo.root.iterdir()} == {".git", "x", name.partition("/")[0]}


def test_a_link_among_the_directories_is_not_written_through(repo: Repo) -> None:
    outside = repo.root.parent / "elsewhere"
    outside.mkdir()
    repo.link(".github", outside)
    before = repo.tree()
    result = repo.gate("init")
    assert result.code == 2
    assert ".github is a symbolic link" in result.err
    assert repo.tree() == before
    assert list(outside.iterdir()) == []


def test_a_full_disk_leaves_nothing_half_written(repo: Repo) -> None:
    repo.write("a.csv", CSV)
    for i in range(100):
        repo.write(f"t/{i}/x.csv", CSV)
    before = repo.tree()
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);" \
            "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"  # fmt: skip
    result = run_gate(repo.root, "init", before=limit)
    assert result.code == 4, result
    assert "cannot write" in result.err
    assert repo.tree() == before
    assert not (repo.root / "dbom").exists()


# Where it runs, and what is in the way


def test_outside_of_git_the_directory_must_be_named(bare: Repo) -> None:
    bare.write("a.csv", CSV)
    result = bare.gate("init")
    assert result.code == 2
    assert "git init" in result.err
    assert set(bare.tree()) == {b"a.csv"}
    assert bare.gate("init", "--root", ".").code == 0
    assert set(_artifacts(bare)) == {"a.csv"}
    assert bare.gate("check").code == 0


def test_an_unborn_branch_a_detached_head_and_a_subdirectory_are_all_the_same(repo: Repo) -> None:
    repo.write("deep/a.csv", CSV)
    unborn = _init(repo)
    written = repo.tree()
    repo.track()
    repo.git("commit", "--quiet", "-m", "x")
    repo.git("checkout", "--quiet", "--detach")
    for name in WRITTEN:
        repo.delete(os.fsdecode(name))
    assert _init(repo) == unborn
    assert repo.tree() == written
    for name in WRITTEN:
        repo.delete(os.fsdecode(name))
    assert repo.gate("init", cwd="deep").out == unborn
    assert repo.tree() == written


def test_a_directory_inside_of_a_repository_gets_no_workflow(repo: Repo) -> None:
    repo.write("ml/a.csv", CSV)
    out = _init(repo, "--root", "ml")
    assert set(repo.tree()) == {b"ml/a.csv", b"ml/dbom.yaml", b"ml/gate-policy.yaml"}
    assert "not written: .github/workflows/gate.yml" in out
    assert repo.gate("check", "--root", "ml").code == 0


def test_a_repository_that_git_cannot_list_is_no_reason_to_guess(repo: Repo) -> None:
    repo.write("a.csv", CSV)
    repo.write(".git/HEAD", "garbage\n")
    before = repo.tree()
    result = repo.gate("init")
    assert result.code == 4
    assert "git status" in result.err
    assert repo.tree() == before


@pytest.mark.parametrize("name", ["dbom.yml", "dbom.json"])
def test_a_dbom_of_another_name_is_not_shadowed(repo: Repo, name: str) -> None:
    repo.write(name, "dbom: 1\n")
    result = repo.gate("init")
    assert result.code == 2
    assert name in result.err
    assert set(repo.tree()) == {name.encode()}


def test_a_dbom_with_errors_is_a_usage_error(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\nnope: 1\n")
    result = repo.gate("init")
    assert result.code == 2
    assert "dbom.yaml:2:1" in result.err


def test_pointers_links_and_names_that_no_document_can_hold_are_listed(repo: Repo) -> None:
    repo.write("big.csv", pointer(b"content"))
    repo.link("out.csv", "/etc/hostname")
    repo.write(b"caf\xe9.csv", CSV)
    repo.write("fine.csv", CSV)
    out = _init(repo)
    assert set(_artifacts(repo)) == {"fine.csv"}
    for text in ("big.csv: a Git LFS pointer", "out.csv: a symbolic link out", "caf\\xe9.csv"):
        assert text in out
        assert f"#   {text}" in repo.text("dbom.yaml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_cannot_be_read_is_listed_and_the_answer_is_unable(repo: Repo) -> None:
    repo.write("a.csv", CSV)
    repo.write("locked.csv", CSV)
    os.chmod(repo.path("locked.csv"), 0)
    assert "locked.csv: it cannot be read" in _init(repo, code=4)
    assert set(_artifacts(repo)) == {"a.csv"}


def test_a_file_of_dvc_that_cannot_be_read_is_listed_and_the_answer_is_unable(repo: Repo) -> None:
    repo.write("a.csv", CSV)
    repo.write("x.dvc", b"\xff\xfe")
    assert "x.dvc: DVC's file cannot be read" in _init(repo, code=4)
    assert set(_artifacts(repo)) == {"a.csv"}


def test_a_tracked_file_that_is_gone_is_no_matter(repo: Repo) -> None:
    for i in range(6):
        repo.write(f"d/{i}.csv", f"a\n{i}\n")
    repo.track()
    repo.delete("d/0.csv")
    _init(repo)
    assert set(_artifacts(repo)) == {"d"}
    assert repo.report()["completeness"]["percent"] == 100.0


@pytest.mark.parametrize(
    "name", ["new\nline.csv", "\x1b[2J.csv", "quo'te\".csv", "col: on.csv", "#hash.csv", "- x.csv", "line\u2028s.csv",
             "next\x85line.csv", "😀.csv", "&a.csv", "::error::x.csv", "##[error]x.csv", " .csv"],
)  # fmt: skip
def test_names_of_any_kind_are_declared_and_do_no_harm(repo: Repo, name: str) -> None:
    repo.write(name, CSV)
    repo.write(name.replace(".csv", ".bin"), PICKLE)
    repo.write("expectations/" + name.replace(".csv", ".json"), SUITE)
    repo.write(name + ".dvc", f"outs:\n- path: {json.dumps('gone ' + name, ensure_ascii=not name.isprintable())}\n")
    out = _init(repo)
    assert set(_artifacts(repo)) == {name, name.replace(".csv", ".bin")}
    assert all(line.isprintable() and not line.startswith("::") and "##[" not in line for line in out.splitlines())
    assert "dbom/undeclared-data" not in repo.rules()


def test_an_interrupt_while_hashing_writes_nothing(repo: Repo) -> None:
    with open(repo.path("big.npy"), "wb") as file:
        file.write(
            b"\x93NUMPY\x01\x00\x76\x00" + b"{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }".ljust(117)
        )
        file.write(b"\n")
        file.truncate(1 << 36)
    process = start_gate(repo.root, "init")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2)
    process.send_signal(2)
    assert finish(process).code == 130
    assert {entry.name for entry in repo.root.iterdir()} == {".git", "big.npy"}


# The property

_NAMES = st.sampled_from(["a", "b", "train", "test", "data", "x=1", "x=2", "dbom", "src"])
_FILES = st.sampled_from(
    [("csv", CSV), ("parquet", PARQUET), ("bin", WEIGHTS), ("pt", PICKLE), ("png", "p"), ("py", "pass"), ("txt", "t"),
     ("tmp", "ignored"), ("jsonl", "{}\n"), ("npy", b"\x93NUMPY\x01\x00")],
)  # fmt: skip
_FOLDERS = st.dictionaries(
    st.lists(_NAMES, max_size=3).map("/".join),
    st.lists(st.tuples(_FILES, st.sampled_from([1, 2, 5, 7, 20, 23])), min_size=1, max_size=3),
    max_size=6,
)
FORBIDDEN = re.compile(r"dbom/undeclared-.*|integrity/.*")


@settings(max_examples=60)
@given(_FOLDERS, st.booleans())
def test_after_init_nothing_is_undeclared_or_different_and_init_again_changes_nothing(
    folders: dict[str, list[tuple[tuple[str, str | bytes], int]]], commit: bool
) -> None:
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        root = Path(directory, "repo")
        root.mkdir()
        repo = Repo(root, Path(directory), patch)
        repo.git("init", "--quiet")
        repo.write(".gitignore", "*.tmp\n")
        for folder, groups in folders.items():
            for (extension, content), number in groups:
                for i in range(number):
                    repo.write(f"{folder}/f{i}.{extension}".lstrip("/"), content)
        if commit:
            repo.track()
        before = repo.tree()
        assert repo.gate("init").code == 0
        after = repo.tree()
        assert {path: data for path, data in after.items() if path in before} == before
        report = repo.report()
        assert not {found.rule for found in found_in(report) if FORBIDDEN.fullmatch(found.rule)}
        assert report["completeness"]["percent"] in (100.0, None)
        assert repo.gate("init").code == 0
        assert repo.tree() == after
        listed = {entry.path for entry in _artifacts(repo).values()}
        assert not any(path.startswith(f"{other}/") for path in listed for other in listed)


def test_the_help_names_the_options(repo: Repo) -> None:
    result = repo.gate("init", "--help")
    assert result.code == 0
    assert "--dry-run" in result.out
    assert repo.gate("init", "somewhere").code == 2


def test_what_the_code_pulls_in_is_proposed_as_commands_and_never_invented(repo: Repo) -> None:
    commit = "5fd3c2a1b0d95fd3c2a1b0d95fd3c2a1b0d95fd3"
    repo.write("data/train.csv", CSV)
    repo.write(
        "train.py",
        "from datasets import load_dataset\nfrom transformers import AutoModel\n"
        f"a = load_dataset('acme/signs', revision='{commit}')\nb = AutoModel.from_pretrained('acme/net')\n",
    )
    out = _init(repo)
    text = repo.bytes("dbom.yaml").decode()
    assert set(_artifacts(repo)) == {"data/train.csv"}
    assert f"#   gate add data/signs --source https://huggingface.co/datasets/acme/signs --revision {commit}" in text
    assert "#   gate add models/net --source https://huggingface.co/acme/net --revision COMMIT" in text
    assert "train.py:3" in out
    repo.write("data/signs", CSV)
    entry = f"  - {{name: signs, path: data/signs, sha256: {sha256(CSV)}, source: {{url: hf://datasets/acme/signs}}}}\n"
    repo.write("dbom.yaml", text + entry)
    again = _init(repo)
    assert "acme/net" in again
    assert "acme/signs" not in again
