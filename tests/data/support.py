"""A dataset of files written on the spot, opened as the limited process opens it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from gate.data.interface import Layout, Piece, Table
from gate.data.read import open_table

MEMORY = 400 * 1024 * 1024
PLAIN = Layout()


def write(folder: Path, files: Mapping[str, bytes | str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


@contextlib.contextmanager
def opened(
    folder: Path, layout: Layout = PLAIN, memory: int = MEMORY, asked: Callable[[str], bool] = lambda _: True
) -> Iterator[Table]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    pieces = []
    try:
        for path in paths:
            descriptor = os.open(path, os.O_RDONLY)
            pieces.append(Piece(path.relative_to(folder).as_posix(), descriptor, path.stat().st_size))
        table = open_table(pieces, layout, memory=memory, threads=2, asked=asked)
        try:
            yield table
        finally:
            table.connection.close()
    finally:
        for piece in pieces:
            os.close(piece.descriptor)


def rows(table: Table) -> list[tuple[object, ...]]:
    return [tuple(row) for row in table.connection.execute(f'SELECT * FROM "{table.name}"').fetchall()]
