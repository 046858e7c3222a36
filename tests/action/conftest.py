"""A machine that runs the action, and repositories in the states that a pull request can leave them in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.action.composite import Engine, Runner
from tests.support import PROJECT, Repo

PICKLE = b"\x80\x04\x95\x06\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x01w."


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    if not shutil.which("node") or not (PROJECT / "node_modules/@actions/expressions").is_dir():
        pytest.skip("needs node and: npm install --no-save @actions/expressions@0.3.61")
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture
def runner(engine: Engine, tmp_path: Path) -> Runner:
    """Judges with the interpreter of the tests; one test installs for real, the others need not wait for it."""
    temp = tmp_path / "temp"
    temp.mkdir()
    runner = Runner(engine, PROJECT, temp)
    runner.given["install"] = {"python": sys.executable}
    return runner


@pytest.fixture
def declared(repo: Repo) -> Repo:
    """A repository that passes: one dataset, declared and committed on main."""
    repo.write("data/train.csv", "a,b\n1,2\n")
    added = repo.gate(
        *("add", "data/train.csv", "--name", "train", "--source", "https://example.org/d"),
        *("--revision", "v1", "--license", "CC0-1.0", "--version", "1"),
    )
    assert added.code == 0, added.err
    commit(repo, "declared")
    return repo


def git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(repo: Repo, message: str) -> str:
    repo.track()
    repo.git("commit", "--quiet", "--allow-empty", "-m", message)
    return git(repo.root, "rev-parse", "HEAD")


class PullRequest:
    """A pull request on a server, and a workspace that actions/checkout made: the merge commit, detached."""

    def __init__(self, repo: Repo, tmp_path: Path, runner: Runner) -> None:
        self.repo, self.runner = repo, runner
        self.server = tmp_path / "server" / "acme" / "model"
        self.workspace = tmp_path / "workspace"
        self.base = ""
        repo.git("checkout", "--quiet", "-b", "change")

    def open(self, depth: int = 1, ref: str = "refs/pull/1/merge", commits: int = 1) -> Path:
        """Commits what was changed, moves main on, merges, and checks `ref` out."""
        for _ in range(commits):
            commit(self.repo, "the change")
        self.repo.git("checkout", "--quiet", "main")
        for number in range(3):
            self.base = commit(self.repo, f"meanwhile {number}")
        self.repo.git("checkout", "--quiet", "-b", "merge")
        self.repo.git("merge", "--quiet", "--no-ff", "-m", "merge", "change")
        self.server.parent.mkdir(parents=True)
        git(self.repo.root, "clone", "--quiet", "--bare", ".", str(self.server))
        git(self.server, "update-ref", "refs/pull/1/merge", "refs/heads/merge")
        git(self.server, "update-ref", "-d", "refs/heads/merge")
        self.workspace.mkdir()
        git(self.workspace, "init", "--quiet")
        git(self.workspace, "remote", "add", "origin", self.url)
        options = [f"--depth={depth}"] if depth else []
        git(self.workspace, "fetch", "--quiet", "--no-tags", *options, "origin", ref)
        git(self.workspace, "checkout", "--quiet", "--detach", "FETCH_HEAD")
        self.announce(self.base)
        return self.workspace

    @property
    def url(self) -> str:
        return f"file://{self.server}"

    def announce(self, base: str) -> None:
        """Tells the runner of the event."""
        event = self.server.parent / "event.json"
        event.write_text(json.dumps({"pull_request": {"number": 1, "base": {"sha": base, "ref": "main"}}}))
        self.runner.github["event_name"] = "pull_request"
        self.runner.environment |= {
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_SERVER_URL": f"file://{self.server.parent.parent}",
            "GITHUB_REPOSITORY": "acme/model",
            "GITHUB_BASE_REF": "main",
        }


@pytest.fixture
def pull_request(declared: Repo, tmp_path: Path, runner: Runner) -> PullRequest:
    return PullRequest(declared, tmp_path, runner)
