"""Features that a user supplies, from an npz archive or a Parquet file; nothing in either is carried out."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from gate.core.text import count, shorten
from gate.data import packed
from gate.data.interface import DataError, Piece
from gate.data.samples.npz import array
from gate.poisoning.deep.sampling import length
from gate.poisoning.deep.supplied import Supplied
from gate.poisoning.interface import Instructions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gate.data.samples.interface import Loaded

MAX_FEATURES = 2048
"""Columns; the covariance of one class grows with their square."""
_MAGIC = b"PAR1"
_ORDER = "give one row for each sample, in the order of the data"


def supplied(piece: Piece, loaded: Loaded, memory: int) -> Supplied:
    """The samples with their features; raises DataError where these are no finite numbers or not one row for each."""
    read = _parquet if piece.pread(4) == _MAGIC else _npz
    values, labels = read(piece, memory)
    size = length(loaded.dataset)
    if values.ndim != 2 or values.dtype.kind not in "iuf" or not 0 < values.shape[1] <= MAX_FEATURES:
        shape = f"its features are {values.dtype} of shape {values.shape}"
        raise DataError(piece.path, f"{shape}; numbers (samples, 1 to {MAX_FEATURES:,}) are wanted")
    if len(values) != size:
        read_words = f"{count(size, 'sample')} of {loaded.total:,} were read"
        raise DataError(piece.path, f"it has {count(len(values), 'row')}, and {read_words}; {_ORDER}")
    features = values.astype(np.float32)
    odd = np.flatnonzero(~np.isfinite(features).all(axis=1))
    if len(odd):
        raise DataError(piece.path, f"row {odd[0]:,} holds what is no finite number; leave none of them empty")
    if labels is not None and not isinstance(loaded.dataset, Instructions):
        _compare(piece, labels, [loaded.dataset.classes[label] for label in loaded.dataset.labels])
    return Supplied(loaded.dataset, features)


def _compare(piece: Piece, labels: NDArray[Any], wanted: list[str]) -> None:
    """Labels beside the features tell whether their order is that of the samples."""
    found = [str(one) for one in labels.tolist()]
    row = next((row for row, pair in enumerate(zip(found, wanted, strict=False)) if pair[0] != pair[1]), None)
    if row is not None:
        said = f"row {row:,} has the label {shorten(found[row], 40)!r} and the sample {shorten(wanted[row], 40)!r}"
        raise DataError(piece.path, f"{said}; {_ORDER}")


def _npz(piece: Piece, memory: int) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """The array `features`, and `labels` where there are some."""
    try:
        with zipfile.ZipFile(packed.plain(piece)) as archive:
            names = {name.removesuffix(".npy"): name for name in archive.namelist()}
            if "features" not in names:
                held = ", ".join(shorten(name, 40) for name in sorted(names)[:20]) or "nothing"
                raise DataError(piece.path, f"it holds {held}; an array `features` is wanted")
            features = array(piece, archive, names["features"], memory)
            labels = array(piece, archive, names["labels"], memory) if "labels" in names else None
            return features, labels
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        message = f"it is neither Parquet nor an npz archive that can be read: {type(error).__name__}"
        raise DataError(piece.path, message) from None


def _parquet(piece: Piece, memory: int) -> tuple[NDArray[Any], None]:
    """All columns, each of numbers."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with packed.plain(piece) as stream:
            file = pq.ParquetFile(stream)
            rows, fields = file.metadata.num_rows, file.schema_arrow
            for field in fields:
                if not (pa.types.is_integer(field.type) or pa.types.is_floating(field.type)):
                    message = f"its column {shorten(field.name, 60)!r} is {field.type}; take out all but numbers"
                    raise DataError(piece.path, message)
            if rows * len(fields) * 8 > memory or len(fields) > MAX_FEATURES:
                wanted = f"at most {MAX_FEATURES:,} columns and {memory:,} bytes are read"
                raise DataError(piece.path, f"it has {rows:,} rows of {len(fields):,} columns; {wanted}")
            table = file.read()
            columns = [one.to_numpy().astype(np.float32) for one in table.columns]
            return np.column_stack(columns) if columns else np.zeros((rows, 0)), None
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(piece.path, f"it is no Parquet that can be read: {shorten(str(error), 200)}") from None
