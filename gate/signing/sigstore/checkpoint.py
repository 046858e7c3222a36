"""A log's signed statement of its size and root hash.

https://github.com/C2SP/C2SP/blob/main/tlog-checkpoint.md and signed-note.md
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from typing import NamedTuple

from gate.signing import keys
from gate.signing.errors import InvalidError
from gate.signing.sigstore.roots import Log

MAX_SIGNATURES = 64
_SIGNATURE = re.compile("\u2014 ([^ \n+]+) ([A-Za-z0-9+/=]+)")
_HINT = 4
"""Bytes in front of each signature that say which key it is of."""


class Checkpoint(NamedTuple):
    """What the log says of itself."""

    origin: str
    size: int
    root: bytes


def verified(note: str, log: Log) -> Checkpoint:
    """The checkpoint in `note`, once a signature of `log` under it holds; raises `InvalidError`.

    Signatures of others, such as witnesses, prove nothing here and may stand in any order.
    """
    text, separator, block = note.partition("\n\n")
    lines = block.split("\n")
    if not separator or lines.pop() != "" or "\n\n" in block or len(lines) > MAX_SIGNATURES:
        raise InvalidError("the checkpoint of the log is malformed", "checkpoint")
    signed = (text + "\n").encode()
    signatures = [_signature(line) for line in lines]
    own = [signature for hint, signature in signatures if hint == log.key_id[:_HINT]]
    if not any(_holds(signature, signed, log) for signature in own):
        raise InvalidError("the checkpoint is not signed by the log", "checkpoint")
    return _checkpoint(text)


def _signature(line: str) -> tuple[bytes, bytes]:
    match = _SIGNATURE.fullmatch(line)
    try:
        found = b64decode(match[2], validate=True) if match else b""
    except binascii.Error:
        found = b""
    if len(found) <= _HINT:
        raise InvalidError("a signature of the log's checkpoint is malformed", "checkpoint")
    return found[:_HINT], found[_HINT:]


def _holds(signature: bytes, signed: bytes, log: Log) -> bool:
    try:
        keys.verify(log.key, signature, signed)
    except InvalidError:
        return False
    return True


def _checkpoint(text: str) -> Checkpoint:
    origin, size, root, *_ = (*text.split("\n"), "", "", "")
    if not origin or not re.fullmatch("[0-9]{1,19}", size):
        raise InvalidError("the checkpoint of the log names no origin, or no size", "checkpoint")
    try:
        digest = b64decode(root, validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != 32:
        raise InvalidError("the checkpoint of the log has no root hash", "checkpoint")
    return Checkpoint(origin, int(size), digest)
