"""Policies that extend what lies elsewhere, through the command line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from gate.policy.remote import files
from tests.policy.remote.servers import Server, commit
from tests.support import Repo, sha256

CENTRAL = "policy: 1\nname: central\nrules:\n  dbom/undeclared-weights: {enforce: block}\n"


def extend(repo: Repo, *entries: str, more: str = "") -> None:
    """The policy of the repository, with `localhost` as a host of its own."""
    listed = "".join(f"  - {entry}\n" for entry in entries)
    repo.write("gate-policy.yaml", f"policy: 1\ncredentials: [localhost]\nextends:\n{listed}{more}")


def shown(repo: Repo, *arguments: str) -> str:
    """What decides about undeclared weights: the word and its place."""
    result = repo.gate("policy", "show", *arguments)
    assert result.code == 0, result.err
    line = next(line for line in result.out.splitlines() if line.startswith("dbom/undeclared-weights"))
    return " ".join(line.split()[1:])


def test_a_policy_on_a_server(repo: Repo, server: Server) -> None:
    server.answers["/org/central.yaml"] = CENTRAL.encode()
    extend(repo, f"{server.url}/org/central.yaml")
    assert shown(repo) == f"block {server.url}/org/central.yaml:4:38"


@pytest.mark.parametrize("kind", ["https", "file"])
def test_a_policy_in_a_repository(repo: Repo, server: Server, tmp_path: Path, kind: str) -> None:
    server.repositories = tmp_path / "served"
    digest = commit(server.repositories / "org", {"dir/central.yaml": CENTRAL})
    commit(server.repositories / "org", {"dir/central.yaml": "policy: 1\n"})
    place = f"{server.url}/org/.git" if kind == "https" else f"file://{server.repositories}/org"
    extend(repo, f"git+{place}//dir/central.yaml@{digest}")
    assert shown(repo) == f"block git+{place}//dir/central.yaml@{digest}:4:38"


def failed(repo: Repo, code: int, *arguments: str) -> str:
    """What the gate says; nothing was judged."""
    result = repo.gate(*(arguments or ("check",)))
    assert result.code == code, result.err
    assert result.out == ""
    return result.err


def test_what_is_remote_can_only_be_tightened(repo: Repo, server: Server) -> None:
    server.answers["/central.yaml"] = CENTRAL.encode()
    extend(repo, f"{server.url}/central.yaml", more="rules:\n  dbom/undeclared-weights: {enforce: warn}\n")
    said = failed(repo, 2)
    assert "gate-policy.yaml:6:38" in said
    assert f"{server.url}/central.yaml:4:38" in said


def test_what_it_extends_beside_itself_comes_from_there(repo: Repo, server: Server, tmp_path: Path) -> None:
    base = CENTRAL
    central = "policy: 1\nextends: [../base.yaml, gate:research]\n"
    digest = commit(tmp_path / "org", {"base.yaml": base, "dir/central.yaml": central})
    repo.write("base.yaml", "policy: 1\n")
    extend(repo, f"git+file://{tmp_path}/org//dir/central.yaml@{digest}")
    assert shown(repo) == f"block git+file://{tmp_path}/org//base.yaml@{digest}:4:38"
    server.answers["/dir/central.yaml"] = b"policy: 1\nextends: [inner/base.yaml]\n"
    server.answers["/dir/inner/base.yaml"] = base.encode()
    extend(repo, f"{server.url}/dir/central.yaml")
    assert shown(repo) == f"block {server.url}/dir/inner/base.yaml:4:38"


@pytest.mark.parametrize("path", ["../base.yaml", "/etc/passwd", "inner/../../base.yaml", "b%61se.yaml", "b ase.yaml"])
def test_what_it_extends_lies_beneath_it(repo: Repo, server: Server, path: str) -> None:
    server.answers["/dir/central.yaml"] = f"policy: 1\nextends: ['{path}']\n".encode()
    server.answers["/base.yaml"] = CENTRAL.encode()
    extend(repo, f"{server.url}/dir/central.yaml")
    said = failed(repo, 2)
    assert f"{server.url}/dir/central.yaml:2:11: error" in said
    assert [path for path, _ in server.asked] == ["/dir/central.yaml"]


def test_keys_of_a_remote_policy_come_from_there(repo: Repo, server: Server, tmp_path: Path) -> None:
    key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
    central = f"policy: 1\nkeys:\n  - {{name: a, file: ../keys/a.pub, sha256: {sha256(key)}}}\n"
    digest = commit(tmp_path / "org", {"keys/a.pub": key, "dir/central.yaml": central})
    extend(repo, f"git+file://{tmp_path}/org//dir/central.yaml@{digest}")
    result = repo.gate("policy", "show")
    assert "signer a: the key in ../keys/a.pub" in result.out, result.err
    repo.write("a.pub", key)
    server.answers["/central.yaml"] = central.replace("../keys/", "").encode()
    extend(repo, f"{server.url}/central.yaml")
    assert f"{server.url}/central.yaml:3:21: error: {server.url}/a.pub cannot be used" in failed(repo, 2)
    server.answers["/a.pub"] = key.encode() + b"\n"
    assert "is not the pinned file" in failed(repo, 2)


def test_imports_are_not_transitive_unless_the_importer_says_so(repo: Repo, server: Server) -> None:
    server.answers["/far.yaml"] = CENTRAL.encode()
    server.answers["/beside.yaml"] = f"policy: 1\nextends: ['{server.url}/far.yaml']\n".encode()
    server.answers["/near.yaml"] = b"policy: 1\nextends: [beside.yaml]\n"
    extend(repo, f"{{url: '{server.url}/near.yaml'}}")
    said = failed(repo, 2)
    assert f"{server.url}/beside.yaml:2:11: error: this policy is remote itself" in said
    assert "transitive: true" in said
    extend(repo, f"{{url: '{server.url}/near.yaml', transitive: false}}")
    failed(repo, 2)
    extend(repo, f"{{url: '{server.url}/near.yaml', transitive: true}}")
    assert shown(repo) == f"block {server.url}/far.yaml:4:38"


def test_each_importer_says_so_for_itself(repo: Repo, server: Server) -> None:
    server.answers["/c.yaml"] = CENTRAL.encode()
    server.answers["/b.yaml"] = f"policy: 1\nextends: ['{server.url}/c.yaml']\n".encode()
    server.answers["/a.yaml"] = f"policy: 1\nextends: ['{server.url}/b.yaml']\n".encode()
    extend(repo, f"{{url: '{server.url}/a.yaml', transitive: true}}")
    assert f"{server.url}/b.yaml:2:11" in failed(repo, 2)


def test_a_remote_policy_names_no_repository_of_this_machine(repo: Repo, server: Server, tmp_path: Path) -> None:
    digest = commit(tmp_path / "org", {"p.yaml": CENTRAL})
    server.answers["/a.yaml"] = f"policy: 1\nextends: ['git+file://{tmp_path}/org//p.yaml@{digest}']\n".encode()
    extend(repo, f"{{url: '{server.url}/a.yaml', transitive: true}}")
    assert "a repository of this machine" in failed(repo, 2)


def test_a_circle_over_a_server(repo: Repo, server: Server) -> None:
    server.answers["/a.yaml"] = b"policy: 1\nextends: [b.yaml]\n"
    server.answers["/b.yaml"] = f"policy: 1\nextends: [gate:strict, '{server.url}/a.yaml']\n".encode()
    extend(repo, f"{{url: '{server.url}/a.yaml', transitive: true}}")
    assert "extends itself" in failed(repo, 2)


@pytest.mark.parametrize(
    "entry",
    [
        "{url: local.yaml, signed_by: me}",
        "{url: local.yaml, transitive: true}",
        "{url: gate:strict, signed_by: me}",
        "{url: gate:strict, transitive: true}",
    ],
)
def test_what_is_asked_of_remote_policies_alone(repo: Repo, entry: str) -> None:
    repo.write("local.yaml", "policy: 1\n")
    extend(repo, entry)
    assert "gate-policy.yaml:4:11: error" in failed(repo, 2)


def test_credentials_of_an_extended_policy_do_not_count(repo: Repo, server: Server) -> None:
    server.answers["/central.yaml"] = CENTRAL.encode()
    repo.write("inner.yaml", f"policy: 1\ncredentials: [localhost]\nextends: ['{server.url}/central.yaml']\n")
    repo.write("gate-policy.yaml", "policy: 1\nextends: [inner.yaml]\n")
    said = failed(repo, 2)
    assert "inner.yaml:3:11: error" in said
    assert "private or reserved" in said
    assert server.asked == []


def test_what_cannot_be_had_is_never_a_pass(repo: Repo, server: Server) -> None:
    repo.write("sign.safetensors", "x")
    extend(repo, f"{server.url}/central.yaml")
    assert f"gate-policy.yaml:4:5: error: {server.url}/central.yaml cannot be used" in failed(repo, 2)
    server.close()
    assert f"gate-policy.yaml:4:5: {server.url}/central.yaml cannot be had" in failed(repo, 4)
    assert "the network is not to be used" in failed(repo, 4, "check", "--offline")
    assert "the network is not to be used" in failed(repo, 4, "scan", "--offline", "sign.safetensors")


def test_lfs_pointers_binaries_and_bombs_are_no_policies(repo: Repo, server: Server) -> None:
    extend(repo, f"{server.url}/p.yaml")
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 10\n"
    for content, said in (
        (pointer.encode(), "a pointer of Git LFS"),
        (b"\x80\x04", "not UTF-8 text"),
        (b"policy: 1\nx: " + b"[" * 200, "nested deeper"),
        (b"policy: 1\nname: &a x\nextends: [*a]\n", "anchors are not allowed"),
        (b"", "the file is empty"),
        (b"<html></html>", "expected a mapping"),
    ):
        server.answers["/p.yaml"] = content
        assert said in failed(repo, 2)


def test_a_policy_that_expires(repo: Repo, server: Server) -> None:
    content = b"policy: 1\nexpires: 2020-01-31\n"
    server.answers["/p.yaml"] = content
    pin = sha256(content)
    extend(repo, f"{{url: '{server.url}/p.yaml', sha256: {pin}}}")
    repo.write("x.bin", "x")
    said = repo.gate("check", "--no-locked").out
    assert f"{server.url}/p.yaml expired on 2020-01-31" in said
    assert f"{server.url}/p.yaml:2:10: error" in failed(repo, 2, "check", "--locked")
    repo.write("gate-policy.yaml", "policy: 1\nexpires: 2020-02-30\n")
    assert "no day of the calendar" in failed(repo, 2)


def test_a_policy_that_soon_expires(repo: Repo) -> None:
    today = dt.datetime.now(dt.timezone.utc).date()
    repo.write("x.bin", "x")
    for days, noted in ((14, True), (15, False), (0, True)):
        repo.write("gate-policy.yaml", f"policy: 1\nexpires: {today + dt.timedelta(days)}\n")
        assert ("gate-policy.yaml expires on" in repo.gate("check", "--locked").out) == noted


def test_an_address_on_the_command_line(repo: Repo) -> None:
    assert "name a file that has it in `extends:`" in failed(repo, 2, "check", "--policy", "https://a.example/p.yaml")


def test_there_is_a_limit_for_all_fetches_of_a_run(repo: Repo, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "ab":
        server.answers[f"/{name}.yaml"] = CENTRAL.encode()
    extend(repo, f"{server.url}/a.yaml", f"{server.url}/b.yaml")
    monkeypatch.setattr(files, "MAX_TOTAL", len(CENTRAL) + 1)
    assert "gate-policy.yaml:5:5: error" in failed(repo, 2)
    monkeypatch.setattr(files, "MAX_SECONDS", 0.0)
    assert "all fetches together took more than 0 seconds" in failed(repo, 4)


def test_a_repository_of_this_machine_needs_no_network(repo: Repo, server: Server, tmp_path: Path) -> None:
    reference = f"git+file://{tmp_path}/org//p.yaml@{commit(tmp_path / 'org', {'p.yaml': CENTRAL})}"
    extend(repo, reference)
    assert shown(repo, "--offline") == f"block {reference}:4:38"
