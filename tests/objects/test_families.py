"""Suites, scans, reports and engines on objects."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

import gate
from gate.core.errors import UsageError
from tests.objectserver import Bucket
from tests.support import PICKLE, Repo, sha256

pytestmark = pytest.mark.clients
SCHEMA = Path(__file__).parents[3] / "shared" / "schemas" / "sarif-schema-2.1.0.json"
ROWS = "id,age,label\n" + "".join(f"{i},{20 + i % 50},{'yes' if i % 3 else 'no'}\n" for i in range(400))
SUITE = {
    "name": "people",
    "expectations": [
        {"type": "expect_column_values_to_be_between", "kwargs": {"column": "age", "min_value": 18, "max_value": 99}}
    ],
    "meta": {},
}


def declare(repo: Repo, url: str, more: str = "") -> None:
    assert repo.gate("add", url, "--version", "1", "--name", "people").code == 0
    repo.write("dbom.yaml", repo.text("dbom.yaml") + more)


def test_a_suite_judges_the_rows_of_objects(repo: Repo, bucket: Bucket) -> None:
    pytest.importorskip("duckdb")
    repo.write("suite.json", json.dumps(SUITE))
    bucket.put("d/a.csv", ROWS)
    bucket.put("d/b.csv", ROWS)
    declare(repo, bucket.url("d"), "    suite: suite.json\n")
    (artifact,) = repo.report()["artifacts"]
    assert artifact["facts"]["suites"]["successful"] == 1
    assert artifact["facts"]["suites"]["rows"] == 800
    bucket.put("d/b.csv", ROWS.replace("\n7,27,", "\n7,17,"))
    assert repo.gate("update", "people", "--version", "2").code == 0
    (found,) = [found for found in repo.findings() if found.rule == "suites/failed"]
    assert found.related[0] == bucket.url("d/b.csv")


def test_a_scan_reads_the_samples_of_an_object(repo: Repo, bucket: Bucket) -> None:
    pytest.importorskip("sklearn")
    bucket.put("people.csv", ROWS)
    declare(repo, bucket.url("people.csv"), "    scan: {modality: tabular, labels: label}\n")
    (artifact,) = repo.report()["artifacts"]
    assert artifact["facts"]["poisoning"]["samples"] == 400
    alone = json.loads(repo.gate("poison", "people", "--report", "json").out)
    assert alone["artifacts"][0]["facts"]["poisoning"]["samples"] == 400


def test_copies_that_would_fill_the_disk_are_not_begun(
    repo: Repo, plain: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("duckdb")
    repo.write("suite.json", json.dumps(SUITE))
    plain.put("d/a.csv", ROWS)
    declare(repo, plain.url("d"), "    suite: suite.json\n")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=len(ROWS) - 1))
    (found,) = [found for found in repo.findings() if found.ruling == "block"]
    assert (found.rule, "the disk has" in found.message) == ("gate/undecided", True)


def test_sarif_names_objects_without_their_scheme(repo: Repo, plain: Bucket) -> None:
    plain.put("d/a b.csv", ROWS)
    declare(repo, plain.url("d"))
    plain.put("d/a b.csv", ROWS + "x,y,z\n")
    repo.edit("dbom.yaml", f"    size: {len(ROWS)}\n", "")
    log = json.loads(repo.gate("check", "--report", "sarif").out)
    assert '"uri": "s3://' not in json.dumps(log)
    (result,) = [one for one in log["runs"][0]["results"] if one["ruleId"] == "integrity/digest-mismatch"]
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "s3/data-plain/d/a%20b.csv"
    assert "s3://data-plain/d/a b.csv" in result["message"]["text"]
    if SCHEMA.exists():
        jsonschema.validate(log, json.loads(SCHEMA.read_text()))


def test_the_cluster_gives_the_same_report(repo: Repo, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    for number in range(40):
        bucket.put(f"d/{number}.csv", ROWS + f"{number},20,no\n")
    declare(repo, bucket.url("d"))
    bucket.put("d/7.csv", ROWS + "8,20,no\n")
    check = ("check", "--report", "json", "--jobs", "4")
    threads = repo.gate(*check)
    assert threads.code == 1
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=":0"
    ) as local:
        engine = local.scheduler_address.replace("tcp://", "dask://")
        assert repo.gate(*check, "--engine", engine) == threads
    monkeypatch.setattr("gate.engine.PROCESSES_FROM", 2)
    assert repo.gate(*check) == threads


def test_code_that_reads_a_declared_object_reads_what_is_registered(repo: Repo, plain: Bucket) -> None:
    plain.put("d/a.csv", ROWS)
    declare(repo, plain.url("d"))
    repo.write(
        "train.py", "import pandas as pd\npd.read_csv('s3://data-plain/d/a.csv')\npd.read_csv('s3://other/x.csv')\n"
    )
    places = {found.at for found in repo.findings() if found.rule == "sources/unregistered"}
    assert places == {"train.py:3"}


@pytest.mark.parametrize(
    "address",
    [
        "s3://www.data-plain/d/a.csv",
        "s3://DATA-PLAIN/d/a.csv",
        "s3://data-plain/d.git/a.csv",
        "s3://data-plain/d#x",
        "s3://data-plain/d/../x.csv",
        "gs://data-plain/d/a.csv",
    ],
)
def test_another_bucket_or_key_is_not_registered(repo: Repo, plain: Bucket, address: str) -> None:
    plain.put("d/a.csv", ROWS)
    declare(repo, plain.url("d"))
    repo.write("train.py", f"import pandas as pd\npd.read_csv('s3a://data-plain/d/a.csv')\npd.read_csv({address!r})\n")
    assert [found.at for found in repo.findings() if found.rule == "sources/unregistered"] == ["train.py:3"]


@pytest.mark.parametrize("command", [("scan",), ("poison",), ("suite", "draft"), ("verify", "--bundle", "b")])
def test_commands_for_files_say_what_to_do_with_an_object(repo: Repo, command: tuple[str, ...]) -> None:
    more = ("--out", "suite.json") if "draft" in command else ()
    result = repo.gate(*command, "s3://bucket/a.csv", *more)
    assert result.code == 2
    assert "s3://bucket/a.csv is no file" in result.err


def test_a_fleet_reads_objects(repo: Repo, plain: Bucket) -> None:
    plain.put("d/a.csv", ROWS)
    declare(repo, plain.url("d"))
    (judged,) = json.loads(repo.gate("fleet", ".", "--report", "json").out)["repositories"]
    assert judged["verdict"] == "pass"
    assert judged["shares"]["verified"]["number"] == 1


def test_what_needs_a_path_says_that_there_is_none(repo: Repo, plain: Bucket) -> None:
    plain.put("d/a.csv", ROWS)
    declare(repo, plain.url("d"))
    with pytest.raises(UsageError, match="lies on object storage"):
        gate.verified_path("people", root=repo.root)
    signed = repo.gate("sign", "people", "--key", "key.pem")
    assert (signed.code, "lies on object storage" in signed.err) == (2, True)


@pytest.mark.parametrize("kind", ["p256", "p521"])
def test_a_signature_over_objects_is_verified(repo: Repo, bucket: Bucket, tmp_path: Path, kind: str) -> None:
    from tests.signing.signers import private_pem, public_pem

    key = tmp_path / "key.pem"
    key.write_bytes(private_pem(kind))
    repo.write("keys/release.pub", public_pem(kind))
    repo.write("d/a.csv", ROWS)
    repo.write("a.csv", ROWS)
    assert repo.gate("sign", "d", "a.csv", "--key", str(key)).code == 0
    repo.delete("d")
    repo.delete("a.csv")
    bucket.put("d/a.csv", ROWS)
    declare(repo, bucket.url("d"), "    signature: {bundle: d.sigstore.json}\n")
    assert repo.gate("add", bucket.url("d/a.csv"), "--version", "1", "--name", "file").code == 0
    repo.write("dbom.yaml", repo.text("dbom.yaml") + "    signature: {bundle: a.csv.sigstore.json}\n")
    rule = f"signatures/missing: {{enforce: block, for: {{path: '{bucket.url('**')}'}}}}"
    keys = f"keys:\n  - {{name: release, file: keys/release.pub, sha256: {sha256(public_pem(kind))}}}\n"
    repo.write("gate-policy.yaml", f"policy: 1\nextends: [gate:baseline]\n{keys}rules:\n  {rule}\n")
    assert {found.rule for found in repo.findings() if found.rule.startswith("signatures/")} == set()
    repo.edit("dbom.yaml", "    signature: {bundle: a.csv.sigstore.json}\n", "")
    (found,) = [found for found in repo.findings() if found.ruling == "block"]
    assert found.rule == "signatures/missing"


def test_an_object_can_be_waived(repo: Repo, plain: Bucket) -> None:
    plain.put("m/old.bin", PICKLE)
    assert repo.gate("add", plain.url("m/old.bin"), "--version", "1", "--name", "old").code == 0
    why = ("--reason", "accepted-risk", "--why", "it is replaced next month", "--approver", "@someone")
    assert repo.gate("check").code == 1
    repo.write(".github/CODEOWNERS", "/gate-waivers.yaml @someone\n")
    waived = repo.gate("waive", "weights/pickle-format", plain.url("m/old.bin"), *why)
    assert waived.code == 0, waived.err
    assert repo.gate("check").code == 0
    plain.put("m/old.bin", PICKLE + b"N.")
    assert repo.gate("update", "old", "--version", "2").code == 0
    assert repo.gate("check").code == 1
