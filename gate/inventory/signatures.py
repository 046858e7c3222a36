"""The signatures that an entry declares: their files, and what they need of the one pass over the bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from functools import lru_cache

from gate.checks.interface import Signed
from gate.dbom.model import Signature
from gate.files import beneath
from gate.signing.bundles import material
from gate.signing.bundles.strictjson import MAX_BYTES

MAX_SIGNATURES = 32
"""Of one entry: as many as a policy can ask for."""
_TOO_MANY = f"it is one of more than {MAX_SIGNATURES} of one entry, which are not read"


def read_signatures(declared: Sequence[Signature], root: str) -> tuple[Signed, ...]:
    """Every file that is declared, read beneath `root` without following links; the same file once."""
    files = list(dict.fromkeys(declared))
    read = [Signed(signature, *_read(signature.bundle, root)) for signature in files[:MAX_SIGNATURES]]
    return (*read, *(Signed(signature, None, _TOO_MANY) for signature in files[MAX_SIGNATURES:]))


def _read(path: str, root: str) -> tuple[bytes | None, str]:
    """The content, or why there is none."""
    try:
        with beneath.file(root, path) as descriptor:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return None, "it is no regular file"
            if status.st_size > MAX_BYTES:
                return None, f"it is larger than {MAX_BYTES >> 20} MiB"
            with open(descriptor, "rb", closefd=False) as file:
                return _shared(file.read(MAX_BYTES)), ""
    except FileNotFoundError:
        return None, "it is not there"
    except OSError as error:
        return None, f"it cannot be read: {error.strerror}"


@lru_cache(maxsize=64)
def _shared(data: bytes) -> bytes:
    """The same bytes in the same place: thousands of entries may name one attestation that is about all of them."""
    return data


def needed(signatures: Iterable[Signed]) -> tuple[str, ...]:
    """The digests beside SHA-256 that verifying them takes."""
    found = (material.needed(signature.content) for signature in signatures if signature.content)
    return tuple(sorted(frozenset[str]().union(*found)))
