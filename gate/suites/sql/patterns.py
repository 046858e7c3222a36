"""Regular expressions of Python for DuckDB: only what both read alike, written anew from the parsed pattern."""

from __future__ import annotations

import importlib
import re
import sys
import warnings
from collections.abc import Iterable
from typing import Any, NamedTuple

from gate.suites.sql.terms import Column, NotCompiled, both, count, literal

_LONGEST = 1000
_MOST_REPEATS = 1000  # RE2 refuses more
_CATEGORIES = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}
_FLAGS = re.UNICODE | re.IGNORECASE | re.DOTALL


class Pattern(NamedTuple):
    """A pattern for RE2; `ascii` and `lines` say which texts the two languages may read differently."""

    text: str
    ascii: bool
    lines: bool

    def matches(self, column: Column) -> str:
        """That the pattern is found in the text."""
        return f"regexp_matches({column.sql}, {literal(self.text)})"

    def guards(self, column: Column, scope: str | None) -> Iterable[str]:
        """Counts that have to be zero: texts beyond ASCII for classes such as \\d, line ends for . and $."""
        if self.ascii:
            yield count(both(scope, f"regexp_matches({column.sql}, '[^\\t\\n\\r -~]')"))
        if self.lines:
            yield count(both(scope, f"contains({column.sql}, chr(10))"))


def translate(pattern: str) -> Pattern:
    """The pattern, if it has nothing but what means the same in both languages."""
    if len(pattern) > _LONGEST:
        raise NotCompiled
    parser: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            parsed = parser.parse(pattern)
            flags = parsed.state.flags
            if flags & ~_FLAGS:
                raise NotCompiled
            writer = _Writer(dotall=bool(flags & re.DOTALL), ignorecase=bool(flags & re.IGNORECASE))
            text = writer.sequence(parsed)
    except (re.error, Warning, RecursionError, OverflowError) as error:
        raise NotCompiled from error
    prefix = "(?i)" if writer.ignorecase else ""
    return Pattern(prefix + text, writer.ascii, writer.lines)


class _Writer:
    """Writes a parsed pattern; every character by its number, so that none has a meaning."""

    def __init__(self, dotall: bool, ignorecase: bool) -> None:
        self.dotall, self.ignorecase = dotall, ignorecase
        self.ascii, self.lines = ignorecase, False

    def sequence(self, items: Iterable[tuple[Any, Any]]) -> str:
        return "".join(self._item(str(operation), argument) for operation, argument in items)

    def _item(self, operation: str, argument: Any) -> str:
        if operation == "LITERAL":
            return self._character(argument)
        if operation == "NOT_LITERAL":
            return f"[^{self._character(argument)}]"
        if operation == "ANY":
            self.lines |= not self.dotall
            return r"(?s:.)" if self.dotall else r"[^\n]"
        if operation == "IN":
            return self._class(argument)
        if operation == "AT":
            return self._place(str(argument))
        if operation == "BRANCH":
            return "(?:" + "|".join(self.sequence(branch) for branch in argument[1]) + ")"
        if operation == "SUBPATTERN":
            _, added, removed, inner = argument
            if added or removed:
                raise NotCompiled
            return f"(?:{self.sequence(inner)})"
        if operation in ("MAX_REPEAT", "MIN_REPEAT"):
            return self._repeat(*argument)
        raise NotCompiled

    def _character(self, code: int) -> str:
        if 0xD800 <= code <= 0xDFFF or (self.ignorecase and code > 0x7F):
            raise NotCompiled
        return f"\\x{{{code:x}}}"

    def _class(self, items: Iterable[tuple[Any, Any]]) -> str:
        written = []
        for operation, argument in items:
            if str(operation) == "NEGATE":
                written.append("^")
            elif str(operation) == "LITERAL":
                written.append(self._character(argument))
            elif str(operation) == "RANGE":
                written.append("-".join(self._character(code) for code in argument))
            elif str(operation) == "CATEGORY":
                written.append(self._category(str(argument)))
            else:
                raise NotCompiled
        return f"[{''.join(written)}]"

    def _category(self, name: str) -> str:
        negated = name.startswith("CATEGORY_NOT_")
        written = _CATEGORIES.get(name.removeprefix("CATEGORY_NOT_" if negated else "CATEGORY_"))
        if written is None:
            raise NotCompiled
        self.ascii = True
        return written.upper() if negated else written

    def _place(self, name: str) -> str:
        if name in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
            return r"\A"
        if name in ("AT_END", "AT_END_STRING"):
            self.lines |= name == "AT_END"
            return r"\z"
        if name in ("AT_BOUNDARY", "AT_NON_BOUNDARY"):
            self.ascii = True
            return r"\b" if name == "AT_BOUNDARY" else r"\B"
        raise NotCompiled

    def _repeat(self, least: int, most: Any, inner: Iterable[tuple[Any, Any]]) -> str:
        written = f"(?:{self.sequence(inner)})"
        if least > _MOST_REPEATS or (str(most) != "MAXREPEAT" and most > _MOST_REPEATS):
            raise NotCompiled
        if str(most) == "MAXREPEAT":
            return written + {0: "*", 1: "+"}.get(least, f"{{{least},}}")
        return f"{written}{{{least},{most}}}"
