"""Whether an object that is there already is what its name says."""

from __future__ import annotations

import hashlib

from gate.files.digest import CHUNK
from gate.vendor.interface import Mirror, TamperedError


def refuse_other(mirror: Mirror, sha256: str) -> None:
    """Raises `TamperedError` where it is not, and other `GateError`."""
    state = hashlib.sha256()
    with mirror.read(sha256) as reader:
        while data := reader.read(CHUNK):
            state.update(data)
    if state.hexdigest() != sha256:
        raise TamperedError(mirror.url, sha256)
