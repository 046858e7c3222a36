"""What to keep and what to remove, as files in a new directory; nothing of the dataset is changed.

`removed.csv` names every sample that is to go. Each file of the dataset is in one place more: as it is in
`kept.sha256`; where it is one sample, in `removed.sha256`; where it is CSV or JSON lines, as `kept/PATH` and
`removed/PATH`. Only files of which samples are rows without lines, such as Parquet, are left to whoever wrote them.
"""

from __future__ import annotations

import csv
import io
import os
import secrets
import shutil
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from gate.core.errors import UnableError
from gate.core.text import count, printable, shorten
from gate.data import packed
from gate.data.choose import choose, suffix
from gate.data.dialect import find_dialect
from gate.data.interface import DataError, Layout, Piece
from gate.data.scan import rows_of
from gate.files import beneath
from gate.files.atomic import explained, write_atomic
from gate.files.digest import digest
from gate.files.listing import format_listing
from gate.poisoning.answer import MAX_SUSPECTS, Scanned, Suspect
from gate.poisoning.listing import removed, suspects_csv

_PACKED = (".gz", ".zst", ".zstd")
_ROWS = (".npz", ".parquet", ".pq", ".arrow", ".feather", ".ipc", ".tar")
"""Files that hold many images; all others of a dataset of images are one image, or a table of them."""
_AGAIN = "stop what changes the files, then scan them again"


class _Split(NamedTuple):
    """What becomes of the files: each path with the lines, from 1, at which records to remove begin."""

    lines: dict[str, set[int]]
    whole: set[str]
    rows: set[str]


def write_quarantine(directory: str, root: str, scanned: Scanned, layout: Layout) -> list[str]:
    """Writes `directory`, which is not there yet, about files beneath `root`; answers what was written, in words.

    Only suspects of evidence that blocks are removed. Raises `UnableError` where files are no longer those that were
    scanned or where not all suspects are known, `UsageError` where the directory cannot be written.
    """
    suspects = removed(scanned)
    if len(scanned.suspects) >= MAX_SUSPECTS:
        message = f"more than {MAX_SUSPECTS:,} samples are suspicious, and not all of them are listed"
        raise UnableError(message, "restore the data from its source instead")
    split = _split(scanned, suspects)
    temporary = os.path.join(
        os.path.dirname(directory) or ".", f".{os.path.basename(directory)}.{secrets.token_hex(4)}.tmp"
    )
    try:
        os.mkdir(temporary)
        try:
            _write(temporary, scanned, suspects, split)
            for path, lines in split.lines.items():
                _cut(temporary, root, path, lines, scanned.sha256[path], layout)
            os.rename(temporary, directory)
        except BaseException:  # also an interrupt: no half-written directory may stay behind
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    except OSError as error:
        raise explained(directory, error) from None
    return list(_words(directory, scanned, suspects, split))


def _split(scanned: Scanned, suspects: list[Suspect]) -> _Split:
    split = _Split({}, set(), set())
    for place in (suspect.place for suspect in suspects):
        if place.path not in scanned.sha256:  # a member of a tar
            split.rows.add(next(path for path in scanned.sha256 if place.path.startswith(f"{path}/")))
        elif place.line is not None:
            split.lines.setdefault(place.path, set()).add(place.line)
        elif scanned.modality == "image-classification" and suffix(place.path) not in _ROWS:
            split.whole.add(place.path)
        else:
            split.rows.add(place.path)
    return split


def _write(directory: str, scanned: Scanned, suspects: list[Suspect], split: _Split) -> None:
    write_atomic(
        os.path.join(directory, "removed.csv"), suspects_csv(scanned, suspects).encode("utf-8", "surrogateescape")
    )
    touched = split.whole | split.rows | set(split.lines)
    listings = {"kept.sha256": set(scanned.sha256) - touched, "removed.sha256": split.whole}
    for name, paths in listings.items():
        if paths:  # `sha256sum -c` refuses a listing without a line
            listing = format_listing({path: scanned.sha256[path] for path in paths})
            write_atomic(os.path.join(directory, name), listing)


def _cut(directory: str, root: str, path: str, lines: set[int], sha256: str, layout: Layout) -> None:
    """Writes the records of one file, byte by byte as they are, to `kept` or to `removed`; a header goes to both."""
    name = path[: -len(os.path.splitext(path)[1])] if path.lower().endswith(_PACKED) else path
    targets = [os.path.join(directory, part, name) for part in ("kept", "removed")]
    for target in targets:
        os.makedirs(os.path.dirname(target), exist_ok=True)
    broken = (DataError, EOFError, ValueError, csv.Error, zlib.error)
    try:
        with beneath.file(root, path) as descriptor, open(targets[0], "xb") as kept, open(targets[1], "xb") as gone:
            same = digest(descriptor).sha256 == sha256
            found: set[int] = set()
            for line, start in _lines(Piece(path, descriptor, os.fstat(descriptor).st_size), layout):
                if start is not None and start in lines:
                    found.add(start)
                    gone.write(line)
                else:
                    kept.write(line)
                    if start is None:
                        gone.write(line)
            same = same and digest(descriptor).sha256 == sha256
    except broken as error:
        raise UnableError(f"{printable(path)} cannot be read again: {shorten(str(error))}", _AGAIN) from None
    if not same or found != lines:
        raise UnableError(f"{printable(path)} is no longer the file that was scanned", _AGAIN)


def _lines(piece: Piece, layout: Layout) -> Iterator[tuple[bytes, int | None]]:
    """Every line with the number of that at which its record begins; None before the first record."""
    form = choose([piece], layout)[0]
    lines, starts = _json(piece) if form == "jsonl" else _csv(piece, layout)
    upcoming = next(starts, None)
    start: int | None = None
    for number, line in enumerate(lines, 1):
        if number == upcoming:
            start, upcoming = number, next(starts, None)
        yield line, start


def _csv(piece: Piece, layout: Layout) -> tuple[Iterator[bytes], Iterator[int]]:
    """Lines as the reader of CSV counts them: those that end with a carriage return are lines too."""
    text = io.TextIOWrapper(packed.unpacked(piece), "latin-1", newline="")  # one character for each byte
    return (line.encode("latin-1") for line in text), rows_of(piece, find_dialect(piece, layout))


def _json(piece: Piece) -> tuple[Iterator[bytes], Iterator[int]]:
    filled = (number for number, line in enumerate(packed.unpacked(piece), 1) if line.strip())
    return iter(packed.unpacked(piece)), filled


def _words(directory: str, scanned: Scanned, suspects: list[Suspect], split: _Split) -> Iterator[str]:
    if not suspects:
        yield f"{printable(directory)}: nothing is to be removed: no evidence is strong enough"
        return
    yield f"{printable(directory)}: {count(len(suspects), 'sample')} to remove; nothing of the dataset was changed"
    if split.lines:
        yield f"{count(len(split.lines), 'file')} without them under kept, their rows under removed"
    if split.whole:
        yield "removed.sha256 lists the files to remove, kept.sha256 those to keep"
    if split.rows:
        first = printable(min(split.rows))
        yield f"{count(len(split.rows), 'file')} not split (first: {first}): remove the rows that removed.csv names"
    if scanned.samples < scanned.total:
        yield f"{scanned.total - scanned.samples:,} of {scanned.total:,} samples were not looked at, and are kept"
