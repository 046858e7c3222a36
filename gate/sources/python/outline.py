"""A module whose functions are parsed when somebody looks into them.

Most functions of a file have no line of interest, and building their syntax trees is most of the time that a file
takes. Their lines are left empty, and what remains is parsed: lines and columns are those of the file. The body of such
a function is parsed when its attribute `body` is first read, so that whoever walks the tree sees all of it.

Strings are told exactly; where a body ends is told by indentation. Where that is wrong, which brackets over lines that
are indented less may cause, what is left has a bracket without its other half: it cannot be parsed, and the caller
parses the whole text.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

Parse = Callable[[str], "list[ast.stmt] | str"]
_SMALL = 30
"""Characters of a body that is not worth leaving out."""
_DEEPEST = 80
"""Characters of indentation; functions farther in are left as they are."""
_LONGEST_HEAD = 500
"""Brackets and strings of a signature."""
_QUOTED = "|".join(
    (
        r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""',
        r"'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''",
        r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"',
        r"'[^'\\\n]*(?:\\.[^'\\\n]*)*'",
        r"#[^\n]*",
    )
)
_TOKEN = re.compile(_QUOTED, re.S)
"""A string or a comment."""
_PART = re.compile(rf"[()\[\]{{}}]|{_QUOTED}", re.S)
_DEF = re.compile(r"def[ \t]+\w+[ \t]*(?=[(\[])")
_BEFORE = re.compile(r"([ \t]*)(?:async[ \t]+)?")
"""Patterns begin with plain characters, so that they are found fast: what stands before is looked at then."""
_COLON = re.compile(r"[ \t]*(?:->[^:\n]*)?:[ \t]*(?:#[^\n]*)?\n")


class _Body(NamedTuple):
    """The lines of the body of a function, counted from 0, the last one excluded, and where they stand in the text."""

    first: int
    last: int
    start: int
    end: int


class Outline(NamedTuple):
    """The text without the bodies, and these by the line, counted from 1, of the `pass` that stands for them."""

    text: str
    bodies: dict[int, _Body]


def outline(text: str, wanted: list[int]) -> Outline:
    """`text` without the bodies of functions that have none of the lines `wanted`."""
    strings = _Strings(text)
    kept: list[str] = []
    bodies: dict[int, _Body] = {}
    at = line = counted = 0
    for match in _DEF.finditer(text):
        if match.start() < at:
            continue
        indent = _indent(text, match.start())
        if indent is None or strings.end_of(match.start()) is not None:
            continue
        start = _head_end(text, match.end())
        if start is None:
            continue
        end = _body_end(text, start, len(indent), strings)
        if end - start < _SMALL:
            continue
        line += text.count("\n", counted, start)
        counted = start
        last = line + text.count("\n", start, end) + 1
        place = bisect_left(wanted, line + 1)
        if place < len(wanted) and wanted[place] <= last:
            continue
        kept += (text[at:start], "\n" * (last - line - 1), indent, " pass")
        bodies[last] = _Body(line, last, start, end)
        at = end
    return Outline("".join((*kept, text[at:])), bodies)


class _Strings:
    """The strings of a text that go over lines."""

    def __init__(self, text: str) -> None:
        spans = [match.span() for match in _TOKEN.finditer(text) if "\n" in match[0]]
        self._starts, self._ends = [start for start, _ in spans], [end for _, end in spans]

    def end_of(self, place: int) -> int | None:
        """Where the string ends within which `place` is; None where it is in none, or before the first quote."""
        number = bisect_left(self._starts, place) - 1
        return self._ends[number] if number >= 0 and place < self._ends[number] else None


def _indent(text: str, at: int) -> str | None:
    """What stands before a definition at `at`; None for what is none, or is too far in."""
    line = text.rfind("\n", max(0, at - _DEEPEST), at) + 1
    found = _BEFORE.fullmatch(text, line, at) if line or at <= _DEEPEST else None
    return found[1] if found else None


def _head_end(text: str, at: int) -> int | None:
    """Where the line after the head of a function begins whose first bracket is at `at`; None for what is no such."""
    depth = 0
    for _ in range(_LONGEST_HEAD):
        part = _PART.search(text, at)
        if part is None:
            return None
        at = part.end()
        if part[0] in "([{":
            depth += 1
        elif part[0] in ")]}":
            depth -= 1
            if depth == 0 and not text.startswith("(", at):  # else those were parameters of types
                colon = _COLON.match(text, at)
                return colon.end() if colon else None
    return None


@cache
def _dedent(indent: int) -> re.Pattern[str]:
    return re.compile(rf"\n(?:[ \t]{{0,{indent}}}|[ \t]*\f[ \t\f]*)[^\s#)\]}}]")


def _body_end(text: str, start: int, indent: int, strings: _Strings) -> int:
    """Where the last line ends, without its line break, that is indented more than `indent`."""
    at: int | None = start - 1  # the line break before it
    while at is not None:
        found = _dedent(indent).search(text, at)
        stop = found.start() + 1 if found else len(text)
        at = strings.end_of(stop) if found else None
    return start + len(text[start:stop].rstrip())


def close(body: list[ast.stmt], text: str, bodies: dict[int, _Body], parse: Parse) -> bool:
    """Lets the functions whose bodies were left out take them from `text`; whether all of these were found."""
    pending: list[ast.AST] = list(body)
    found = 0
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno in bodies:
            left = bodies[node.end_lineno]
            if len(node.body) == 1 and isinstance(node.body[0], ast.Pass) and node.body[0].lineno == node.end_lineno:
                _close(node, partial(_parsed, text, left, node.body, parse))
                found += 1
                continue
        for field in _FIELDS:
            pending += getattr(node, field, ())
    return found == len(bodies)


_FIELDS = ("body", "orelse", "handlers", "finalbody", "cases")
"""Where a statement has others."""


def _parsed(text: str, left: _Body, instead: list[ast.stmt], parse: Parse) -> list[ast.stmt]:
    """The statements of a body on their lines; `instead` where they cannot be parsed on their own."""
    found = parse("\n" * (left.first - 1) + "if 1:\n" + text[left.start : left.end])
    if isinstance(found, list) and len(found) == 1 and isinstance(found[0], ast.If) and not found[0].orelse:
        return found[0].body
    return instead


class _Closed(ast.FunctionDef):
    """A function whose body is parsed when it is read."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        return _open(self, ast.FunctionDef, name)


class _ClosedAsync(ast.AsyncFunctionDef):
    """The same for one that is asynchronous."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        return _open(self, ast.AsyncFunctionDef, name)


def _close(node: ast.FunctionDef | ast.AsyncFunctionDef, left: Callable[[], list[ast.stmt]]) -> None:
    node.__class__ = _Closed if isinstance(node, ast.FunctionDef) else _ClosedAsync
    node.left = left  # type: ignore[union-attr]
    del node.body


def _open(node: Any, kind: type[ast.stmt], name: str) -> Any:
    if name != "body":
        raise AttributeError(name)
    node.__class__ = kind
    node.body = node.left()
    return node.body
