"""Names of archive members as paths: whether they stay inside, and which of them are one file.

Names are judged for every system that may unpack the archive: backslashes and drive letters count everywhere.
"""

from __future__ import annotations

import re
from typing import Any

TARGET = 4096
"""Bytes of a link's target that are read: PATH_MAX of Linux."""
_SEPARATORS = re.compile(r"[/\\]+")
_DRIVE = re.compile(r"[A-Za-z]:")


def parts(name: str) -> list[str]:
    """The components of a path, without empty ones and `.`."""
    return [part for part in _SEPARATORS.split(name) if part not in ("", ".")]


def leaves(name: str) -> str:
    """Why a member of this name would be written outside the folder it is unpacked to; empty if it would not."""
    if name[:1] in ("/", "\\"):
        return "its name is an absolute path"
    if _DRIVE.match(name):
        return "its name begins with a drive letter"
    depth = 0
    for part in parts(name):
        depth += -1 if part == ".." else 1
        if depth < 0:
            return "its name leads out of the folder it is unpacked to"
    return ""


def link_leaves(name: str, target: str) -> str:
    """Why a symbolic link called `name` points outside; empty if it does not.

    `..` is taken only at the start of the target: behind another component it means the parent of what that is,
    which may be a link itself.
    """
    if target[:1] in ("/", "\\") or _DRIVE.match(target):
        return "a link to an absolute path"
    wanted = parts(target)
    up = next((index for index, part in enumerate(wanted) if part != ".."), len(wanted))
    if up > len(parts(name)) - 1 or ".." in wanted[up:]:
        return "a link that leads out of the folder it is unpacked to"
    return ""


def canonical(name: str) -> str:
    """The path that a file system makes of the name."""
    return "/".join(parts(name))


def folded(name: str) -> str:
    """`canonical` for file systems, and for torch, that do not tell upper from lower case."""
    if name.isascii():
        return canonical(name).lower()
    import unicodedata

    return unicodedata.normalize("NFC", canonical(name)).casefold()


class Links:
    """The symbolic links of an archive, and what would be written through them."""

    def __init__(self) -> None:
        self._tree: dict[str, Any] = {}

    def __bool__(self) -> bool:
        return bool(self._tree)

    def add(self, name: str) -> None:
        """Note a link of this name."""
        node = self._tree
        for part in parts(name):
            node = node.setdefault(part, {})
        node[""] = {}  # no component is empty

    def has(self, name: str) -> bool:
        """Whether `name` is one of the links."""
        return self._reached(parts(name))

    def lead(self, name: str) -> bool:
        """Whether `name` lies beneath one of the links."""
        return bool(self._tree) and self._reached(parts(name)[:-1], anywhere=True)

    def _reached(self, path: list[str], anywhere: bool = False) -> bool:
        node: dict[str, Any] | None = self._tree
        for part in path:
            node = node.get(part) if node is not None else None
            if node is None:
                return False
            if anywhere and "" in node:
                return True
        return not anywhere and node is not None and "" in node
