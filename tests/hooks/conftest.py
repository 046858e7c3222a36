"""pre-commit itself, and this checkout as a repository that it can clone."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import PROJECT, Repo

HOME = os.environ.get("HOME", "/")
"""That of whoever runs the tests: the hooks' environment is built by pip, which may be configured there."""
PATIENCE = 600
"""Seconds for a command of pre-commit, which may build an environment; a build takes a twentieth of it."""


class Ran(NamedTuple):
    """The exit code and what was printed, both streams together."""

    code: int
    out: str


class PreCommit:
    """pre-commit with a store of its own, which every test and every worker shares: one environment is built."""

    def __init__(self, program: str, source: Path, revision: str, store: Path) -> None:
        self.program, self.source, self.revision, self.store = program, source, revision, store

    def configure(self, repo: Repo, *hooks: str) -> None:
        listed = "".join(f"      - id: {hook}\n" for hook in hooks)
        repo.write(
            ".pre-commit-config.yaml",
            f"repos:\n  - repo: {self.source}\n    rev: {self.revision}\n    hooks:\n{listed}",
        )

    def __call__(self, repo: Repo, *arguments: str) -> Ran:
        return self.run(repo, self.program, *arguments)

    def run(self, repo: Repo, *command: str, **environment: str) -> Ran:
        """`command` in `repo`; `git commit` too runs pre-commit."""
        own = {"HOME": HOME, "PRE_COMMIT_HOME": str(self.store), "PRE_COMMIT_COLOR": "never"}
        done = subprocess.run(
            command,
            cwd=repo.root,
            env={**os.environ, **own, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
        )
        out = done.stdout.decode("utf-8", "backslashreplace")
        assert "Traceback" not in out, out
        assert "unexpected error" not in out, out
        return Ran(done.returncode, out)


@pytest.fixture(scope="session")
def program() -> str:
    """The program `pre-commit`."""
    beside = Path(sys.executable).with_name("pre-commit")
    found = os.environ.get("GATE_PRE_COMMIT") or (str(beside) if beside.exists() else shutil.which("pre-commit"))
    if not found:
        pytest.skip("needs pre-commit: pip install -c constraints.txt pre-commit")
    return found


@pytest.fixture(scope="session")
def pre_commit(program: str, tmp_path_factory: pytest.TempPathFactory) -> PreCommit:
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "pre-commit"
    shared.mkdir(exist_ok=True)
    source, done = shared / "gate", shared / "revision"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until the file is closed
        if not done.exists():
            done.write_text(_commit_checkout(source))
    return PreCommit(program, source, done.read_text(), shared / "store")


def _commit_checkout(target: Path) -> str:
    """The files of this checkout that git tracks or would, as the only commit of the repository `target`."""
    listing = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    for name in filter(None, _git(PROJECT, *listing).split("\0")):
        if os.path.lexists(PROJECT / name):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target / name, follow_symlinks=False)
    _git(target, "init", "--quiet", "--initial-branch=main")
    _git(target, "add", "--all", "--force")
    _git(target, "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet", "-m", "checkout")
    return _git(target, "rev-parse", "HEAD").strip()


def _git(directory: Path, *arguments: str) -> str:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *arguments], cwd=directory, env=environment, check=True, capture_output=True)
    return os.fsdecode(done.stdout)
