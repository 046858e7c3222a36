"""A server on this machine whose certificate counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.policy.remote.servers import Server


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    directory = tmp_path / "server"
    directory.mkdir()
    found = Server(directory)
    monkeypatch.setenv("SSL_CERT_FILE", str(found.authority))
    for name in ("CI", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"):
        monkeypatch.delenv(name, raising=False)
    yield found
    found.close()
