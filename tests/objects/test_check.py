"""`gate check` of artifacts on a real S3 server."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

import gate.run
from gate.core.text import printable
from tests.objectserver import Bucket, ObjectServer
from tests.support import PICKLE, WEIGHTS, Found, Repo, found_in, run_gate, sha256

pytestmark = pytest.mark.clients
ROWS = "id,label\n1,cat\n2,dog\n"


def integrity(repo: Repo, *arguments: str) -> dict[str, Any]:
    """The facts about the only artifact."""
    (artifact,) = repo.report(*arguments)["artifacts"]
    facts: dict[str, Any] = artifact["facts"]["integrity"]
    return facts


def broken(repo: Repo, *arguments: str) -> list[Found]:
    """What blocks."""
    return [found for found in repo.findings(*arguments) if found.ruling == "block"]


def meanwhile(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Has `change` happen when everything was listed and nothing was read."""
    real = gate.run.examine_all

    def examine_all(*arguments: Any, **named: Any) -> Any:
        change()
        return real(*arguments, **named)

    monkeypatch.setattr(gate.run, "examine_all", examine_all)


def declare(repo: Repo, url: str, *more: str) -> None:
    result = repo.gate("add", url, "--version", "1", "--name", "signs", *more)
    assert result.code == 0, result.err


def test_an_object_that_is_as_declared_passes_with_its_version_in_the_facts(repo: Repo, bucket: Bucket) -> None:
    pinned = bucket.put("d/rows.csv", ROWS)
    declare(repo, bucket.url("d/rows.csv"))
    assert f"sha256: {sha256(ROWS)}" in repo.text("dbom.yaml")
    facts = integrity(repo)
    assert facts["verified"] is True
    assert facts["objects"] == {bucket.url("d/rows.csv"): pinned}
    assert repo.gate("check").code == 0


def test_a_directory_is_all_objects_beneath_it(repo: Repo, bucket: Bucket) -> None:
    names = ("a.csv", "inner/b.csv", "empty")
    pinned = {bucket.url(f"d/{name}"): bucket.put(f"d/{name}", ROWS if name != "empty" else "") for name in names}
    bucket.put("d/", "")
    bucket.put("d/inner/", "")
    bucket.put("d2/other.csv", ROWS)
    declare(repo, bucket.url("d/"))
    assert f"path: {bucket.url('d')}\n" in repo.text("dbom.yaml")
    assert [line[66:] for line in repo.text("dbom/signs.sha256").splitlines()] == sorted(names)
    facts = integrity(repo)
    assert facts["objects"] == pinned
    assert (facts["verified"], facts["files"], facts["size"]) == (True, 3, 2 * len(ROWS))
    assert integrity(repo, bucket.url("d/a.csv"))["verified"] is True


def test_changed_added_and_removed_objects_are_told_by_name(repo: Repo, bucket: Bucket) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        bucket.put(f"d/{name}", ROWS)
    declare(repo, bucket.url("d"))
    bucket.put("d/a.csv", ROWS.replace("cat", "dog"))
    bucket.delete("d/b.csv")
    bucket.put("d/b.csv.bak", ROWS)
    assert {(found.rule, found.related[0]) for found in broken(repo)} == {
        ("integrity/digest-mismatch", bucket.url("d/a.csv")),
        ("integrity/missing-file", bucket.url("d/b.csv")),
        ("integrity/extra-file", bucket.url("d/b.csv.bak")),
    }


def test_what_changes_or_goes_between_listing_and_reading(
    repo: Repo, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        bucket.put(f"d/{name}", ROWS)
    declare(repo, bucket.url("d"))

    def change() -> None:
        bucket.put("d/a.csv", ROWS.replace("cat", "dog"))
        bucket.delete("d/b.csv")

    meanwhile(monkeypatch, change)
    assert {(found.rule, found.related[0]) for found in broken(repo)} == {
        ("integrity/changed-while-read", bucket.url("d/a.csv")),
        ("integrity/missing-file", bucket.url("d/b.csv")),
    }


def test_more_bytes_than_declared_are_not_read(repo: Repo, bucket: Bucket) -> None:
    bucket.put("d/a.csv", ROWS)
    declare(repo, bucket.url("d"))
    bucket.put("d/huge.csv", ROWS * 1000)
    report = repo.report()
    found = [one for one in found_in(report) if one.ruling == "block"]
    assert {one.rule for one in found} == {"integrity/size-mismatch", "integrity/extra-file"}
    assert any("nothing of it was read" in one.message for one in found)
    assert "objects" not in report["artifacts"][0]["facts"]["integrity"]


def test_keys_of_any_characters(repo: Repo, bucket: Bucket) -> None:
    names = ("a b.csv", "é%20+&=.csv", "a\ttab.csv", "q?versionId=7#x.csv", "back\\slash.csv", "'\"<>.csv")
    for name in names:
        bucket.put(f"d/{name}", name)
    declare(repo, bucket.url("d"))
    facts = integrity(repo)
    assert facts["verified"] is True
    assert set(facts["objects"]) == {printable(bucket.url(f"d/{name}")) for name in names}
    bucket.put("d/a\ttab.csv", "b\ttab.csv")
    (found,) = broken(repo)
    assert (found.rule, found.related) == ("integrity/digest-mismatch", (printable(bucket.url("d/a\ttab.csv")),))


@pytest.mark.parametrize("key", ["d/../up.csv", "d//twice.csv", "d/./here.csv", "d/file/"])
def test_keys_that_no_directory_can_hold_are_undecided(repo: Repo, plain: Bucket, key: str) -> None:
    plain.put("d/a.csv", ROWS)
    declare(repo, plain.url("d"))
    plain.put(key, "")
    if key.endswith("/"):
        plain.put(key, "something")
    repo.edit("dbom.yaml", f"size: {len(ROWS)}\n", "")
    assert "gate/undecided" in {found.rule for found in broken(repo)}


def test_what_is_an_object_and_a_directory_is_undecided(repo: Repo, bucket: Bucket) -> None:
    bucket.put("d/a.csv", ROWS)
    declare(repo, bucket.url("d/a.csv"))
    bucket.put("d/a.csv/", "")
    assert broken(repo) == []
    bucket.put("d/a.csv/more.csv", ROWS)
    (found,) = broken(repo)
    assert (found.rule, "others beneath it" in found.message) == ("gate/undecided", True)


def test_a_pickle_among_weights(repo: Repo, bucket: Bucket) -> None:
    bucket.put("m/model.safetensors", WEIGHTS)
    bucket.put("m/old.bin", PICKLE)
    declare(repo, bucket.url("m"))
    assert "models:" in repo.text("dbom.yaml")
    (found,) = broken(repo)
    assert (found.rule, found.related) == ("weights/pickle-format", (bucket.url("m/old.bin"),))


def test_a_missing_bucket_is_told_and_the_rest_still_judged(repo: Repo, plain: Bucket) -> None:
    plain.put("a.csv", ROWS)
    repo.write(
        "dbom.yaml",
        "dbom: 1\ndatasets:\n"
        f"  - {{name: there, path: s3://data-plain/a.csv, sha256: {sha256(ROWS)}}}\n"
        f"  - {{name: gone, path: s3://no-such-bucket/a.csv, sha256: {sha256(ROWS)}}}\n"
        f"  - {{name: empty, path: s3://data-plain/nothing, sha256: {sha256(ROWS)}}}\n",
    )
    report = repo.report()
    assert {found.message for found in found_in(report) if found.ruling == "block"} == {
        "s3://no-such-bucket/a.csv is not there: there is no such bucket",
        "s3://data-plain/nothing is not there: there is no such object",
    }
    verified = {one["name"]: one["facts"]["integrity"]["verified"] for one in report["artifacts"]}
    assert verified == {"there": True, "gone": False, "empty": False}


def test_without_permission_to_read_an_object(
    repo: Repo, server: ObjectServer, plain: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s3fs import S3FileSystem

    plain.put("d/a.csv", ROWS)
    declare(repo, plain.url("d"))
    users = server.client("iam")
    users.create_user(UserName="reader")
    allowed = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    users.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=policy)
    key = users.create_access_key(UserName="reader")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    S3FileSystem.clear_instance_cache()
    server.open_to(0)
    result = repo.gate("check")
    assert result.code == 4
    assert "permission denied" in result.out
    assert key["SecretAccessKey"] not in result.out + result.err
    assert server.url not in result.out + result.err


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("http://127.0.0.1:1", "its endpoint cannot be reached"),
        ("http://user:hunter2@127.0.0.1:1", "does not answer"),
    ],
)
def test_an_endpoint_that_is_not_there(
    repo: Repo, plain: Bucket, monkeypatch: pytest.MonkeyPatch, endpoint: str, words: str
) -> None:
    from s3fs import S3FileSystem

    plain.put("a.csv", ROWS)
    declare(repo, plain.url("a.csv"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    S3FileSystem.clear_instance_cache()
    result = repo.gate("check")
    assert result.code == 4
    assert words in result.out
    assert "hunter2" not in result.out + result.err


def test_an_endpoint_that_is_not_there_is_not_asked_for_everything(
    repo: Repo, server: ObjectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s3fs import S3FileSystem

    entries = "".join(f"  - {{name: x{number}, path: s3://data-plain/{number}.csv}}\n" for number in range(6))
    repo.write("dbom.yaml", f"dbom: 1\ndatasets:\n{entries}")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    S3FileSystem.clear_instance_cache()
    found = [one.message.partition("cannot be read: ")[2] for one in broken(repo) if one.rule == "gate/undecided"]
    assert (
        found == ["its endpoint cannot be reached"] * 3 + ["its endpoint did not answer 3 requests before this one"] * 3
    )


STRANGE: dict[str, tuple[dict[str, str], bytes]] = {
    "no tag": ({"Content-Length": "5"}, b""),
    "another directory": ({}, b"<Contents><Key>other/a</Key><Size>5</Size><ETag>e</ETag></Contents>"),
    "no size": ({}, b"<Contents><Key>d/a</Key><ETag>e</ETag></Contents>"),
    "no next page": (
        {},
        b"<IsTruncated>true</IsTruncated><Contents><Key>d/a</Key><Size>5</Size><ETag>e</ETag></Contents>",
    ),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_server_that_is_none_of_object_storage(
    repo: Repo, server: ObjectServer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    from s3fs import S3FileSystem

    head, entries = STRANGE[kind]

    class Strange(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200 if head else 404)
            for name, value in head.items():
                self.send_header(name, value)
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<ListBucketResult>" + entries + b"</ListBucketResult>")

        def log_message(self, *_: object) -> None:
            """Nobody wants it."""

    repo.write("a.csv", ROWS)
    repo.write(
        "dbom.yaml",
        "dbom: 1\ndatasets:\n  - {name: far, path: s3://bucket/d}\n"
        f"  - {{name: near, path: a.csv, sha256: {sha256(ROWS)}}}\n",
    )
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Strange) as strange:
        threading.Thread(target=strange.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{strange.server_port}")
        S3FileSystem.clear_instance_cache()
        report = repo.report()
        strange.shutdown()
    (found,) = [one for one in found_in(report) if one.ruling == "block"]
    assert (found.rule, "does not answer as one of object storage" in found.message) == ("gate/undecided", True)
    assert {one["name"]: one["verified"] for one in report["artifacts"]} == {"far": False, "near": True}


def test_without_credentials(repo: Repo, plain: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    from s3fs import S3FileSystem

    plain.put("a.csv", ROWS)
    declare(repo, plain.url("a.csv"))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    S3FileSystem.clear_instance_cache()
    result = repo.gate("check")
    assert result.code == 4
    assert "there are no credentials for it" in result.out


def test_offline_nothing_is_fetched(repo: Repo, bucket: Bucket) -> None:
    for name in ("a.csv", "b.csv"):
        bucket.put(f"d/{name}", ROWS)
    declare(repo, bucket.url("d"))
    result = repo.gate("check", "--offline")
    assert result.code == 4
    assert "run `gate check` without --offline" in result.out
    assert {found.rule for found in broken(repo, "--offline")} == {"gate/undecided"}


def test_without_the_extra_the_command_that_installs_it_is_told(repo: Repo, plain: Bucket) -> None:
    plain.put("a.csv", ROWS)
    declare(repo, plain.url("a.csv"))
    result = run_gate(repo.root, "check", before="import sys; sys.modules['s3fs'] = None")
    assert result.code == 4
    assert 'pip install "dbom-gate[remote]"' in result.out
    result = run_gate(repo.root, "add", plain.url("b.csv"), before="import sys; sys.modules['s3fs'] = None")
    assert result.code == 4
    assert 'pip install "dbom-gate[remote]"' in result.err


def test_there_is_no_copy_on_a_disk(repo: Repo, bucket: Bucket) -> None:
    bucket.put("d/a.bin", bytes(300_000))
    declare(repo, bucket.url("d"))
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536))"
    assert run_gate(repo.root, "check", before=limit).code == 0


def test_update_declares_the_new_objects(repo: Repo, bucket: Bucket) -> None:
    bucket.put("d/a.csv", ROWS)
    declare(repo, bucket.url("d"))
    bucket.put("d/a.csv", ROWS * 2)
    bucket.put("d/b.csv", ROWS)
    assert repo.gate("update", "signs").code == 2
    assert repo.gate("update", "signs", "--version", "2").code == 0
    assert integrity(repo)["verified"] is True
    assert repo.gate("update").out == "signs: unchanged\n"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3://bucket", "a whole bucket"),
        ("s3://bucket/", "a whole bucket"),
        ("s3:///key", "names no bucket"),
        ("s3://arn:aws:s3:us-east-1:1:accesspoint/x/y", "names no bucket"),
        ("s3://bucket/a?versionId=1", "has a query"),
        ("s3://bucket/a/../b", "empty part"),
        ("s3://bucket//a", "empty part"),
        ("s3://bucket/a\tb", "control characters"),
        ("s3://bucket/" + "k" * 1025, "more than 1,024 bytes"),
        ("https://host/data.csv", "is no place that is read"),
        ("file:///etc/passwd", "is no place that is read"),
    ],
)
def test_what_is_no_address_of_an_object(repo: Repo, url: str, words: str) -> None:
    added = repo.gate("add", url)
    assert (added.code, words in added.err) == (2, True)
    repo.write("dbom.yaml", f"dbom: 1\ndatasets:\n  - {{name: a, path: {json.dumps(url)}}}\n")
    checked = repo.gate("check")
    assert (checked.code, words in checked.err, "dbom.yaml:3:" in checked.err) == (2, True, True)


def test_without_the_client_of_google_the_command_that_installs_it_is_told(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\ndatasets:\n  - {name: a, path: gs://bucket/a.csv}\n")
    result = run_gate(repo.root, "check", before="import sys; sys.modules['gcsfs'] = None")
    assert result.code == 4
    assert 'pip install "dbom-gate[remote]" gcsfs' in result.out
