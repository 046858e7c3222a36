"""Repositories for tests; nothing here depends on the machine's own git or gate settings."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from gate import limited
from tests.chromium import Chromium
from tests.support import Repo

# As where the gate computes, and before any test imports numpy: threads of processes that share cores wait by spinning.
os.environ.update(dict.fromkeys(limited._THREADS, "1"))

settings.register_profile(
    "gate", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("gate")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of whoever runs the tests: git's, the terminal's, the home directory's."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CEILING_DIRECTORIES", "GITHUB_ACTIONS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@example.org")
        monkeypatch.setenv(f"GIT_{who}_DATE", "2026-01-01T00:00:00Z")


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """An empty directory that is no git repository."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    root = tmp_path / "repo"
    root.mkdir()
    return Repo(root, home, monkeypatch)


@pytest.fixture
def repo(bare: Repo) -> Repo:
    """An empty git repository."""
    bare.git("init", "--quiet", "--initial-branch=main")
    return bare


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, where every client is installed, a client test that skips has tested nothing: it fails."""
    report = yield
    if report.skipped and os.environ.get("GATE_REQUIRE_CLIENTS") and item.get_closest_marker("clients"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and GATE_REQUIRE_CLIENTS is set: {report.longrepr}"
    return report


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chromium]:
    """A real browser; the test is skipped where GATE_CHROMIUM names none."""
    found = Chromium(tmp_path / "profile")
    yield found
    found.close()
