"""Labelled images: folders by class, a table of paths and labels, npz, and WebDataset shards."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from gate.core.text import count, shorten
from gate.data.choose import is_aside, is_image, suffix
from gate.data.interface import DataError, Piece, Place
from gate.data.samples import decode
from gate.data.samples.interface import Images, Loaded, Wanted
from gate.data.samples.labels import classes_of
from gate.data.samples.rows import chosen, sampled_words

THREADS = 2
_LOOK = 300
"""Images whose size says which one all are brought to."""


class Item(NamedTuple):
    """One image: its bytes are read when they are needed."""

    place: Place
    label: str | None
    data: Callable[[], bytes]


def read(pieces: Sequence[Piece], wanted: Wanted, memory: int) -> Loaded:
    """The images that have a label, all brought to one size."""
    if any(suffix(piece.path) == ".npz" for piece in pieces):
        from gate.data.samples.npz import read_npz

        return read_npz(pieces, wanted, memory)
    items, skipped = _items(pieces, wanted)
    labelled = [item for item in items if item.label is not None]
    if missing := len(items) - len(labelled):
        skipped = (*skipped, f"{count(missing, 'image')} without a label")
    if not labelled:
        raise DataError(pieces[0].path, "it has no image with a label")
    look = chosen(len(labelled), _LOOK, wanted.seed)
    shape = decode.common([labelled[i].data() for i in (range(len(labelled)) if look is None else look)])
    shape, most = decode.fitting(shape, len(labelled), memory // 2)
    some = chosen(len(labelled), most, wanted.seed)
    kept = labelled if some is None else [labelled[i] for i in some]
    loaded = _decoded(kept, shape, len(items), skipped)
    return loaded._replace(sampled=sampled_words(len(labelled), len(kept), "image"))


def _decoded(items: Sequence[Item], shape: decode.Shape, total: int, skipped: tuple[str, ...]) -> Loaded:
    pixels = np.zeros((len(items), *shape), np.uint8)
    broken: list[int] = []

    def fill(at: int) -> None:
        found = decode.pixels(items[at].data(), shape)
        if found is None:
            broken.append(at)
        else:
            pixels[at] = found

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(fill, range(len(items)), chunksize=64))
    if broken:
        first = items[min(broken)].place.path
        if len(broken) == len(items):
            raise DataError(first, "no image of the dataset can be decoded")
        skipped = (*skipped, f"{count(len(broken), 'image')} that cannot be decoded (first: {first})")
        good = np.setdiff1d(np.arange(len(items)), broken)
        pixels, items = pixels[good], [items[at] for at in good]
    labels, classes = classes_of([item.label for item in items], items[0].place.path)
    return Loaded(Images(pixels, labels, classes), total, lambda rows: [items[row].place for row in rows], skipped)


def _items(pieces: Sequence[Piece], wanted: Wanted) -> tuple[list[Item], tuple[str, ...]]:
    tars = [piece for piece in pieces if suffix(piece.path) == ".tar"]
    if tars:
        from gate.data.samples.webdataset import items_of

        items, notes = items_of(tars, wanted.labels)
        return items, (*notes, *_unread(pieces, {piece.path for piece in tars}))
    images = {piece.path: piece for piece in pieces if is_image(piece)}
    others = [piece for piece in pieces if piece.path not in images]
    table = next((piece for piece in others if suffix(piece.path) in (".csv", ".tsv", ".parquet", ".jsonl")), None)
    if table is not None and wanted.labels != "folder":
        items, notes = _listed(table, images, wanted)
        return items, (*notes, *_unread(pieces, {*images, table.path}))
    classes = _folders(list(images))
    found = [_item(piece, Place(path, 0), classes[path]) for path, piece in images.items()]
    return sorted(found, key=lambda item: item.place.path), _unread(pieces, images)


def _unread(pieces: Sequence[Piece], known: Collection[str]) -> tuple[str, ...]:
    """Says which files are neither looked at nor about the dataset: a loader may know what they are."""
    others = [piece.path for piece in pieces if piece.path not in known and not is_aside(piece)]
    if not others:
        return ()
    return (f"{count(len(others), 'file')} of no kind that is read beside the others (first: {others[0]})",)


def _folders(paths: Sequence[str]) -> dict[str, str | None]:
    """The class of each image, its folder; None where an image lies above the folders of classes.

    Those are as deep as the shallowest of them: what is further down belongs to a class, and is none of its own.
    """
    parts = {path: path.split("/")[:-1] for path in paths}
    common = posixpath.commonpath(map(posixpath.dirname, paths)) if parts else ""
    above = len([part for part in common.split("/") if part])
    depth = min((len(folders) for folders in parts.values() if len(folders) > above), default=above)
    if depth == above:
        return {path: folders[-1] if folders else "" for path, folders in parts.items()}
    return {path: folders[depth - 1] if len(folders) >= depth else None for path, folders in parts.items()}


def _item(piece: Piece, place: Place, label: str | None) -> Item:
    return Item(place, label, lambda: decode.whole(piece))


def _listed(table: Piece, images: dict[str, Piece], wanted: Wanted) -> tuple[list[Item], tuple[str, ...]]:
    """The images that a table names; their labels are a column of it."""
    from gate.data.database import quoted
    from gate.data.places import places
    from gate.data.read import open_table
    from gate.data.samples.labels import label_column
    from gate.data.samples.rows import fetch

    opened = open_table([table], wanted.layout, memory=1 << 30, threads=2)
    label = label_column(opened, wanted.labels)
    column = _paths(opened.columns, label, table.path)
    paths, labels = fetch(opened, [f"{quoted(column)}::VARCHAR", f"{quoted(label)}::VARCHAR"], None)
    lines = places(opened, range(len(paths)))
    found, lost, seen = [], [], set()
    for path, value, place in zip(paths, labels, lines, strict=True):
        piece = _named(path or "", table.path, images)
        if piece is None:
            lost.append(path)
            continue
        seen.add(piece.path)
        found.append(_item(piece, place, value))
    notes = []
    if lost:
        notes.append(
            f"{count(len(lost), 'row')} of {table.path} whose image is not there (first: {shorten(str(lost[0]), 100)})"
        )
    if unnamed := len(images) - len(seen):
        notes.append(f"{count(unnamed, 'image')} that {table.path} does not name")
    return found, tuple(notes)


def _paths(columns: Sequence[tuple[str, str]], label: str, path: str) -> str:
    names = [name for name, kind in columns if kind == "VARCHAR" and name != label]
    known = [
        name
        for name in names
        if name.lower() in ("path", "file", "filename", "file_name", "image", "image_path", "img")
    ]
    if not (known or len(names) == 1):
        raise DataError(path, "no column is called as paths of images are: name it `path`")
    return (known or names)[0]


def _named(path: str, table: str, images: dict[str, Piece]) -> Piece | None:
    """The image that a row means: from the folder of the table, or from the root."""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(table), path))
    return images.get(beside) or images.get(posixpath.normpath(path))
