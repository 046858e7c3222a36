"""What `gate vendor` publishes, declares and keeps back, with a directory as the mirror."""

from __future__ import annotations

import fcntl
import json
import os
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gate.dbom.load import load_dbom
from gate.vendor.interface import key
from gate.vendor.mirror.directory import Directory
from tests.signing.signers import private_pem, public_pem
from tests.support import finish, safetensors, start_gate
from tests.vendor.conftest import Vendoring, digest


def test_a_directory_is_published_by_digest_declared_and_leaves_nothing_in_quarantine(vendoring: Vendoring) -> None:
    result = vendoring.run("--version", "2.1", "--license", "CC0-1.0")
    assert result.code == 0, result.err
    listing = vendoring.repo.bytes("dbom/signs.sha256")
    files = {digest(path.read_bytes()) for path in vendoring.source.rglob("*") if path.is_file()}
    assert set(vendoring.objects()) == files | {digest(listing)}
    (entry,) = load_dbom(str(vendoring.repo.root / "dbom.yaml"), "dbom.yaml").artifacts
    assert (entry.name, entry.path, entry.sha256) == ("signs", "vendor/signs", digest(listing))
    assert entry.source.mirror == f"file://{vendoring.mirror}"
    assert entry.source.url == f"file://{vendoring.source}"
    assert (entry.version, entry.source.license) == ("2.1", "CC0-1.0")
    assert vendoring.kept() == []


def test_vendoring_again_changes_nothing(vendoring: Vendoring) -> None:
    vendoring.run()
    before = vendoring.repo.tree()
    again = vendoring.run()
    assert again.code == 0
    assert "0 new objects, 4 there already" in again.out
    assert vendoring.repo.tree() == before


def test_weights_are_declared_as_a_model(vendoring: Vendoring, tmp_path: Path) -> None:
    weights = tmp_path / "sign.safetensors"
    weights.write_bytes(safetensors({"w": ("F32", [2])}))
    result = vendoring.run("--sha256", digest(weights.read_bytes()), source=weights)
    assert "declared the model sign in dbom.yaml: vendor/sign.safetensors" in result.out
    assert "yes       model" in result.out


def test_a_pickle_stays_in_quarantine_with_its_report(vendoring: Vendoring) -> None:
    (vendoring.source / "model.pkl").write_bytes(pickle.dumps(print))
    result = vendoring.run()
    assert result.code == 1
    assert "weights/pickle-format" in result.out
    assert "nothing was published" in result.err
    assert vendoring.objects() == {}
    assert not (vendoring.repo.root / "dbom.yaml").exists()
    (report,) = [path for path in vendoring.kept() if path.name == "report.json"]
    found = json.loads(report.read_text())
    assert {finding["rule"] for finding in found["findings"]} >= {"weights/pickle-format"}
    assert any(path.read_bytes() == pickle.dumps(print) for path in vendoring.kept())
    assert os.stat(report.parent).st_mode & 0o077 == 0


def test_a_suite_that_fails_keeps_a_dataset_back(vendoring: Vendoring) -> None:
    expectation = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "x", "min_value": 2}}
    vendoring.repo.write("suite.json", json.dumps({"name": "s", "expectations": [expectation]}))
    source = vendoring.source / "train/a.csv"
    blocked = vendoring.run("--suite", "suite.json", source=source)
    assert blocked.code == 1
    assert "suites/failed" in blocked.out
    assert vendoring.objects() == {}
    passed = vendoring.run("--suite", "suite.json", source=vendoring.source / "train/b.csv")
    assert passed.code == 0, passed.out
    assert "suite: suite.json" in vendoring.repo.text("dbom.yaml")


def test_a_dataset_that_cannot_be_scanned_as_asked_is_not_published(vendoring: Vendoring) -> None:
    result = vendoring.run("--modality", "tabular", "--label", "y", source=vendoring.source / "train/a.csv")
    assert result.code in (1, 4)
    assert vendoring.objects() == {}


def test_another_digest_than_the_maker_says_is_caught(vendoring: Vendoring) -> None:
    result = vendoring.run("--sha256", "0" * 64, source=vendoring.source / "README.md")
    assert result.code == 1
    assert "integrity/digest-mismatch" in result.out
    assert vendoring.objects() == {}


def test_no_policy_lets_other_bytes_than_announced_pass(vendoring: Vendoring) -> None:
    vendoring.repo.write("gate-policy.yaml", "policy: 1\nrules: {integrity/digest-mismatch: {enforce: off}}\n")
    result = vendoring.run("--sha256", "0" * 64, source=vendoring.source / "README.md")
    assert result.code == 1
    assert vendoring.objects() == {}


def test_an_object_of_the_mirror_that_was_changed_is_caught(vendoring: Vendoring) -> None:
    vendoring.run()
    victim = next(vendoring.mirror.glob("sha256/*/*"))
    victim.chmod(0o644)
    victim.write_bytes(victim.read_bytes()[::-1])
    result = vendoring.run("--name", "again", "--path", "vendor/again")
    assert result.code == 1
    assert "was changed there" in result.err
    assert "again" not in vendoring.repo.text("dbom.yaml")


def test_an_entry_that_was_declared_without_a_mirror_is_vendored_in_its_place(vendoring: Vendoring) -> None:
    vendoring.repo.write("data/a.csv", "x,y\n1,2\n")
    vendoring.repo.gate("add", "data/a.csv", "--name", "a", "--source", "https://files.example.org/a.csv")
    vendoring.repo.edit("dbom.yaml", "  - name: a", "  # ours\n  - name: a")
    result = vendoring.run("--name", "a", source=vendoring.source / "train/a.csv")
    assert result.code == 0, result.err
    text = vendoring.repo.text("dbom.yaml")
    assert f"mirror: file://{vendoring.mirror}" in text
    assert "# ours" in text
    assert "path: data/a.csv" in text


def test_other_bytes_under_the_same_version_are_not_declared(vendoring: Vendoring) -> None:
    vendoring.run("--version", "1")
    (vendoring.source / "README.md").write_text("# other\n")
    refused = vendoring.run("--version", "1")
    assert refused.code == 2
    assert "pass --version NEW" in refused.err
    accepted = vendoring.run("--version", "2")
    assert accepted.code == 0, accepted.err
    assert 'version: "2"' in vendoring.repo.text("dbom.yaml")


def test_a_name_that_means_something_else_is_refused_before_anything_is_fetched(vendoring: Vendoring) -> None:
    vendoring.repo.write("data/signs.csv", "a,b\n")
    vendoring.repo.gate("add", "data/signs.csv", "--name", "signs")
    result = vendoring.run("--path", "vendor/signs")
    assert result.code == 2
    assert "pass another --name" in result.err
    assert vendoring.kept() == []


def test_two_runs_at_once_do_not_share_a_quarantine(vendoring: Vendoring) -> None:
    (vendoring.source / "model.pkl").write_bytes(pickle.dumps(print))
    vendoring.run()
    (lock,) = [path for path in vendoring.kept() if path.name == "lock"]
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        result = vendoring.run()
    assert result.code == 4
    assert "another run fetches the same" in result.err


def test_a_quarantine_that_others_can_write_to_is_refused(vendoring: Vendoring) -> None:
    (vendoring.source / "model.pkl").write_bytes(pickle.dumps(print))
    vendoring.run()
    (inner,) = vendoring.quarantine.iterdir()
    inner.chmod(0o777)
    result = vendoring.run()
    assert result.code == 2
    assert "no directory that only you can use" in result.err


def test_a_quarantine_beneath_a_directory_of_others_is_refused(vendoring: Vendoring, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    result = vendoring.run("--quarantine", shared)
    assert result.code == 2
    assert "others may rename" in result.err
    assert list(shared.iterdir()) == []


def test_of_two_runs_that_publish_the_same_object_at_once_the_second_finds_it(tmp_path: Path) -> None:
    content = b"x,y\n1,2\n"
    sha256, place, mirror = digest(content), tmp_path / "a.csv", Directory(str(tmp_path / "mirror"))
    place.write_bytes(content)
    incoming, target = tmp_path / "mirror/incoming" / sha256, tmp_path / "mirror" / key(sha256)
    for path in (incoming, target):
        path.parent.mkdir(parents=True)
    with incoming.open("wb") as first, ThreadPoolExecutor(1) as pool:
        fcntl.flock(first, fcntl.LOCK_EX)
        second = pool.submit(mirror.put, sha256, str(place))
        time.sleep(0.3)  # until it waits for the lock
        first.write(content)
        first.flush()
        incoming.rename(target)
        first.close()
        assert second.result() is False
    assert target.read_bytes() == content
    assert not incoming.exists()


def test_a_link_in_the_source_is_refused(vendoring: Vendoring) -> None:
    (vendoring.source / "secret").symlink_to("/etc/hostname")
    result = vendoring.run()
    assert result.code == 2
    assert "secret is no regular file" in result.err


@pytest.mark.parametrize("name", ["back\\slash", "new\nline", "nested/.git/config", "a/" * 100 + "deep"])
def test_a_name_that_cannot_be_kept_is_refused(vendoring: Vendoring, name: str) -> None:
    path = vendoring.source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    result = vendoring.run()
    assert result.code == 1
    assert "integrity/outside-root" in result.out
    assert vendoring.objects() == {}


def test_more_than_allowed_is_refused_before_it_is_fetched(vendoring: Vendoring) -> None:
    (vendoring.source / "large.bin").write_bytes(bytes(2048))
    result = vendoring.run("--max-size", "1K")
    assert result.code == 2
    assert "2.0 KiB" in result.err
    assert vendoring.kept() == []


def test_a_disk_that_is_full_says_so_and_nothing_is_half_published(vendoring: Vendoring) -> None:
    (vendoring.source / "large.bin").write_bytes(bytes(1 << 20))
    limit = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))"
    )
    arguments = ("vendor", str(vendoring.source), "--to", str(vendoring.mirror))
    result = finish(start_gate(vendoring.repo.root, *arguments, before=limit))
    assert result.code == 4
    assert "make room" in result.err
    assert vendoring.objects() == {}
    assert vendoring.run().code == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_mirror_without_permission_says_so(vendoring: Vendoring) -> None:
    vendoring.mirror.mkdir(mode=0o500)
    result = vendoring.run()
    assert result.code == 2
    assert "cannot write" in result.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ftp://files.example.org/x"], "ftp:// cannot be vendored"),
        (["http://files.example.org/x"], "http:// cannot be vendored"),
        (["nowhere"], "does not exist"),
        ([""], "does not exist"),
        (["/dev/zero"], "no regular file"),
        ([".", "--path", ".git/hooks"], "read by git"),
        (["https://files.example.org/x", "--offline"], "--offline"),
        (["https://files.example.org/x", "--revision", "v1"], "--revision is for hf://"),
        (["https://user:secret@files.example.org/x"], "a user or a password"),
        (["ftp://secret@files.example.org/x"], "a user or a password"),
        (["s3://AKIA:secret@bucket/x"], "a user or a password"),
        (["hf://user:secret@acme/net"], "a user or a password"),
        (["https://files.example.org/x?a=1&X-Amz-Signature=secret"], "X-Amz-Signature="),
        (["https://files.example.org/x?token=secret"], "token="),
        (["https://files example.org/x"], "no https:// address"),
        (["s3://bucket"], "whole bucket"),
        (["hf://"], "no repository of the hub"),
        ([".", "--max-size", "lots"], "a size such as"),
        ([".", "--label", "y"], "--modality"),
    ],
)
def test_what_cannot_be_is_a_usage_error(vendoring: Vendoring, arguments: list[str], words: str) -> None:
    result = vendoring.repo.gate("vendor", *arguments, "--to", str(vendoring.mirror))
    assert result.code == 2
    assert words in result.err
    assert "secret" not in result.err


def test_a_report_for_programs_stands_alone_on_standard_output(vendoring: Vendoring) -> None:
    result = vendoring.run("--report", "json")
    assert result.code == 0
    assert json.loads(result.out)["exit_code"] == 0


def test_a_file_that_is_larger_than_announced_is_caught_whoever_sends_it(vendoring: Vendoring) -> None:
    """The announced size is that of when it was found: a file that grows meanwhile is not what was announced."""
    before = f"""
import os
from pathlib import Path
from gate.vendor import run
def grown(upstream, mirror, most):
    with open({str(vendoring.source / "README.md")!r}, "a") as file:
        file.write("more")
run.refuse = grown
"""
    arguments = ("vendor", str(vendoring.source), "--to", str(vendoring.mirror))
    result = finish(start_gate(vendoring.repo.root, *arguments, before=before))
    assert result.code == 1
    assert "integrity/size-mismatch" in result.out
    assert vendoring.objects() == {}


def test_the_mirror_must_be_one(vendoring: Vendoring) -> None:
    vendoring.repo.write("file", "")
    for address, words in {
        "file": "no directory",
        "file://host/x": "names a machine",
        "gopher://x/y": "no place",
        "gs://bucket/x": "not written to",
        "s3://key:secret@bucket/x": "a user or a password",
    }.items():
        result = vendoring.repo.gate("vendor", str(vendoring.source), "--to", address)
        assert result.code == 2
        assert words in result.err
        assert "secret" not in result.err


@pytest.mark.parametrize("part", ["", "train/a.csv"])
def test_what_is_signed_verifies_once_it_is_pulled(vendoring: Vendoring, tmp_path: Path, part: str) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(private_pem("p384"))
    key.chmod(0o600)
    result = vendoring.run("--name", "signs", "--key", key, source=vendoring.source / part)
    assert result.code == 0, result.err
    vendoring.repo.write("key.pub", public_pem("p384"))
    keys = f"keys: [{{name: us, file: key.pub, sha256: {digest(public_pem('p384'))}}}]"
    vendoring.trust("rules: {signatures/missing: {enforce: block}}", keys)
    checked = vendoring.repo.report("--pull")
    assert not [one for one in checked["findings"] if one["rule"].startswith(("signatures", "integrity"))]
    assert checked["exit_code"] == 0
