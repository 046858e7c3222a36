"""JSON that means the same to every reader: bundles, trust roots and attestations come from strangers."""

from __future__ import annotations

import json
import math
from codecs import BOM_UTF8
from typing import cast

from gate.core.model import Json
from gate.core.text import printable, shorten
from gate.signing.errors import InvalidError

MAX_BYTES = 32 << 20
"""A model signature names every file of the model: 150,000 files fit. Parsing takes up to 30 times as much memory."""
_MAX_DIGITS = 40
"""More digits than any 64-bit number has; Python takes quadratic time for long ones."""


def loads(data: bytes) -> Json:
    """The document in `data`; raises `InvalidError` for anything on which two readers could disagree.

    That is: duplicate keys, NaN and infinities, numbers past 64 bits, other encodings than UTF-8, byte order marks
    (RFC 8259), and nesting deeper than the interpreter recurses.
    """
    if not data.strip():
        raise InvalidError("it is empty", "malformed")
    if data.startswith(BOM_UTF8):
        raise InvalidError("it begins with a byte order mark, which JSON does not have: write it without", "malformed")
    if len(data) > MAX_BYTES:
        raise InvalidError(f"it is larger than {MAX_BYTES >> 20} MiB", "malformed")
    try:
        text = data.decode("utf-8")
        return cast(
            Json,
            json.loads(
                text, object_pairs_hook=_unique, parse_constant=_refuse, parse_int=_integer, parse_float=_fraction
            ),
        )
    except UnicodeDecodeError:
        raise InvalidError("it is not UTF-8 text, so it is no JSON", "malformed") from None
    except RecursionError:
        raise InvalidError("it is nested too deep", "malformed") from None
    except ValueError as error:
        raise InvalidError(f"it is no JSON: {printable(shorten(str(error)))}", "malformed") from None


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidError(f'the key "{printable(shorten(name))}" stands twice in one object', "malformed")
        found[name] = value
    return found


def _refuse(text: str) -> Json:
    raise InvalidError(f"{text} is no JSON", "malformed")


def _integer(text: str) -> int:
    number = int(text) if len(text) <= _MAX_DIGITS else 1 << 64
    if not -(1 << 63) <= number < 1 << 64:
        raise InvalidError("a number in it is larger than 64 bits hold", "malformed")
    return number


def _fraction(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise InvalidError("a number in it is larger than 64 bits hold", "malformed")
    return number
