"""What a repository may hold and answer, and what comes of it; git's own server answers over HTTPS."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gate.core.errors import AbsentError, GateError, UnableError, UsageError
from gate.files.commit import Commit
from gate.policy.remote import git
from gate.policy.remote.https import Network
from gate.policy.remote.reference import parse
from tests.policy.remote.servers import Server, commit, redirect, reply
from tests.policy.remote.servers import git as run_git

POLICY = "policy: 1\n"
ABSENT = "0123456789" * 4
TRUSTING = Network(trusted=frozenset(("127.0.0.1", "::1")))


@pytest.fixture
def served(server: Server, tmp_path: Path) -> Path:
    """A repository that the server has."""
    server.repositories = tmp_path / "served"
    return server.repositories / "org"


def fetch(
    server: Server,
    digest: str,
    tmp_path: Path,
    *,
    path: str = "p.yaml",
    network: Network = TRUSTING,
    seconds: float = 20,
) -> Commit:
    directory = tmp_path / "own"
    directory.mkdir()
    reference = parse(f"git+{server.url}/org/.git//{path}@{digest}")
    return git.fetch(reference, network, seconds, str(directory))


def from_disk(repository: Path, digest: str, tmp_path: Path) -> Commit:
    directory = tmp_path / "own"
    directory.mkdir()
    return git.fetch(parse(f"git+file://{repository}//p.yaml@{digest}"), TRUSTING, 20, str(directory))


def test_one_commit_without_its_history_and_without_a_work_tree(server: Server, served: Path, tmp_path: Path) -> None:
    first = commit(served, {"p.yaml": POLICY})
    second = commit(served, {"p.yaml": "policy: 1\nname: second\n"})
    found = fetch(server, second, tmp_path)
    assert found.read("p.yaml") == b"policy: 1\nname: second\n"
    own = tmp_path / "own"
    assert run_git(own, "rev-list", "--count", second) == "1"
    assert not (own / "p.yaml").exists()
    with pytest.raises(GateError):
        Commit(str(own), first).read("p.yaml")


def test_the_two_kinds_of_digests(server: Server, served: Path, tmp_path: Path) -> None:
    served.mkdir(parents=True)
    run_git(served, "init", "--quiet", "--object-format=sha256")
    digest = commit(served, {"p.yaml": POLICY})
    assert len(digest) == 64
    assert fetch(server, digest, tmp_path).read("p.yaml") == POLICY.encode()


def test_a_commit_that_is_not_there(server: Server, served: Path, tmp_path: Path) -> None:
    commit(served, {"p.yaml": POLICY})
    with pytest.raises(UsageError, match=r"not our ref|no commit"):
        fetch(server, ABSENT, tmp_path)


def test_a_branch_or_tag_that_is_called_like_a_commit(server: Server, served: Path, tmp_path: Path) -> None:
    commit(served, {"p.yaml": POLICY})
    run_git(served, "update-ref", f"refs/heads/{ABSENT}", "HEAD")
    run_git(served, "update-ref", f"refs/tags/{ABSENT}", "HEAD")
    with pytest.raises(UsageError, match=r"not our ref|no commit"):
        fetch(server, ABSENT, tmp_path)


def test_a_tree_is_no_commit(served: Path, tmp_path: Path) -> None:
    commit(served, {"p.yaml": POLICY})
    with pytest.raises(UsageError, match="has no commit"):
        from_disk(served, run_git(served, "rev-parse", "HEAD^{tree}"), tmp_path)


def test_no_repository(server: Server, tmp_path: Path) -> None:
    with pytest.raises(UnableError, match=r"git fetch failed: fatal: .*not found"):
        fetch(server, ABSENT, tmp_path)


@pytest.mark.parametrize("name", ["absent.yaml", "link.yaml", "dir", "deep/link.yaml", "large.yaml", "sub"])
def test_what_is_no_small_regular_file_of_the_commit(server: Server, served: Path, tmp_path: Path, name: str) -> None:
    served.mkdir(parents=True)
    os.symlink("/etc/hostname", served / "link.yaml")
    (served / "real").mkdir()
    (served / "real" / "link.yaml").write_text(POLICY)
    os.symlink("real", served / "deep")
    inner = commit(served / "sub", {"x": ""})
    digest = commit(served, {"dir/p.yaml": POLICY, "large.yaml": "#" * (2 << 20)})
    assert inner in run_git(served, "ls-tree", "-r", "HEAD")
    found = fetch(server, digest, tmp_path)
    with pytest.raises(UsageError, match=r"is not in|is no regular file|is too large") as caught:
        found.read(name, most=1 << 20)
    assert isinstance(caught.value, AbsentError) == (name in ("absent.yaml", "deep/link.yaml"))


def test_nothing_of_the_other_repository_runs(server: Server, served: Path, tmp_path: Path) -> None:
    """Hooks, filters, submodules and settings of the repository that is fetched, and a template of the machine."""
    mark = tmp_path / "ran"
    digest = commit(
        served,
        {
            "p.yaml": POLICY,
            ".gitattributes": "* filter=x diff=x\n",
            ".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch {mark}"\n',
        },
    )
    for hook in ("post-checkout", "post-merge", "reference-transaction", "post-upload-pack", "pre-auto-gc"):
        path = served / ".git" / "hooks" / hook
        path.write_text(f"#!/bin/sh\ntouch {mark}\n")
        path.chmod(0o755)
    for name in ("uploadpack.packObjectsHook", "core.fsmonitor", "core.sshCommand", "filter.x.smudge", "core.gitProxy"):
        run_git(served, "config", name, f"touch {mark};")
    (tmp_path / "other").mkdir()
    assert from_disk(served, digest, tmp_path / "other").read("p.yaml") == POLICY.encode()
    assert fetch(server, digest, tmp_path).read("p.yaml") == POLICY.encode()
    assert not mark.exists()


def test_a_repository_of_this_machine_that_would_fetch_what_it_lacks(tmp_path: Path) -> None:
    """A partial clone whose missing objects come from a command; its objects alone are looked at."""
    mark = tmp_path / "ran"
    evil = tmp_path / "evil"
    digest = commit(evil, {"p.yaml": POLICY})
    blob = run_git(evil, "rev-parse", "HEAD:p.yaml")
    os.unlink(evil / ".git" / "objects" / blob[:2] / blob[2:])
    for name, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": str(evil),
        "remote.origin.uploadpack": f"touch {mark};",
    }.items():
        run_git(evil, "config", name, value)
    with pytest.raises(UnableError, match="is missing in this clone"):
        from_disk(evil, digest, tmp_path).read("p.yaml")
    assert not mark.exists()


def test_settings_and_secrets_of_the_machine_are_for_hosts_of_ones_own(
    server: Server, served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = commit(served, {"p.yaml": POLICY})
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[http]\n\textraHeader = X-Secret: yes\n")
    (home / ".netrc").write_text("machine localhost login me password secret\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    for name in ("GIT_CONFIG_COUNT", "GIT_SSL_NO_VERIFY"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.extraHeader")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "X-Other: yes")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    fetch(server, digest, tmp_path)
    sent = [headers for _, headers in server.asked]
    assert sent
    assert not any({"x-secret", "x-other", "authorization"} & set(headers) for headers in sent)
    monkeypatch.delenv("https_proxy")
    (tmp_path / "again").mkdir()
    fetch(server, digest, tmp_path / "again", network=Network(own=frozenset(("localhost",))))
    assert all("x-secret" in headers for _, headers in server.asked[len(sent) :])


def test_settings_that_refuse_repositories_do_not_refuse_ours(
    server: Server, served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text("[safe]\n\tbareRepository = explicit\n[core]\n\tbare = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    digest = commit(served, {"p.yaml": POLICY})
    found = fetch(server, digest, tmp_path, network=Network(own=frozenset(("localhost",))))
    assert found.read("p.yaml") == POLICY.encode()


def test_who_asks_for_a_password_gets_none(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = tmp_path / "asked"
    helper = tmp_path / "askpass"
    helper.write_text(f"#!/bin/sh\ntouch {mark}\necho secret\n")
    helper.chmod(0o755)
    for name in ("GIT_ASKPASS", "SSH_ASKPASS"):
        monkeypatch.setenv(name, str(helper))
    server.answers["/org/.git/info/refs?service=git-upload-pack"] = lambda handler: reply(
        handler, 401, b"", WWW_Authenticate='Basic realm="x"'
    )
    for number, own in enumerate((frozenset[str](), frozenset(("localhost",)))):
        (tmp_path / str(number)).mkdir()
        with pytest.raises(UnableError, match="git fetch failed"):
            fetch(server, ABSENT, tmp_path / str(number), network=TRUSTING._replace(own=own))
    assert not mark.exists()


def test_a_redirect_is_not_followed(server: Server, served: Path, tmp_path: Path) -> None:
    digest = commit(served, {"p.yaml": POLICY})
    refs = "/org/.git/info/refs?service=git-upload-pack"
    server.answers[refs] = redirect(f"{server.url}/other/.git/info/refs?service=git-upload-pack")
    with pytest.raises(UnableError, match="git fetch failed"):
        fetch(server, digest, tmp_path)
    assert [path for path, _ in server.asked] == [refs]


def test_a_server_of_the_simple_kind_leads_nowhere(server: Server, tmp_path: Path) -> None:
    refs = f"{ABSENT}\trefs/heads/main\n".encode()
    server.answers["/org/.git/info/refs?service=git-upload-pack"] = refs
    server.answers["/org/.git/HEAD"] = b"ref: refs/heads/main\n"
    server.answers["/org/.git/objects/info/http-alternates"] = b"http://169.254.169.254/\n"
    with pytest.raises(GateError):
        fetch(server, ABSENT, tmp_path)


def test_a_host_with_a_private_address(server: Server, served: Path, tmp_path: Path) -> None:
    digest = commit(served, {"p.yaml": POLICY})
    with pytest.raises(UsageError, match="private or reserved"):
        fetch(server, digest, tmp_path, network=Network())
    assert server.asked == []


def test_git_connects_to_the_address_that_was_checked(server: Server, served: Path, tmp_path: Path) -> None:
    """No server of names knows the host: git can only have the address from us."""
    digest = commit(served, {"p.yaml": POLICY})
    (tmp_path / "own").mkdir()
    reference = parse(f"git+https://other.test:{server.port}/org/.git//p.yaml@{digest}")
    network = TRUSTING._replace(resolver=lambda *_: ["127.0.0.1"])
    found = git.fetch(reference, network, 20, str(tmp_path / "own"))
    assert found.read("p.yaml") == POLICY.encode()


def test_a_repository_that_is_too_large(
    server: Server, served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = commit(served, {"p.yaml": POLICY, "noise": os.urandom(1 << 20)})
    monkeypatch.setattr(git, "MAX_PACK", 1 << 16)
    with pytest.raises(UsageError, match=r"larger than 64\.0 KiB"):
        fetch(server, digest, tmp_path)
    assert not list((tmp_path / "own").rglob("*.pack"))


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnableError, match="git is not installed"):
        from_disk(tmp_path, ABSENT, tmp_path)


def test_a_server_that_never_ends(server: Server, served: Path, tmp_path: Path) -> None:
    def drip(handler: object) -> None:
        import time

        while True:
            time.sleep(0.05)

    server.answers["/org/.git/info/refs?service=git-upload-pack"] = drip
    with pytest.raises(UnableError, match="git took too long"):
        fetch(server, ABSENT, tmp_path, seconds=1)


def test_ssh_is_asked_nothing_and_told_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line that git runs, seen by a program called ssh; it fetches nothing."""
    seen = tmp_path / "seen"
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "ssh").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {seen}\nexit 255\n')
    (programs / "ssh").chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GIT_SSH_COMMAND", "false")
    reference = parse(f"git+ssh://git@host.example:2222/org/policies.git//p.yaml@{ABSENT}")
    (tmp_path / "own").mkdir()
    with pytest.raises(UsageError, match="would use the keys of whoever runs the gate"):
        git.fetch(reference, TRUSTING, 20, str(tmp_path / "own"))
    assert not seen.exists()
    (tmp_path / "listed").mkdir()
    with pytest.raises(UnableError, match="git fetch failed"):
        git.fetch(reference, Network(own=frozenset(("host.example",))), 20, str(tmp_path / "listed"))
    arguments = seen.read_text().splitlines()
    for option in ("BatchMode=yes", "StrictHostKeyChecking=yes", "ForwardAgent=no", "PermitLocalCommand=no"):
        assert arguments[arguments.index(option) - 1] == "-o"
    assert arguments[-4:] == ["-p", "2222", "git@host.example", "git-upload-pack '/org/policies.git'"]
