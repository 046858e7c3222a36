"""Where rows of a table are: the file, the row in it, and in text formats the line."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

from gate.data import packed
from gate.data.dialect import find_dialect
from gate.data.interface import Layout, Piece, Place, Table


def places(table: Table, rows: Sequence[int]) -> list[Place]:
    """The place of each of `rows`, positions in the view from 0, in the order given.

    Files are read from the beginning up to the last row that is asked for. IndexError for a row that is not there.
    """
    found: dict[int, Place] = {}
    wanted = sorted(set(rows))
    if wanted and wanted[0] < 0:
        raise IndexError(f"the table has no row {wanted[0]}")
    walk = _WALKS[table.layout.format or "csv"]
    first = 0
    for piece in table.pieces:
        if not wanted:
            break
        first = walk(table, piece, first, wanted, found)
    if wanted:
        raise IndexError(f"the table has no row {wanted[0]}")
    return [found[row] for row in rows]


Walk = Callable[[Table, Piece, int, "list[int]", "dict[int, Place]"], int]
"""Moves rows of a file from those wanted to those found; `first` is its first row, the answer that of the next file."""


def _by_lines(lines: Callable[[Piece, Layout], Iterator[int]]) -> Walk:
    def walk(table: Table, piece: Piece, first: int, wanted: list[int], found: dict[int, Place]) -> int:
        row = first
        for line in lines(piece, table.layout):
            if wanted[0] == row:
                found[wanted.pop(0)] = Place(piece.path, row - first, line)
                if not wanted:
                    return row + 1
            row += 1
        return row

    return walk


def _by_count(count: Callable[[Table, Piece], int]) -> Walk:
    def walk(table: Table, piece: Piece, first: int, wanted: list[int], found: dict[int, Place]) -> int:
        end = first + count(table, piece)
        for row in itertools.takewhile(lambda row: row < end, wanted[:]):
            found[row] = Place(piece.path, row - first)
            wanted.remove(row)
        return end

    return walk


def _csv_lines(piece: Piece, layout: Layout) -> Iterator[int]:
    from gate.data.scan import rows_of

    return rows_of(piece, find_dialect(piece, layout))


def _json_lines(piece: Piece, layout: Layout) -> Iterator[int]:
    with packed.unpacked(piece) as stream:
        yield from (number for number, line in enumerate(stream, 1) if line.strip())


def _parquet_rows(table: Table, piece: Piece) -> int:
    from gate.data.parquet import count_rows

    return count_rows(table, piece)


def _arrow_rows(_: Table, piece: Piece) -> int:
    from gate.data.arrow import batches

    return sum(batch.num_rows for batch in batches(piece))


_WALKS: dict[str, Walk] = {
    "csv": _by_lines(_csv_lines),
    "jsonl": _by_lines(_json_lines),
    "parquet": _by_count(_parquet_rows),
    "arrow": _by_count(_arrow_rows),
    "images": _by_count(lambda *_: 1),
}
