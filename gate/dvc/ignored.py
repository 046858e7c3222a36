"""What `.dvcignore` hides from DVC: it is not in the MD5 of a directory, and the gate leaves it out of that as well.

Of that alone: in the digest of the DBOM, in scans and everywhere else it counts. The patterns are those of gitignore
(`dvc.ignore`, `pathspec`), matched in linear time; where one has `[` or a backslash, nothing is left out.
"""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from gate.core.globs import matches
from gate.files import beneath
from gate.files.paths import parents

NAME = ".dvcignore"
MAX_BYTES = 1 << 20
MAX_RULES = 1_000
"""Of one directory; with more, as with patterns that are not understood, nothing is left out."""
MAX_WORK = 200_000_000
"""Characters of paths times those of patterns, for one directory: twenty seconds at worst. With more, nothing is left
out."""
_ALWAYS = (".git", ".hg", ".dvc")
"""Names of directories that DVC never looks into."""


class _Rule(NamedTuple):
    """One line: the directory of its file, and a glob beneath that."""

    base: str
    glob: str
    hides: bool
    directories_only: bool

    def applies(self, path: str, *, is_directory: bool) -> bool:
        if self.directories_only and not is_directory:
            return False
        lead = f"{self.base}/" if self.base else ""
        return path.startswith(lead) and matches(self.glob, path[len(lead) :])


class Ignored:
    """What is hidden in the directory `path` of the DVC project `project`, both relative to `root`.

    The files with the rules lie above: DVC refuses to keep a directory with one in it.
    """

    def __init__(self, root: str, project: str, path: str) -> None:
        above = [one for one in parents(path) if one == project or not project or one.startswith(f"{project}/")]
        rules = [rule for base in reversed(above) for rule in _rules(root, base)]
        self.is_understood = len(rules) <= MAX_RULES and None not in rules
        self._rules = [rule for rule in rules if rule] if self.is_understood else []
        self._path = path
        self._known: dict[str, bool] = {}
        self._size = sum(len(rule.glob) for rule in self._rules)
        self._left = MAX_WORK

    def counted(self, found: Mapping[str, str], listed: Collection[str]) -> dict[str, str]:
        """What of `found` is not hidden; what DVC has `listed` counts in any case."""
        kept = {path: md5 for path, md5 in found.items() if path in listed or not self.hides(path)}
        return kept if self.is_understood else dict(found)

    def hides(self, file: str) -> bool:
        """Whether the file at the path `file` in the directory is hidden, or lies in a directory that is."""
        full = f"{self._path}/{file}"
        self._left -= len(full) * (full.count("/") + self._size)
        if self._left < 0:
            self.is_understood = False
        if not self.is_understood:
            return False
        ways = [one for one in parents(full) if len(one) > len(self._path)]
        return any(self._hidden(one, is_directory=True) for one in reversed(ways)) or self._hidden(full)

    def _hidden(self, path: str, *, is_directory: bool = False) -> bool:
        if not is_directory:
            return self._last(path, is_directory=False)
        if path not in self._known:
            self._left -= len(path) * self._size
            self._known[path] = self._left >= 0 and self._last(path, is_directory=True)
        return self._known[path]

    def _last(self, path: str, *, is_directory: bool) -> bool:
        """What the last rule says that applies."""
        if is_directory and posixpath.basename(path) in _ALWAYS:
            return True
        found = (rule.hides for rule in reversed(self._rules) if rule.applies(path, is_directory=is_directory))
        return next(found, False)


def _rules(root: str, base: str) -> Iterator[_Rule | None]:
    """The rules of the file in the directory `base`; None for one that is not understood."""
    try:
        with beneath.file(root, f"{base}/{NAME}" if base else NAME) as descriptor:
            data = os.read(descriptor, MAX_BYTES + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    except OSError:
        return
    if len(data) > MAX_BYTES:
        yield None
        return
    for line in map(str.strip, re.split("\r\n?|\n", data.decode(errors="replace"))):
        if line and not line.startswith("#"):
            yield _rule(base, line)


def _rule(base: str, line: str) -> _Rule | None:
    hides = not line.startswith("!")
    pattern = line if hides else line[1:]
    if "[" in pattern or "\\" in pattern or not pattern.strip("/"):
        return None
    inner = pattern.rstrip("/")
    glob = inner.lstrip("/") if "/" in inner else f"**/{inner}"
    return _Rule(base, glob, hides, pattern.endswith("/"))
