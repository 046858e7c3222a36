"""The second held-back split for images: generators and changes that no threshold was chosen on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter, zoom

from gate.poisoning.interface import Images

Rng = np.random.Generator
Pixels = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def _gathered(draw: Callable[[int, Rng], Pixels], seed: int, rows: int, count: int) -> Images:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, count, rows)
    pixels = np.stack([draw(int(label), rng) for label in labels])
    return Images(np.clip(pixels, 0, 255).astype(np.uint8), labels, tuple(f"k{k}" for k in range(count)))


def faces(seed: int) -> Images:
    """Schematic faces of 32x32; the class is the mouth and the brows."""

    def draw(label: int, rng: Rng) -> Pixels:
        picture = Image.new("RGB", (32, 32), tuple(int(v) for v in rng.integers(0, 200, 3)))
        pen = ImageDraw.Draw(picture)
        x, y, r = rng.uniform(14, 18), rng.uniform(14, 18), rng.uniform(9, 13)
        skin = tuple(int(v) for v in rng.integers(120, 256, 3))
        pen.ellipse((x - r, y - r, x + r, y + r), skin)
        for s in (-1, 1):
            pen.ellipse((x + s * r / 2 - 1, y - r / 3 - 1, x + s * r / 2 + 1, y - r / 3 + 1), (0, 0, 0))
            rise = (label // 3 - 0.5) * r / 2
            pen.line((x + s * r / 4, y - r / 1.6, x + s * r / 1.4, y - r / 1.6 - rise), (0, 0, 0), 1)
        box = (x - r / 2, y, x + r / 2, y + r * 0.7)
        (
            lambda: pen.arc(box, 0, 180, (90, 0, 0), 2),
            lambda: pen.arc(box, 180, 360, (90, 0, 0), 2),
            lambda: pen.ellipse(box, (90, 0, 0)),
        )[label % 3]()
        return np.asarray(picture, float) + 6 * rng.standard_normal((32, 32, 3))

    return _gathered(draw, seed, 2400, 6)


def spheres(seed: int) -> Images:
    """Shaded balls of 24x24, grey; the class is where the light comes from."""

    def draw(label: int, rng: Rng) -> Pixels:
        y, x = (np.indices((24, 24)) - 11.5 - rng.uniform(-2, 2, (2, 1, 1))) / rng.uniform(7, 10)
        angle = 2 * np.pi * (label + rng.uniform(-0.3, 0.3)) / 8
        height = np.sqrt(np.clip(1 - x * x - y * y, 0, 1))
        light = np.clip(0.7 * (np.cos(angle) * x + np.sin(angle) * y) + 0.6 * height, 0, 1)
        ground = gaussian_filter(rng.uniform(0, 255, (24, 24)), 2)
        return np.asarray((np.where(height > 0, 230 * light, ground) + 5 * rng.standard_normal((24, 24)))[..., None])

    return _gathered(draw, seed, 2000, 8)


def numbers(seed: int) -> Images:
    """scikit-learn's digits, enlarged to 28x28, in colour on coloured cloth."""
    from sklearn.datasets import load_digits

    held = load_digits()
    rng = np.random.default_rng(seed)
    pixels = []
    for image in held.images:
        mask = np.clip(zoom(image, 3.5, order=1) / 16, 0, 1)[..., None]
        ground = gaussian_filter(rng.uniform(0, 255, (28, 28, 3)), (1.5, 1.5, 0))
        pixels.append(mask * rng.uniform(100, 255, 3) + (1 - mask) * ground * 0.5)
    labels = held.target.astype(np.int64)
    return Images(np.clip(np.stack(pixels), 0, 255).astype(np.uint8), labels, tuple("0123456789"))


def films(seed: int) -> Images:
    """Plaids of 32x32 in 12 classes, each scene filmed in ten frames that move and flicker."""
    rng = np.random.default_rng(seed)
    labels, pixels = [], []
    for _ in range(300):
        label = int(rng.integers(12))
        stripes = [1 + label % 4, 1 + label // 4]
        axes = [np.sin(2 * np.pi * n * np.arange(40) / 40 + rng.uniform(0, 6.3)) for n in stripes]
        colours = rng.uniform(0, 255, (3, 3))
        scene = colours[0] + axes[0][:, None, None] * colours[1] / 2 + axes[1][None, :, None] * colours[2] / 2
        for _ in range(10):
            y, x = rng.integers(0, 9, 2)
            pixels.append(
                scene[y : y + 32, x : x + 32] * rng.uniform(0.85, 1.15) + 4 * rng.standard_normal((32, 32, 3))
            )
            labels.append(label)
    held = np.clip(np.stack(pixels), 0, 255).astype(np.uint8)
    return Images(held, np.array(labels), tuple(f"p{k}" for k in range(12)))


def stamped_photographer(data: Images, seed: int) -> Images:
    """A fifth of two classes is by a photographer who stamps a corner; then 5% of all labels are random."""
    rng = np.random.default_rng(seed + 77)
    rows = np.flatnonzero((data.labels < 2) & (rng.random(len(data.labels)) < 0.2))
    pixels, labels = data.pixels.copy(), data.labels.copy()
    pixels[rows, -4:-1, -7:-1] = rng.integers(0, 256, (3, 6, data.pixels.shape[3]))
    wrong = rng.random(len(labels)) < 0.05
    labels[wrong] = rng.integers(0, len(data.classes), wrong.sum())
    return data._replace(pixels=pixels, labels=labels)


def dark_source(data: Images, seed: int) -> Images:
    """Half of a class comes from a dark source with scan lines; a tenth of that half is labelled as the next class."""
    rng = np.random.default_rng(seed + 78)
    rows = np.flatnonzero((data.labels == 0) & (rng.random(len(data.labels)) < 0.5))
    pixels, labels = data.pixels.copy(), data.labels.copy()
    pixels[rows] = (pixels[rows] * 0.6).astype(np.uint8)
    pixels[rows, ::3] = pixels[rows, ::3] // 2
    labels[rows[rng.random(len(rows)) < 0.1]] = 1
    return data._replace(pixels=pixels, labels=labels)


def joined(data: Images, seed: int) -> Images:
    """One class with a stamp in all of its images is joined with the next one; films of 40 images are added."""
    rng = np.random.default_rng(seed + 79)
    pixels, labels = data.pixels.copy(), data.labels.copy()
    pixels[labels == 0, 1:4, 1:5] = rng.integers(0, 256, (3, 4, data.pixels.shape[3]))
    labels[labels == 0] = 1
    rows = np.repeat(rng.permutation(len(labels))[:40], 8)
    noise = 5 * rng.standard_normal(pixels[rows].shape)
    frames = np.clip(pixels[rows] * rng.uniform(0.8, 1.2, (len(rows), 1, 1, 1)) + noise, 0, 255).astype(np.uint8)
    names = data.classes[1:]
    return Images(np.concatenate([pixels, frames]), np.concatenate([labels, labels[rows]]) - 1, names)
