"""DuckDB as datasets are read with: what it may use, what it may open, and its errors in words of the dataset."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gate.core.text import printable, shorten
from gate.data.interface import DataError, Layout, Piece, Table

if TYPE_CHECKING:
    import duckdb

VIEW = "data"
ROWS = "gate_rows"
"""The table behind the view, where the dataset is small enough to be held."""
HELD = 2
"""A dataset is held in memory when its files take at most a half of it: one reading instead of two."""
_BLOCK = 256 * 1024
"""Bytes that DuckDB takes for a column of a table at least, with the next one for what is being written."""
MAX_COLUMNS = 10_000
_NAMED = re.compile(r"(?:/proc/self/fd|/dev/fd)/(\d+)")
_LINE = re.compile(r"\bline:? (\d+)", re.IGNORECASE)
_WORDS = 200


def connect(memory: int, threads: int) -> duckdb.DuckDBPyConnection:
    """A database in memory that writes nothing to disk and loads no extension; it can still open files."""
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{memory}B",
            "threads": max(1, threads),
            "temp_directory": "",
            "max_temp_directory_size": "0B",
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "allow_persistent_secrets": False,
            "enable_external_file_cache": False,  # the kernel has the files already
            # Statistics of Parquet files leave NaN out, and an author can write what they like into them: DuckDB 2.0
            # would answer `isnan` and `BETWEEN` from them, and leave out groups of rows, without a look at them.
            "disabled_optimizers": "statistics_propagation,filter_pushdown",
        },
    )
    connection.execute("SET TimeZone='UTC'")
    connection.execute("SET enable_progress_bar=false")  # a slow query would draw one on standard output
    return connection


def seal(connection: duckdb.DuckDBPyConnection, allowed: Sequence[Piece]) -> None:
    """From here on it opens nothing but `allowed`, and no query can change that; suites bring SQL of their own."""
    if allowed:
        connection.execute(f"SET allowed_paths={strings(map(address, allowed))}")
    connection.execute("SET enable_external_access=false")
    connection.execute("SET lock_configuration=true")


def address(piece: Piece) -> str:
    """The path by which a library opens the descriptor."""
    return f"/proc/self/fd/{piece.descriptor}" if sys.platform == "linux" else f"/dev/fd/{piece.descriptor}"


def quoted(name: str) -> str:
    """`name` as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def string(text: str) -> str:
    """`text` as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def strings(texts: Iterable[str]) -> str:
    """A list literal of SQL."""
    return "[" + ", ".join(map(string, texts)) + "]"


def show(connection: duckdb.DuckDBPyConnection, select: str) -> None:
    """Makes `select` the view of the dataset."""
    connection.execute(f"CREATE OR REPLACE VIEW {quoted(VIEW)} AS {select}")


def hold(connection: duckdb.DuckDBPyConnection, select: str) -> bool:
    """Reads `select` into memory; False when there is not enough of it."""
    import duckdb

    try:
        connection.execute(f"CREATE OR REPLACE TABLE {ROWS} AS {select}")
    except duckdb.OutOfMemoryException:
        connection.execute(f"DROP TABLE IF EXISTS {ROWS}")
        return False
    return True


def is_small(pieces: Sequence[Piece], columns: int, memory: int, packed: bool) -> bool:
    """Whether it may be held in memory; packed text is taken to be ten times as long."""
    size = sum(piece.size for piece in pieces) * (10 if packed else 1)
    return max(size, 2 * columns * _BLOCK) * HELD <= memory


def sealed(connection: duckdb.DuckDBPyConnection, pieces: Sequence[Piece], layout: Layout, opens: bool) -> Table:
    """The table of the view, its connection sealed; `opens` says that the view still reads the files."""
    described = connection.execute(f"DESCRIBE {quoted(VIEW)}").fetchall()
    seal(connection, pieces if opens else ())
    columns = tuple((str(row[0]), str(row[1])) for row in described)
    return Table(connection, VIEW, columns, tuple(pieces), layout)


def check_names(path: str, names: Sequence[str]) -> None:
    """Columns that SQL cannot tell apart, or that nobody can name, make a table that means two things."""
    if len(names) > MAX_COLUMNS:
        raise DataError(path, f"it has {len(names):,} columns; at most {MAX_COLUMNS:,} are read")
    seen: dict[str, str] = {}
    for name in names:
        if not name or "\0" in name:
            raise DataError(path, f"a column has no usable name ({shorten(name, 40)!r}); name every column")
        if (before := seen.get(name.lower())) is not None:
            how = "the same name" if before == name else "names that differ only in case"
            raise DataError(path, f"two columns have {how}: {shorten(name, 60)!r}; rename one")
        seen[name.lower()] = name


def explained(error: Exception, pieces: Sequence[Piece]) -> DataError:
    """An error of DuckDB as one of the dataset: no path of this machine, no advice on options of DuckDB."""
    text = str(error)
    if "reached an invalid state" in text:
        text = "CSV: its lines do not all end alike, or it is no CSV; write all line ends the same way"
    paths = {str(piece.descriptor): piece.path for piece in pieces}
    named = _NAMED.search(text)
    path = paths.get(named[1], pieces[0].path) if named else pieces[0].path
    lines = [line.strip() for line in text.partition("\nPossible")[0].splitlines()]
    kept = [line for line in lines if line and not line.startswith(("Original Line", "Try ", "file =", "LINE "))]
    words = " ".join(kept).partition(": ")[2] or "it cannot be read"
    words = _NAMED.sub(lambda found: paths.get(found[1], "the file"), words)
    return DataError(path, shorten(printable(words), _WORDS))


def line_of(error: Exception) -> int | None:
    """The line that an error of DuckDB names."""
    found = _LINE.search(str(error))
    return int(found[1]) if found else None
