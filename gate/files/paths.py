"""Paths as text: relative, with forward slashes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from gate.core.text import printable


def within(path: str, beneath_paths: Collection[str]) -> bool:
    """Whether `path` is one of `beneath_paths` or lies beneath one; every path does where there are none."""
    return not beneath_paths or path in beneath_paths or any(parent in beneath_paths for parent in parents(path))


def parents(path: str) -> Iterator[str]:
    """Every directory above `path`, the root last."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def path_problem(path: str) -> str | None:
    """Why `path` is no path inside the repository, or None."""
    if not path or path.isspace():
        return "the path is empty"
    if any("\ud800" <= char <= "\udfff" for char in path):
        return f'"{printable(path[:80])}" is not UTF-8, so no document can name it: rename it'
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:[\\/]", path):
        return f'"{path[:80]}" is absolute: write it relative to the root, so that it means the same on every machine'
    if "\\" in path and "/" not in path:
        return f'"{path[:80]}" has backslashes: write forward slashes'
    if ".." in path.split("/"):
        return f'"{path[:80]}" leaves the repository through ".." (integrity/outside-root)'
    if posixpath.normpath(path) == ".":
        return "the whole repository is no artifact: name a file or a directory in it"
    return None
