"""Which types the first rows of a CSV file suggest; whether all rows have them is for others to say."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator, Sequence

from gate.data.dialect import Dialect
from gate.data.interface import Piece
from gate.data.scan import records
from gate.data.types import GUESSES, PATTERNS

SAMPLE = 1000
"""Rows that are looked at."""
_CELLS = 500_000
"""Values that are looked at, at most: fewer rows of a wide file."""
_BYTES = 64 * 1024 * 1024
"""Characters of the rows that are looked at, at most; one row may have a quarter of it."""
_TESTS = {kind: re.compile(PATTERNS[kind], re.ASCII).fullmatch for kind in GUESSES}


def guess(pieces: Sequence[Piece], dialect: Dialect, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The types that all values of the sample are written as, for each of `names`, in the order of `GUESSES`.

    All of them, where the sample has no value. What it leaves out here, not all rows can have.
    """
    places = {name: index for index, name in enumerate(dialect.names)}
    fitting: dict[int, tuple[str, ...]] = {places[name]: GUESSES for name in names}
    for row in itertools.islice(_rows(pieces, dialect), min(SAMPLE, _CELLS // len(names) + 1)):
        for index, kinds in fitting.items():
            value = row[index] if index < len(row) else ""
            if kinds and value:
                fitting[index] = tuple(kind for kind in kinds if _TESTS[kind](value))
    return dict(zip(names, fitting.values(), strict=True))


def _rows(pieces: Sequence[Piece], dialect: Dialect) -> Iterator[list[str]]:
    """The rows up to the first defect, of which whoever reads all of them will speak."""
    size = 0
    for piece in pieces:
        found = (row for _, row in records(piece, dialect) if row)
        try:
            for row in itertools.islice(found, int(dialect.header), None):
                yield row
                size += sum(map(len, row))
                if size > _BYTES:
                    return
        except (csv.Error, UnicodeError, OSError, EOFError, ValueError):
            return
