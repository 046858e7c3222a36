"""Small encodings that several parts of the stand-in share."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timezone
from typing import Any

Json = dict[str, Any]


def b64(data: bytes) -> str:
    """Standard base64 with padding, as all of Sigstore's JSON has it."""
    return base64.b64encode(data).decode()


def sha256(data: bytes) -> bytes:
    """The raw SHA-256 digest."""
    return hashlib.sha256(data).digest()


def canonical(value: object) -> bytes:
    """Canonical JSON (RFC 8785): right for the strings and whole numbers that a log signs, not for floats."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def now() -> datetime:
    """The time in UTC in whole seconds, the unit of certificates and log entries."""
    return datetime.now(timezone.utc).replace(microsecond=0)


def iso(moment: datetime) -> str:
    """A time as protobuf's JSON has it: UTC, ending in Z."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
