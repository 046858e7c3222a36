"""Changes to what is remote, judged against a base."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.remote.servers import Server, commit
from tests.policy.remote.test_extends import CENTRAL
from tests.policy.remote.test_lock import forget
from tests.support import WEIGHTS, Found, Repo, sha256

OTHER = CENTRAL.replace("block", "warn")


@pytest.fixture
def central(repo: Repo, server: Server) -> str:
    """The reference of a policy on the server, which the base extends and has locked."""
    repo.write("x.bin", "x")
    server.answers["/central.yaml"] = CENTRAL.encode()
    reference = f"{server.url}/central.yaml"
    policy(repo, reference)
    assert repo.gate("policy", "lock").code == 0
    branch(repo)
    return reference


def policy(repo: Repo, *entries: str, hosts: str = "localhost", more: str = "") -> None:
    listed = "".join(f"  - {entry}\n" for entry in entries)
    repo.write("gate-policy.yaml", f"policy: 1\ncredentials: [{hosts}]\nextends:\n{listed}{more}")


def branch(repo: Repo) -> None:
    """What is there becomes the base."""
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message=x")
    repo.git("switch", "--quiet", "-c", "change")


def weakened(repo: Repo) -> list[Found]:
    return [found for found in repo.findings("--base", "main") if found.rule == "policy/weakened"]


def test_no_change_is_none(repo: Repo, central: str) -> None:
    assert repo.gate("check", "--base", "main", "--locked").code == 0
    assert weakened(repo) == []


def test_a_lock_that_is_dropped(repo: Repo, central: str) -> None:
    repo.delete("policy.lock")
    (found,) = weakened(repo)
    assert found.message == f"{central} is not pinned, and at the base it is"
    assert found.at == "gate-policy.yaml:4"
    assert repo.gate("check", "--base", "main", "--locked").code == 2


def test_an_inline_pin_may_stand_in_for_the_lock(repo: Repo, central: str) -> None:
    repo.delete("policy.lock")
    policy(repo, f"{{url: '{central}', sha256: {sha256(CENTRAL)}}}")
    assert weakened(repo) == []


def test_a_lock_that_is_edited_for_looser_bytes(repo: Repo, central: str, server: Server) -> None:
    """The server has other bytes now: the base's lock does not let them judge, whatever that of the change says."""
    server.answers["/central.yaml"] = OTHER.encode()
    repo.edit("policy.lock", sha256(CENTRAL), sha256(OTHER))
    found = repo.findings("--base", "main")  # the cache still has what the base locks
    assert "`warn` for dbom/undeclared-weights is looser than `block`" in "".join(
        one.message for one in found if one.rule == "policy/weakened"
    )
    assert {one.at for one in found if one.rule == "policy/weakened"} == {"gate-policy.yaml:1"}
    forget(repo)
    result = repo.gate("check", "--base", "main")
    assert result.code in (1, 4)
    assert "is not the policy that policy.lock:5:13 locks" in result.out


def test_a_remote_policy_that_is_dropped_still_judges(repo: Repo, central: str) -> None:
    policy(repo, "gate:baseline")
    repo.write("m.safetensors", WEIGHTS)
    found = repo.findings("--base", "main")
    assert "policy/weakened" in {one.rule for one in found}
    assert {one.ruling for one in found if one.rule == "dbom/undeclared-weights"} == {"block"}


def test_hosts_of_a_change_do_not_count(repo: Repo, server: Server) -> None:
    repo.write("x.bin", "x")
    repo.write("gate-policy.yaml", "policy: 1\n")
    branch(repo)
    server.answers["/central.yaml"] = CENTRAL.encode()
    policy(repo, f"{server.url}/central.yaml")
    result = repo.gate("check", "--base", "main")
    assert result.code == 2
    assert "private or reserved" in result.err
    assert server.asked == []
    policy(repo, "gate:strict")
    (found,) = weakened(repo)
    assert found.message == "`credentials:` has localhost, which the base does not have"


def test_signers_and_reach_of_a_remote_policy(repo: Repo, server: Server, tmp_path: Path) -> None:
    repo.write("x.bin", "x")
    org = tmp_path / "org"
    reference = f"git+file://{org}//p.yaml@{commit(org, {'p.yaml': CENTRAL})}"
    identity = "identities: [{name: a, identity: a@a.example, issuer: 'https://a.example'}]\n"
    policy(repo, f"{{url: '{reference}', signed_by: a}}", more=identity)
    branch(repo)
    later = f"git+file://{org}//p.yaml@{commit(org, {'p.yaml': CENTRAL + '#'})}"
    policy(repo, f"{{url: '{later}', signed_by: a}}", more=identity)
    assert weakened(repo) == []
    policy(repo, f"{{url: '{later}', transitive: true}}", more=identity)
    assert sorted(one.message.replace(later, "P") for one in weakened(repo)) == [
        "P is not pinned, and at the base it is",
        "P may extend what is remote, and at the base it may not",
        "P need not be signed by a, and at the base it must",
    ]


@pytest.mark.parametrize(("now", "said"), [("", "expires never"), ("expires: 2999-01-02\n", "expires on 2999-01-02")])
def test_a_day_that_is_moved(repo: Repo, now: str, said: str) -> None:
    repo.write("x.bin", "x")
    repo.write("gate-policy.yaml", "policy: 1\nexpires: 2999-01-01\n")
    branch(repo)
    repo.write("gate-policy.yaml", f"policy: 1\n{now}")
    (found,) = weakened(repo)
    assert f"gate-policy.yaml {said}, at the base on 2999-01-01" in found.message
    repo.write("gate-policy.yaml", "policy: 1\nexpires: 2998-12-31\n")
    assert weakened(repo) == []
