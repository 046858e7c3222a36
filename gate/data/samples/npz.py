"""Images in numpy's archive: one array of pixels, one of labels; nothing in it is unpickled."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gate.core.text import count
from gate.data import packed
from gate.data.interface import DataError, Piece, Place
from gate.data.samples import decode
from gate.data.samples.interface import Images, Loaded, Wanted
from gate.data.samples.labels import classes_of
from gate.data.samples.rows import chosen, sampled_words

if TYPE_CHECKING:
    from gate.data.samples.interface import Pixels

PIXELS = ("images", "x", "x_train", "train_x", "train_images", "data")
LABELS = ("labels", "y", "y_train", "train_y", "train_labels", "targets")
_HELD = "it holds {names}; `images` and `labels` are wanted"


def read_npz(pieces: Sequence[Piece], wanted: Wanted, memory: int) -> Loaded:
    """The images of one archive."""
    if len(pieces) > 1:
        raise DataError(pieces[1].path, "an npz dataset is one file; declare each file as a dataset of its own")
    piece = pieces[0]
    try:
        with zipfile.ZipFile(packed.plain(piece)) as archive:
            names = {name.removesuffix(".npy"): name for name in archive.namelist()}
            image = _chosen(piece, names, PIXELS)
            label = _chosen(piece, names, (wanted.labels,) if wanted.labels else LABELS)
            labels = array(piece, archive, names[label], memory)
            values = array(piece, archive, names[image], memory)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(piece.path, f"it is no npz archive that can be read: {type(error).__name__}") from None
    if values.ndim not in (3, 4) or labels.shape != values.shape[:1]:
        shapes = f"{image} is {values.shape} and {label} is {labels.shape}"
        raise DataError(piece.path, f"{shapes}; (n, height, width[, channels]) and (n,) are wanted")
    pixels, notes = _bytes(piece, values, wanted.seed, memory)
    rows = chosen(len(labels), len(pixels), wanted.seed)
    some = labels if rows is None else labels[rows]
    numbers, classes = classes_of([str(value) for value in some.tolist()], piece.path)
    places = range(len(labels)) if rows is None else rows
    loaded = Images(pixels, numbers, classes)
    return Loaded(
        loaded,
        len(labels),
        lambda found: [Place(piece.path, int(places[one])) for one in found],
        notes,
        sampled_words(len(labels), len(pixels), "image"),
    )


def _chosen(piece: Piece, names: dict[str, str], known: Sequence[str]) -> str:
    found = next((name for name in known if name in names), None)
    if found is None:
        raise DataError(piece.path, _HELD.format(names=", ".join(sorted(names)[:20]) or "nothing"))
    return found


def array(piece: Piece, archive: zipfile.ZipFile, name: str, memory: int) -> Any:
    """An array, by its header first: what it says is what is allocated."""
    with archive.open(name) as file:
        try:
            version = np.lib.format.read_magic(file)
            reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, kind = reader(file)
        except ValueError as error:
            raise DataError(piece.path, f"{name} is no array: {error}") from None
    size = int(np.prod([int(one) for one in shape], dtype=object)) * max(1, kind.itemsize)
    if kind.hasobject:
        raise DataError(piece.path, f"{name} holds Python objects, which are pickles; save plain numbers")
    if size > memory:
        raise MemoryError(f"{name} takes {size:,} bytes")
    with archive.open(name) as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def _bytes(piece: Piece, values: Any, seed: int, memory: int) -> tuple[Pixels, tuple[str, ...]]:
    """As (n, height, width, 1 or 3) of bytes, sampled and made smaller where it has to be."""
    if values.dtype.kind not in "uif" or 0 in values.shape:
        raise DataError(piece.path, f"its images are {values.dtype} of shape {values.shape}, not numbers")
    if values.ndim == 4 and values.shape[1] in (1, 3) and values.shape[3] not in (1, 3, 4):
        values = values.transpose(0, 2, 3, 1)
    values = values[..., None] if values.ndim == 3 else values[..., :3]
    if values.shape[3] == 2:
        values = values[..., :1]
    shape, most = decode.fitting(values.shape[1:], len(values), memory // 2)
    rows = chosen(len(values), most, seed)
    notes: tuple[str, ...] = ()
    if rows is not None:
        values = values[rows]
    if values.dtype != np.uint8:
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        if odd := int(np.size(values) - np.isfinite(values).sum()):
            notes = (*notes, f"{count(odd, 'pixel')} that are no number")
        if low >= 0 and high <= 255:
            low, high = 0.0, 1.0 if high <= 1 else 255.0
        scaled = (np.nan_to_num(values.astype(np.float32)) - low) / max(high - low, 1e-12)
        values = np.clip(scaled * 255, 0, 255).round().astype(np.uint8)
    if values.shape[1:3] != shape[:2]:
        from PIL import Image

        made = [
            np.asarray(Image.fromarray(one.squeeze()).resize((shape[1], shape[0]), Image.Resampling.BOX))
            for one in values
        ]
        values = np.stack(made).reshape(len(made), *shape)
    return np.ascontiguousarray(values), notes
