"""Google Cloud Storage, where its client and an emulator are installed: `pip install gcsfs gcp-storage-emulator`."""

from __future__ import annotations

import socket
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from gate.objects.interface import ChangedError, Object
from gate.objects.url import place
from tests.support import Repo, found_in

pytest.importorskip("gcsfs")
emulator = pytest.importorskip("gcp_storage_emulator.server")
ROWS = "id,label\n1,cat\n2,dog\n"
Put = Callable[[str, str], None]


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Iterator[Put]:
    """Writes an object to the bucket `signs` of an emulator."""
    from gcsfs import GCSFileSystem

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = emulator.create_server("127.0.0.1", port, in_memory=True, default_bucket="signs")
    server.start()
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{port}")
    GCSFileSystem.clear_instance_cache()

    def write(key: str, content: str) -> None:
        name = urllib.parse.quote(key, safe="")
        url = f"http://127.0.0.1:{port}/upload/storage/v1/b/signs/o?uploadType=media&name={name}"
        headers = {"Content-Type": "text/csv"}
        urllib.request.urlopen(urllib.request.Request(url, content.encode(), headers, method="POST")).close()

    yield write
    server.stop()


def test_objects_are_declared_and_checked(repo: Repo, put: Put) -> None:
    put("d/a b#1.csv", ROWS)
    put("d/inner/b.csv", ROWS)
    assert repo.gate("add", "gs://signs/d", "--version", "1").code == 0
    report = repo.report()
    (artifact,) = report["artifacts"]
    assert artifact["facts"]["integrity"]["verified"] is True
    pinned = artifact["facts"]["integrity"]["objects"]
    assert all(one.startswith("version ") for one in pinned.values())
    assert set(pinned) == {"gs://signs/d/a b#1.csv", "gs://signs/d/inner/b.csv"}
    put("d/inner/b.csv", ROWS.replace("cat", "dog"))
    (found,) = [found for found in found_in(repo.report()) if found.ruling == "block"]
    assert (found.rule, found.related) == ("integrity/digest-mismatch", ("gs://signs/d/inner/b.csv",))


class Forgetful:
    """A client of a bucket that keeps the current generation only, as the emulator does not."""

    def __init__(self, client: object, current: Object) -> None:
        self._client, self._current = client, current

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)

    async def _call(self, method: str, path: str, *parts: str, **arguments: object) -> object:
        if arguments.get("generation") not in (None, self._current.version):
            raise FileNotFoundError(path)
        return await self._client._call(method, path, *parts, **arguments)  # type: ignore[attr-defined]


def test_a_generation_that_is_gone_has_changed(put: Put) -> None:
    from gcsfs import GCSFileSystem

    from gate.objects.google import Google

    where = place("gs://signs/a.csv")
    put("a.csv", ROWS)
    before = Google(GCSFileSystem()).stat(where)
    put("a.csv", ROWS + "3,cat\n")
    client = GCSFileSystem()
    store = Google(Forgetful(client, Google(client).stat(where)))
    with pytest.raises(ChangedError):
        store.read(before, 0, 10)
    assert store.read(store.stat(where), 0, 2).data == b"id"
    with pytest.raises(FileNotFoundError):
        store.stat(place("gs://signs/none.csv"))
