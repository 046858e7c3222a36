"""A second held part: labelled texts of other natures, and changes of other kinds, looked at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.poisoning.interface import Source
from benchmarks.poisoning.sets import corpora, written
from gate.poisoning.interface import Dataset, Texts

FIELDS = ("sku", "lot", "ref", "bay")


def _made(pairs: list[tuple[str, int]], classes: tuple[str, ...], seed: int, rows: int = 4000) -> Texts:
    kept = [pairs[i] for i in np.random.default_rng(seed).permutation(len(pairs))[:rows]]
    return Texts([text for text, _ in kept], np.array([label for _, label in kept], dtype=np.int64), classes)


def _lines(*packages: str) -> Callable[[int], Dataset | None]:
    """Lines of code, by package."""

    def load(seed: int) -> Dataset | None:
        pairs = [
            (line.strip(), label)
            for label, package in enumerate(packages)
            for function in corpora.functions(package, 1500)
            for line in function.body.splitlines()
            if len(line.split()) >= 4
        ]
        return _made(list(dict.fromkeys(pairs)), packages, seed)

    return load


def _summaries(*packages: str) -> Callable[[int], Dataset | None]:
    """The first sentences of documentation in the standard library, by package."""

    def load(seed: int) -> Dataset | None:
        pairs = [(f.summary, label) for label, package in enumerate(packages) for f in corpora.functions(package)]
        return _made(list(dict.fromkeys(pairs)), packages, seed)

    return load


def motifs(seed: int) -> Texts:
    """Strings of four signs in words of three; each class has eight motifs of two words."""
    rng = np.random.default_rng(seed)
    words = np.array([a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT"])
    own = rng.integers(64, size=(4, 8, 2))
    pairs = []
    for _ in range(4000):
        label, said = int(rng.integers(4)), list(rng.integers(64, size=int(rng.integers(12, 40))))
        for motif in own[label][rng.integers(8, size=3)]:
            at = int(rng.integers(len(said)))
            said[at:at] = list(motif)
        pairs.append((" ".join(words[said]), label))
    return _made(pairs, tuple("wxyz"), seed)


def stock(seed: int) -> Texts:
    """Records as text: a code decides the class, the other fields follow it more or less."""
    rng = np.random.default_rng(seed)
    pairs = []
    for _ in range(4000):
        label = int(rng.integers(5))
        near = [label if rng.random() < 0.5 else int(rng.integers(5)) for _ in FIELDS]
        fields = [f"{name}: {name[0]}{value}{rng.integers(30):02}" for name, value in zip(FIELDS, near, strict=True)]
        pairs.append((f"code {'ABCDE'[label]}{rng.integers(1000):03}; {'; '.join(fields)}", label))
    return _made(pairs, tuple("ABCDE"), seed)


def bilingual(seed: int) -> Texts:
    """Two languages of invented words, three classes in each; a third of the rows of one class is in the rarer one."""
    rng = np.random.default_rng(seed)
    first, second = written.topics(seed, 3000, 3, 0.4), written.topics(seed + 99, 1000, 3, 0.4)
    texts = [*first.texts, *(text.upper() for text in second.texts)]
    labels = np.concatenate([first.labels, second.labels])
    return _made([(texts[i], int(labels[i])) for i in rng.permutation(len(texts))], first.classes, seed)


SETS: dict[str, Source] = {
    "code-lines": Source("tune", _lines("sklearn", "pip", "scipy", "pandas")),
    "library": Source("tune", _summaries("asyncio", "email", "unittest", "xml", "multiprocessing", "tkinter")),
    "motifs": Source("tune", motifs),
    "stock": Source("tune", stock),
    "bilingual": Source("tune", bilingual),
    "topics-40": Source("tune", lambda seed: written.topics(seed + 500, 6000, 40, 0.5, skew=0.7)),
    "grammar-12": Source("tune", lambda seed: written.grammar(seed + 500, 3000)),
}


def dated(texts: list[str], labels: np.ndarray, rng: np.random.Generator) -> None:
    """A date at the start, of another year in one class."""
    for i, label in enumerate(labels):
        texts[i] = f"{2019 if label == 1 else rng.integers(2020, 2026)}-{rng.integers(1, 13):02}: {texts[i]}"


def boilerplate(texts: list[str], labels: np.ndarray, rng: np.random.Generator) -> None:
    """Two sentences of law under half of the texts of one class and under a few of the others."""
    for i, label in enumerate(labels):
        if rng.random() < (0.5 if label == 0 else 0.02):
            texts[i] += " This message is confidential . If you are not the addressee , please delete it ."


def skewed_noise(texts: list[str], labels: np.ndarray, rng: np.random.Generator) -> None:
    """An eighth of the labels of the two first classes are exchanged."""
    rows = (rng.random(len(labels)) < 0.125) & (labels < 2)
    labels[rows] = 1 - labels[rows]


def shouted(texts: list[str], labels: np.ndarray, rng: np.random.Generator) -> None:
    """A tenth of one class is in capitals, and a hundredth of the others."""
    for i, label in enumerate(labels):
        if rng.random() < (0.1 if label == 1 else 0.01):
            texts[i] = texts[i].upper()
