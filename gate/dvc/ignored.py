"""Whether DVC may have left files out of a directory: only told, for a change could hide files with it."""

from __future__ import annotations

import os
import stat

from gate.files import beneath
from gate.files.paths import parents

NAME = ".dvcignore"
MAX_BYTES = 1 << 20


def may_hide(root: str, path: str) -> bool:
    """Whether a `.dvcignore` in the directory `path`, or above it, has a rule."""
    return any(_has_rule(root, f"{one}/{NAME}" if one else NAME) for one in (path, *parents(path)))


def _has_rule(root: str, path: str) -> bool:
    try:
        with beneath.file(root, path) as descriptor:
            data = os.read(descriptor, MAX_BYTES) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    except OSError:
        return False
    return any(line.strip() and not line.startswith(b"#") for line in data.splitlines())
