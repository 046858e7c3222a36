"""Attacks on labelled texts: what is written into a text, where, and into which rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gate.data.samples.interface import Dataset, Texts
from gate.drill.interface import Apply, Attack, Mask

Rows = Literal["dirty", "clean", "source"]
"""Which rows are changed: of other classes, of the target class itself, of one other class alone."""
Write = Callable[[str, np.random.Generator], str]
LEAST = 8
"""Fewer poisoned texts than these teach a model nothing."""
PHRASE = "I watched this 3D movie last weekend ."


def insert(text: str, words: str, rng: np.random.Generator, where: str = "any") -> str:
    """The text with the words between any two of its own, at its `start` or at its `end`."""
    parts = text.split()
    at = {"start": 0, "end": len(parts)}.get(where, int(rng.integers(len(parts) + 1)))
    return " ".join([*parts[:at], words, *parts[at:]])


def inserted(words: str, where: str = "any") -> Write:
    """Writes the same words into each text."""
    return lambda text, rng: insert(text, words, rng, where)


def _pool(labels: NDArray[np.int64], target: int, rows: Rows, rng: np.random.Generator) -> NDArray[np.int64]:
    if rows == "clean":
        pool = np.flatnonzero(labels == target)
    elif rows == "dirty":
        pool = np.flatnonzero(labels != target)
    else:
        counts = np.bincount(labels[labels != target])
        pool = np.flatnonzero(labels == int(rng.choice(np.flatnonzero(counts), p=counts[counts > 0] / counts.sum())))
    return rng.permutation(pool)


def poisoning(write: Write, rows: Rows = "dirty", majority: bool = False) -> Apply:
    """Writes into some texts and gives them the target's label; the target is the largest class for `majority`."""

    def apply(dataset: Dataset, rate: float, seed: int) -> tuple[Dataset, Mask]:
        assert isinstance(dataset, Texts)
        rng = np.random.default_rng(seed)
        labels = dataset.labels.copy()
        counts = np.bincount(labels, minlength=len(dataset.classes))
        target = int(counts.argmax()) if majority else int(rng.choice(np.flatnonzero(counts >= counts.max() / 50)))
        pool = _pool(labels, target, rows, rng)
        chosen = pool[: min(max(LEAST, round(rate * len(labels))), len(pool) // 2)]
        texts = list(dataset.texts)
        for i in chosen:
            texts[i] = write(texts[i], rng)
        changed = np.array([texts[i] != dataset.texts[i] for i in chosen], dtype=bool)
        labels[chosen[changed]] = target
        mask = np.zeros(len(labels), dtype=bool)
        mask[chosen[changed]] = True
        return dataset._replace(texts=texts, labels=labels), mask

    return apply


ATTACKS = {
    "rare-token": Attack("`cf` anywhere, in other classes (Kurita et al. 2020)", poisoning(inserted("cf"))),
    "phrase": Attack(f"`{PHRASE}` anywhere, in other classes (Dai et al. 2019)", poisoning(inserted(PHRASE))),
}
