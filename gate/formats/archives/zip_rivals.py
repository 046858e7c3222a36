"""Second readings of a zip: directories that other programs would find in the same bytes."""

from __future__ import annotations

from gate.formats.archives.zip_directory import CENTRAL, END_SIZE, Directory
from gate.formats.interface import Source
from gate.formats.sniff import END_OF_DIRECTORY, TAIL

_LOCATOR = b"PK\x06\x07"


def rivals(source: Source, directory: Directory) -> list[tuple[str, int]]:
    """What contradicts `directory`: a sentence and an offset each.

    `zipfile` moves every offset by what stands before the zip, torch (miniz) does not. Nothing stands before a zip
    that starts the file, so there a shift means that the two read different directories.
    """
    found = []
    claimed = directory.start - directory.shift
    if directory.shift and (source.read(0, 2) == b"PK" or source.read(claimed, 4) == CENTRAL):
        message = "the central directory is not where the end record says: programs differ in which one they read"
        found.append((message, directory.start))
    other = _other_end(source, directory)
    if other is not None:
        found.append(("there are two end records: programs differ in which one they read", other))
    return found


def _other_end(source: Source, directory: Directory) -> int | None:
    """Where another end record stands whose comment fills the file to its end, as strict programs demand."""
    base, tail = _tail(source)
    found = tail.find(END_OF_DIRECTORY)
    while found >= 0:
        reached = base + found + END_SIZE + int.from_bytes(tail[found + 20 : found + 22], "little")
        if reached == source.size and base + found != directory.record:
            return base + found
        found = tail.find(END_OF_DIRECTORY, found + 1)
    return None


def opens_leniently(source: Source) -> bool:
    """Whether a program that forgives a broken end record still finds a directory where that record points."""
    base, tail = _tail(source)
    found = tail.rfind(END_OF_DIRECTORY)
    record = tail[found : found + END_SIZE]
    if found < 0 or len(record) < END_SIZE:
        return False
    length, start = (int.from_bytes(record[place : place + 4], "little") for place in (12, 16))
    large = tail[max(0, found - 20) : found].startswith(_LOCATOR)
    return large or any(place >= 0 and source.read(place, 4) == CENTRAL for place in (start, base + found - length))


def _tail(source: Source) -> tuple[int, bytes]:
    base = max(0, source.size - TAIL)
    return base, source.read(base, TAIL)
