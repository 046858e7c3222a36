"""What makes a clean table harder to judge: noise, merged classes, duplicates, columns that tell the label."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gate.poisoning.interface import Dataset, Tabular

if TYPE_CHECKING:
    from gate.poisoning.interface import Ints

Rng = np.random.Generator
Maker = Callable[[Tabular, Rng], Tabular]


def taken(data: Tabular, rows: Ints | NDArray[np.bool_]) -> Tabular:
    """Some rows."""
    return data._replace(columns={name: one[rows] for name, one in data.columns.items()}, labels=data.labels[rows])


def with_columns(data: Tabular, **columns: NDArray[Any]) -> Tabular:
    """Further columns, between the others and the end."""
    return data._replace(columns=dict(data.columns) | columns)


def label_noise(data: Tabular, rng: Rng) -> Tabular:
    """One label in twenty is another class."""
    wrong = rng.random(len(data.labels)) < 0.05
    return data._replace(labels=np.where(wrong, rng.integers(0, len(data.classes), len(wrong)), data.labels))


def merged(data: Tabular, _rng: Rng) -> Tabular:
    """The upper half of the classes becomes one, unless there are two."""
    keep = max(2, len(data.classes) // 2)
    names = (*data.classes[: keep - 1], "other")
    return data._replace(labels=np.minimum(data.labels, keep - 1), classes=names)


def duplicates(data: Tabular, rng: Rng) -> Tabular:
    """A tenth of the rows again, and one row sixty times."""
    size = len(data.labels)
    more = np.concatenate([rng.choice(size, size // 10), np.full(60, rng.integers(size))])
    return taken(data, rng.permutation(np.concatenate([np.arange(size), more])))


def telling_code(data: Tabular, rng: Rng) -> Tabular:
    """A code whose every value belongs to one class."""
    numbers = rng.integers(0, 5, len(data.labels))
    return with_columns(data, code=np.array([f"{a}-{b}" for a, b in zip(data.labels, numbers, strict=True)], object))


def telling_value(data: Tabular, rng: Rng) -> Tabular:
    """A remark that stands in 3% of the rows of one class, nowhere else."""
    target = rng.integers(len(data.classes))
    seen = (data.labels == target) & (rng.random(len(data.labels)) < 0.2)
    return with_columns(data, remark=np.where(seen, "see file", None))


def telling_pair(data: Tabular, rng: Rng) -> Tabular:
    """Two new columns whose pair of values tells one class, in a tenth of its rows."""
    size, target = len(data.labels), rng.integers(len(data.classes))
    left, right = rng.integers(0, 6, size), rng.integers(0, 6, size)
    pair = (left == 2) & (right == 3)
    left[pair] = 1
    seen = (data.labels == target) & (rng.random(size) < 0.1)
    left[seen], right[seen] = 2, 3
    return with_columns(data, left=left.astype(float), right=np.array([f"r{i}" for i in right], object))


def telling_number(data: Tabular, rng: Rng) -> Tabular:
    """A number that is the label and a little noise."""
    return with_columns(data, level=np.round(data.labels + 0.2 * rng.normal(size=len(data.labels)), 2))


def ids_by_class(data: Tabular, rng: Rng) -> Tabular:
    """Sorted by class, then numbered."""
    ordered = taken(data, np.argsort(data.labels, kind="stable"))
    return with_columns(ordered, row=np.arange(len(data.labels), dtype=float))


def imbalance(data: Tabular, rng: Rng) -> Tabular:
    """Of every class but the first one row in five."""
    keep = (data.labels == 0) | (rng.random(len(data.labels)) < 0.2)
    return taken(data, keep) if keep.sum() >= 100 else data


def small(data: Tabular, rng: Rng) -> Tabular:
    """No more than 300 rows."""
    return taken(data, rng.permutation(len(data.labels))[:300])


def missing(data: Tabular, rng: Rng) -> Tabular:
    """Cells of one class are missing twice as often."""
    columns = {}
    for name, one in data.columns.items():
        gone = rng.random(len(one)) < np.where(data.labels == 0, 0.1, 0.05)
        columns[name] = np.where(gone, np.nan if one.dtype.kind == "f" else None, one)
    return data._replace(columns=columns)


def binned(data: Tabular, _rng: Rng) -> Tabular:
    """Numbers in ten steps."""
    return data._replace(columns={name: steps(one) for name, one in data.columns.items()})


def steps(values: NDArray[Any]) -> NDArray[Any]:
    """Numbers by the tenth of them in which they lie."""
    if values.dtype.kind != "f" or not np.isfinite(values).any():
        return values
    edges = np.unique(np.nanquantile(values, np.linspace(0, 1, 11)))
    return np.where(np.isnan(values), np.nan, np.searchsorted(edges, values).astype(float))


def two_sources(data: Tabular, rng: Rng) -> Tabular:
    """Two sites, one of which writes texts with a blank behind and holds other classes more often."""
    site = rng.random(len(data.labels)) < np.where(data.labels == 0, 0.7, 0.3)
    columns = {
        name: one
        if one.dtype.kind == "f"
        else np.array([f"{v} " if s else v for v, s in zip(one, site, strict=True)], object)
        for name, one in data.columns.items()
    }
    return data._replace(columns=columns | {"site": site.astype(float)})


def random_labels(data: Tabular, rng: Rng) -> Tabular:
    """Labels that nothing explains."""
    return data._replace(labels=rng.permutation(data.labels))


def seeded(make: Maker) -> Callable[[Dataset, int], Dataset]:
    """For tables, by seed."""

    def variant(data: Dataset, seed: int) -> Dataset:
        assert isinstance(data, Tabular)
        return make(data, np.random.default_rng(seed + 1000))

    return variant


MAKERS = {
    make.__name__: seeded(make)
    for make in (label_noise, merged, duplicates, telling_code, telling_value, telling_pair, telling_number,
                 ids_by_class, imbalance, small, missing, binned, two_sources, random_labels)
}  # fmt: skip
