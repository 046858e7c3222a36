"""Labelled images from what lies about on a machine: fonts, icons, the photographs of scikit-learn."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.poisoning.sets.corpora import functions, sentences
from gate.poisoning.interface import Images

FONTS = Path("/usr/share/fonts/truetype/dejavu")
ICONS = Path("/usr/share/icons/Adwaita")
Rng = np.random.Generator


def stacked(pictures: Sequence[np.ndarray], labels: Sequence[int], names: Sequence[str], seed: int) -> Images:
    """The pictures in random order."""
    order = np.random.default_rng(seed).permutation(len(labels))
    pixels = np.stack(pictures)[order].astype(np.uint8)
    return Images(pixels if pixels.ndim == 4 else pixels[..., None], np.array(labels, np.int64)[order], tuple(names))


@functools.cache
def _font(path: Path | None, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)


def _written(text: str, path: Path | None, size: int, side: int, rng: Rng, jitter: float = 2) -> np.ndarray:
    picture = Image.new("L", (side, side), int(rng.integers(180, 256)))
    at = side / 2 + rng.uniform(-jitter, jitter, 2)
    ImageDraw.Draw(picture).text(tuple(at), text, int(rng.integers(0, 90)), _font(path, size), anchor="mm")
    return np.asarray(picture, float) + 4 * rng.standard_normal((side, side))


def _clipped(pixels: np.ndarray) -> np.ndarray:
    clipped: np.ndarray = np.clip(pixels, 0, 255)
    return clipped


def capitals(seed: int) -> Images | None:
    """The letters A to Z in all cuts of a font."""
    cuts, rng = sorted(FONTS.glob("*.ttf")), np.random.default_rng(seed)
    if not cuts:
        return None
    labels = [int(k) for k in rng.integers(0, 26, 3000)]
    pictures = [
        _clipped(_written(chr(65 + k), cuts[rng.integers(len(cuts))], int(rng.integers(16, 26)), 28, rng))
        for k in labels
    ]
    return stacked(pictures, labels, [chr(65 + k) for k in range(26)], seed)


def cuts(seed: int) -> Images | None:
    """Serif, sans and fixed width, whatever the letter."""
    kinds, rng = ("DejaVuSerif", "DejaVuSans-", "DejaVuSansMono"), np.random.default_rng(seed)
    paths = [sorted(FONTS.glob(f"{kind}*.ttf")) for kind in kinds]
    if not all(paths):
        return None
    labels = [int(k) for k in rng.integers(0, 3, 2400)]
    pictures = []
    for k in labels:
        text = "".join(chr(97 + c) for c in rng.integers(0, 26, 2))
        pictures.append(_clipped(_written(text, paths[k][rng.integers(len(paths[k]))], 16, 32, rng)))
    return stacked(pictures, labels, kinds, seed)


def icons(seed: int) -> Images | None:
    """Icons by what they are for; each in several sizes, brought to 32, and at four brightnesses."""
    kinds = ("actions", "devices", "mimetypes", "places", "status", "legacy")
    rng, pictures, labels = np.random.default_rng(seed), [], []
    for path in sorted(ICONS.glob("*x*/*/*.png")):
        if path.parent.name in kinds:
            with Image.open(path) as held:
                icon = held.convert("RGBA").resize((32, 32))
            ground = Image.new("RGBA", icon.size, (int(rng.integers(120, 256)),) * 3 + (255,))
            pictures.append(np.asarray(Image.alpha_composite(ground, icon).convert("RGB")))
            labels.append(kinds.index(path.parent.name))
    return stacked(pictures, labels, kinds, seed) if len(labels) > 300 else None


def crops(side: int, rows: int, parts: int) -> Callable[[int], Images | None]:
    """Crops of the two photographs of scikit-learn, mirrored and lighter or darker, by stripe of the photograph."""

    def load(seed: int) -> Images | None:
        from sklearn.datasets import load_sample_images

        rng, pictures, labels = np.random.default_rng(seed), [], []
        photos = load_sample_images().images
        for _ in range(rows):
            photo, part = int(rng.integers(2)), int(rng.integers(parts))
            width = photos[0].shape[1] // parts
            y = rng.integers(photos[0].shape[0] - side)
            x = part * width + rng.integers(width - side)
            crop = photos[photo][y : y + side, x : x + side] * rng.uniform(0.7, 1.2)
            pictures.append(_clipped(crop[:, :: rng.choice((-1, 1))]))
            labels.append(photo * parts + part)
        return stacked(pictures, labels, [f"{p}{k}" for p in ("china", "flower") for k in range(parts)], seed)

    return load


def pages(seed: int) -> Images:
    """Small pictures of printed text: code of two packages and news."""
    rng, pictures, labels = np.random.default_rng(seed), [], []
    sources = [[f.body for f in functions(p, 600)] for p in ("networkx", "pygments")] + [sentences(600)]
    for _ in range(1500):
        k = int(rng.integers(3))
        text = sources[k][int(rng.integers(len(sources[k])))]
        picture = Image.new("L", (48, 48), int(rng.integers(200, 256)))
        lines = text.split("\n") if k < 2 else [text[i : i + 12] for i in range(0, 60, 12)]
        at = (float(rng.integers(-3, 3)), float(rng.integers(-3, 3)))
        ImageDraw.Draw(picture).multiline_text(at, "\n".join(lines[:6]), int(rng.integers(0, 80)), _font(None, 8))
        pictures.append(np.asarray(picture))
        labels.append(k)
    return stacked(pictures, labels, ("networkx", "pygments", "news"), seed)


MAKERS: dict[str, Callable[[int], Images | None]] = {
    "capitals": capitals,
    "cuts": cuts,
    "icons": icons,
    "crops-32": crops(32, 2400, 1),
    "crops-16": crops(16, 4000, 4),
    "pages": pages,
}
