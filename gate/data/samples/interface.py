"""What samples are, by modality, and where each of them lies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from gate.data.interface import Layout, Piece, Place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Pixels = NDArray[np.uint8]

Modality = Literal["image-classification", "text-classification", "instructions", "tabular"]
MODALITIES: tuple[Modality, ...] = get_args(Modality)


class Images(NamedTuple):
    """Labelled images of one size: `pixels` is (n, height, width, 1 or 3), `labels` are indices into `classes`."""

    pixels: Pixels
    labels: Ints
    classes: tuple[str, ...]


class Texts(NamedTuple):
    """Labelled texts: one of `labels`, an index into `classes`, for each."""

    texts: Sequence[str]
    labels: Ints
    classes: tuple[str, ...]


class Instructions(NamedTuple):
    """What a language model is tuned on: `prompts` and `responses`, of equal number.

    A prompt holds the system text, the instruction and its input; its parts are separated by line ends. Of a
    conversation each answer is a sample of its own.
    """

    prompts: Sequence[str]
    responses: Sequence[str]


class Tabular(NamedTuple):
    """Labelled rows: each column is an array of n floats (NaN is missing) or of n objects (str, None is missing)."""

    columns: Mapping[str, NDArray[np.float64] | NDArray[np.object_]]
    labels: Ints
    classes: tuple[str, ...]


Dataset = Images | Texts | Instructions | Tabular


class Wanted(NamedTuple):
    """How samples are to be read: `labels` is `folder`, or the name of a column; found out where it is None.

    `seed` chooses which are looked at where there are more than fit.
    """

    modality: Modality
    labels: str | None = None
    layout: Layout = Layout()
    seed: int = 0


class Loaded(NamedTuple):
    """The samples that were read, of `total` in the files.

    `place` says where samples lie, by their positions. `skipped` says in words what was not read, and why; `sampled`
    that there were more than fit, so that only some were looked at; `aside` what of each sample was not.
    """

    dataset: Dataset
    total: int
    place: Callable[[Sequence[int]], list[Place]]
    skipped: tuple[str, ...] = ()
    sampled: str = ""
    aside: str = ""


Reader = Callable[[Sequence[Piece], Wanted, int], Loaded]
"""`read(pieces, wanted, memory)` of each modality; raises DataError and MemoryError as `open_table` does."""
