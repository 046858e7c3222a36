"""Which of two versions is the later one."""

from __future__ import annotations

import re

_PRERELEASE = re.compile(r"[-._]?(?:a|alpha|b|beta|c|rc|pre|preview|dev|snapshot)(?![a-z])", re.IGNORECASE)
_MAX_LENGTH = 128
"""Characters of a version that are compared; more are no version that a person wrote."""


def is_lower(version: str, than: str) -> bool:
    """Whether `version` comes before `than`, or cannot be ordered where `than` can.

    Leading numbers are compared as numbers (`1.10` is after `1.9`, `2024-06` after `2024-05`), a prerelease
    comes before its release (PEP 440, semver 11.3), any other suffix after it.
    """
    a, b = _key(version), _key(than)
    return b is not None and (a is None or a < b)


def is_same(a: str | None, b: str | None) -> bool:
    """Whether the two are one version, however it is written: `1.0`, `v1` and `1.0+build2` are."""
    if a is None or b is None:
        return a == b
    return a.strip() == b.strip() or (_key(a) is not None and _key(a) == _key(b))


def _key(version: str) -> tuple[tuple[int, ...], int, tuple[tuple[int, str], ...]] | None:
    match = re.match(r"\s*[vV]?(\d{1,18}(?:[._-]\d{1,18})*)", version[:_MAX_LENGTH])
    if match is None:
        return None
    numbers = [int(number) for number in re.findall(r"\d+", match[1])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    rest = version[match.end() : _MAX_LENGTH].partition("+")[0].strip()
    rank = 0 if not rest else -1 if _PRERELEASE.match(rest) else 1
    parts = re.findall(r"(\d{1,18})|([a-z]+)", rest.lower())
    return tuple(numbers), rank, tuple((int(number or 0), word) for number, word in parts)
