"""The bytes that a signature must be over, as the gate's own pass over them left them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple


class Artifact(NamedTuple):
    """What lies at hand: `digests` by algorithm, of a file or of the listing of a directory.

    `message` reads all of a file, where a signature needs that; None where it is too large. `files` maps the paths
    of a directory, relative to it, to the digests of each file, and is None for a file. `empty` are the files
    without a byte.
    """

    name: str
    digests: Mapping[str, bytes]
    message: Callable[[], bytes | None] = lambda: None
    files: Mapping[str, Mapping[str, bytes]] | None = None
    empty: frozenset[str] = frozenset()
