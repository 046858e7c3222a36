"""Images in numpy's archive: one array of pixels, one of labels; nothing in it is unpickled."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gate.core.text import count, shorten
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
_LOOK = 1_000_000
"""Pixels whose values say which range all are in."""
_HELD = "it holds {names}; `images` and `labels` are wanted"


def read_npz(pieces: Sequence[Piece], wanted: Wanted, memory: int) -> Loaded:
    """The images of one archive."""
    if len(pieces) > 1:
        raise DataError(pieces[1].path, "an npz dataset is one file; declare each file as a dataset of its own")
    piece = pieces[0]
    try:
        with zipfile.ZipFile(packed.plain(piece)) as archive:
            names = _names(piece, archive)
            image = _chosen(piece, names, PIXELS)
            label = _chosen(piece, names, (wanted.labels,) if wanted.labels else LABELS)
            labels = array(piece, archive, names[label], memory)
            values = array(piece, archive, names[image], memory)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(piece.path, f"it is no npz archive that can be read: {type(error).__name__}") from None
    if values.ndim not in (3, 4) or labels.shape != values.shape[:1]:
        shapes = f"{image} is {values.shape} and {label} is {labels.shape}"
        raise DataError(piece.path, f"{shapes}; (n, height, width[, channels]) and (n,) are wanted")
    pixels, notes = _bytes(piece, values, wanted.seed, memory)
    if others := sorted(names.keys() - {image, label}):
        notes = (*notes, f"{count(len(others), 'array')} beside {image} and {label} (first: {others[0]})")
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


def _names(piece: Piece, archive: zipfile.ZipFile) -> dict[str, str]:
    """The members by the names of their arrays; of two of one name loaders take one or the other."""
    found: dict[str, str] = {}
    for name in archive.namelist():
        if (array := name.removesuffix(".npy")) in found:
            raise DataError(piece.path, f"it holds {shorten(array)} twice, and loaders disagree on which one counts")
        found[array] = name
    return found


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
            raise DataError(piece.path, f"{name} is no array: {shorten(str(error), 200)}") from None
    size = int(np.prod([int(one) for one in shape], dtype=object)) * max(1, kind.itemsize)
    if kind.hasobject:
        raise DataError(piece.path, f"{name} holds Python objects, which are pickles; save plain numbers")
    if size > memory:
        raise MemoryError(f"{name} takes {size:,} bytes")
    with archive.open(name) as file:
        try:
            return np.lib.format.read_array(file, allow_pickle=False)
        except ValueError as error:
            raise DataError(piece.path, f"{name} is no array: {shorten(str(error), 200)}") from None


def _bytes(piece: Piece, values: Any, seed: int, memory: int) -> tuple[Pixels, tuple[str, ...]]:
    """As (n, height, width, 1 or 3) of bytes, sampled and made smaller where it has to be."""
    if values.dtype.kind not in "uif" or 0 in values.shape:
        raise DataError(piece.path, f"its images are {values.dtype} of shape {values.shape}, not numbers")
    if values.ndim == 4 and values.shape[1] in (1, 3) and values.shape[3] not in (1, 3, 4):
        values = values.transpose(0, 2, 3, 1)
    values = values[..., None] if values.ndim == 3 else values
    kept = 3 if values.shape[3] >= 3 else 1
    left = values.shape[3] - kept
    notes: tuple[str, ...] = (f"{count(left, 'channel')} of each image after the first {kept}",) * bool(left)
    values = values[..., :kept]
    shape, most = decode.fitting(values.shape[1:], len(values), memory // 2)
    rows = chosen(len(values), most, seed)
    if rows is not None:
        values = values[rows]
    if values.dtype != np.uint8:
        if odd := int(np.size(values) - np.isfinite(values).sum()):
            notes = (*notes, f"{count(odd, 'pixel')} without a number")
        low, high = _range(values)
        if far := int((np.isfinite(values) & (np.abs(values - (low + high) / 2) > 2 * max(high - low, 1e-12))).sum()):
            notes = (*notes, f"{count(far, 'pixel')} far outside of the range of the others")
        scaled = np.clip(np.nan_to_num(values.astype(np.float32), nan=low), low, high) - np.float32(low)
        values = np.clip(scaled * (255 / max(high - low, 1e-12)), 0, 255).round().astype(np.uint8)
    if values.shape[1:3] != shape[:2]:
        from PIL import Image

        made = [
            np.asarray(
                Image.fromarray(one[..., 0] if kept == 1 else one).resize((shape[1], shape[0]), Image.Resampling.BOX)
            )
            for one in values
        ]
        values = np.stack(made).reshape(len(made), *shape)
    return np.ascontiguousarray(values), notes


def _range(values: Any) -> tuple[float, float]:
    """What becomes black and white: 0 and 1 or 0 and 255 where pixels are within them, else the least and the greatest.

    One pixel in a thousand may lie outside: a single huge one would otherwise make all images black.
    """
    flat = values.reshape(-1)
    some = flat[:: max(1, len(flat) // _LOOK)]
    some = some[np.isfinite(some)].astype(np.float64)
    if not len(some):
        return 0.0, 1.0
    low, high = np.quantile(some, 0.001, method="higher"), np.quantile(some, 0.999, method="lower")
    if low >= 0 and high <= 255:
        return 0.0, 1.0 if high <= 1 else 255.0
    return float(low), float(high)
