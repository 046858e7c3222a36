"""What git tracks, or would."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

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


_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")


def environment() -> dict[str, str]:
    """The environment for git, without what would make it speak of another repository than the one it stands in."""
    return {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}


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

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def paths(self) -> list[str] | None:
        """Tracked files and those that git would track, relative to the root; None when git could not say.

        A path that ends in a slash is a directory that git does not look into: another repository.
        """
        try:
            output, _ = self._process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            return None
        if self._process.returncode != 0:
            return None
        return [os.fsdecode(path) for path in output.split(b"\0") if path]


@contextmanager
def listing(root: str) -> Iterator[Listing | None]:
    """The listing of `root`, begun at once and ended with the context; None outside of a work tree, or without git."""
    if work_tree(root) is None:
        yield None
        return
    try:
        process = subprocess.Popen(
            _COMMAND,
            cwd=root,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        yield None
        return
    with process:
        try:
            yield Listing(process)
        finally:
            process.kill()
