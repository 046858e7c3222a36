"""JSON that means the same to every reader: bundles, trust roots and attestations come from strangers."""

from __future__ import annotations

import json
from typing import cast

from gate.core.model import Json
from gate.core.text import printable, shorten
from gate.signing.errors import InvalidError

MAX_DEPTH = 64
MAX_BYTES = 64 << 20
"""A model signature names every file of the model: 300,000 files fit."""
_MAX_DIGITS = 40
"""More digits than any 64-bit number has; Python takes quadratic time for long ones."""


def loads(data: bytes) -> Json:
    """The document in `data`; raises `InvalidError` for anything on which two readers could disagree.

    That is: duplicate keys, NaN and infinities, numbers past 64 bits, other encodings than UTF-8, byte order marks
    (RFC 8259), and nesting past `MAX_DEPTH`.
    """
    if not data.strip():
        raise InvalidError("it is empty", "malformed")
    if len(data) > MAX_BYTES:
        raise InvalidError(f"it is larger than {MAX_BYTES >> 20} MiB", "malformed")
    try:
        text = data.decode("utf-8")
        _refuse_depth(text)
        return cast(Json, json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_int=_integer))
    except UnicodeDecodeError:
        raise InvalidError("it is not UTF-8 text, so it is no JSON", "malformed") from None
    except (ValueError, RecursionError) as error:
        raise InvalidError(f"it is no JSON: {printable(shorten(str(error)))}", "malformed") from None


def _refuse_depth(text: str) -> None:
    """Before the parser recurses; brackets in strings count too, which no document of ours reaches."""
    depth = deepest = 0
    inside = False
    skip = False
    for char in text if text.count("[") + text.count("{") > MAX_DEPTH else "":
        if skip:
            skip = False
        elif inside:
            inside, skip = char != '"', char == "\\"
        elif char == '"':
            inside = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    if deepest > MAX_DEPTH:
        raise InvalidError(f"it is nested deeper than {MAX_DEPTH} levels", "malformed")


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidError(f'the key "{printable(shorten(twice))}" stands twice in one object', "malformed")
    return found


def _refuse(text: str) -> Json:
    raise InvalidError(f"{text} is no JSON", "malformed")


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise InvalidError("a number has too many digits", "malformed")
    return int(text)
