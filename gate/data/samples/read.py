"""The samples of a dataset, whatever their modality."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from gate.data.interface import DataError, Piece
from gate.data.samples.interface import Loaded, Modality, Reader, Wanted

READERS: dict[Modality, str] = {
    "image-classification": "gate.data.samples.images",
    "text-classification": "gate.data.samples.texts",
    "instructions": "gate.data.samples.instructions",
    "tabular": "gate.data.samples.tables",
}


def read_samples(pieces: Sequence[Piece], wanted: Wanted, memory: int) -> Loaded:
    """The samples of all files; they take about `memory` bytes at most.

    Raises DataError for what is wrong with the dataset; MemoryError when it needs more memory.
    """
    if not pieces:
        raise DataError("", "the dataset has no file")
    read: Reader = import_module(READERS[wanted.modality]).read
    return read(pieces, wanted, memory)
