"""A repository that the real DVC keeps data in, with a remote that is a directory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import Repo

Dvc = Callable[..., str]


@pytest.fixture
def dvc(repo: Repo, tmp_path: Path) -> Dvc:
    """Runs DVC in the repository, which is set up for it, and returns what it says; nothing of it leaves the test."""
    pytest.importorskip("dvc")
    settings = str(tmp_path / "settings")
    environment = {
        **os.environ,
        "DVC_NO_ANALYTICS": "1",
        "DVC_GLOBAL_CONFIG_DIR": settings,
        "DVC_SYSTEM_CONFIG_DIR": settings,
        "DVC_SITE_CACHE_DIR": str(tmp_path / "site"),
    }

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "dvc", *arguments]
        done = subprocess.run(
            command, cwd=repo.root, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    run("init", "--quiet")
    return run


@pytest.fixture
def remote(tmp_path: Path, dvc: Dvc) -> Path:
    """The default remote."""
    place = tmp_path / "remote"
    place.mkdir()
    dvc("remote", "add", "--default", "store", str(place))
    return place


def objects(place: Path) -> list[Path]:
    """The content that a remote or cache of DVC has, without manifests, the largest first."""
    found = [path for path in place.glob("files/md5/*/*") if path.suffix != ".dir"]
    return sorted(found, key=lambda path: -path.stat().st_size)


def overwrite(path: Path, content: str) -> None:
    """Replaces the content of an object; DVC trusts what is protected from writing."""
    path.chmod(0o644)
    path.write_text(content)
    path.chmod(0o444)
