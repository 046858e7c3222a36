"""Who owns a file, as GitHub reads CODEOWNERS.

https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
The patterns are those of gitignore without `!` and `[...]`; the last line that matches wins, and it may name nobody.
A line that is not valid is skipped.
"""

from __future__ import annotations

import re

from gate.core.globs import matches

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Relative to the top of the work tree; the first that is there counts."""
MAX_BYTES = 3 * 1000 * 1000
"""GitHub ignores a larger one."""
_OWNER = re.compile(r"@[A-Za-z0-9_-]{1,100}(/[A-Za-z0-9._-]{1,100})?|[^@\s]{1,64}@[^@\s]{1,253}")
_PATTERN = re.compile(r"(?:\\.|[^\s\\])+")
_ESCAPED = re.compile(r"\\(.)")


def owners(text: str, path: str) -> tuple[str, ...]:
    """Who owns `path`, in lower case, for GitHub's names have no case; empty where nobody does."""
    for line in reversed(text.split("\n")):
        pattern, *names = _words(line)
        if pattern and all(map(_OWNER.fullmatch, names)) and _owns(pattern, path):
            return tuple(name.casefold() for name in names)
    return ()


def _words(line: str) -> list[str]:
    """The pattern and the owners; a backslash makes what follows it literal, and `#` begins a comment."""
    found = _PATTERN.match(line.strip())
    if found is None or found[0].startswith("#"):
        return [""]
    names = found.string[found.end() :].split()
    comment = next((position for position, name in enumerate(names) if name.startswith("#")), len(names))
    return [_ESCAPED.sub(_literal, found[0]), *names[:comment]]


def _literal(escaped: re.Match[str]) -> str:
    return "\0" if escaped[1] in ("*", "?") else escaped[1]  # what is no wildcard matches no path of ours


def _owns(pattern: str, path: str) -> bool:
    if pattern.startswith("!") or "[" in pattern:
        return False  # GitHub skips such a line
    anchored = "/" in pattern.rstrip("/")
    body = pattern.strip("/")
    if not body:
        return False
    glob = body if anchored else f"**/{body}"
    if pattern.endswith("/") or body == "**" or body.endswith("/**"):
        return matches(f"{glob.removesuffix('/**')}/**/*", path)
    if body == "*" or body.endswith("/*"):
        return matches(glob, path)  # the files of a directory, and nothing deeper
    return matches(glob, path) or matches(f"{glob}/**/*", path)
