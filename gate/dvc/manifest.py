"""The manifest of a directory: DVC stores it beside the content, and records its MD5 with `.dir` behind it.

It is JSON: `[{"md5": ..., "relpath": ...}]`, sorted by path (dvc_data.hashfile.tree of DVC 3).
"""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import re
import stat
from collections.abc import Mapping

from gate.dvc.interface import Out, Recorded
from gate.files import beneath

MAX_BYTES = 64 << 20
"""Of a manifest: about 600,000 files."""
MD5 = re.compile(r"[0-9a-f]{32}")


def digest_of(files: Mapping[str, str]) -> str:
    """The MD5 of the manifest of a directory with these `files`: the MD5 of each by its path in there."""
    listed = [{"md5": files[path], "relpath": path} for path in sorted(files)]
    return hashlib.md5(json.dumps(listed).encode(), usedforsecurity=False).hexdigest()


def find(root: str, out: Out) -> dict[str, str] | None:
    """What the manifest of the directory `out` lists, where DVC's cache beneath `root` has it unchanged."""
    recorded = out.recorded
    if recorded is None or not recorded.is_directory:
        return None
    name = f"{recorded.md5[:2]}/{recorded.md5[2:]}.dir"
    try:
        data = _read(root, posixpath.join(out.project, cache_of(recorded), name))
    except OSError:
        return None
    if hashlib.md5(data, usedforsecurity=False).hexdigest() != recorded.md5:
        return None
    try:
        found = {entry["relpath"]: entry["md5"] for entry in json.loads(data)}
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    is_one = all(isinstance(path, str) and isinstance(md5, str) and MD5.fullmatch(md5) for path, md5 in found.items())
    return found if is_one else None


def cache_of(recorded: Recorded) -> str:
    """Where the cache of a project has content like this, relative to the project."""
    return ".dvc/cache" if recorded.text else ".dvc/cache/files/md5"


def _read(root: str, path: str) -> bytes:
    with beneath.file(root, path) as descriptor:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise OSError("too large for a manifest")
    return data
