"""A dataset as one table, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module

from gate.data.choose import choose
from gate.data.database import connect, explained
from gate.data.interface import DataError, Format, Layout, Piece, Table

READERS: dict[Format, str] = {
    "csv": "gate.data.csv",
    "jsonl": "gate.data.jsonl",
    "parquet": "gate.data.parquet",
    "arrow": "gate.data.arrow",
    "images": "gate.data.images",
}
"""Each has `open_files(connection, pieces, layout, memory) -> Table`."""


def open_table(
    pieces: Sequence[Piece],
    layout: Layout,
    *,
    memory: int,
    threads: int,
    asked: Callable[[str], bool] = lambda _: True,
) -> Table:
    """The rows of all files as one view; DuckDB takes at most `memory` bytes and `threads` threads.

    Of a CSV file the view has no columns but those whose names are `asked` for; the table names all.
    Raises DataError for what is wrong with the dataset; MemoryError when it needs more memory.
    """
    form, chosen = choose(pieces, layout)
    if form != "csv" and (layout.columns or layout.encoding or layout.delimiter):
        raise DataError(chosen[0].path, f"columns, delimiter and encoding are for CSV, and this is {form}; remove them")
    if form != "images" and any(piece.offset is not None for piece in chosen):
        message = f"the rows lie in {len(chosen):,} files, more than may be open at a time; join them into fewer"
        raise DataError(chosen[0].path, message)
    import duckdb

    connection = connect(memory, threads)
    opened: Callable[..., Table] = import_module(READERS[form]).open_files
    if form == "csv":  # converting a value costs more than finding it
        opened = partial(opened, asked=asked)
    try:
        return opened(connection, chosen, layout._replace(format=form), memory)
    except duckdb.OutOfMemoryException:
        raise MemoryError("reading the dataset needs more memory than it may have") from None
    except duckdb.Error as error:
        raise explained(error, chosen) from None
