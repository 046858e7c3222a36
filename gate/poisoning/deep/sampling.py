"""A part of the samples where there are more than a network can learn from in minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gate.poisoning.common.sampling import chosen
from gate.poisoning.interface import Dataset, Instructions, Scan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.poisoning.interface import Floats, Ints

MOST = 50_000


def sampled(data: Dataset, seed: int) -> tuple[Dataset, Ints | None]:
    """At most `MOST` samples chosen by chance, and which they are; None where that is all of them."""
    size = length(data)
    if size <= MOST:
        return data, None
    rows = np.sort(np.random.default_rng(seed).choice(size, MOST, replace=False)).astype(np.int64)
    if isinstance(data, Instructions):
        return Instructions(_of(data.prompts, rows), _of(data.responses, rows)), rows
    return chosen(data, rows), rows


def spread(found: Scan, rows: Ints | None, size: int) -> Scan:
    """What was found in the rows that were chosen, as of all samples."""
    if rows is None:
        return found
    return found._replace(
        evidence=tuple(one._replace(suspects=rows[one.suspects]) for one in found.evidence),
        scores=_wide(found.scores, rows, size),
        columns={name: _wide(one, rows, size) for name, one in found.columns.items()},
        untested=(*found.untested, f"{size - len(rows)} of {size} samples; {len(rows)} were chosen by chance"),
    )


def length(data: Dataset) -> int:
    """The number of samples."""
    return len(data.prompts if isinstance(data, Instructions) else data.labels)


def _of(texts: Sequence[str], rows: Ints) -> list[str]:
    return [texts[row] for row in rows]


def _wide(values: Floats, rows: Ints, size: int) -> Floats:
    found = np.zeros(size)
    found[rows] = values
    return found
