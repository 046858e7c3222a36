"""Transparency logs: Rekor v1 with its promises and times, Rekor v2 with neither."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import NamedTuple

from tests.localsigstore.encoding import Json, b64, canonical, sha256
from tests.localsigstore.keys import PrivateKey, generate, key_id, sign, spki

_LEAF, _NODE = b"\0", b"\1"
"""What a leaf and an inner node begin with before they are hashed (RFC 6962, 2.1)."""
_ED25519_NOTE = b"\n\x01"
"""Between a log's name and its Ed25519 key, in the key's id (C2SP signed-note)."""


class Entry(NamedTuple):
    """What a log says about one entry. Indices count from nought; `number` in the log, `leaf` in its present tree."""

    body: bytes
    log_id: bytes
    number: int
    leaf: int
    size: int
    root: bytes
    path: tuple[bytes, ...]
    checkpoint: str
    integrated: int | None = None
    """Seconds since 1970, by Rekor v1."""
    promise: bytes | None = None
    """The signed entry timestamp, by Rekor v1."""


class Log:
    """An append-only Merkle tree and the key that signs its checkpoints."""

    def __init__(self, *, host: str, key: PrivateKey, origin: str, log_id: bytes, offset: int = 0) -> None:
        self.host = host
        self.key = key
        self.log_id = log_id
        self._origin = origin
        self._offset = offset
        self._leaves: list[bytes] = []
        self._lock = threading.Lock()

    def append(self, body: Json, at: datetime) -> Entry:
        """Adds an entry; `at` is used by Rekor v1 alone."""
        with self._lock:
            return self._append(canonical(body), at)

    def _append(self, body: bytes, at: datetime) -> Entry:
        leaf = len(self._leaves)
        self._leaves.append(sha256(_LEAF + body))
        root = _root(self._leaves)
        size = len(self._leaves)
        path = tuple(_path(leaf, self._leaves))
        checkpoint = self._checkpoint(size, root)
        return Entry(body, self.log_id, self._offset + leaf, leaf, size, root, path, checkpoint)

    def _checkpoint(self, size: int, root: bytes) -> str:
        """A signed note (C2SP tlog-checkpoint): the tree, then the key's first four id bytes and its signature."""
        note = f"{self._origin}\n{size}\n{b64(root)}\n"
        signature = b64(self.log_id[:4] + sign(self.key, note.encode()))
        return f"{note}\n\u2014 {self.host} {signature}\n"


class RekorV1(Log):
    """Rekor v1: each entry has a time and a promise. The tree is a shard, so an entry's index in it is another one."""

    TREE = 1193050959916656506
    """The shard, as named in checkpoints and entry ids."""

    def __init__(self) -> None:
        host = "rekor.sigstore.example"
        key = generate()
        super().__init__(host=host, key=key, origin=f"{host} - {self.TREE}", log_id=key_id(key), offset=1_000_000)

    def _append(self, body: bytes, at: datetime) -> Entry:
        entry = super()._append(body, at)
        integrated = int(at.timestamp())
        promised = {
            "body": b64(body),
            "integratedTime": integrated,
            "logID": self.log_id.hex(),
            "logIndex": entry.number,
        }
        return entry._replace(integrated=integrated, promise=sign(self.key, canonical(promised)))


class RekorV2(Log):
    """Rekor v2 (rekor-tiles): no time, no promise; the public one signs its checkpoints with Ed25519."""

    def __init__(self, algorithm: str = "Ed25519") -> None:
        host = "log2026.rekor.sigstore.example"
        key = generate(algorithm)
        raw = spki(key)[-32:]
        log_id = sha256(host.encode() + _ED25519_NOTE + raw) if algorithm == "Ed25519" else key_id(key)
        super().__init__(host=host, key=key, origin=host, log_id=log_id)


def _root(leaves: list[bytes]) -> bytes:
    """The Merkle tree hash of leaf hashes (RFC 6962, 2.1)."""
    if len(leaves) == 1:
        return leaves[0]
    half = _half(leaves)
    return sha256(_NODE + _root(leaves[:half]) + _root(leaves[half:]))


def _path(leaf: int, leaves: list[bytes]) -> list[bytes]:
    """The audit path of a leaf, lowest first (RFC 6962, 2.1.1)."""
    if len(leaves) == 1:
        return []
    half = _half(leaves)
    if leaf < half:
        return [*_path(leaf, leaves[:half]), _root(leaves[half:])]
    return [*_path(leaf - half, leaves[half:]), _root(leaves[:half])]


def _half(leaves: list[bytes]) -> int:
    """The largest power of two below the number of leaves."""
    return 1 << ((len(leaves) - 1).bit_length() - 1)
