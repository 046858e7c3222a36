"""Notebooks: the code of all cells as one module, and the commands that cells give to a shell.

Places are those in the file as it is stored, for that is what a reviewer and code scanning see: the line of the JSON
text on which the line of code stands.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple

from gate.sources import commands
from gate.sources.interface import Found, Gap, Site
from gate.sources.python.around import Around
from gate.sources.python.packages import ANYWHERE, METHODS
from gate.sources.python.sites import read as read_python

_MAGIC = re.compile(r"^(?P<lead>[ \t]*(?:[\w, ]+=[ \t]*)?)(?P<mark>!{1,2}|%(?:sx|system)\b|%pip\b|%)(?P<rest>.*)$")
_CELL = re.compile(r"^%%(?P<name>\w+)")
MAX_LINES = 100_000
"""Lines of code of one notebook; nobody writes more."""
_NEAR = 1 << 16
"""Characters between two lines of a cell, beside the lines themselves; nobody puts as many there."""
_SHELLS = frozenset(("bash", "sh", "shell", "script", "system", "zsh"))
_SOURCE = re.compile(r'"(?:source|input)"\s*:\s*\[?\s*(?=")')


class _Line(NamedTuple):
    """A line of code, and where it stands in the file: its line, and the column of its first character."""

    code: str
    line: int
    column: int


def read_notebook(data: bytes, around: Around | None = None) -> Found:
    """The places in a notebook, and what of it could not be read; `around` is the repository that it is in."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    sources = _sources(text)
    if sources is None:
        why = "not valid JSON, or without cells" if text.strip() else "it is empty"
        yield Gap(1, f"it is no notebook: {why}", blind=_may_call(text))
        return
    if sum(part.count("\n") + 1 for parts in sources for part in parts) > MAX_LINES:
        yield Gap(1, f"a notebook with more than {MAX_LINES:,} lines of code is not read", blind=True)
        return
    places = _Places(text)
    cells = [list(places.lines(parts)) for parts in sources]
    module: list[_Line] = []
    shell: list[_Line] = []
    for cell in cells:
        _sort(cell, module, shell)
    yield from _python(module, around)
    yield from _commands(shell)


def _may_call(text: str) -> bool:
    """Whether what is no notebook has a call or a command in it, in whatever encoding."""
    text = text.replace("\0", "")
    names = {*METHODS, *(name for _, name in ANYWHERE)}
    return any(mark in text for mark in ("(", "!", "%%")) or not names.isdisjoint(re.findall(r"\w+", text))


def _python(lines: list[_Line], around: Around | None) -> Found:
    for found in read_python("\n".join(line.code for line in lines).encode("utf-8", "replace"), around):
        place = lines[min(found.line, len(lines)) - 1]
        if isinstance(found, Gap):
            yield found._replace(line=place.line)
        else:
            yield found._replace(line=place.line, column=place.column + found.column - 1)


def _commands(lines: list[_Line]) -> Iterator[Site]:
    starts: list[int] = []
    at = 0
    for line in lines:
        starts.append(at)
        at += len(line.code) + 1
    script = "\n".join(line.code for line in lines)
    for one in commands.in_text(script):
        number = bisect_right(starts, one.start) - 1
        place = lines[number]
        length = min(one.end, starts[number] + len(place.code)) - one.start
        column = place.column + one.start - starts[number]
        yield Site(place.line, column, max(1, length), one.call, one.text[:300], one.source, one.flaws)


def _sort(cell: list[_Line], module: list[_Line], shell: list[_Line]) -> None:
    """Puts the lines of a cell where they are read; what goes to the shell leaves an empty statement behind."""
    head = _CELL.match(cell[0].code) if cell else None
    if head and head["name"] in _SHELLS:
        shell += cell[1:]
        return
    if head and head["name"] not in ("time", "timeit", "capture", "prun"):
        return
    continued = False
    for place, line in enumerate(cell):
        if head and place == 0:
            module.append(line._replace(code=""))
            continue
        magic = None if continued else _MAGIC.match(line.code)
        if magic is None and not continued:
            module.append(line)
            continue
        if magic is not None:
            blank = " " * magic.start("rest")
            shell.append(line._replace(code=re.sub(r"\{([\w.]+)\}", r"${\1}", blank + magic["rest"])))
            module.append(line._replace(code=magic["lead"] + ("None" if magic["lead"].strip() else "pass")))
        else:
            shell.append(line)
            module.append(line._replace(code=""))
        continued = line.code.rstrip().endswith("\\")


def _sources(text: str) -> list[list[str]] | None:
    """The parts of the source of every cell of code; None for what is no notebook."""
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    cells = document.get("cells")
    if not isinstance(cells, list):
        sheets = document.get("worksheets")
        first = sheets[0] if isinstance(sheets, list) and sheets else None
        cells = first.get("cells") if isinstance(first, dict) else None
    if not isinstance(cells, list):
        return None
    found = []
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", cell.get("input", ""))
        parts = source if isinstance(source, list) else [source]
        found.append([part for part in parts if isinstance(part, str)])
    return found


class _Places:
    """Finds the strings of the sources of cells in the text, in their order."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line, self._counted = text, 0, 1, 0
        self._line_start = 0

    def lines(self, parts: list[str]) -> Iterator[_Line]:
        """The lines of one cell; the first is where its `source` begins."""
        for place, part in enumerate(parts):
            column = self._find(part, first=place == 0)
            codes = part.removesuffix("\n").split("\n")
            for number, code in enumerate(codes):
                yield _Line(code, self._line, 1 if number else column)

    def _find(self, part: str, *, first: bool) -> int:
        """Moves on to the string `part` and returns the column of what is in it."""
        forms = (json.dumps(part, ensure_ascii=False), json.dumps(part))
        if first:
            starts = (match.end() for match in _SOURCE.finditer(self._text, self._at))
            at = next((start for start in starts if self._text.startswith(forms, start)), -1)
        else:
            end = self._at + 2 * max(map(len, forms)) + _NEAR
            at = min((n for n in (self._text.find(form, self._at, end) for form in forms) if n >= 0), default=-1)
        if at < 0:
            return 1
        self._line += self._text.count("\n", self._counted, at)
        self._line_start = max(self._line_start, self._text.rfind("\n", self._counted, at) + 1)
        self._counted, self._at = at, at + len(part)
        return at - self._line_start + 2
