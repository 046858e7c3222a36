"""The value of a literal, read again from the instruction that pushes it."""

from __future__ import annotations

import re
import struct
from typing import Literal, TypeAlias

from gate.formats.interface import Source
from gate.formats.pickle import arguments
from gate.formats.pickle.cursor import KEPT, Cursor, TruncatedError
from gate.formats.pickle.opcodes import OPCODES, Item, Opcode
from gate.formats.streams import ExhaustedError

Plain: TypeAlias = "bool | int | float | str | bytes | None"
_WORDS: dict[str, Plain] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_SIGNED = ("BININT", "LONG1", "LONG4")


class Span:
    """Where the bytes of a BINBYTES or its like lie: so many from `start` on."""

    __slots__ = ("length", "start")

    def __init__(self, start: int, length: int) -> None:
        self.start = start
        self.length = length


def kind(source: Source, offset: int) -> Item:
    """Whether the literal at `offset` is a `scalar`, a `string`, or an `iterable` such as bytes."""
    return OPCODES[source.read(offset, 1)[0]].leaves[0]


def value(source: Source, offset: int) -> Plain:
    """The literal at `offset`, of long texts and bytes the beginning. Raises `ValueError` for what is none."""
    cursor = Cursor(source, offset)
    try:
        op = OPCODES[cursor.code()]
        return _decoded(op, cursor.argument(op) if op.width else b"")
    except (TruncatedError, ExhaustedError, KeyError):
        raise ValueError(f"no literal at byte {offset:,}") from None


def text(source: Source, offset: int) -> str | None:
    """The literal at `offset` if it is a text that both unpicklers can decode."""
    try:
        found = value(source, offset)
    except ValueError:
        return None
    return found if isinstance(found, str) else None


def span(source: Source, offset: int) -> Span | None:
    """Where the bytes are that the literal at `offset` pushes; None if it is no bytes or byte array."""
    cursor = Cursor(source, offset)
    try:
        op = OPCODES[cursor.code()]
        if op.leaves != ("iterable",) or op.form != "counted":
            return None
        length = cursor.length(op)
    except (TruncatedError, KeyError):
        return None
    return Span(cursor.position, length)


def text_span(source: Source, offset: int) -> tuple[Literal["utf-8", "escaped"], Span] | None:
    """Where the text is that the literal at `offset` pushes, and how it is written."""
    cursor = Cursor(source, offset)
    try:
        op = OPCODES[cursor.code()]
        if op.name == "UNICODE":
            start = cursor.position
            cursor.argument(op)
            return "escaped", Span(start, cursor.position - 1 - start)
        if op.leaves != ("string",) or op.form != "counted":
            return None
        length = cursor.length(op)
    except (TruncatedError, ExhaustedError, KeyError):
        return None
    return "utf-8", Span(cursor.position, length)


def _decoded(op: Opcode, argument: bytes) -> Plain:
    name = op.name
    if name in _WORDS:
        return _WORDS[name]
    if op.leaves == ("string",):
        return _text(name, argument)
    if op.leaves == ("iterable",) and op.width:
        return argument
    if name in ("BININT1", "BININT2", *_SIGNED):
        return int.from_bytes(argument[:64], "little", signed=name in _SIGNED)
    if name == "BINFLOAT":
        return float(struct.unpack(">d", argument)[0])
    if name == "FLOAT":
        return float(argument.partition(b"\0")[0])
    if name in ("INT", "LONG"):
        return _number(argument)
    raise ValueError("no literal")


def _number(argument: bytes) -> Plain:
    if argument in (b"00", b"01"):
        return argument == b"01"
    digits = argument.partition(b"\0")[0].strip().rstrip(b"L")
    if len(digits) > arguments.DIGITS:
        raise ValueError("too long")
    return int(digits or b"0", 0) if not digits.lstrip(b"+-0").isdigit() else int(digits)


def _text(name: str, argument: bytes) -> str:
    """As both unpicklers decode it; what they would refuse is kept recognisable."""
    argument = argument[:KEPT]
    if name == "UNICODE":
        return argument.decode("raw-unicode-escape")
    if name == "STRING":
        quoted = arguments.unquoted(argument)
        if quoted is None:
            raise ValueError("no text")
        return _ESCAPE.sub(_unescaped, quoted).decode("utf-8", "surrogateescape")
    return argument.decode("utf-8", "surrogateescape")


_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|([0-7]{1,3})|([\\'\"abfnrtv\n]))")
_ESCAPES = dict(
    zip(b"\\'\"abfnrtv\n", (b"\\", b"'", b'"', b"\a", b"\b", b"\f", b"\n", b"\r", b"\t", b"\v", b""), strict=True)
)


def _unescaped(match: re.Match[bytes]) -> bytes:
    """One escape of a bytes literal (Python language reference, 2.4.1); others stand for themselves."""
    if match[1]:
        return bytes((int(match[1], 16),))
    return bytes((int(match[2], 8) & 0xFF,)) if match[2] else _ESCAPES[match[3][0]]
