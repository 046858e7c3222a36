"""From bytes to statements, whatever the bytes are: what cannot be parsed is parsed piece by piece.

A file with a syntax error, written for Python 2 or for a later version than the one that runs the gate, loses only the
pieces that are wrong; of those the lines of interest are tried on their own.
"""

from __future__ import annotations

import ast
import codecs
import re
import warnings
from collections.abc import Iterator

from gate.sources.interface import Gap
from gate.sources.python.outline import close, outline

MAX_PARSED = 4 << 20
"""Bytes of one file that are parsed: it takes memory of some hundred times the size."""
MAX_PIECES = 5_000
MAX_JOINED = 40
"""Lines that one statement is looked for on."""
_CODING = re.compile(rb"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n?|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")
"""The encoding of a file, on its first line, or on its second where the first has no code (PEP 263)."""
_SLOW = frozenset(("punycode", "idna"))
"""Encodings of host names, which take time that grows with the square of the length."""
_CONTINUES = re.compile(r"[ \t\r\f)\]}#]|$|(?:else|elif|except|finally|case)\b")
_PRINT = re.compile(r"^([ \t]*)print\b(?![ \t]*\().*$", re.M)
_EXCEPT = re.compile(r"^([ \t]*except\b[^\n:]*?),[ \t]*(\w+)[ \t]*:", re.M)
_ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError)


def decode(data: bytes) -> str:
    """The text of a file, with the line ends of Unix."""
    data = data.removeprefix(codecs.BOM_UTF8)
    first = _CODING.match(data)
    coding = first[1].decode() if first else "utf-8"
    try:
        text = data.decode("utf-8" if coding.lower() in _SLOW else coding)
    except (UnicodeError, LookupError):
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")


def parse(text: str, wanted: list[int]) -> Iterator[list[ast.stmt] | Gap]:
    """The statements of `text`, and what had to be left out; `wanted` are the lines of interest."""
    if len(text) > MAX_PARSED:
        yield from _alone(text.split("\n"), wanted, "the file is too large to be parsed")
        return
    found = _outlined(text, wanted) or _parsed(text)
    if isinstance(found, list):
        yield found
        return
    yield from _pieces(text, wanted)


def _outlined(text: str, wanted: list[int]) -> list[ast.stmt] | None:
    """The statements, where functions without a line of interest are parsed when somebody looks into them."""
    short, bodies = outline(text, wanted)
    found = _parsed(short) if bodies else None
    return found if isinstance(found, list) and close(found, text, bodies, _parsed) else None


def _parsed(text: str) -> list[ast.stmt] | str:
    """The statements, or why there are none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text).body
    except _ERRORS as error:
        return error.msg if isinstance(error, SyntaxError) else "nested too deep"


def _pieces(text: str, wanted: list[int]) -> Iterator[list[ast.stmt] | Gap]:
    """Each statement at the top of the file on its own."""
    text = _EXCEPT.sub(r"\1 as \2:", _PRINT.sub(r"\1pass", text))
    lines = text.split("\n")
    starts = [
        n for n, line in enumerate(lines) if not _CONTINUES.match(line) and not (n and lines[n - 1].startswith("@"))
    ]
    if len(starts) > MAX_PIECES:
        yield from _alone(lines, wanted, "it cannot be parsed as a whole")
        return
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        found = _parsed("\n".join(lines[start:end]))
        if isinstance(found, list):
            for node in found:
                ast.increment_lineno(node, start)
            yield found
        else:
            yield from _lines(lines, [n for n in wanted if start < n <= end], found)


def _alone(lines: list[str], wanted: list[int], why: str) -> Iterator[list[ast.stmt] | Gap]:
    """The statements on lines of interest, and those that import."""
    imports = [number for number, line in enumerate(lines, 1) if line.startswith(("import ", "from "))]
    for number in imports[:MAX_PIECES]:
        if found := _statement(lines, number):
            yield found
    yield from _lines(lines, wanted, why)


def _lines(lines: list[str], wanted: list[int], why: str) -> Iterator[list[ast.stmt] | Gap]:
    """The statements that begin on lines of interest, each on its own."""
    for number in wanted[:MAX_PIECES]:
        found = _statement(lines, number)
        if found is None:
            yield Gap(number, why, blind=not lines[number - 1].lstrip().startswith("#"))
        else:
            yield found
    if len(wanted) > MAX_PIECES:
        yield Gap(wanted[MAX_PIECES], why, blind=True)


def _statement(lines: list[str], number: int) -> list[ast.stmt] | None:
    """The statement that begins on line `number`, indented as it is; None where there is none."""
    first = re.sub(r"^(\s*)elif\b", r"\1  if", lines[number - 1])
    indented = first[:1].isspace()
    joined = "if 1:\n" + first if indented else first
    for more in range(MAX_JOINED):
        if len(joined) > MAX_PARSED // 64:
            return None
        found = _parsed(joined + " pass" if joined.rstrip().endswith(":") else joined)
        if isinstance(found, list):
            for node in found:
                ast.increment_lineno(node, number - 1 - indented)
            return found
        if number + more >= len(lines):
            return None
        joined += "\n" + lines[number + more]
    return None
