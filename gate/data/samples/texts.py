"""Labelled texts: one column of a table holds them, another one their labels."""

# ruff: noqa: S608 # names go through `quoted`
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gate.core.text import count, shorten
from gate.data.database import quoted
from gate.data.interface import DataError, Piece, Table
from gate.data.places import places
from gate.data.read import open_table
from gate.data.samples.interface import Loaded, Texts, Wanted
from gate.data.samples.labels import classes_of, label_column
from gate.data.samples.rows import MAX_ROWS, ask, chosen, fetch, length, sampled_words

NAMES = ("text", "sentence", "content", "review", "message", "comment", "tweet", "body", "document", "title")
MAX_TEXT = 20_000
"""Characters of a text that are looked at: half of them from its end."""


def read(pieces: Sequence[Piece], wanted: Wanted, memory: int) -> Loaded:
    """The texts that have a label."""
    table = open_table(pieces, wanted.layout, memory=memory // 2, threads=2)
    label = label_column(table, wanted.labels)
    text = _text_column(table, label)
    total = length(table)
    average = float(ask(table, f"SELECT avg(least(length({quoted(text)}), {MAX_TEXT})) FROM {table.name}")[0][0] or 1)
    most = max(1000, min(MAX_ROWS, int(memory / (2 * average + 200))))
    rows = chosen(total, most, wanted.seed)
    column, half = quoted(text), MAX_TEXT // 2
    cut = f"CASE WHEN length({column}) > {MAX_TEXT} THEN left({column}, {half}) || ' ' || right({column}, {half})"
    terms = [f"{cut} ELSE {column} END", f"length({column}) > {MAX_TEXT}", f"{quoted(label)}::VARCHAR"]
    texts, long, labels = fetch(table, terms, rows)
    numbers, classes = classes_of(labels, table.pieces[0].path)
    kept = np.flatnonzero((numbers >= 0) & np.array([value is not None for value in texts], bool))
    if not len(kept):
        raise DataError(table.pieces[0].path, f"no row has both a text in {text!r} and a label in {label!r}")
    positions = np.arange(total) if rows is None else rows
    skipped = []
    if missing := len(numbers) - len(kept):
        skipped.append(f"{count(missing, 'row')} without a text or a label")
    if cuts := sum(map(bool, long)):
        skipped.append(f"the middle of {count(cuts, 'text')} of more than {MAX_TEXT:,} characters")
    return Loaded(
        Texts([texts[row] for row in kept], numbers[kept], classes),
        total,
        lambda samples: places(table, [int(positions[kept[sample]]) for sample in samples]),
        tuple(skipped),
        sampled_words(total, len(positions), "row"),
        _aside(table, text, label),
    )


def _aside(table: Table, text: str, label: str) -> str:
    """Says which column holds the texts, where there are others that might."""
    others = [name for name, kind in table.columns if kind == "VARCHAR" and name not in (text, label)]
    names = ", ".join(shorten(name, 40) for name in others[:5])
    return f"the texts are those of {shorten(text, 40)}; not of {names}" if others else ""


def _text_column(table: Table, label: str) -> str:
    """The column that holds the texts: called so, or with the longest texts."""
    texts = [name for name, kind in table.columns if kind == "VARCHAR" and name != label]
    if not texts:
        raise DataError(table.pieces[0].path, "no column holds texts, besides the labels")
    lowered = {name.lower(): name for name in texts}
    if named := next((lowered[name] for name in NAMES if name in lowered), None):
        return named
    lengths = ask(table, f"SELECT {', '.join(f'avg(length({quoted(name)}))' for name in texts)} FROM {table.name}")[0]
    return max(zip(lengths, texts, strict=True), key=lambda pair: pair[0] or 0)[1]
