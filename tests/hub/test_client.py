"""The client of the hub: streams of files, from any byte on, whole or not at all."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gate.core.errors import AbsentError, GateError, UnableError
from gate.files.digest import GIT_BLOB, digest
from gate.hub.answers import Entry
from gate.hub.client import Hub
from gate.hub.endpoint import Endpoint, endpoint_of
from gate.hub.origin import HubOrigin, parse
from tests.localhub import LocalHub, Reply
from tests.localhub.repository import blob_id, sha256

SIGNS = HubOrigin("dataset", "acme/signs")
FILES = {"a b/ü%2F.csv": b"a,b\n1,2\n", "x.parquet": bytes(range(256)) * 1000, "empty.txt": b""}


@pytest.fixture
def commit(hub: LocalHub) -> str:
    return hub.repository("datasets/acme/signs").publish(FILES)


def read(client: Hub, commit: str, entry: Entry, offset: int = 0, size: int = 10_000) -> bytes:
    found = b""
    with client.open(SIGNS, commit, entry, offset) as stream:
        while data := stream.read(size):
            assert len(data) <= size
            found += data
        assert stream.read(size) == b""
    return found


def test_every_file_is_read_as_published(hub: LocalHub, commit: str) -> None:
    with Hub(Endpoint(hub.url)) as client:
        entries = client.tree(SIGNS, client.resolve(SIGNS, "main").commit)
        assert {entry.path: read(client, commit, entry) for entry in entries} == FILES
        for entry in entries:
            content = FILES[entry.path]
            assert entry.size == len(content)
            assert (entry.sha256, entry.git) in ((sha256(content), None), (None, blob_id(content)))


@pytest.mark.parametrize("offset", [1, 100_000, 255_999, 256_000])
def test_a_stream_goes_on_at_any_byte(hub: LocalHub, commit: str, offset: int) -> None:
    with Hub(Endpoint(hub.url)) as client:
        (entry,) = [one for one in client.tree(SIGNS, commit) if one.sha256]
        assert read(client, commit, entry, offset) == FILES["x.parquet"][offset:]


@pytest.mark.parametrize("body", [b"x" * 100, b"x" * 300_000])
def test_another_length_than_the_published_is_no_file(hub: LocalHub, commit: str, body: bytes) -> None:
    hub.transfer["x.parquet"] = body
    with Hub(Endpoint(hub.url)) as client:
        (entry,) = [one for one in client.tree(SIGNS, commit) if one.sha256]
        with pytest.raises(UnableError, match="than it publishes"):
            read(client, commit, entry)


def test_a_server_that_begins_elsewhere_is_refused(hub: LocalHub, commit: str) -> None:
    with Hub(Endpoint(hub.url)) as client:
        (entry,) = [one for one in client.tree(SIGNS, commit) if one.sha256]
        for reply in (Reply(200, b"x"), Reply(206, b"x", {"Content-Range": "bytes 0-0/256000"})):
            hub.answer = lambda seen, reply=reply: reply
            with pytest.raises(UnableError, match="does not continue"):
                read(client, commit, entry, 5)


def test_a_file_that_is_not_there_is_absent(hub: LocalHub, commit: str) -> None:
    with Hub(Endpoint(hub.url)) as client, pytest.raises(AbsentError, match="EntryNotFound"):
        read(client, commit, Entry("none.txt", 5, None, "0" * 40))


def test_connections_are_kept(hub: LocalHub, commit: str) -> None:
    connections: set[str] = set()
    hub.answer = lambda seen: connections.add(threading.current_thread().name)  # the server has a thread for each
    with Hub(Endpoint(hub.url)) as client:
        for entry in client.tree(SIGNS, commit) * 20:
            read(client, commit, entry)
        assert len(connections) == 1


def test_threads_may_share_a_client(hub: LocalHub, commit: str) -> None:
    with Hub(Endpoint(hub.url)) as client, ThreadPoolExecutor(8) as pool:
        entries = client.tree(SIGNS, commit) * 20
        found = pool.map(lambda entry: read(client, commit, entry) == FILES[entry.path], entries)
        assert all(found)


def test_large_files_may_come_from_another_host(hub: LocalHub, commit: str) -> None:
    with LocalHub() as storage, Hub(Endpoint(hub.url, "hf_secret")) as client:
        storage.repositories = hub.repositories
        (entry,) = [one for one in client.tree(SIGNS, commit) if one.sha256]
        hub.answer = lambda seen: Reply(302, headers={"Location": storage.url + seen.path})
        assert read(client, commit, entry) == FILES["x.parquet"]
        assert "authorization" not in storage.seen[0].headers


def test_a_stale_connection_is_opened_anew(hub: LocalHub, commit: str) -> None:
    with Hub(Endpoint(hub.url)) as client:
        hub.answer = lambda seen: hub.reply(seen)._replace(headers={"Connection": "close"})
        client.resolve(SIGNS, "main")
        client.resolve(SIGNS, commit)
        hub.answer = lambda seen: None
        assert client.tree(SIGNS, commit)


def test_an_endpoint_does_not_show_its_token() -> None:
    endpoint = endpoint_of({"HF_ENDPOINT": "https://hub.example.org/", "HF_TOKEN": " hf_secret\n"})
    assert endpoint == Endpoint("https://hub.example.org", "hf_secret")
    assert "secret" not in repr(endpoint) + f"{endpoint!s}"
    assert endpoint_of({}) == Endpoint("https://huggingface.co", "")
    assert endpoint_of({"HF_HUB_OFFLINE": "true"}) is None


def test_http_is_for_this_machine_alone() -> None:
    for url in ("http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1", "https://hub.example.org"):
        Hub(Endpoint(url)).close()
    with pytest.raises(GateError, match="over http:// anybody on the way"):
        Hub(Endpoint("http://127.0.0.1.example.org"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("hf://acme/sign", HubOrigin("model", "acme/sign")),
        ("hf://gpt2", HubOrigin("model", "gpt2")),
        ("hf://datasets/squad", HubOrigin("dataset", "squad")),
        ("hf://datasets/acme/signs/", HubOrigin("dataset", "acme/signs")),
        ("hf://datasets/acme/signs@main/a/b.csv", HubOrigin("dataset", "acme/signs", "main", "a/b.csv")),
        ("hf://datasets/acme/signs/a@b.csv", HubOrigin("dataset", "acme/signs", None, "a@b.csv")),
        ("hf://acme/sign@refs/pr/1/x.bin", HubOrigin("model", "acme/sign", "refs/pr/1", "x.bin")),
        ("hf://models/acme/sign", HubOrigin("model", "acme/sign")),
        ("hf://models/sign", HubOrigin("model", "models/sign")),
        ("https://hf.co/acme/sign", HubOrigin("model", "acme/sign")),
        ("https://huggingface.co/datasets/acme/signs.git", HubOrigin("dataset", "acme/signs")),
        ("https://huggingface.co/acme/sign/blob/v1/a%20b.bin", HubOrigin("model", "acme/sign", "v1", "a b.bin")),
        ("https://huggingface.co/datasets/acme/signs/tree/main/a", HubOrigin("dataset", "acme/signs", "main", "a")),
        ("hf://spaces/acme/demo", None),
        ("hf://acme/sign@", None),
        ("hf://acme/../x", None),
        ("hf://acme/sign/../x", None),
        ("hf://../x", None),
        ("hf://", None),
        ("https://huggingface.co/docs", HubOrigin("model", "docs")),
        ("https://huggingface.co.evil.example/acme/sign", None),
        ("https://huggingface.co/acme/sign/commits/main", None),
        ("s3://acme/sign", None),
        ("acme/sign", None),
    ],
)
def test_what_an_origin_names(url: str, expected: HubOrigin | None) -> None:
    assert parse(url) == expected


def test_the_git_id_of_content_is_that_of_git(tmp_path: object) -> None:
    import os
    import subprocess

    data = b"x" * 3_000_000
    file = os.path.join(str(tmp_path), "x")
    with open(file, "wb") as out:
        out.write(data)
    git = subprocess.run(["git", "hash-object", file], capture_output=True, text=True, check=True).stdout.strip()
    with open(file, "rb") as found:
        assert digest(found.fileno(), also=(GIT_BLOB,)).others[GIT_BLOB] == git
