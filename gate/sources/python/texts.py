"""Texts, paths and items that are put together from values.

`look` gives the alternatives of an expression; see `gate.sources.python.resolve`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gate.sources.interface import HOLE
from gate.sources.python.values import MOST, UNKNOWN, Local, Values, combined, limited, percent, text_of

Look = Callable[["ast.expr | None"], Values]
_METHODS = frozenset(("format", "get", "strip", "lower", "joinpath", "split", "pop", "values", "keys", "items", "join"))


def one(node: ast.expr | None, look: Look) -> Any:
    """The value of `node`, `UNKNOWN` where there are several."""
    found = look(node)
    return found[0] if len(found) == 1 else UNKNOWN


def listed(items: Sequence[ast.expr], look: Look) -> Iterator[list[Any]]:
    """A list; one for each alternative of the first item that has several."""
    found = [look(item) for item in items[:256]]
    place = next((n for n, values in enumerate(found) if 1 < len(values) < MOST), None)
    plain = [values[0] if len(values) == 1 else UNKNOWN for values in found]
    if place is None:
        yield plain
        return
    for value in found[place]:
        yield [*plain[:place], value, *plain[place + 1 :]]


def joined(node: ast.JoinedStr, look: Look) -> Iterator[Any]:
    """An f-string."""
    alternatives = [""]
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            options = [text_of(value) for value in look(part.value)]
        else:
            options = [text_of(part.value) if isinstance(part, ast.Constant) else HOLE]
        alternatives = combined(alternatives, options)
    yield from alternatives


def operation(node: ast.BinOp, look: Look) -> Iterator[Any]:
    """`+`, `/` of paths, `%` of texts, `|` of mappings."""
    left, right = look(node.left), look(node.right)
    if isinstance(node.op, ast.Mod):
        yield from (percent(text, right[0]) for text in left if isinstance(text, str))
        return
    for a in left:
        for b in right:
            if isinstance(node.op, ast.Add) and isinstance(a, list) and isinstance(b, list):
                yield [*a, *b]
            elif isinstance(node.op, ast.Add) and (isinstance(a, str) or isinstance(b, str)):
                yield limited(text_of(a) + text_of(b))
            elif isinstance(node.op, ast.Div) and (isinstance(a, Local) or isinstance(b, str)):
                yield Local(limited(f"{text_of(a)}/{text_of(b)}"))
            elif isinstance(node.op, ast.BitOr) and isinstance(a, dict) and isinstance(b, dict):
                yield {**a, **b}


def path(parts: Sequence[ast.expr], look: Look) -> Iterator[str]:
    """`os.path.join(...)`; an address stays one."""
    alternatives = [""]
    for place, part in enumerate(parts):
        texts = [text_of(value) for value in look(part)]
        options = texts if place == 0 or all(head.endswith("/") for head in alternatives) else ["/" + t for t in texts]
        alternatives = combined(alternatives, options)
    for text in alternatives:
        yield text if "://" in text or not text else Local(text.replace("//", "/"))


def mapping(node: ast.Dict, look: Look) -> dict[str, Any]:
    """A mapping with texts as keys; others are left out."""
    found: dict[str, Any] = {}
    for key, value in zip(node.keys[:512], node.values[:512], strict=True):
        if key is None:
            inner = one(value, look)
            found |= inner if isinstance(inner, dict) else {}
            continue
        name = one(key, look)
        if isinstance(name, str):
            found[name] = one(value, look)
    return found


def item(node: ast.Subscript, look: Look) -> Iterator[Any]:
    """`mapping[key]` and `list[number]`; each of the items where the key is not known."""
    keys = look(node.slice)
    for holder in look(node.value):
        for key in keys:
            if isinstance(holder, dict):
                if isinstance(key, str) and key in holder:
                    yield holder[key]
                elif key is UNKNOWN:
                    yield from list(holder.values())[:MOST]
            elif isinstance(holder, list) and isinstance(key, int) and -len(holder) <= key < len(holder):
                yield holder[key]
            elif isinstance(holder, list) and key is UNKNOWN:
                yield from holder[:MOST]


def method(node: ast.Call, func: ast.Attribute, look: Look) -> Iterator[Any]:
    """Methods of texts, mappings and paths."""
    if func.attr not in _METHODS:
        return
    for holder in look(func.value):
        if func.attr in ("get", "pop"):
            yield from _got(holder, node, look)
        elif isinstance(holder, dict) and func.attr in ("values", "keys", "items"):
            yield {
                "values": list(holder.values()),
                "keys": list(holder),
                "items": [[*pair] for pair in holder.items()],
            }[func.attr]
        elif isinstance(holder, Local) and func.attr == "joinpath":
            yield Local(holder + "/" + HOLE)
        elif isinstance(holder, str) and func.attr == "format":
            yield _formatted(holder, node, look)
        elif isinstance(holder, str) and func.attr in ("strip", "lower"):
            yield holder
        elif isinstance(holder, str) and func.attr == "join":
            for given in look(node.args[0]) if node.args else ():
                yield limited(holder.join(map(text_of, given))) if isinstance(given, list) else UNKNOWN
        elif isinstance(holder, str) and func.attr == "split":
            yield holder.split()


def _got(holder: Any, node: ast.Call, look: Look) -> Iterator[Any]:
    """`mapping.get(key, default)`."""
    key = one(node.args[0], look) if node.args else UNKNOWN
    if isinstance(holder, dict) and isinstance(key, str) and key in holder:
        yield holder[key]
    elif isinstance(holder, dict) and key is UNKNOWN:
        yield from list(holder.values())[:MOST]
    elif len(node.args) > 1 and (isinstance(holder, dict) or holder is UNKNOWN):
        yield from (v for v in look(node.args[1]) if v is not None)


def _formatted(text: str, node: ast.Call, look: Look) -> str:
    given = [text_of(one(a, look)) for a in node.args]
    named = {k.arg: text_of(one(k.value, look)) for k in node.keywords if k.arg}
    place = iter(given)

    def put(match: re.Match[str]) -> str:
        key = re.split(r"[.\[:!]", match[1], maxsplit=1)[0]
        if key == "":
            return next(place, HOLE)
        if key.isdigit():
            return given[int(key)] if len(key) < 4 and int(key) < len(given) else HOLE
        return named.get(key, HOLE)

    return limited(re.sub(r"\{([^{}]*)\}", put, text))
