"""What lies in a directory: every file, and everything that is neither file nor directory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Literal, NamedTuple

from gate.files import beneath

OddKind = Literal["link", "outside", "special", "unreadable"]


class Odd(NamedTuple):
    """Something that is no file: a link, a FIFO, device or socket, or a directory that cannot be listed.

    `outside` is a link of which somebody found out that it leads out of the root.
    """

    path: str
    kind: OddKind


class Directory(NamedTuple):
    """One directory: its path relative to the root of the walk, the names of its files, and what is odd in it."""

    path: str
    files: tuple[str, ...]
    odd: tuple[Odd, ...]


HISTORY = ".git"
"""The directory that holds a repository's history and no content of its own."""


def walk(
    root: str, path: str = "", *, history: bool = True, without: frozenset[str] = frozenset()
) -> Iterator[Directory]:
    """Every directory from `path` in `root` downwards, in no particular order.

    Links are reported and not followed. Left out are the directories whose path relative to `root` is in
    `without`, and without `history` those that hold git's. Raises OSError where `path` itself cannot be listed.
    """
    pending = [path]
    while pending:
        current = pending.pop()
        try:
            with beneath.directory(root, current) as descriptor, os.scandir(descriptor) as entries:
                found = [(entry.name, _kind(entry)) for entry in entries]
        except OSError:
            if current == path:
                raise
            yield Directory(current, (), (Odd(current, "unreadable"),))
            continue
        lead = f"{current}/" if current else ""
        inner = [name for name, kind in found if kind == "directory" and (history or name != HISTORY)]
        pending += [lead + name for name in inner if lead + name not in without]
        odd = tuple(Odd(lead + name, kind) for name, kind in found if kind in ("link", "special"))
        yield Directory(current, tuple(name for name, kind in found if kind == "file"), odd)


def _kind(entry: os.DirEntry[str]) -> Literal["directory", "file", "link", "special"]:
    if entry.is_file(follow_symlinks=False):
        return "file"
    if entry.is_dir(follow_symlinks=False):
        return "directory"
    return "link" if entry.is_symlink() else "special"
