"""That an entry is in a log of a known root hash (RFC 9162, section 2.1.3.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from gate.signing.errors import InvalidError


def verify_inclusion(leaf: bytes, index: int, size: int, hashes: Sequence[bytes], root: bytes) -> None:
    """Whether the entry `leaf` at `index` is in the tree of `size` leaves with this root; raises `InvalidError`."""
    if not 0 <= index < size:
        raise InvalidError("the proof of the log is for no place in it", "inclusion")
    digest = hashlib.sha256(b"\0" + leaf).digest()
    node, last = index, size - 1
    for sibling in hashes:
        if last == 0:
            raise InvalidError("the proof of the log is too long", "inclusion")
        if node & 1 or node == last:
            digest = hashlib.sha256(b"\1" + sibling + digest).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            digest = hashlib.sha256(b"\1" + digest + sibling).digest()
        node, last = node >> 1, last >> 1
    if last != 0 or digest != root:
        raise InvalidError("the entry is not in the log: its proof does not lead to the log's root hash", "inclusion")
