"""Typed access to parsed JSON; everything that is missing or of another type is `InvalidError`, by name."""

from __future__ import annotations

import base64
import binascii
import re

from gate.core.model import Json
from gate.core.text import printable, shorten
from gate.signing.errors import InvalidError

MAX_INT64 = (1 << 63) - 1
MAX_ITEMS = 100


def record(value: Json, name: str) -> dict[str, Json]:
    """`value` as an object."""
    if not isinstance(value, dict):
        raise InvalidError(f"`{name}` is missing or no object", "malformed")
    return value


def inner(parent: dict[str, Json], name: str) -> dict[str, Json]:
    """The object under `name`."""
    return record(parent.get(name), name)


def text(parent: dict[str, Json], name: str) -> str:
    """The text under `name`, which is not empty."""
    value = parent.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidError(f"`{name}` is missing or no text", "malformed")
    return value


def optional_text(parent: dict[str, Json], name: str) -> str | None:
    """The text under `name`; None where there is none."""
    value = parent.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InvalidError(f"`{name}` is no text", "malformed")
    return value


def encodable(parent: dict[str, Json], name: str) -> str:
    """The text under `name` that has a UTF-8 form: JSON can also hold halves of a character (RFC 8259, section 8.2)."""
    value = text(parent, name)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidError(f"`{name}` holds half a character", "malformed") from None
    return value


def items(parent: dict[str, Json], name: str, most: int = MAX_ITEMS) -> list[Json]:
    """The list under `name`, empty where it is left out; of at most `most` items."""
    value = parent.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidError(f"`{name}` is no list", "malformed")
    if len(value) > most:
        raise InvalidError(f"`{name}` has {len(value)} items; more than {most} are not read", "malformed")
    return value


def raw(parent: dict[str, Json], name: str) -> bytes:
    """The bytes under `name`, in base64."""
    return decoded(text(parent, name), name)


def decoded(value: str, name: str) -> bytes:
    """The bytes of base64 with the standard alphabet and padding (RFC 4648, section 4)."""
    try:
        found = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidError(f"`{name}` is no base64", "malformed") from None
    if not found:
        raise InvalidError(f"`{name}` is empty", "malformed")
    return found


def integer(parent: dict[str, Json], name: str) -> int:
    """The number under `name`, at least 0: protobuf writes 64-bit numbers as text, others as numbers."""
    found = optional_integer(parent, name)
    if found is None:
        raise InvalidError(f"`{name}` is missing", "malformed")
    return found


def optional_integer(parent: dict[str, Json], name: str) -> int | None:
    """The number under `name`, None where it is left out."""
    value = parent.get(name)
    if value is None:
        return None
    written = value if isinstance(value, str) else str(value)
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not re.fullmatch("[0-9]{1,19}", written):
        raise InvalidError(f"`{name}` is no whole number of at least 0: {printable(shorten(written))}", "malformed")
    if int(written) > MAX_INT64:
        raise InvalidError(f"`{name}` is larger than 64 bits hold", "malformed")
    return int(written)
