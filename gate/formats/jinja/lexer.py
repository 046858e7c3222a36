"""The tokens of a Jinja template, with the delimiters that every loader of chat templates uses.

Source: `jinja2/lexer.py` of Jinja 3.1, whose patterns these are. Line statements are not enabled by anyone.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LENGTH = 512 * 1024
"""Characters of a template that are read; the longest chat templates have about 30,000."""
TOKENS = 80_000
"""Tokens of a template that are read."""

_ROOT = re.compile(r"\{%[-+]?\s*raw\s*-?%\}|\{\{[-+]?|\{%[-+]?|\{#[-+]?")
_ENDRAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_TOKEN = re.compile(
    r"""(?P<blank>\s+)
    |(?P<float>(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+\-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+))
    |(?P<integer>0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*)
    |(?P<name>\w+)
    |(?P<string>'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*")
    |(?P<operator>//|\*\*|==|!=|>=|<=|[-+/*%~\[\](){}<>=.:|,;])""",
    re.DOTALL | re.VERBOSE,
)
_ENDS = {"{{": re.compile(r"-?\}\}"), "{%": re.compile(r"[-+]?%\}")}
_CLOSERS = {"{": "}", "(": ")", "[": "]"}
_ESCAPE = re.compile(r"\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|N\{[^}]*\}|[0-7]{1,3}|.)", re.DOTALL)
_PLAIN = {"\n": "", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
          "v": "\v"}  # fmt: skip
_LONG_NUMBER = 30


class SyntaxProblem(Exception):  # noqa: N818 - a template that is not understood is an answer, not an accident
    """What Jinja would refuse, or this version does not follow; `at` is the offset in characters."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


class LimitProblem(SyntaxProblem):
    """What may well be a template, and is longer or deeper than this version follows."""


class Token(NamedTuple):
    """`kind` is name, string, number, operator, begin (`{%` or `{{`), end or eof; `at` an offset in characters."""

    kind: str
    text: str
    at: int
    value: object = None


def tokens(text: str) -> list[Token]:
    """The tokens inside the tags of `text`. Raises `SyntaxProblem`."""
    if len(text) > LENGTH:
        raise LimitProblem(f"it has more than {LENGTH:,} characters", LENGTH)
    found: list[Token] = []
    position = 0
    while start := _ROOT.search(text, position):
        tag = start[0][:2]
        if tag == "{#":
            position = text.find("#}", start.end()) + 2
            if position < 2:
                raise SyntaxProblem("a comment is not closed", start.start())
        elif start[0].endswith("}"):
            end = _ENDRAW.search(text, start.end())
            if end is None:
                raise SyntaxProblem("`raw` is not closed", start.start())
            position = end.end()
        else:
            found.append(Token("begin", tag, start.start()))
            position = _inside(text, start.end(), tag, found)
    found.append(Token("eof", "the end of the template", len(text)))
    return found


def _inside(text: str, position: int, tag: str, found: list[Token]) -> int:
    """Append the tokens of one tag; answers the position behind it."""
    open_: list[str] = []
    ends = _ENDS[tag].match
    while True:
        end = None if open_ else ends(text, position)
        if end is not None:
            found.append(Token("end", end[0], position))
            return end.end()
        match = _TOKEN.match(text, position)
        if match is None:
            what = f"the character {text[position]!r}" if position < len(text) else "the end of the template"
            raise SyntaxProblem(f"{what} stands inside a tag", position)
        kind, word = str(match.lastgroup), match[0]
        if kind == "operator":
            _balance(word, open_, position)
        if kind != "blank":
            found.append(_token(kind, word, position))
        if len(found) > TOKENS:
            raise LimitProblem(f"it has more than {TOKENS:,} tokens", position)
        position = match.end()


def _balance(word: str, open_: list[str], position: int) -> None:
    if word in _CLOSERS:
        open_.append(_CLOSERS[word])
    elif word in ("}", ")", "]") and (not open_ or open_.pop() != word):
        raise SyntaxProblem(f"`{word}` closes nothing", position)


def _token(kind: str, word: str, at: int) -> Token:
    if kind == "string":
        return Token(kind, word, at, unescape(word[1:-1], at))
    if kind == "float":
        return Token("number", word, at, float(word.replace("_", "")))
    if kind == "integer":  # its value matters only as an index: Python refuses to convert thousands of digits
        return Token("number", word, at, int(word.replace("_", ""), 0) if len(word) < _LONG_NUMBER else 0)
    if kind == "name" and not word.isidentifier():
        raise SyntaxProblem("a name has a character that no name may have", at)
    return Token(kind, word, at)


def unescape(body: str, at: int) -> str:
    """What a string literal stands for: Python's escapes. Raises `SyntaxProblem`."""
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    if "\\" not in body:
        return body

    def replaced(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] in "xuU" and len(code) > 1:
            number = int(code[1:], 16)
            if number > 0x10FFFF:
                raise SyntaxProblem(f"a string has the impossible character \\{code}", at)
            return chr(number)
        if code[0] == "N" and len(code) > 1:
            return _named(code[2:-1], at)
        if code[0] in "01234567":
            return chr(int(code, 8))
        if code in "xuUN":
            raise SyntaxProblem(f"a string has an incomplete escape \\{code}", at)
        return _PLAIN.get(code, "\\" + code)

    return _ESCAPE.sub(replaced, body)


def _named(name: str, at: int) -> str:
    import unicodedata

    try:
        return unicodedata.lookup(name)
    except KeyError:
        raise SyntaxProblem("a string names a character that does not exist", at) from None
