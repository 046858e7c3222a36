"""What git tracks, or would."""

from __future__ import annotations

import os
import subprocess

TIMEOUT = 120.0
"""Seconds; a listing of a million files takes a few."""

_COMMAND = (
    "git",
    "--no-optional-locks",
    "-c",
    "core.fsmonitor=false",  # a command that the repository's own configuration may name
    "-c",
    "core.hooksPath=/dev/null",
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    "--deduplicate",
)


def work_tree(directory: str) -> str | None:
    """The directory with the `.git` that `directory` is in, or None."""
    current = os.path.abspath(directory)
    while True:
        if os.path.lexists(os.path.join(current, ".git")):
            return current
        parent = os.path.dirname(current)
        if parent == current:
            return None
        current = parent


class Listing:
    """`git ls-files` of one directory, running in the background until it is asked for."""

    def __init__(self, root: str) -> None:
        self._process = _start(root)

    def paths(self) -> list[str] | None:
        """Tracked files and those that git would track, relative to the root; None when git could not say.

        A path that ends in a slash is a directory that git does not look into: another repository.
        """
        if self._process is None:
            return None
        try:
            output, _ = self._process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            return None
        if self._process.returncode != 0:
            return None
        return [os.fsdecode(path) for path in output.split(b"\0") if path]


def _start(root: str) -> subprocess.Popen[bytes] | None:
    try:
        return subprocess.Popen(
            _COMMAND, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:  # no git here
        return None
