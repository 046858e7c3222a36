"""Mutants of a bundle: bytes, values of the JSON, and what is inside of its base64."""

from __future__ import annotations

import base64
import binascii
import copy
import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

HOSTILE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63 - 1, 2**63, 2**64, 10**39, 10**60, 1.5, 1e308, "", "0", "-1", "1.5",
    "9223372036854775807", "99999999999999999999", "A", "AA==", "AAAA", "=", "é", "\ud800", "\x00", "\n", "/" * 4096,
    "{}", [], {}, [[]], [None], [{}], {"": None}, {"rawBytes": "AAAA"}, "0" * 64, "sha256", "SHA2_512", "hashedrekord",
    "https://in-toto.io/Statement/v1", "application/vnd.dev.sigstore.bundle+json;version=0.1",
    "application/vnd.dev.sigstore.bundle+json;version=0.2",
)  # fmt: skip
"""Values to put in place of others."""

Path = tuple[Any, ...]


def mutants(bundle: bytes, count: int, seed: str) -> Iterator[bytes]:
    """That many mutants, the same ones with every run; some are as good as the original."""
    source = random.Random(seed)
    document = json.loads(bundle)
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: flipped(bundle, source),
        lambda: dump(replaced(document, source)),
        lambda: dump(replaced(document, source)),
        lambda: dump(restructured(document, source)),
        lambda: dump(inner(document, source)),
        lambda: dump(inner(document, source)),
        lambda: dump(inner(document, source)),
        lambda: textual(bundle, source),
    )
    for _ in range(count):
        yield source.choice(ways)()


def dump(document: Any) -> bytes:
    return json.dumps(document).encode()


def flipped(data: bytes, source: random.Random) -> bytes:
    """Some bits flipped, bytes cut out, put in or cut off."""
    changed = bytearray(data)
    for _ in range(source.choice((1, 1, 1, 2, 5))):
        at = source.randrange(len(changed)) if changed else 0
        way = source.randrange(6)
        if way == 4:
            changed[at:at] = source.randbytes(source.choice((1, 1, 3)))
        elif way == 5:
            del changed[at : at + source.choice((1, 1, 8))]
        elif changed:
            changed[at] ^= 1 << source.randrange(8)
    return bytes(changed[: source.randrange(len(changed) + 1)]) if source.randrange(40) == 0 else bytes(changed)


def replaced(document: Any, source: random.Random) -> Any:
    """One value is another: a hostile one, one from elsewhere in the document, or one nested deeply."""
    changed = copy.deepcopy(document)
    places = list(paths(changed))
    path = source.choice(places)
    way = source.randrange(12)
    if way == 0:
        value: Any = "x"
        for _ in range(source.choice((10, 70))):
            value = [value] if source.random() < 0.5 else {"a": value}
    elif way < 5:
        value = copy.deepcopy(at(document, source.choice(places)))
    else:
        value = source.choice(HOSTILE)
    return put(changed, path, value)


def restructured(document: Any, source: random.Random) -> Any:
    """A member left out, renamed or there twice, or a list repeated."""
    changed = copy.deepcopy(document)
    path = source.choice([path for path in paths(changed) if path])
    parent, last = at(changed, path[:-1]), path[-1]
    way = source.randrange(3)
    if way == 0:
        del parent[last]
    elif isinstance(parent, list):
        parent.extend(copy.deepcopy(parent) * source.choice((1, 1, 40)))
    elif way == 1:
        parent[str(last) + "x"] = parent.pop(last)
    else:
        other = source.choice([path for path in paths(changed) if path])
        target = at(changed, other[:-1])
        if isinstance(target, dict):
            target[last] = copy.deepcopy(parent[last])
    return changed


def inner(document: Any, source: random.Random) -> Any:
    """What one base64 value holds is changed: certificates, timestamps, signatures, bodies, payloads."""
    changed = copy.deepcopy(document)
    held = [(path, decoded) for path in paths(changed) if (decoded := unwrapped(at(changed, path)))]
    path, decoded = source.choice(held)
    return put(changed, path, base64.b64encode(altered(decoded, source)).decode())


def altered(data: bytes, source: random.Random) -> bytes:
    """As JSON where it is JSON, half of the time."""
    if data[:1] == b"{" and source.random() < 0.7:
        try:
            document = json.loads(data)
        except ValueError:
            return flipped(data, source)
        if source.random() < 0.5 and any(unwrapped(at(document, path)) for path in paths(document)):
            return dump(inner(document, source))
        return dump(replaced(document, source) if source.random() < 0.6 else restructured(document, source))
    return flipped(data, source)


def textual(data: bytes, source: random.Random) -> bytes:
    """What a parser hides: a key twice, another spelling of a number, a byte order mark, something behind."""
    text = data.decode()
    way = source.randrange(6)
    if way == 0:
        return ("\ufeff" + text).encode()
    if way == 1:
        return (text + source.choice(("{}", " x", "\x00", "]", text))).encode()
    if way == 2:
        return text.encode(source.choice(("utf-16", "utf-32", "utf-8-sig")))
    colons = [index for index, char in enumerate(text) if text[index : index + 2] == '":']
    start = text.rindex('"', 0, source.choice(colons))
    name = text[start : text.index('"', start + 1) + 1]
    value = source.choice(("null", "1e999", "NaN", "-Infinity", '"x"', "{}", "1" * 5000))
    return (text[:start] + f"{name}: {value}, " + text[start:]).encode()


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(value, dict):
        for name in value:
            yield from paths(value[name], (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))


def at(value: Any, path: Sequence[Any]) -> Any:
    for step in path:
        value = value[step]
    return value


def put(document: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    at(document, path[:-1])[path[-1]] = value
    return document


def unwrapped(value: Any) -> bytes | None:
    """The bytes in a text that is base64 and more than a word."""
    if not isinstance(value, str) or len(value) < 24:
        return None
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
