"""Values that the text of a module has, and texts that are put together from them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from gate.sources.interface import HOLE
from gate.sources.python.module import Class

MOST = 32
"""Alternatives of one expression that are followed."""
LONGEST = 4096
"""Characters of a text that is put together: `"a" * 10**9` is not built."""


class Local(str):
    """A path of this machine, by how it is made."""

    __slots__ = ()


class _Unknown:
    """A value that only the run knows."""


UNKNOWN = _Unknown()
Values = tuple[Any, ...]
"""Alternatives: texts, numbers, truth values, None, lists, mappings with text as keys, or `UNKNOWN`."""


def parts(found: Values, part: int, *, each: bool) -> Iterator[Any]:
    """Item `part` of the values, or of `each` of their items."""
    held = [item for value in found for item in (value if isinstance(value, list) else [UNKNOWN])] if each else found
    for value in held:
        yield value[part] if isinstance(value, list) and part < len(value) else UNKNOWN


def rest_of(arguments: ast.arguments) -> list[str]:
    """The names of `*args` and `**kwargs`."""
    return [a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None]


def is_settings(owner: Class) -> bool:
    """Whether instances hold what people set: a dataclass, a model of pydantic, or named so."""
    names = [
        getattr(d.func if isinstance(d, ast.Call) else d, "attr", "")
        or getattr(d.func if isinstance(d, ast.Call) else d, "id", "")
        for d in owner.node.decorator_list
    ]
    bases = [getattr(base, "attr", "") or getattr(base, "id", "") for base in owner.node.bases]
    if "dataclass" in names or {"BaseModel", "BaseSettings", "NamedTuple", "Tap"} & set(bases):
        return True
    return bool(re.search(r"(?i)(config|args|arguments|settings|params|options|cfg)$", owner.node.name))


def text_of(value: object) -> str:
    """A value as a part of a text; `HOLE` for what is not known."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None or not isinstance(value, (int, float)):
        return HOLE
    return str(value) if abs(value) < 1e15 else HOLE


def limited(text: str) -> str:
    """The text, cut where it is too long."""
    return text if len(text) <= LONGEST else text[:LONGEST] + HOLE


def combined(heads: list[str], tails: list[str]) -> list[str]:
    """Each head with each tail."""
    return [limited(head + tail) for head in heads for tail in tails][:MOST]


def percent(text: str, given: object) -> str:
    """`text % given`."""
    items = iter(given if isinstance(given, list) else [given])

    def put(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        if match[1] and isinstance(given, dict):
            return text_of(given.get(match[1], UNKNOWN))
        return text_of(next(items, UNKNOWN))

    return limited(re.sub(r"%(?:\((\w+)\))?[-#0 +]*\d*(?:\.\d+)?[sdrifx]|%%", put, text))
