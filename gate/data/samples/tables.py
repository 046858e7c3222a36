"""Labelled rows of a table: every column but the labels' is something that they may depend on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gate.core.text import count
from gate.data.database import quoted
from gate.data.interface import DataError, Piece
from gate.data.places import places
from gate.data.read import open_table
from gate.data.samples.interface import Loaded, Tabular, Wanted
from gate.data.samples.labels import classes_of, label_column
from gate.data.samples.rows import MAX_ROWS, chosen, fetch, length, sampled_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_COLUMNS = 500
MAX_CELL = 200
"""Characters of a text in a cell that are looked at."""
_AT_ONCE = 2_000_000
"""Values that are fetched at a time: each query looks at the names of all columns."""
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_FRACTIONS = ("FLOAT", "DOUBLE", "DECIMAL", "UHUGEINT")
_TIMES = ("TIMESTAMP", "DATE")


def read(pieces: Sequence[Piece], wanted: Wanted, memory: int) -> Loaded:
    """The rows that have a label."""
    table = open_table(pieces, wanted.layout, memory=memory // 2, threads=2)
    label = label_column(table, wanted.labels)
    features = [(name, kind) for name, kind in table.columns if name != label]
    if not features:
        raise DataError(table.pieces[0].path, "it has no column besides the labels")
    used = features[:MAX_COLUMNS]
    total = length(table)
    most = max(1000, min(MAX_ROWS, memory // (100 * len(used))))
    rows = chosen(total, most, wanted.seed)
    labels = fetch(table, [f"{quoted(label)}::VARCHAR"], rows)[0]
    numbers, classes = classes_of(labels, table.pieces[0].path)
    kept = np.flatnonzero(numbers >= 0)
    if not len(kept):
        raise DataError(table.pieces[0].path, f"no row has a label in {label!r}")
    columns = {}
    step = max(1, _AT_ONCE // len(numbers))
    for start in range(0, len(used), step):
        some = used[start : start + step]
        for (name, kind), values in zip(some, fetch(table, [_term(*one) for one in some], rows), strict=True):
            columns[name] = _column(kind, values)[kept]
    positions = np.arange(total) if rows is None else rows
    skipped = []
    if missing := len(numbers) - len(kept):
        skipped.append(f"{count(missing, 'row')} without a label")
    if len(used) < len(features):
        skipped.append(f"{count(len(features) - len(used), 'column')} after the first {MAX_COLUMNS}")
    if cut := sum(_cut(column) for column in columns.values()):
        skipped.append(f"what comes after {MAX_CELL} characters in {count(cut, 'cell')}")
    return Loaded(
        Tabular(columns, numbers[kept], classes),
        total,
        lambda samples: places(table, [int(positions[kept[sample]]) for sample in samples]),
        tuple(skipped),
        sampled_words(total, len(positions), "row"),
    )


def is_number(kind: str) -> bool:
    """Whether a column of this type of DuckDB is read as numbers; times count in seconds."""
    return kind.startswith((*_NUMBERS, *_FRACTIONS, *_TIMES)) and not kind.endswith("]")


def _column(kind: str, values: Sequence[Any]) -> NDArray[np.float64] | NDArray[np.object_]:
    if is_number(kind):
        return np.array([np.nan if value is None else value for value in values], np.float64)
    seen: dict[str | None, str | None] = {}  # one object for each text
    return np.array([seen.setdefault(value, value) for value in values], object)


def _cut(column: NDArray[np.float64] | NDArray[np.object_]) -> int:
    """How many texts are longer than what is looked at: one character more is fetched."""
    if column.dtype != object:
        return 0
    long = np.array([value is not None and len(value) > MAX_CELL for value in column], bool)
    column[long] = [value[:MAX_CELL] for value in column[long]]
    return int(long.sum())


def _term(name: str, kind: str) -> str:
    if kind.startswith(_TIMES):
        return f"epoch({quoted(name)}::TIMESTAMP)::DOUBLE"
    return f"{quoted(name)}::DOUBLE" if is_number(kind) else f"left({quoted(name)}::VARCHAR, {MAX_CELL + 1})"
