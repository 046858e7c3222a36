"""Vendoring from a hub that is not to be trusted."""

from __future__ import annotations

import hashlib

import pytest

from gate.dbom.load import load_dbom
from tests.localhub.server import LocalHub, Reply, Seen
from tests.vendor.conftest import FILES, SOURCE, Vendoring


def downloads(hub: LocalHub) -> list[str]:
    return [seen.path for seen in hub.seen if "/resolve/" in seen.path]


def test_a_dataset_is_pinned_to_the_commit_with_licence_and_supplier(vendoring: Vendoring, hub: LocalHub) -> None:
    commit = hub.repository("datasets/acme/signs").names["v1"]
    result = vendoring.run("--revision", "v1", source=SOURCE)
    assert result.code == 0, result.err + result.out
    (entry,) = load_dbom(str(vendoring.repo.root / "dbom.yaml"), "dbom.yaml").artifacts
    assert (entry.kind, entry.source.url, entry.source.revision) == ("dataset", SOURCE, commit)
    assert (entry.source.license, entry.source.supplier) == ("CC0-1.0", "acme")
    objects = vendoring.objects()
    assert {hashlib.sha256(data).hexdigest() for data in FILES.values()} <= set(objects)
    assert len(objects) == len(FILES) + 1
    assert sorted(downloads(hub)) == sorted(set(downloads(hub))), "each file is downloaded once"


def test_one_file_of_a_repository(vendoring: Vendoring, hub: LocalHub) -> None:
    result = vendoring.run(source=f"{SOURCE}/data/a.parquet")
    assert result.code == 0, result.err
    assert "vendor/a.parquet" in result.out
    assert set(vendoring.objects()) == {hashlib.sha256(FILES["data/a.parquet"]).hexdigest()}


def test_a_directory_of_a_repository(vendoring: Vendoring, hub: LocalHub) -> None:
    assert vendoring.run(source=f"{SOURCE}/data").code == 0
    assert [line[66:] for line in vendoring.repo.text("dbom/data.sha256").splitlines()] == ["a.parquet", "b.csv"]


@pytest.mark.parametrize("path", ["data/a.parquet", "data/b.csv"])
def test_other_bytes_of_the_same_size_are_caught_and_kept_with_their_report(
    vendoring: Vendoring, hub: LocalHub, path: str
) -> None:
    evil = FILES[path][:-1] + b"!"
    hub.transfer[path] = evil
    result = vendoring.run(source=SOURCE)
    assert result.code == 1
    assert "integrity/digest-mismatch" in result.out
    assert path in result.out
    assert vendoring.objects() == {}
    assert any(file.read_bytes() == evil for file in vendoring.kept())
    assert any(file.name == "report.json" for file in vendoring.kept())
    del hub.transfer[path]
    assert vendoring.run(source=SOURCE).code == 0


@pytest.mark.parametrize("more", [b"more", b""])
def test_a_file_of_another_size_than_announced_is_caught(vendoring: Vendoring, hub: LocalHub, more: bytes) -> None:
    data = FILES["data/a.parquet"]
    hub.transfer["data/a.parquet"] = data + more if more else data[:-100]
    result = vendoring.run(source=SOURCE)
    assert result.code == 4
    assert "than it publishes" in result.err
    assert vendoring.objects() == {}


def test_a_tag_that_moves_changes_nothing_of_a_run_and_is_seen_by_the_next(vendoring: Vendoring, hub: LocalHub) -> None:
    repository = hub.repository("datasets/acme/signs")
    first = repository.names["v1"]

    def move(seen: Seen) -> Reply | None:
        if "/tree/" in seen.path:
            repository.publish({**FILES, "README.md": b"# evil!\n"}, "v1")
        return None

    hub.answer = move
    assert vendoring.run("--revision", "v1", "--version", "1", source=SOURCE).code == 0
    assert f"revision: {first}" in vendoring.repo.text("dbom.yaml")
    assert b"# signs\n" in vendoring.objects().values()
    again = vendoring.run("--revision", "v1", source=SOURCE)
    assert again.code == 2
    assert "other bytes now" in again.err


def test_content_from_another_host_is_still_compared(vendoring: Vendoring, hub: LocalHub) -> None:
    with LocalHub() as other:
        other.repository("datasets/acme/signs").publish(
            {path: data[::-1] for path, data in FILES.items()}, commit=hub.repository("datasets/acme/signs").names["v1"]
        )
        hub.answer = lambda seen: (
            Reply(302, b"", {"Location": other.url + seen.path}) if "/resolve/" in seen.path else None
        )
        result = vendoring.run(source=SOURCE)
    assert result.code in (1, 4)
    assert vendoring.objects() == {}


def test_an_interrupted_network_is_gone_on_with(vendoring: Vendoring, hub: LocalHub) -> None:
    """What came before it broke is not fetched again: the next run asks for the rest alone."""
    hub.transfer["data/a.parquet"] = FILES["data/a.parquet"][:3000]
    assert vendoring.run(source=SOURCE).code == 4
    hub.transfer.clear()
    hub.seen.clear()
    assert vendoring.run(source=SOURCE).code == 0
    ranges = [seen.headers.get("range") for seen in hub.seen if "a.parquet" in seen.path]
    assert ranges == ["bytes=3000-"]
    assert len(vendoring.objects()) == len(FILES) + 1


def test_a_part_that_was_changed_in_quarantine_is_fetched_anew(vendoring: Vendoring, hub: LocalHub) -> None:
    hub.transfer["data/a.parquet"] = FILES["data/a.parquet"][:3000]
    vendoring.run(source=SOURCE)
    hub.transfer.clear()
    for file in vendoring.kept():
        if "partial" in file.parts or "content" in file.parts:
            file.write_bytes(b"#" * len(file.read_bytes()))
    assert vendoring.run(source=SOURCE).code == 0
    assert FILES["data/a.parquet"] in vendoring.objects().values()


@pytest.mark.parametrize("path", ["../evil.csv", "/etc/evil.csv", "a//b.csv", "a\x1b[2J.csv", "x" * 300 + ".csv"])
def test_names_that_leave_the_directory_are_caught(vendoring: Vendoring, hub: LocalHub, path: str) -> None:
    hub.repository("datasets/acme/signs").publish({**FILES, path: b"x\n"})
    result = vendoring.run(source=SOURCE)
    assert result.code in (1, 4)
    assert "\x1b" not in result.out + result.err
    assert vendoring.objects() == {}
    assert downloads(hub) == []


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_hub_that_refuses_is_told_plainly(vendoring: Vendoring, hub: LocalHub, status: int) -> None:
    hub.answer = lambda seen: Reply(status, b"{}") if "/resolve/" in seen.path else None
    result = vendoring.run(source=SOURCE)
    assert result.code in (2, 4)
    assert str(status) in result.err
    assert vendoring.objects() == {}


def test_the_token_stays_with_the_hub(vendoring: Vendoring, hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.token = "hf_secret"
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    result = vendoring.run(source=SOURCE)
    assert result.code == 0, result.err
    for text in (result.out, result.err, vendoring.repo.text("dbom.yaml")):
        assert "hf_secret" not in text


def test_what_the_hub_itself_calls_unsafe_is_told(vendoring: Vendoring, hub: LocalHub) -> None:
    repository = hub.repository("acme/signs")
    repository.scans = {"notes.txt": "unsafe"}
    repository.publish({"notes.txt": b"hello\n"})
    result = vendoring.run(source="hf://acme/signs")
    assert result.code == 0, result.out
    assert "the hub's own scan calls notes.txt unsafe" in result.out
    assert "declared the model signs" in result.out
