"""Vendoring to, and from, a real S3 server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from tests.localhub.server import LocalHub
from tests.objectserver import Bucket, ObjectServer
from tests.vendor.conftest import FILES, SOURCE, Vendoring


@pytest.fixture(scope="module")
def running() -> Iterator[ObjectServer]:
    pytest.importorskip("s3fs")
    server = ObjectServer()
    yield server
    server.close()


@pytest.fixture
def bucket(running: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    from s3fs import S3FileSystem

    running.reset()
    for name, value in running.environment().items():
        monkeypatch.setenv(name, value)
    S3FileSystem.clear_instance_cache()
    return Bucket(running, "acme-mirror", versions=False)


def content(bucket: Bucket) -> dict[str, bytes]:
    """Every object with its content, each of which must be what its name says."""
    found = {}
    for entry in bucket.client.list_objects_v2(Bucket=bucket.name).get("Contents", []):
        data = bucket.client.get_object(Bucket=bucket.name, Key=entry["Key"])["Body"].read()
        name = hashlib.sha256(data).hexdigest()
        assert entry["Key"] == f"data/sha256/{name[:2]}/{name}"
        found[name] = data
    return found


def test_from_the_hub_to_a_bucket_and_back(vendoring: Vendoring, hub: LocalHub, bucket: Bucket) -> None:
    result = vendoring.repo.gate("vendor", SOURCE, "--to", "s3://acme-mirror/data")
    assert result.code == 0, result.err
    assert "once the policy has `sources: {mirror: acme-mirror}`" in result.out
    assert len(content(bucket)) == len(FILES) + 1
    assert "mirror: s3://acme-mirror/data" in vendoring.repo.text("dbom.yaml")
    again = vendoring.repo.gate("vendor", SOURCE, "--to", "s3://acme-mirror/data")
    assert f"0 new objects, {len(FILES) + 1} there already" in again.out
    vendoring.repo.write("gate-policy.yaml", "policy: 1\nsources: {mirror: acme-mirror}\n")
    assert vendoring.repo.rules("--only", "integrity,sources", "--pull") == set()
    assert vendoring.repo.bytes("vendor/signs/data/a.parquet") == FILES["data/a.parquet"]


def test_an_object_that_was_changed_afterwards_is_caught(vendoring: Vendoring, hub: LocalHub, bucket: Bucket) -> None:
    vendoring.repo.gate("vendor", SOURCE, "--to", "s3://acme-mirror/data")
    name = hashlib.sha256(FILES["data/b.csv"]).hexdigest()
    bucket.put(f"data/sha256/{name[:2]}/{name}", b"x,y\n1,9\n")
    vendoring.repo.write("gate-policy.yaml", "policy: 1\nsources: {mirror: acme-mirror}\n")
    assert "integrity/digest-mismatch" in vendoring.repo.rules("--only", "integrity", "--pull")
    assert not (vendoring.repo.root / "vendor/signs").exists()
    again = vendoring.repo.gate("vendor", SOURCE, "--to", "s3://acme-mirror/data")
    assert again.code == 1
    assert "was changed there" in again.err


def test_what_is_blocked_does_not_reach_the_bucket(vendoring: Vendoring, hub: LocalHub, bucket: Bucket) -> None:
    hub.transfer["data/b.csv"] = b"x,y\n1,9\n"
    assert vendoring.repo.gate("vendor", SOURCE, "--to", "s3://acme-mirror/data").code == 1
    assert content(bucket) == {}


def test_from_a_bucket(vendoring: Vendoring, bucket: Bucket) -> None:
    bucket.put("raw/a.csv", "x,y\n1,2\n")
    bucket.put("raw/deep/b.csv", "x,y\n3,4\n")
    result = vendoring.run(source="s3://acme-mirror/raw")
    assert result.code == 0, result.err
    assert [line[66:] for line in vendoring.repo.text("dbom/raw.sha256").splitlines()] == ["a.csv", "deep/b.csv"]
    assert "announces no SHA-256" in result.out


def test_a_bucket_that_is_not_there(vendoring: Vendoring, bucket: Bucket) -> None:
    result = vendoring.repo.gate("vendor", str(vendoring.source), "--to", "s3://no-such-bucket/data")
    assert result.code == 4
    assert "there is no such bucket" in result.err
    assert "hush" not in result.err
