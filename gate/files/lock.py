"""Locks on files that their holders take away in the end."""

from __future__ import annotations

import os


def stands(descriptor: int, path: str) -> bool:
    """Whether the open file is still the one at `path`, so that its lock keeps others out."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False
