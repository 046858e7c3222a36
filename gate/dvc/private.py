"""The directory that DVC fetches into: beneath the root, for what arrives is moved from there without being copied."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator

from gate.files import beneath

PREFIX = ".gate-pull-"


@contextlib.contextmanager
def private(root: str) -> Iterator[str]:
    """A new directory that git ignores, and that ends with the block; raises OSError.

    What a run that was killed left behind is removed: a run holds a lock on its own.
    """
    with contextlib.ExitStack() as stack:
        with _locked(root):  # until the new one is locked, nobody may take it for one that was left
            _sweep(root)
            path = tempfile.mkdtemp(prefix=PREFIX, dir=root)
            stack.callback(shutil.rmtree, path, ignore_errors=True)
            stack.enter_context(_locked(root, os.path.basename(path)))
        with open(os.path.join(path, ".gitignore"), "x", encoding="utf-8") as file:
            file.write("*\n")
        yield path


def _sweep(root: str) -> None:
    with os.scandir(root) as entries:
        left = [entry.name for entry in entries if entry.name.startswith(PREFIX)]
    for name in left:
        with contextlib.suppress(OSError), _locked(root, name, fcntl.LOCK_NB):
            shutil.rmtree(os.path.join(root, name))


@contextlib.contextmanager
def _locked(root: str, name: str = "", how: int = 0) -> Iterator[None]:
    """Holds the lock on a directory; OSError where it is none, or somebody has it and `how` says not to wait."""
    with beneath.directory(root, name) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
        yield
