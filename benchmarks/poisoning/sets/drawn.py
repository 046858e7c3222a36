"""Sets of images that are drawn: classes differ by shape, texture, direction, colour or letter; the rest is chance."""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter

from gate.poisoning.interface import Images

Rng = np.random.Generator


def _finished(
    drawings: list[NDArray[np.float64]], labels: NDArray[np.int64], channels: int, rng: Rng, grain: float
) -> Images:
    pixels = np.stack(drawings)
    if channels == 1 and pixels.shape[3] == 3:
        pixels = pixels.mean(3, keepdims=True)
    pixels = pixels + grain * rng.standard_normal(pixels.shape)
    count = int(labels.max()) + 1
    return Images(np.clip(pixels, 0, 255).astype(np.uint8), labels, tuple(f"c{k}" for k in range(count)))


def _colour(rng: Rng, low: float = 0.3) -> NDArray[np.float64]:
    return 255 * np.array(colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.2, 1), rng.uniform(low, 1)))


def _polygon(kind: int) -> list[tuple[float, float]]:
    """Regular polygons and stars, by number."""
    corners, star = 3 + kind // 2, kind % 2
    count = corners * (2 if star else 1)
    radii = [0.45 if star and k % 2 else 1.0 for k in range(count)]
    angles = np.arange(count) * 2 * np.pi / count
    return [(float(r * np.cos(a)), float(r * np.sin(a))) for r, a in zip(radii, angles, strict=True)]


def shapes(seed: int, rows: int, count: int, side: int, channels: int) -> Images:
    """Filled polygons and stars of any colour, size, place and rotation of up to 20 degrees on a plain ground."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, count, rows)
    drawings = []
    for label in labels:
        picture = Image.new("RGB", (side, side), tuple(_colour(rng, 0.0).astype(int)))
        turn, radius = np.deg2rad(rng.uniform(-20, 20)), side * rng.uniform(0.25, 0.42)
        cx, cy = side / 2 + rng.uniform(-0.1, 0.1, 2) * side
        points = [
            (cx + radius * (x * np.cos(turn) - y * np.sin(turn)), cy + radius * (x * np.sin(turn) + y * np.cos(turn)))
            for x, y in _polygon(int(label))
        ]
        ImageDraw.Draw(picture).polygon(points, fill=tuple(_colour(rng).astype(int)))
        drawings.append(np.asarray(picture, float))
    return _finished(drawings, labels, channels, rng, 5)


def gratings(seed: int, rows: int, count: int, side: int, channels: int) -> Images:
    """Waves whose direction is the class; phase, contrast and wavelength vary."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, count, rows)
    y, x = np.indices((side, side)) - side / 2
    drawings = []
    for label in labels:
        angle = np.pi * (label + rng.uniform(-0.25, 0.25)) / count
        wave = np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / rng.uniform(5, 9) + rng.uniform(0, 6.3))
        drawings.append(rng.uniform(90, 160) + rng.uniform(30, 80) * wave[..., None])
    return _finished(drawings, labels, channels, rng, 12)


def blobs(seed: int, rows: int, count: int, side: int, channels: int) -> Images:
    """Soft spots at chance places; their hue is the class."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, count, rows)
    y, x = np.indices((side, side))
    drawings = []
    for label in labels:
        picture = np.full((side, side, 3), rng.uniform(20, 90))
        for _ in range(rng.integers(1, 5)):
            hue = ((label + rng.uniform(-0.3, 0.3)) / count) % 1
            colour = 255 * np.array(colorsys.hsv_to_rgb(hue, rng.uniform(0.5, 1), rng.uniform(0.6, 1)))
            cy, cx, r = rng.uniform(0, side), rng.uniform(0, side), rng.uniform(0.1, 0.3) * side
            weight = np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * r * r))[..., None]
            picture = picture * (1 - weight) + colour * weight
        drawings.append(picture)
    return _finished(drawings, labels, channels, rng, 6)


def letters(seed: int, rows: int, count: int, side: int, channels: int) -> Images:
    """Characters of Pillow's own font, of varying size, place and colour, on an uneven ground."""
    rng = np.random.default_rng(seed)
    signs = [chr(k) for k in [*range(33, 127), *range(0xA1, 0xAC), *range(0xAE, 0x100)]][:count]
    labels = rng.integers(0, count, rows)
    fonts = [ImageFont.load_default(size=int(side * scale)) for scale in (0.6, 0.7, 0.8)]
    drawings = []
    for label in labels:
        ground = gaussian_filter(rng.uniform(0, 255, (side, side, 3)), (side / 8, side / 8, 0))
        picture = Image.fromarray(ground.astype(np.uint8))
        place = tuple(side / 2 + rng.uniform(-0.08, 0.08, 2) * side)
        ImageDraw.Draw(picture).text(
            place, signs[label], tuple(_colour(rng, 0.8).astype(int)), fonts[rng.integers(3)], anchor="mm"
        )
        drawings.append(np.asarray(picture, float))
    return _finished(drawings, labels, channels, rng, 4)


def textures(seed: int, rows: int, count: int, side: int, channels: int) -> Images:
    """Filtered noise: the class is how coarse it is and how much longer than wide its grain; colours are free."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, count, rows)
    drawings = []
    for label in labels:
        size, aspect = 0.6 + 0.7 * (label // 2), (1, 3)[label % 2]
        field = gaussian_filter(rng.standard_normal((side, side)), (size, size * aspect))
        field = (field - field.min()) / (np.ptp(field) + 1e-9)
        drawings.append(field[..., None] * _colour(rng) + (1 - field[..., None]) * _colour(rng, 0.0))
    return _finished(drawings, labels, channels, rng, 3)


def scenes(seed: int, rows: int, count: int, side: int, channels: int) -> Images:
    """Sky and ground with one to three things; the class is the kind of things: boxes, discs, trees, waves or bars."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, count, rows)
    drawings = []
    for label in labels:
        picture = Image.new("RGB", (side, side), tuple(_colour(rng, 0.6).astype(int)))
        draw = ImageDraw.Draw(picture)
        horizon = side * rng.uniform(0.4, 0.7)
        draw.rectangle((0, horizon, side, side), tuple(_colour(rng, 0.1).astype(int)))
        for _ in range(rng.integers(1, 4)):
            x, y, r = (
                rng.uniform(0.1, 0.9) * side,
                horizon + rng.uniform(-0.1, 0.2) * side,
                side * rng.uniform(0.08, 0.2),
            )
            colour = tuple(_colour(rng, 0.2).astype(int))
            if label == 0:
                draw.rectangle((x - r, y - r, x + r, y + r), colour)
            elif label == 1:
                draw.ellipse((x - r, y - r, x + r, y + r), colour)
            elif label == 2:
                draw.polygon(((x - r, y + r), (x + r, y + r), (x, y - 2 * r)), colour)
            elif label == 3:
                draw.arc((x - 2 * r, y - r, x + 2 * r, y + r), 180, 360, colour, width=max(2, side // 16))
            else:
                draw.line((x, y - 3 * r, x, y + r), colour, width=max(2, side // 12))
        drawings.append(np.asarray(picture, float))
    return _finished(drawings, labels, channels, rng, 6)
