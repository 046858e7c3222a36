"""Command lines: a text cut into commands and words, each with its place, and with the variables that the text sets.

It is no shell: what is quoted stays together, what a command puts out is unknown, and both branches of everything
count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gate.sources.interface import HOLE

LONGEST = 1 << 16
"""Characters of one command; nobody writes longer ones, and what is in them is data."""
_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r]+|\\\r?\n)
    |(?P<comment>\#[^\n]*)
    |(?P<end>\n|;;?|&&?|\|\|?&?|\(|\))
    |(?P<redirect>\d*(?:>>|<<<|>&|<&|>|<)-?)
    |(?P<single>'[^']*')
    |(?P<double>"(?:[^"\\]|\\.)*")
    |(?P<ansi>\$'(?:[^'\\]|\\.)*')
    |(?P<variable>\$\{\{[^}]*\}\}|\$\{[^{}\n]*\}|\$\([\w.]+\)|\$[A-Za-z_]\w*|\$[0-9@*\#?$!-])
    |(?P<subshell>\$\(|`)
    |(?P<escape>\\.)
    |(?P<plain>[^\s;&|()<>'"\\$`]+)
    |(?P<other>.)
    """,
    re.S | re.X,
)
_IN_TEXT = re.compile(
    r"\$\{\{[^}]*\}\}|\$\{([A-Za-z_]\w*|\d+)(?::?[-=]([^{}]*))?[^{}]*\}|\$\(([\w.]+)\)|\$([A-Za-z_]\w*)"
    r"|\$[0-9@*#?$!(-]|`[^`]*`"
)
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(\[[^\]=]*\])?\+?=(.*)", re.S)
MOST_ITEMS = 16
"""Items of a loop that are followed."""
_EACH = "\2"
"""Stands around the items of a loop in the value of its variable."""
_ARRAY = re.compile(r"(?m)(?:(?<=\s)|^)([A-Za-z_]\w*)=\(([^()`$]*)\)")
_LOOP = re.compile(rf"{_EACH}[^{_EACH}]*{_EACH}")
_DEFAULT = re.compile(r"\$\{([A-Za-z_]\w*):=([^{}]*)\}")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_KEYWORDS_WORDS = """
    if then elif else fi for while until do done case esac in function { } ! time export local readonly declare
    set RUN
"""
_DECLARES = frozenset(("declare", "local", "readonly", "export", "typeset"))
_KEYWORDS = frozenset(_KEYWORDS_WORDS.split())


class Word(NamedTuple):
    """One word with its variables put in; `start` and `end` are offsets in the text."""

    text: str
    start: int
    end: int


Words = list[Word]


def split(text: str, known: Mapping[str, str] | None = None, assigned: Words | None = None) -> Iterator[Words]:
    """The commands of `text`, in order; `known` are variables that are set around it.

    Each `NAME=VALUE` that is assigned is added to `assigned`.
    """
    assignments = [] if assigned is None else assigned
    variables = dict(known or {})
    words: Words = []
    word: list[str] | None = None
    start = end = length = 0
    for match in _TOKEN.finditer(_ARRAY.sub(_quoted, _without_heredocs(text))):
        kind = match.lastgroup
        if kind == "comment" and word is not None:
            kind = "plain"
        if kind in ("space", "end", "comment", "redirect"):
            if word is not None:
                words.append(_word(word, start, end))
                word = None
            if kind == "end" and words:
                yield from _command(words, variables, assignments)
                words = []
            continue
        if word is None:
            word, start, length = [], match.start(), 0
        end = match.end()
        if length < LONGEST:
            if ":=" in match[0]:
                _defaults(match[0], variables)
            word.append(_value(kind or "", match[0], variables))
            length += len(word[-1])
    if word is not None:
        words.append(_word(word, start, end))
    if words:
        yield from _command(words, variables, assignments)


def _word(parts: list[str], start: int, end: int) -> Word:
    """A word; one of variables that are empty here is known at run time only."""
    text = "".join(parts)
    return Word(text or (HOLE if end - start > len('""') else ""), start, end)


def _quoted(array: re.Match[str]) -> str:
    """`NAME=(a b)` as `NAME="a b"`, which is as long."""
    items = array[2].replace("'", " ").replace('"', " ")
    return f'{array[1]}="{items}"'


def _defaults(text: str, variables: dict[str, str]) -> None:
    """Notes what `${NAME:=value}` sets."""
    for match in _DEFAULT.finditer(text):
        variables.setdefault(match[1], expand(match[2], variables))


def _value(kind: str, text: str, variables: Mapping[str, str]) -> str:
    if kind == "single":
        return text[1:-1]
    if kind == "double":
        return expand(re.sub(r'\\(?:\n|(["\\$`]))', r"\1", text[1:-1]), variables)
    if kind == "variable":
        return expand(text, variables)
    if kind in ("subshell", "ansi"):
        return HOLE
    return text[1:].lstrip("\n") if kind == "escape" else text


def expand(text: str, variables: Mapping[str, str]) -> str:
    """`text` with its variables, `HOLE` for those that nothing sets."""

    def put(match: re.Match[str]) -> str:
        name = match[1] or match[3] or match[4]
        if name is None:
            return HOLE
        if name in variables:
            return _indexed(match[0], variables[name])
        return match[2] if match[2] else HOLE

    return _IN_TEXT.sub(put, text)[:LONGEST]


_INDEX = re.compile(r"\$\{\w+\[([^\]@*]+)\]")


def _indexed(text: str, value: str) -> str:
    """`${NAME[3]}` as that item of an array, `${NAME[i]}` as each of its items in turn."""
    index = _INDEX.match(text)
    if index is None:
        return value
    items = value.split()[:MOST_ITEMS]
    if index[1].isdigit():
        return items[int(index[1])] if len(index[1]) < 4 and int(index[1]) < len(items) else HOLE
    return _EACH + "\1".join(items) + _EACH if items else HOLE


def _command(words: Words, variables: dict[str, str], assignments: Words) -> Iterator[Words]:
    """Notes what is assigned, and hands on the rest without keywords."""
    if words[0].text == "for" and len(words) > 3 and words[2].text == "in":
        items = [item for word in words[3:] for item in word.text.split()][:MOST_ITEMS]
        variables[words[1].text] = _EACH + "\1".join(items) + _EACH
        return
    for place, word in enumerate(words):
        head = word.text
        assigned = _ASSIGNMENT.fullmatch(head)
        if place and head.startswith("-") and words[place - 1].text in _DECLARES:
            continue
        if assigned and not head.startswith("-"):
            before = variables.get(assigned[1], "") + " " if assigned[2] else ""
            variables[assigned[1]] = (before + assigned[3])[-LONGEST:].lstrip()
            assignments.append(word)
        elif head not in _KEYWORDS:
            yield from _each(words[place:])
            return


def _each(words: Words) -> Iterator[Words]:
    """The command once for every item of the loop around it whose variable it has; of several loops for the first."""
    loop = next((match[0] for word in words if (match := _LOOP.search(word.text))), None)
    if loop is None:
        yield words
        return
    for item in loop.strip(_EACH).split("\1"):
        yield [word._replace(text=_LOOP.sub(HOLE, word.text.replace(loop, item))) for word in words]


def _without_heredocs(text: str) -> str:
    """`text` with the documents that stand in it blanked, unless a shell reads them."""
    if "<<" not in text:
        return text
    lines = text.split("\n")
    until = None
    for number, line in enumerate(lines):
        if until is not None:
            if line.strip() == until:
                until = None
            lines[number] = " " * len(line)
        elif (found := _HEREDOC.search(line)) and "<<<" not in line and not re.search(r"\b(?:ba|z)?sh\b", line):
            until = found[2] if any(rest.strip() == found[2] for rest in lines[number + 1 : number + 500]) else None
            lines[number] = line[: found.start()] + " " * (found.end() - found.start()) + line[found.end() :]
    return "\n".join(lines)
