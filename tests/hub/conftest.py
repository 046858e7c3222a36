from __future__ import annotations

from collections.abc import Iterator

import pytest

from gate.hub import client
from tests.localhub import LocalHub
from tests.support import Repo

ASKING = "policy: 1\nrules:\n  hub/not-compared: {enforce: block}\n"
"""A policy that has the gate ask the hub."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """A local hub, which the environment names as every client expects it."""
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(client, "REQUEST_SECONDS", 1.0)
    monkeypatch.setattr(client, "PAUSE", 0.01)
    with LocalHub() as local:
        monkeypatch.setenv("HF_ENDPOINT", local.url)
        yield local


def write(repo: Repo, directory: str, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        repo.write(f"{directory}/{path}", content)
