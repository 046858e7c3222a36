"""Which branch is judged, as git says it."""

from __future__ import annotations

import os
import subprocess

from gate.files.git import environment

TIMEOUT = 10.0
"""Seconds; git reads one small file."""
_COMMAND = ("git", "--no-optional-locks", "symbolic-ref", "--quiet", "HEAD")
QUEUE = "gh-readonly-queue/"
"""GitHub's merge queue makes branches of this name; what it merges is meant for another one."""


def current(root: str) -> str | None:
    """The branch that is checked out; None where there is none, where git cannot tell, and in a merge queue."""
    try:
        done = subprocess.run(
            _COMMAND,
            cwd=root,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return named(os.fsdecode(done.stdout.rstrip(b"\n"))) if done.returncode == 0 else None


def named(reference: str) -> str | None:
    """The branch that a full reference such as `refs/heads/main` names; None for tags, and in a merge queue."""
    branch = reference.removeprefix("refs/heads/")
    return branch if branch and branch != reference and not branch.startswith(QUEUE) else None
