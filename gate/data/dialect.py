"""How a CSV file is written: delimiter, quote, encoding, and whether its first record names the columns."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from gate.data import packed
from gate.data.choose import suffix
from gate.data.database import check_names
from gate.data.interface import DataError, Layout, Piece

MAX_CELL = 16 * 1024 * 1024
"""Bytes of one record at most."""
ENCODINGS = {
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
    **dict.fromkeys(("latin-1", "latin1", "iso-8859-1", "iso8859-1"), "latin-1"),
}
_DELIMITERS = ",;\t|"
_SAMPLE = 256 * 1024
_ROWS = 100
_TYPED = re.compile(
    r"\s*(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf|infinity)|true|false"
    r"|\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?)\s*",
    re.IGNORECASE,
)


class Dialect(NamedTuple):
    """All of it, with the names of the columns."""

    delimiter: str
    quote: str
    header: bool
    encoding: str
    names: tuple[str, ...]


class Reader(Protocol):
    """A reader of the standard library: records, and the last line of the latest one."""

    @property
    def line_num(self) -> int:
        """Lines read so far."""

    def __iter__(self) -> Iterator[list[str]]: ...


def find_dialect(piece: Piece, layout: Layout) -> Dialect:
    """The dialect of one file: what is declared, else what its first records show."""
    encoding = ENCODINGS.get((layout.encoding or "utf-8").lower().replace("_", "-"))
    if encoding is None:
        raise DataError(piece.path, f"the encoding {layout.encoding!r} is not read; convert it to UTF-8")
    quote = '"' if layout.quote is None else layout.quote
    if len(quote) > 1 or (layout.delimiter is not None and len(layout.delimiter) != 1):
        raise DataError(piece.path, "a delimiter or a quote is one character; correct the layout")
    if not (text := _sample(piece, encoding)):
        raise DataError(piece.path, "the file is empty: it has not even a header")
    if text[0] in "\r\n":
        raise DataError(piece.path, "line 1: it is empty; the file must begin with its header or its first row")
    delimiter = layout.delimiter or _delimiter(piece, text, quote)
    rows = list(_records(text, delimiter, quote, _ROWS))
    if not rows:
        raise DataError(piece.path, "line 1: the first record has no end; check its quotes")
    header = _has_header(rows) if layout.header is None else layout.header
    names = _names(rows[0], header, list(layout.columns))
    check_names(piece.path, names)
    return Dialect(delimiter, quote, header, encoding, names)


def _sample(piece: Piece, encoding: str) -> str:
    """The first records as text; more of them where the first one is long."""
    length = _SAMPLE
    while True:
        raw = packed.head(piece, length)
        text = raw.decode(encoding, "replace").removeprefix("\ufeff")
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise DataError(piece.path, "it is UTF-16; convert it to UTF-8")
        if len(raw) < length or "\n" in text or "\r" in text:
            return text
        if length > MAX_CELL:
            raise DataError(piece.path, f"line 1: it has more than {MAX_CELL:,} bytes")
        length *= 8


def _records(text: str, delimiter: str, quote: str, limit: int) -> Iterator[list[str]]:
    """Whole records; the last one of a sample may be cut, and is left out unless it is the only one."""
    csv.field_size_limit(MAX_CELL)
    before: list[str] | None = None
    count = 0
    try:
        for row in reader(io.StringIO(text, newline=""), delimiter, quote):
            if before is not None and (count := count + 1) <= limit:
                yield before
            before = row if row else before
            if count > limit:
                return
    except csv.Error:
        pass  # the sample ends within quotes, or the text is malformed: then DuckDB says where
    if before is not None and (len(text) < _SAMPLE or count == 0):
        yield before


def reader(lines: Iterator[str] | io.TextIOBase, delimiter: str, quote: str) -> Reader:
    """The reader of the standard library for this dialect."""
    if quote:
        return csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=True)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, quotechar=None)


def _delimiter(piece: Piece, text: str, quote: str) -> str:
    """Tab by the name; else the one that splits all records alike, or the first one most.

    Two that split all records alike make two tables of one file, and which one was meant is not for us to guess.
    """
    if suffix(piece.path) in (".tsv", ".tab"):
        return "\t"
    widths = {one: [len(row) for row in _records(text, one, quote, _ROWS)] or [0] for one in _DELIMITERS}
    even = [one for one in _DELIMITERS if len(set(widths[one])) == 1 and widths[one][0] > 1]
    if len(even) > 1:
        these = " or ".join(json.dumps(one) for one in even)
        declare = f"`data: {{delimiter: {json.dumps(even[0])}}}`"
        raise DataError(
            piece.path, f"its values could be separated by {these}: say by which, as {declare} of its entry"
        )
    return max(even or _DELIMITERS, key=lambda one: widths[one][0])


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first record differs from columns of numbers, dates or truth values below it."""
    first, rest = rows[0], rows[1:]
    if not rest:
        return not any(_TYPED.fullmatch(cell) for cell in first)
    typed = []
    for index, cell in enumerate(first):
        below = [row[index] for row in rest if index < len(row) and row[index]]
        if below and all(map(_TYPED.fullmatch, below)):
            typed.append(cell)
    return not typed or any(cell and not _TYPED.fullmatch(cell) for cell in typed)


def _names(first: Sequence[str], header: bool, declared: Sequence[str]) -> tuple[str, ...]:
    """As pandas names a column without a name; without a header, the declared names or DuckDB's."""
    if header:
        return tuple(cell or f"Unnamed: {index}" for index, cell in enumerate(first))
    if len(declared) == len(first):
        return tuple(declared)
    return tuple(f"column{index}" for index in range(len(first)))
