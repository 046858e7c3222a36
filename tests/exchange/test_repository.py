"""`gate import hf://...`: a repository of the hub is declared before its files are here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gate.dbom.load import load_dbom
from gate.dbom.model import Artifact
from tests.localhub.server import LocalHub
from tests.support import Repo

FILES = {"README.md": b"# signs\n", "data/a.parquet": b"PAR1" + bytes(5000), "data/b.csv": b"x,y\n1,2\n"}
SOURCE = "hf://datasets/acme/signs"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    with LocalHub() as found:
        monkeypatch.setenv("HF_ENDPOINT", found.url)
        repository = found.repository("datasets/acme/signs")
        repository.license = "cc0-1.0"
        repository.publish(FILES, "v1")
        yield found


def artifact(repo: Repo) -> Artifact:
    (found,) = load_dbom(str(repo.root / "dbom.yaml"), "dbom.yaml").artifacts
    return found


def test_what_was_declared_is_what_arrives(repo: Repo, hub: LocalHub) -> None:
    result = repo.gate("import", f"{SOURCE}@v1")
    assert result.code == 0, result.err
    entry = artifact(repo)
    assert (entry.kind, entry.path, entry.source.url) == ("dataset", "data/signs", SOURCE)
    assert entry.source.revision == hub.repository("datasets/acme/signs").names["v1"]
    assert (entry.source.license, entry.source.supplier) == ("CC0-1.0", "acme")
    for path, content in FILES.items():
        repo.write(f"data/signs/{path}", content)
    checked = repo.gate("check")
    assert checked.code == 0, checked.out
    assert "1 of 1 artifact has a verified checksum" in checked.out
    repo.write("data/signs/data/b.csv", b"x,y\n1,3\n")
    assert "integrity/digest-mismatch" in repo.gate("check").out


def test_large_files_are_not_downloaded(repo: Repo, hub: LocalHub) -> None:
    assert repo.gate("import", SOURCE).code == 0
    fetched = [seen.path for seen in hub.seen if "/resolve/" in seen.path]
    assert not any("parquet" in path for path in fetched)
    assert len(fetched) == 2


def test_one_file(repo: Repo, hub: LocalHub) -> None:
    assert repo.gate("import", f"{SOURCE}/data/b.csv").code == 0
    entry = artifact(repo)
    assert (entry.path, entry.size, entry.listing) == ("data/b.csv", len(FILES["data/b.csv"]), None)


def test_again_is_nothing_new(repo: Repo, hub: LocalHub) -> None:
    assert repo.gate("import", f"{SOURCE}@v1").code == 0
    before = repo.text("dbom.yaml")
    again = repo.gate("import", f"{SOURCE}@v1")
    assert again.code == 0
    assert "declared already" in again.out
    assert repo.text("dbom.yaml") == before


def test_a_tag_that_moved_changes_nothing_by_itself(repo: Repo, hub: LocalHub) -> None:
    assert repo.gate("import", f"{SOURCE}@v1").code == 0
    before = repo.text("dbom.yaml")
    hub.repository("datasets/acme/signs").publish({**FILES, "data/b.csv": b"x,y\n9,9\n"}, "v1")
    result = repo.gate("import", f"{SOURCE}@v1")
    assert result.code == 2
    assert "another sha256" in result.err
    assert repo.text("dbom.yaml") == before


def test_a_small_file_with_other_bytes_is_caught(repo: Repo, hub: LocalHub) -> None:
    hub.transfer["data/b.csv"] = b"x,y\n6,6\n"
    result = repo.gate("import", SOURCE)
    assert result.code == 1
    assert "data/b.csv is not what the hub publishes" in result.err
    assert not (repo.root / "dbom.yaml").exists()


def test_a_repository_that_is_not_there(repo: Repo, hub: LocalHub) -> None:
    result = repo.gate("import", "hf://datasets/acme/nothing")
    assert result.code != 0
    assert "acme/nothing" in result.err
    assert not (repo.root / "dbom.yaml").exists()
