"""Buckets for tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.objectserver import Bucket, ObjectServer


@pytest.fixture(scope="session")
def object_server() -> Iterator[ObjectServer]:
    """The server, which takes a while to start."""
    pytest.importorskip("s3fs")
    server = ObjectServer()
    yield server
    server.close()


@pytest.fixture
def server(object_server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> ObjectServer:
    """An empty server, which every client of this test finds."""
    from s3fs import S3FileSystem

    object_server.reset()
    for name, value in object_server.environment().items():
        monkeypatch.setenv(name, value)
    S3FileSystem.clear_instance_cache()
    return object_server


@pytest.fixture(params=["plain", "versioned"])
def bucket(request: pytest.FixtureRequest, server: ObjectServer) -> Bucket:
    """A bucket that keeps versions, and one that keeps none."""
    return Bucket(server, f"data-{request.param}", versions=request.param == "versioned")


@pytest.fixture
def plain(server: ObjectServer) -> Bucket:
    """A bucket that keeps no versions."""
    return Bucket(server, "data-plain", versions=False)


@pytest.fixture
def versioned(server: ObjectServer) -> Bucket:
    """A bucket that keeps versions."""
    return Bucket(server, "data-versioned", versions=True)
