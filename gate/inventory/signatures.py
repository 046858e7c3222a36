"""The signatures that an entry declares: their files, and what they need of the one pass over the bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable

from gate.checks.interface import Signed
from gate.dbom.model import Signature
from gate.files import beneath
from gate.signing import material
from gate.signing.strictjson import MAX_BYTES


def read_signatures(declared: Iterable[Signature], root: str) -> tuple[Signed, ...]:
    """Every file that is declared, read beneath `root` without following links."""
    return tuple(_read(signature, root) for signature in declared)


def _read(signature: Signature, root: str) -> Signed:
    try:
        with beneath.file(root, signature.bundle) as descriptor:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return Signed(signature, None, "it is no regular file")
            if status.st_size > MAX_BYTES:
                return Signed(signature, None, f"it is larger than {MAX_BYTES >> 20} MiB")
            with open(descriptor, "rb", closefd=False) as file:
                return Signed(signature, file.read(MAX_BYTES))
    except FileNotFoundError:
        return Signed(signature, None, "it is not there")
    except OSError as error:
        return Signed(signature, None, f"it cannot be read: {error.strerror}")


def needed(signatures: Iterable[Signed]) -> tuple[str, ...]:
    """The digests beside SHA-256 that verifying them takes."""
    found = (material.needed(signature.content) for signature in signatures if signature.content)
    return tuple(sorted(frozenset[str]().union(*found)))
