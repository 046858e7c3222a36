"""Where a character of a scalar's value stands in the text, behind quotes, escapes and indentation."""

from __future__ import annotations

from gate.documents.nodes import Document, Scalar, Span

_ESCAPES = {"x": 4, "u": 6, "U": 10}
"""Characters of escapes in double quotes that are longer than two (YAML 1.2, 5.7)."""


def within(document: Document, scalar: Scalar, start: int, length: int) -> Span:
    """The span of `length` characters of the value from `start` on, at most to the end of their line.

    The first character of the scalar where a value of several lines is folded, for then the text says it otherwise.
    """
    first = _offset(document.text, scalar, start)
    if first is None:
        return scalar.span._replace(end=scalar.span.start + 1)
    begin = document.text.rfind("\n", 0, first) + 1
    line = scalar.span.line + document.text.count("\n", scalar.span.start, first)
    return Span(first, first + length, line, first - begin)


def _offset(text: str, scalar: Scalar, index: int) -> int | None:
    raw = text[scalar.span.start : scalar.span.end]
    style = "" if scalar.plain else raw[:1]
    if style == "|":
        return _in_block(text, scalar, index)
    if "\n" in raw or "\r" in raw or style == ">":
        return None
    return scalar.span.start + (_in_quotes(raw, style, index) if style else index)


def _in_quotes(raw: str, quote: str, index: int) -> int:
    """How far into a quoted scalar of one line the character is."""
    at = 1
    for _ in range(index):
        if raw[at] == "\\" and quote == '"':
            at += _ESCAPES.get(raw[at + 1], 2)
        else:
            at += 2 if quote == "'" and raw[at] == "'" else 1
    return at


def _in_block(text: str, scalar: Scalar, index: int) -> int:
    """The same of a literal block: its lines are those of the value, with an indentation before."""
    value = scalar.text[:index]
    number, column = value.count("\n"), index - (value.rfind("\n") + 1)
    content = scalar.text.split("\n")[number]
    begin = text.index("\n", scalar.span.start) + 1
    for _ in range(number):
        begin = text.index("\n", begin) + 1
    end = text.find("\n", begin)
    line = text[begin : end if end >= 0 else len(text)].rstrip("\r")
    return begin + len(line) - len(content) + column
