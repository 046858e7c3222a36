"""Samples that are there more than once, exactly or nearly, with one label or with several."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from gate.core.text import count
from gate.poisoning.interface import Dataset, Evidence, Images, Instructions, Level, Scan, Tabular

if TYPE_CHECKING:
    from gate.poisoning.interface import Budget, Ints, Pixels

Groups = list["Ints"]
MANY = 25
"""So many copies of one sample may be there to weigh more."""
CROSSED = 0.01
"""The share of samples with a copy of another label that is worth a warning."""
STEPS = 16
"""Shades of grey in which near copies of an image agree, on a grid of eight by eight."""


def scan(data: Dataset, budget: Budget, seed: int) -> Scan:
    """Warns of copies with different labels and of one sample many times; other copies are a note."""
    size = len(data.prompts if isinstance(data, Instructions) else data.labels)
    if not size:
        return Scan((), np.zeros(0), ("repeated samples: there are no samples",))
    labels = np.zeros(size, np.int64) if isinstance(data, Instructions) else data.labels
    evidence, scores = [], np.zeros(size)
    taken = np.zeros(size, bool)
    for kind, keys in (("repeated", exact(data)), ("nearly-repeated", near(data))):
        groups = [rows for rows in grouped(keys) if not taken[rows].all()]
        budget.check()
        evidence += told(kind, groups, labels)
        for rows in groups:
            taken[rows] = True
            scores[rows] = np.maximum(scores[rows], np.log2(len(rows)) + (labels[rows] != labels[rows[0]]).any())
    return Scan(tuple(evidence), scores)


def grouped(keys: Iterable[Hashable]) -> Groups:
    """The positions of equal keys, of those that occur twice."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for position, key in enumerate(keys):
        groups[key].append(position)
    return [np.array(rows, np.int64) for rows in groups.values() if len(rows) > 1]


def told(kind: str, groups: Groups, labels: Ints) -> list[Evidence]:
    """Copies of one label, copies across labels, and a sample that is there very often."""
    size = len(labels)
    crossed = [rows for rows in groups if (labels[rows] != labels[rows[0]]).any()]
    often = [rows for rows in groups if len(rows) >= MANY]
    found = []
    words = "nearly the same as" if kind == "nearly-repeated" else "the same as"
    if groups:
        rows = np.sort(np.concatenate(groups))
        found.append(finding(kind, "note", f"{len(rows)} samples are {words} another one", rows, size))
    if crossed:
        rows = np.sort(np.concatenate(crossed))
        level: Level = "warn" if len(rows) >= CROSSED * size else "note"
        message = f"{len(rows)} samples are {words} another one that has another label"
        found.append(finding(f"{kind}-across-labels", level, message, rows, size))
    if often:
        rows = max(often, key=len)
        message = f"one sample is there {len(rows)} times; {count(len(often), 'sample')} at least {MANY} times"
        found.append(finding(f"{kind}-often", "warn", message, np.sort(np.concatenate(often)), size))
    return found


def finding(kind: str, level: Level, message: str, rows: Ints, size: int) -> Evidence:
    """One piece of evidence."""
    return Evidence(kind, level, message, rows, None, {"share": len(rows) / size})


def digest(content: bytes) -> bytes:
    """A key of bounded size."""
    return hashlib.blake2b(content, digest_size=16).digest()


def exact(data: Dataset) -> Iterable[Hashable]:
    """A key for each sample that only its copies share."""
    if isinstance(data, Images):
        return (digest(image.tobytes()) for image in data.pixels)
    if isinstance(data, Instructions):
        pairs = zip(data.prompts, data.responses, strict=True)
        return (digest(f"{prompt}\0{response}".encode("utf-8", "surrogatepass")) for prompt, response in pairs)
    if isinstance(data, Tabular):
        return rows_as_keys(data, len(data.labels))
    return (digest(text.encode("utf-8", "surrogatepass")) for text in data.texts)


def rows_as_keys(data: Tabular, size: int) -> Iterable[Hashable]:
    """Rows by the number of the value in each column; missing cells are alike."""
    codes = np.zeros((size, len(data.columns)), np.int32)
    for at, column in enumerate(data.columns.values()):
        if column.dtype.kind == "f":
            codes[:, at] = np.unique(column, return_inverse=True)[1]
        else:
            numbers: dict[object, int] = {}
            codes[:, at] = [numbers.setdefault(cell, len(numbers)) for cell in column]
    return (row.tobytes() for row in codes)


def near(data: Dataset) -> Iterable[Hashable]:
    """A key for each sample that near copies share too; those that have no content get a key of their own."""
    if isinstance(data, Images):
        return (digest(coarse(image).tobytes()) for image in data.pixels)
    if isinstance(data, Tabular):
        return ()
    texts = data.prompts if isinstance(data, Instructions) else data.texts
    return (letters(text) or position for position, text in enumerate(texts))


def coarse(image: Pixels) -> Pixels:
    """Eight by eight shades."""
    grey = image.astype(np.float32).mean(-1)
    rows, columns = (np.linspace(0, size, min(8, size) + 1).astype(int)[:-1] for size in grey.shape)
    sums = np.add.reduceat(np.add.reduceat(grey, rows, axis=0), columns, axis=1)
    shades: Pixels = (sums / (grey.size / sums.size) / 256 * STEPS).astype(np.uint8)
    return shades


def letters(text: str) -> bytes | None:
    """A key of the letters and digits of a text, whatever their case and what stands between them."""
    kept = "".join(c for c in text[:20_000].casefold() if c.isalnum())
    return digest(kept.encode("utf-8", "surrogatepass")) if len(kept) >= 20 else None
