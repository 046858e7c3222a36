"""Expressions as they are written: what is wrong in them, where it stands in the document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gate.core.errors import DocumentError, Problem
from gate.core.facts import RECORDS, VARIABLES
from gate.core.text import did_you_mean
from gate.documents.offsets import within
from gate.policy.custom.ask import Error, MissingError, errors_in
from gate.policy.custom.schema import Assertion, Written

FUNCTIONS = ("has", "size", "matches", "startsWith", "endsWith", "contains", "all", "exists", "filter", "map")
_FIELD = re.compile(r"undefined field '(\w+)' not found in struct 'gate\.(\w+)'")
_NAME = re.compile(r"undeclared reference to '(\w+)")
_OVERLOAD = re.compile(r"found no matching overload for '_?([^']+?)_?' applied to '\((.*)\)'")
_WORD = re.compile(r"\w+")


def refuse_wrong(written: Sequence[Written]) -> tuple[str, ...]:
    """Raises `DocumentError` with what is wrong in any expression; a note where the library for that is missing."""
    try:
        found = errors_in([one.rule.expression for one in written])
    except MissingError as error:
        return (f"the expressions of custom rules were not compiled: {error.message}; {error.fix}",)
    problems = [_problem(one.assertion, error) for one, errors in zip(written, found, strict=True) for error in errors]
    if problems:
        raise DocumentError(problems)
    return ()


def _problem(assertion: Assertion, error: Error) -> Problem:
    text = assertion.scalar.text
    start, length = _marked(text, error)
    span = within(assertion.document, assertion.scalar, start, length)
    message, fix = _said(error.message)
    return assertion.document.problem(span, message, fix)


def _marked(text: str, error: Error) -> tuple[int, int]:
    """Where the error is in the text, and how many characters to mark: CEL points at the dot before a field."""
    lines = text.split("\n")
    line = min(error.line, len(lines)) - 1
    start = sum(len(one) + 1 for one in lines[:line]) + min(error.column - 1, len(lines[line]))
    if text[start : start + 1] == "." and _FIELD.search(error.message):
        start += 1
    if name := _NAME.search(error.message):
        begin = text.rfind(name[1], 0, start + len(name[1]))  # it points behind what it names
        start = begin if begin >= 0 else start
    word = _WORD.match(text, start)
    return min(start, max(len(text) - 1, 0)), len(word[0]) if word else 1


def _said(message: str) -> tuple[str, str]:
    """The compiler's words in ours, and what may help."""
    if field := _FIELD.search(message):
        known = [fact.name for fact in RECORDS.get(field[2], ())]
        hint = did_you_mean(field[1], known) or f"its fields are {', '.join(known)}; `gate schema facts` describes them"
        return f'{field[2]} has no field "{field[1]}"', hint
    if name := _NAME.search(message):
        hint = did_you_mean(name[1], (*VARIABLES, *FUNCTIONS)) or "an expression is about `artifact` and `facts`"
        return f'"{name[1]}" is not known in CEL', hint
    if overload := _OVERLOAD.search(message):
        return f"`{overload[1]}` does not take ({overload[2]})", "compare what is of one type"
    return f"not valid CEL: {message}" if message.startswith("Syntax error") else message, ""
