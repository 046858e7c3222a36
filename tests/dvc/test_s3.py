"""`gate check --pull` from a real S3 server, through the real DVC with its package for S3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dvc.conftest import Dvc
from tests.objectserver import ObjectServer
from tests.support import Repo

pytestmark = pytest.mark.clients
ROWS = {"a.csv": b"a,1\n", "b.csv": b"b,1\n", "c.csv": b"c,1\n"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ObjectServer]:
    server = ObjectServer()
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    config = tmp_path / "aws"
    config.touch()
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))  # DVC reads it, and takes no device
    yield server
    server.close()


def test_what_was_replaced_in_a_bucket_is_told_apart_from_what_is_gone(
    repo: Repo, server: ObjectServer, dvc: Dvc
) -> None:
    client = server.client()
    client.create_bucket(Bucket="data")
    dvc("remote", "add", "--default", "store", "s3://data/dvc")
    dvc("remote", "modify", "store", "endpointurl", server.url)
    for name, content in ROWS.items():
        repo.write(name, content)
    dvc("add", *ROWS)
    dvc("push")
    for name in ROWS:
        assert repo.gate("add", f"{name}.dvc", "--version", "1").code == 0
    for name in (*ROWS, ".dvc/cache"):
        repo.delete(name)
    repo.write("gate-policy.yaml", f"policy: 1\ndvc: {{remotes: ['s3://data/dvc', '{server.url}']}}\n")
    repo.track()
    for one in client.list_objects_v2(Bucket="data")["Contents"]:
        content = client.get_object(Bucket="data", Key=one["Key"])["Body"].read()
        if content == ROWS["b.csv"]:
            client.put_object(Bucket="data", Key=one["Key"], Body=b"e,1\n")
        elif content == ROWS["c.csv"]:
            client.delete_object(Bucket="data", Key=one["Key"])
    out = repo.gate("check", "--pull").out
    assert repo.text("a.csv") == "a,1\n"
    assert "error[dvc/digest-mismatch]: b.csv could not be fetched: the remote hands out other bytes" in out
    assert "undecided[gate/undecided]: c.csv could not be fetched: the remote does not have the object" in out
    assert not (repo.root / "b.csv").exists()
