"""Git LFS pointers: small text files that stand where the content should be."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_POINTER = 1024
"""The specification keeps pointers below this many bytes (git-lfs docs/spec.md)."""
BEHIND = "behind a Git LFS pointer"
"""The format of what only a pointer stands for, and nothing declares."""
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize ([0-9]{1,18})\n"
)


class Pointer(NamedTuple):
    """What a pointer claims about the content that is not here."""

    sha256: str
    size: int


def parse_pointer(data: bytes) -> Pointer | None:
    """The pointer in `data`, the whole content of a file; None when it is none."""
    if len(data) >= MAX_POINTER or not data.startswith(b"version https://git-lfs"):
        return None
    match = _POINTER.fullmatch(data)
    return Pointer(match[1].decode(), int(match[2])) if match else None
