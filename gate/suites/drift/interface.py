"""What comparing two versions of a dataset answers; plain data that also crosses from the limited process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

Kind = Literal["categories", "numbers", "lengths", "presence"]
"""What of a column is compared: how often each value is there, its numbers, the lengths of its texts, or nothing but
how many values are missing."""
KINDS: tuple[Kind, ...] = get_args(Kind)
SHOWN = 10
"""Values of a column that an answer names."""


class Side(NamedTuple):
    """A column in one version: its type, and how many values are there; NaN is none.

    `mean`, `low` and `high` are of numbers and of the lengths of texts; None for others, and where there are none.
    """

    type: str
    present: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None


class Moved(NamedTuple):
    """One value, and in how many rows of each version it is."""

    value: str
    was: int
    now: int


class Column(NamedTuple):
    """A column that both versions have.

    `psi` is the population stability index, with the missing values as one class; None where a version has no row.
    `effect` is the distance D of Kolmogorov and Smirnov of numbers and lengths, or Cramér's V of categories, both
    from 0 to 1 and over the values that are there, `p` how likely so much is by chance; None where there is nothing
    to compare. `retyped` says that the old type and the new one are of different families. `new` and `lost` count
    the values that only one version has, None where they were not counted; `moved` are those whose share changed the
    most. `unseen` is the share of the different values of the new version that the old one does not have.
    """

    name: str
    kind: Kind
    was: Side
    now: Side
    retyped: bool = False
    psi: float | None = None
    effect: float | None = None
    p: float | None = None
    new: int | None = None
    lost: int | None = None
    moved: tuple[Moved, ...] = ()
    unseen: float | None = None


class Comparison(NamedTuple):
    """All of it: `rows` of the old version and the new one, and the columns that both have in the old order.

    `sha256` are the digests of the files of each, by path, computed after the last of them was read.
    """

    rows: tuple[int, int]
    columns: tuple[Column, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    reordered: bool = False
    sha256: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})
