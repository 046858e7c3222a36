"""The bytes that a signature must be over, as the gate's own pass over them left them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

LISTING = "sha3_256"
"""By which digest a statement names a directory: the SHA3-256 of its listing. Files are named by SHA-2, so that a file
with the very text of a listing does not pass for the directory."""


class Artifact(NamedTuple):
    """What lies at hand: `digests` by algorithm, of a file; of a directory that of `LISTING`.

    `message` reads all of a file, where a signature needs that; None where it is too large. `files` maps the paths
    of a directory, relative to it, to the digests of each file, and is None for a file. `empty` are the files
    without a byte.
    """

    name: str
    digests: Mapping[str, bytes]
    message: Callable[[], bytes | None] = lambda: None
    files: Mapping[str, Mapping[str, bytes]] | None = None
    empty: frozenset[str] = frozenset()
