"""The reader of JSON: most of it is none of a gate's business, some of it makes a loader run code.

Which it is, the keys say, wherever the file lies and whatever it is called. They may be spelt with escapes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import NamedTuple, cast

from gate.core.model import Json
from gate.formats.interface import Flaw, Inspection, Role, Source

LIMIT = 64 * 1024 * 1024
"""Bytes that are parsed; the configuration of the largest models takes a few megabytes."""
WINDOW = 1024 * 1024
"""Bytes searched at a time."""
OVERLAP = 1024
"""Bytes searched twice, so that no key is cut in two, spelt with escapes and in UTF-32 at that."""
LINE = 1024 * 1024
"""Bytes of the first line of a file that is too large to be parsed."""

Check = Callable[[Json], "list[Flaw]"]
"""What one kind of configuration asks of the parsed document, whatever that turns out to be."""


class Kind(NamedTuple):
    """One kind of configuration: `keys`, any of which marks it, and the function that judges it.

    `beside` is a key without which no loader takes the file for one.
    """

    format: str
    role: Role
    keys: tuple[str, ...]
    check: str
    beside: str = ""


HUGGINGFACE = (
    "auto_map", "custom_pipelines", "trust_remote_code", "chat_template", "attn_implementation",
    "_attn_implementation", "megatron_core", "_class_name",
)  # fmt: skip
KINDS: tuple[Kind, ...] = (
    Kind("keras", "other", ("class_name",), "gate.formats.config.keras:check", "config"),
    Kind("skops", "other", ("__loader__",), "gate.formats.config.skops:check"),
    Kind("torch-export", "other", ("graph_module",), "gate.formats.config.exported:check"),
    Kind(
        "huggingface",
        "other",
        HUGGINGFACE,
        "gate.formats.config.huggingface:check",
    ),
    Kind("zarr", "other", ("zarr_format", "zarr_consolidated_format"), "gate.formats.config.zarr:check"),
)
"""In the order in which their name wins where a file is of several kinds."""
_PLAIN = Inspection("unknown", "other")


def read(source: Source) -> Inspection:
    """Judge a JSON file by the kinds of configuration that its keys say it is; `unknown` if it is none."""
    kinds = _kinds(source)
    if not kinds:
        return _PLAIN
    form, role = kinds[0].format, max((kind.role for kind in kinds), key=("other", "data", "weights").index)
    if source.size > LIMIT:
        if _is_lines(source):
            return _PLAIN
        return Inspection(form, role, (Flaw("weights/unscannable", f"more than {LIMIT:,} bytes of JSON"),))
    try:
        document = parse(source.read(0, LIMIT))
    except (ValueError, RecursionError) as error:
        if str(error).startswith("Extra data"):  # JSON lines, say: no loader of a configuration takes more than one
            return _PLAIN
        return Inspection(form, role, (Flaw("weights/malformed", f"no readable JSON: {error}"),))
    return Inspection(form, role, tuple(flaw for kind in kinds for flaw in _check(kind)(document)))


def _is_lines(source: Source) -> bool:
    """Whether the first line is a document of its own and another one follows."""
    line, end, rest = source.read(0, LINE).partition(b"\n")
    try:
        parse(line)
    except (ValueError, RecursionError):
        return False
    return bool(end and rest.strip())


def _kinds(source: Source) -> list[Kind]:
    """The kinds whose keys occur in the text."""
    found: set[str] = set()
    for window in _windows(source):
        pattern = _SPELT if b"\\u00" in window else _KEYS
        found.update(_unescaped(match[1]) for match in pattern.finditer(window))
    return [kind for kind in KINDS if found.intersection(kind.keys) and (not kind.beside or kind.beside in found)]


_WANTED = sorted({key for kind in KINDS for key in (*kind.keys, kind.beside) if key})
_KEYS = re.compile(f'"({"|".join(_WANTED)})"'.encode())


def _spelt(letter: str) -> str:
    """A pattern for `letter`, as it is or escaped."""
    code = f"{ord(letter):02x}"
    return rf"(?:{letter}|\\u00{code[0]}[{code[1]}{code[1].upper()}])"


_SPELT = re.compile(f'"({"|".join("".join(map(_spelt, key)) for key in _WANTED)})"'.encode())


def _unescaped(key: bytes) -> str:
    return re.sub(rb"\\u00(..)", lambda match: bytes.fromhex(match[1].decode()), key).decode()


def _windows(source: Source) -> Iterator[bytes]:
    """The text piece by piece; without the zero bytes that UTF-16 and UTF-32 put between ASCII letters."""
    offset = 0
    while piece := source.read(offset, WINDOW):
        yield piece.replace(b"\0", b"") if b"\0" in piece else piece
        if len(piece) < WINDOW:
            return
        offset += WINDOW - OVERLAP


def parse(data: bytes) -> Json:
    """The document; as `json.loads` does, in whatever Unicode encoding the bytes are.

    Raises `ValueError`, also where an object has a key twice: loaders differ in which value they take.
    """
    import json

    def unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("an object has the same key twice")
        return found

    text = data.decode(json.detect_encoding(data), "surrogatepass").lstrip("\ufeff")
    return cast(Json, json.loads(text, object_pairs_hook=unique))


def _check(kind: Kind) -> Check:
    module, _, function = kind.check.partition(":")
    return cast(Check, getattr(import_module(module), function))
