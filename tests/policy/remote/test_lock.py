"""Pins and `policy.lock`: what is not what it was is an error, and what nobody vouches for is one where it is asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gate.documents.kinds import Reading
from gate.documents.nodes import decode, parse
from gate.policy.lock import LOCK
from gate.policy.schema import POLICY
from tests.policy.remote.servers import Server, commit
from tests.policy.remote.test_extends import CENTRAL, extend, failed, shown
from tests.support import PROJECT, Repo, sha256

OTHER = CENTRAL.replace("block", "warn")


@pytest.fixture
def central(repo: Repo, server: Server) -> str:
    """The reference of a policy on the server, which that of the repository extends."""
    repo.write("x.bin", "x")
    server.answers["/central.yaml"] = CENTRAL.encode()
    reference = f"{server.url}/central.yaml"
    extend(repo, reference)
    return reference


def forget(repo: Repo) -> None:
    """Empties the cache."""
    for file in (repo.home / ".cache" / "gate" / "policies").glob("*"):
        file.unlink()


def test_without_a_lock_there_is_a_note_and_with_locked_an_error(repo: Repo, central: str) -> None:
    result = repo.gate("check")
    assert result.code == 0, result.err
    assert f"gate-policy.yaml:4:5: {central} is not pinned" in result.out
    assert "gate policy lock" in result.out
    said = failed(repo, 2, "check", "--locked")
    assert f"gate-policy.yaml:4:5: error: {central} is not pinned" in said


def test_ci_means_locked(repo: Repo, central: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    for command in (("check",), ("scan", "x.bin"), ("policy", "show"), ("policy", "lint")):
        assert "is not pinned" in failed(repo, 2, *command)
    assert repo.gate("check", "--no-locked").code == 0
    assert repo.gate("policy", "lock").code == 0
    assert repo.gate("check").code == 0
    monkeypatch.setenv("CI", "false")
    repo.delete("policy.lock")
    assert repo.gate("check").code == 0


def test_nothing_that_is_not_pinned_is_asked_for(repo: Repo, central: str, server: Server) -> None:
    failed(repo, 2, "check", "--locked")
    assert server.asked == []


def test_the_lock_says_what_it_was(repo: Repo, central: str, server: Server) -> None:
    result = repo.gate("policy", "lock")
    assert (result.code, result.out) == (0, f"policy.lock: + {central} {sha256(CENTRAL)}\n")
    assert repo.text("policy.lock").splitlines()[1:] == [
        "lock: 1",
        "policies:",
        f"  - url: {central}",
        f"    sha256: {sha256(CENTRAL)}",
    ]
    assert repo.gate("check", "--locked").code == 0
    again = repo.gate("policy", "lock")
    assert (again.code, again.out) == (0, "")
    assert "up to date, 1 remote policy" in again.err


def test_what_changed_since_is_an_error_with_both_places(repo: Repo, central: str, server: Server) -> None:
    repo.gate("policy", "lock")
    forget(repo)
    server.answers["/central.yaml"] = OTHER.encode()
    for option in ("--locked", "--no-locked"):
        said = failed(repo, 2, "check", option)
        assert f"gate-policy.yaml:4:5: error: {central} is not the policy that policy.lock:5:13 locks" in said
        assert sha256(OTHER) in said


def test_the_lock_is_renewed_and_says_what_changed(repo: Repo, central: str, server: Server) -> None:
    repo.gate("policy", "lock")
    text = repo.text("policy.lock")
    server.answers["/central.yaml"] = (OTHER + "expires: 2999-12-31\n").encode()
    checked = repo.gate("policy", "lock", "--check")
    assert (checked.code, checked.out) == (
        1,
        f"policy.lock: ~ {central} {sha256(CENTRAL)} -> {sha256(OTHER + 'expires: 2999-12-31' + chr(10))}\n",
    )
    assert repo.text("policy.lock") == text
    renewed = repo.gate("policy", "lock")
    assert (renewed.code, renewed.out) == (0, checked.out)
    assert "    expires: 2999-12-31\n" in repo.text("policy.lock")
    assert repo.gate("policy", "lock", "--check").code == 0
    assert repo.gate("check", "--locked").code == 0


def test_what_is_locked_and_kept_needs_no_network(repo: Repo, central: str, server: Server) -> None:
    repo.gate("policy", "lock")
    server.close()
    assert repo.gate("check", "--locked", "--offline").code == 0
    forget(repo)
    assert "the network is not to be used" in failed(repo, 4, "check", "--offline")


def test_the_cache_is_not_believed(repo: Repo, central: str, server: Server) -> None:
    repo.gate("policy", "lock")
    (kept,) = (repo.home / ".cache" / "gate" / "policies").glob("*")
    kept.write_text(OTHER)
    server.close()
    failed(repo, 4, "check")
    kept.unlink()
    kept.symlink_to("/etc/passwd")
    failed(repo, 4, "check")
    assert (repo.home / ".cache" / "gate" / "policies").stat().st_mode & 0o77 == 0


def test_an_inline_pin_is_enough_and_is_compared(repo: Repo, central: str, server: Server) -> None:
    extend(repo, f"{{url: '{central}', sha256: {sha256(CENTRAL).upper()}}}")
    assert repo.gate("check", "--locked").code == 0
    forget(repo)
    server.answers["/central.yaml"] = OTHER.encode()
    said = failed(repo, 2)
    assert "gate-policy.yaml:4:11: error" in said
    assert f"is not the pinned policy: its SHA-256 is {sha256(OTHER)}" in said
    failed(repo, 2, "policy", "lock")


def test_a_pin_and_a_lock_must_agree(repo: Repo, central: str, server: Server) -> None:
    repo.gate("policy", "lock")
    server.answers["/central.yaml"] = OTHER.encode()
    extend(repo, f"{{url: '{central}', sha256: {sha256(OTHER)}}}")
    assert "is not the policy that policy.lock:5:13 locks" in failed(repo, 2)


def test_all_that_is_remote_is_locked(repo: Repo, server: Server, tmp_path: Path) -> None:
    server.answers["/dir/a.yaml"] = b"policy: 1\nextends: [inner/b.yaml]\n"
    server.answers["/dir/inner/b.yaml"] = b"policy: 1\n"
    digest = commit(tmp_path / "org", {"p.yaml": CENTRAL})
    git = f"git+file://{tmp_path}/org//p.yaml@{digest}"
    repo.write("local.yaml", f"policy: 1\nextends: ['{git}', '{server.url}/dir/a.yaml']\n")
    extend(repo, "local.yaml")
    assert "is not pinned" in failed(repo, 2, "check", "--locked")  # also a commit that nobody has signed
    repo.gate("policy", "lock")
    urls = [line.split()[-1] for line in repo.text("policy.lock").splitlines() if "url" in line]
    assert urls == [git, f"{server.url}/dir/a.yaml", f"{server.url}/dir/inner/b.yaml"]
    assert shown(repo, "--locked") == f"block {git}:4:38"
    repo.edit("policy.lock", f"  - url: {urls[2]}\n    sha256: {sha256('policy: 1' + chr(10))}\n", "")
    said = failed(repo, 2, "check", "--locked")
    assert f"{server.url}/dir/a.yaml:2:11: error: {urls[2]} is not pinned" in said


def test_entries_that_nothing_needs(repo: Repo, central: str, server: Server) -> None:
    repo.gate("policy", "lock")
    extend(repo, "gate:strict")
    repo.write("x.bin", "x")
    assert f"policy.lock:5:13: no policy extends {central}" in repo.gate("check", "--locked").out
    dropped = repo.gate("policy", "lock")
    assert dropped.out == f"policy.lock: - {central} {sha256(CENTRAL)}\n"
    assert repo.gate("policy", "lock", "--check").code == 0
    assert "no policy extends" not in repo.gate("check").out


def test_the_lock_lies_beside_the_policy_that_is_named(repo: Repo, server: Server, central: str) -> None:
    repo.write("org/p.yaml", f"policy: 1\ncredentials: [localhost]\nextends: ['{central}']\n")
    repo.gate("policy", "lock", "org/p.yaml", "gate-policy.yaml")
    assert repo.text("org/policy.lock") == repo.text("policy.lock")
    repo.delete("policy.lock")
    assert repo.gate("check", "--locked", "--policy", "org/p.yaml").code == 0
    failed(repo, 2, "check", "--locked")
    assert "nothing to lock" in failed(repo, 2, "policy", "lock", "gate:strict")


def test_policies_without_anything_remote_have_no_lock(repo: Repo) -> None:
    extend(repo, "gate:strict")
    assert repo.gate("policy", "lock").code == 0
    assert not (repo.root / "policy.lock").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "policy.lock:1:1: error: the file is empty"),
        ("policies: []\n", "missing `lock:`"),
        ("lock: 2\n", "this gate reads `lock: 1`"),
        ("lock: 1\npolicies:\n  - {url: x}\n", "missing `sha256:`"),
        ("lock: 1\npolicies:\n  - {url: x, sha256: abc}\n", "hexadecimal digits"),
        ("lock: 1\nhashes: []\n", 'unknown key "hashes"'),
        ("lock: 1\npolicies:\n  - &a {url: x, sha256: %s}\n" % ("0" * 64), "anchors are not allowed"),
        ("lock: 1\npolicies:\n" + "  - {url: x, sha256: %s}\n" % ("0" * 64) * 2, "is locked twice"),
        ("<<<<<<< HEAD\nlock: 1\n", "policy.lock:"),
        ("lock: 1\npolicies: [" + "x, " * 1001 + "]\n", "1,000 are the most"),
    ],
)
def test_a_lock_that_is_none(repo: Repo, central: str, text: str, said: str) -> None:
    repo.write("policy.lock", text)
    assert said in failed(repo, 2)
    assert said in failed(repo, 2, "policy", "lock", "--check")
    assert repo.gate("policy", "lock").code == 0  # which is how one with the marks of a merge is mended
    assert repo.gate("check", "--locked").code == 0


def test_a_lock_that_is_a_link(repo: Repo, central: str) -> None:
    repo.write("elsewhere", f"lock: 1\npolicies:\n  - url: {central}\n    sha256: {sha256(CENTRAL)}\n")
    repo.link("policy.lock", "elsewhere")
    assert "policy.lock is a symbolic link" in failed(repo, 2)
    assert "policy.lock is a symbolic link" in failed(repo, 2, "policy", "lock")


def test_the_same_policy_is_fetched_once(repo: Repo, central: str, server: Server) -> None:
    repo.write("a.yaml", f"policy: 1\nextends: ['{central}']\n")
    repo.write("b.yaml", f"policy: 1\nextends: ['{central}']\n")
    extend(repo, "a.yaml", "b.yaml", central)
    assert repo.gate("check").code == 0
    assert len(server.asked) == 1


def test_the_lock_is_a_document_and_no_content(repo: Repo, central: str) -> None:
    repo.delete("x.bin")
    assert repo.gate("check").code == 3
    repo.gate("policy", "lock")
    assert repo.gate("check").code == 3


def test_the_page_shows_what_is_valid() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (PROJECT / "docs/central-policies.md").read_text("utf-8"), re.DOTALL)
    for text in blocks:
        document = decode(text.replace("SHA256_OF_PLATFORM", "0" * 64).encode(), "page")
        reading = Reading(document)
        (LOCK if text.startswith("lock:") else POLICY).read(parse(document), reading)
        reading.finish()
    assert len(blocks) == 4
