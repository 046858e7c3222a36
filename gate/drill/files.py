"""Samples as one file in a plain format of their modality, such that reading it gives the same samples again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import IO

import numpy as np

from gate.data.samples.interface import Dataset, Images, Instructions, Modality, Tabular, Texts

NAMES: dict[Modality, str] = {
    "image-classification": "samples.npz",
    "text-classification": "samples.parquet",
    "instructions": "samples.jsonl",
    "tabular": "samples.parquet",
}
"""What the file is called."""
_LONG = 100
"""Characters of a class's name, beyond which an array of names would take too much room: its number stands for it."""


def write(dataset: Dataset, file: IO[bytes]) -> str | None:
    """Writes the samples in their order; answers where the labels are, None where samples have none."""
    if isinstance(dataset, Instructions):
        for prompt, response in zip(dataset.prompts, dataset.responses, strict=True):
            file.write(json.dumps({"instruction": prompt, "output": response}).encode() + b"\n")
        return None
    if isinstance(dataset, Images):
        np.savez(file, images=dataset.pixels, labels=_named(dataset))
        return "labels"
    return _write_table(dataset, file)


def _named(dataset: Images) -> np.ndarray:
    short = all(len(name) <= _LONG for name in dataset.classes)
    return np.array(dataset.classes)[dataset.labels] if short else dataset.labels


def _write_table(dataset: Texts | Tabular, file: IO[bytes]) -> str:
    """As Parquet: text stays text there, and a missing cell stays missing."""
    import pyarrow as pa
    from pyarrow import parquet

    columns = dataset.columns if isinstance(dataset, Tabular) else {"text": dataset.texts}
    label = _free("label", columns)
    arrays = {name: pa.array(values, from_pandas=True) for name, values in columns.items()}
    arrays[label] = pa.array(np.array(dataset.classes, object)[dataset.labels])
    parquet.write_table(pa.table(arrays), file)
    return label


def _free(name: str, taken: Iterable[str]) -> str:
    """A name that no column has, whatever the case: DuckDB knows none."""
    lowered = {one.lower() for one in taken}
    while name in lowered:
        name += "_"
    return name
