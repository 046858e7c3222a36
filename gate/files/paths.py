"""Paths as text: relative, with forward slashes."""

from __future__ import annotations

from collections.abc import Collection, Iterator


def within(path: str, beneath_paths: Collection[str]) -> bool:
    """Whether `path` is one of `beneath_paths` or lies beneath one; every path does where there are none."""
    return not beneath_paths or path in beneath_paths or any(parent in beneath_paths for parent in parents(path))


def parents(path: str) -> Iterator[str]:
    """Every directory above `path`, the root last."""
    while path:
        path = path.rpartition("/")[0]
        yield path
