"""`gate add PATH --source hf://...`: what is written is a commit, and only of files that the hub publishes."""

from __future__ import annotations

import pytest

from tests.hub.conftest import write
from tests.localhub import LocalHub, Reply
from tests.support import WEIGHTS, Repo, safetensors, sha256

FILES = {"train.csv": b"a,b\n1,2\n", "shards/0.parquet": b"PAR1" + b"x" * 5000 + b"PAR1", "README.md": b"signs\n"}


def test_a_branch_becomes_the_commit_that_it_is_with_licence_and_supplier(repo: Repo, hub: LocalHub) -> None:
    signs = hub.repository("datasets/acme/signs")
    signs.license = "cc-by-4.0"
    commit = signs.publish(FILES)
    write(repo, "data/signs", FILES)
    added = repo.gate("add", "data/signs", "--source", "hf://datasets/acme/signs", "--revision", "main")
    assert added.code == 0, added.err
    assert "verified: 3 files" in added.out
    dbom = repo.text("dbom.yaml")
    assert "url: hf://datasets/acme/signs\n" in dbom
    assert f"revision: {commit}\n" in dbom
    assert "license: CC-BY-4.0\n" in dbom
    assert "supplier: acme\n" in dbom
    assert "main" not in dbom


def test_what_is_given_counts_more_than_the_card(repo: Repo, hub: LocalHub) -> None:
    model = hub.repository("acme/sign")
    model.license = ["mit"]
    model.publish({"model.safetensors": WEIGHTS})
    repo.write("sign.safetensors", WEIGHTS)
    options = ("--license", "Apache-2.0", "--supplier", "ACME", "--version", "1")
    assert repo.gate("add", "sign.safetensors", "--source", "hf://acme/sign", *options).code == 0
    assert "license: Apache-2.0\n" in repo.text("dbom.yaml")
    assert "supplier: ACME\n" in repo.text("dbom.yaml")


def test_a_licence_that_spdx_does_not_have_is_told_and_not_written(repo: Repo, hub: LocalHub) -> None:
    model = hub.repository("acme/sign")
    model.license = "llama3\x1b[31m"
    model.publish({"model.safetensors": WEIGHTS})
    repo.write("sign.safetensors", WEIGHTS)
    added = repo.gate("add", "sign.safetensors", "--source", "hf://acme/sign")
    assert r'"llama3\u001b[31m", is no SPDX identifier' in added.out
    assert "license" not in repo.text("dbom.yaml")


@pytest.mark.parametrize(
    "source",
    [
        "hf://acme/sign",
        "hf://models/acme/sign",
        "hf://acme/sign@v1",
        "hf://acme/sign@refs/pr/1",
        "https://huggingface.co/acme/sign",
        "https://huggingface.co/acme/sign/tree/v1",
    ],
)
def test_every_way_to_write_a_repository_ends_as_one(repo: Repo, hub: LocalHub, source: str) -> None:
    commit = hub.repository("acme/sign").publish({"model.safetensors": WEIGHTS}, "v1", "refs/pr/1")
    repo.write("sign.safetensors", WEIGHTS)
    added = repo.gate("add", "sign.safetensors", "--source", source)
    assert added.code == 0, added.err
    assert "url: hf://acme/sign\n" in repo.text("dbom.yaml")
    assert f"revision: {commit}\n" in repo.text("dbom.yaml")


def test_a_file_of_a_repository_keeps_its_path(repo: Repo, hub: LocalHub) -> None:
    hub.repository("acme/sign").publish({"a/model.safetensors": WEIGHTS, "config.json": b"{}"})
    repo.write("sign.safetensors", WEIGHTS)
    address = "https://huggingface.co/acme/sign/resolve/main/a/model.safetensors?download=true"
    assert repo.gate("add", "sign.safetensors", "--source", address).code == 0
    assert "url: hf://acme/sign/a/model.safetensors\n" in repo.text("dbom.yaml")


@pytest.mark.parametrize("name", ["train.csv", "shards/0.parquet"])
def test_a_file_of_the_same_size_that_is_another_one_is_refused(repo: Repo, hub: LocalHub, name: str) -> None:
    hub.repository("datasets/acme/signs").publish(FILES)
    write(repo, "data/signs", FILES | {name: FILES[name][:-2] + b"9\n"})
    added = repo.gate("add", "data/signs", "--source", "hf://datasets/acme/signs")
    assert added.code == 1
    assert f"data/signs/{name} is not what hf://datasets/acme/signs at" in added.err
    assert not (repo.root / "dbom.yaml").exists()
    assert not (repo.root / "dbom").exists()


def test_a_file_that_the_repository_does_not_have_is_refused(repo: Repo, hub: LocalHub) -> None:
    hub.repository("datasets/acme/signs").publish(FILES)
    write(repo, "data/signs", FILES | {"handler.py": b"import os\n"})
    added = repo.gate("add", "data/signs", "--source", "hf://datasets/acme/signs")
    assert added.code == 1
    assert "data/signs/handler.py is not in hf://datasets/acme/signs at" in added.err


def test_a_part_of_the_files_is_added_and_the_rest_told(repo: Repo, hub: LocalHub) -> None:
    hub.repository("datasets/acme/signs").publish(FILES)
    write(repo, "data/signs", {"train.csv": FILES["train.csv"]})
    added = repo.gate("add", "data/signs", "--source", "hf://datasets/acme/signs")
    assert added.code == 0
    assert "2 files of hf://datasets/acme/signs are not here, such as data/signs/README.md" in added.out


@pytest.mark.parametrize(("revision", "says"), [("v9", "has no hf://acme/sign at v9"), ("0" * 40, "RevisionNotFound")])
def test_a_revision_that_does_not_exist_is_a_wrong_command(repo: Repo, hub: LocalHub, revision: str, says: str) -> None:
    hub.repository("acme/sign").publish({"model.safetensors": WEIGHTS})
    repo.write("sign.safetensors", WEIGHTS)
    added = repo.gate("add", "sign.safetensors", "--source", "hf://acme/sign", "--revision", revision)
    assert added.code == 2
    assert says in added.err


def test_two_revisions_are_a_wrong_command(repo: Repo, hub: LocalHub) -> None:
    repo.write("sign.safetensors", WEIGHTS)
    added = repo.gate("add", "sign.safetensors", "--source", "hf://acme/sign@v1", "--revision", "v2")
    assert added.code == 2
    assert "are not the same" in added.err


def test_a_moved_tag_is_the_commit_that_it_was_when_it_was_added(repo: Repo, hub: LocalHub) -> None:
    model = hub.repository("acme/sign")
    first = model.publish({"model.safetensors": WEIGHTS}, "v1")
    repo.write("sign.safetensors", WEIGHTS)
    assert repo.gate("add", "sign.safetensors", "--source", "hf://acme/sign", "--revision", "v1").code == 0
    assert f"revision: {first}\n" in repo.text("dbom.yaml")
    model.publish({"model.safetensors": safetensors({"evil": ("F32", [2, 2])})}, "v1")
    repo.write("again.safetensors", WEIGHTS)
    added = repo.gate("add", "again.safetensors", "--source", "hf://acme/sign", "--revision", "v1")
    assert added.code == 1
    assert "has the content of again.safetensors" in added.err


def test_offline_a_commit_is_written_and_a_name_refused(repo: Repo, hub: LocalHub) -> None:
    repo.write("sign.safetensors", WEIGHTS)
    source = ("add", "sign.safetensors", "--offline", "--source", "hf://acme/sign", "--revision")
    refused = repo.gate(*source, "main")
    assert refused.code == 2
    assert '"main" can move' in refused.err
    added = repo.gate(*source, "5fd3c2a1b0" * 4)
    assert added.code == 0
    assert "the hub was not asked" in added.out
    assert sha256(WEIGHTS) in repo.text("dbom.yaml")
    assert hub.seen == []


def test_a_hub_that_cannot_be_asked_is_undecided_and_nothing_is_written(repo: Repo, hub: LocalHub) -> None:
    hub.answer = lambda seen: Reply(500)
    repo.write("sign.safetensors", WEIGHTS)
    added = repo.gate("add", "sign.safetensors", "--source", "hf://acme/sign")
    assert added.code == 4
    assert "answered 500" in added.err
    assert not (repo.root / "dbom.yaml").exists()


def test_other_sources_do_not_ask_the_hub(repo: Repo, hub: LocalHub) -> None:
    repo.write("sign.safetensors", WEIGHTS)
    assert repo.gate("add", "sign.safetensors", "--source", "https://files.example.org/sign").code == 0
    assert hub.seen == []
