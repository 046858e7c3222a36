"""WebDataset shards: files of a tar whose names differ only in their extension are one sample."""

from __future__ import annotations

import json
import posixpath
import tarfile
from collections.abc import Sequence

from gate.core.text import count, shorten
from gate.data import packed
from gate.data.interface import DataError, Piece, Place
from gate.data.samples import decode
from gate.data.samples.images import Item
from gate.data.samples.labels import NAMES

MAX_MEMBERS = 2_000_000
MAX_LABEL = 1024 * 1024


def items_of(shards: Sequence[Piece], labels: str | None) -> tuple[list[Item], tuple[str, ...]]:
    """The samples of all shards, in order; nothing is unpacked to disk, and links are not followed."""
    items: list[Item] = []
    without = more = 0
    for piece in sorted(shards, key=lambda one: one.path):
        try:
            with tarfile.open(fileobj=packed.plain(piece), mode="r:") as archive:
                for found in _samples(piece, archive):
                    images = [member for extension, member in found.items() if f".{extension}" in decode.SUFFIXES]
                    if not images:
                        without += 1
                        continue
                    more += len(images) - 1
                    label = _label(piece, archive, found, labels)
                    items.append(_item(piece, images[0], label, len(items)))
        except (tarfile.TarError, OSError, ValueError, EOFError, RecursionError) as error:
            raise DataError(piece.path, f"it is no tar that can be read: {type(error).__name__}") from None
    notes = [f"{count(without, 'sample')} without an image"] if without else []
    notes += [f"{count(more, 'image')} that their sample has beside its first one"] if more else []
    return items, tuple(notes)


def _samples(piece: Piece, archive: tarfile.TarFile) -> list[dict[str, tarfile.TarInfo]]:
    found: dict[str, dict[str, tarfile.TarInfo]] = {}
    for number, member in enumerate(archive):
        if number >= MAX_MEMBERS:
            raise DataError(piece.path, f"it has more than {MAX_MEMBERS:,} files")
        if member.isreg():
            folder, name = posixpath.split(member.name)
            stem, _, extension = name.partition(".")
            sample = found.setdefault(f"{folder}/{stem}", {})
            if sample.setdefault(extension.lower(), member) is not member:
                name = shorten(member.name)
                raise DataError(piece.path, f"it has {name} twice, and loaders disagree on which one counts")
    _check_end(piece, archive.offset)
    return list(found.values())


def _check_end(piece: Piece, end: int) -> None:
    """Nothing but padding may come after the last file: some loaders read on."""
    with packed.plain(piece) as file:
        file.seek(end)
        while chunk := file.read(packed.CHUNK):
            if chunk.strip(b"\0"):
                raise DataError(piece.path, "it goes on after its end, or is damaged there; write it again")


def _item(piece: Piece, member: tarfile.TarInfo, label: str | None, row: int) -> Item:
    offset, size = member.offset_data, member.size

    def data() -> bytes:
        with packed.plain(piece) as file:
            file.seek(offset)
            return file.read(min(size, decode.MAX_FILE + 1)) if size <= decode.MAX_FILE else b""

    return Item(Place(f"{piece.path}/{member.name}", row), label, data)


def _label(piece: Piece, archive: tarfile.TarFile, found: dict[str, tarfile.TarInfo], asked: str | None) -> str | None:
    for extension in (asked,) if asked and asked in found else ("cls", "label", "txt", "json"):
        member = found.get(extension)
        file = archive.extractfile(member) if member and member.size <= MAX_LABEL else None
        if file is None:
            continue
        text = file.read().decode("utf-8", "replace").strip()
        if extension != "json":
            return text
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            raise DataError(piece.path, f"{member.name if member else ''} is no JSON") from None
        names = (asked,) if asked else NAMES
        return next((str(said[name]) for name in names if isinstance(said, dict) and name in said), None)
    return None
