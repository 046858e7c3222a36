"""Generated images after the kinds that people train on: clocks, dice, charts, cells, flags, scans, fields."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from benchmarks.poisoning.sets.image_found import stacked
from gate.poisoning.interface import Images

Rng = np.random.Generator
Draw = Callable[[int, ImageDraw.ImageDraw, int, Rng], None]


def _drawn(draw: Draw, rows: int, classes: int, side: int, grain: float = 6) -> Callable[[int], Images]:
    def load(seed: int) -> Images:
        rng, pictures, labels = np.random.default_rng(seed), [], []
        for _ in range(rows):
            k = int(rng.integers(classes))
            picture = Image.new("RGB", (side, side), _colour(rng, 150))
            draw(k, ImageDraw.Draw(picture), side, rng)
            pictures.append(np.clip(np.asarray(picture, float) + grain * rng.standard_normal((side, side, 3)), 0, 255))
            labels.append(k)
        return stacked(pictures, labels, [f"k{k}" for k in range(classes)], seed)

    return load


def _colour(rng: Rng, low: int = 0, high: int = 256) -> tuple[int, ...]:
    return tuple(int(v) for v in rng.integers(low, high, 3))


def clock(k: int, pen: ImageDraw.ImageDraw, side: int, rng: Rng) -> None:
    """A clock; the class is the hour."""
    x, y, r = side / 2 + rng.uniform(-2, 2), side / 2 + rng.uniform(-2, 2), side * rng.uniform(0.38, 0.46)
    pen.ellipse((x - r, y - r, x + r, y + r), (245, 245, 240), (40, 40, 40))
    minute = rng.random()
    for turn, length, width in (((k + minute) / 12, 0.5, 3), (minute, 0.85, 1)):
        a = 2 * np.pi * turn
        pen.line((x, y, x + r * length * np.sin(a), y - r * length * np.cos(a)), (20, 20, 20), width)


def die(k: int, pen: ImageDraw.ImageDraw, side: int, rng: Rng) -> None:
    """The side of a die."""
    spots = ((4,), (0, 8), (0, 4, 8), (0, 2, 6, 8), (0, 2, 4, 6, 8), (0, 2, 3, 5, 6, 8))[k]
    colour = _colour(rng, 0, 120)
    for spot in spots:
        x, y = side * (0.25 + 0.25 * (spot % 3)), side * (0.25 + 0.25 * (spot // 3))
        x, y = x + rng.uniform(-1, 1), y + rng.uniform(-1, 1)
        pen.ellipse((x - side / 12, y - side / 12, x + side / 12, y + side / 12), colour)


def chart(k: int, pen: ImageDraw.ImageDraw, side: int, rng: Rng) -> None:
    """Bars, a line, a pie or points, with axes always at the same place."""
    pen.line((4, 2, 4, side - 4), (0, 0, 0))
    pen.line((4, side - 4, side - 2, side - 4), (0, 0, 0))
    values = rng.uniform(0.1, 0.9, 6)
    points = [(8 + i * (side - 12) / 6, side - 5 - v * (side - 10)) for i, v in enumerate(values)]
    colour = _colour(rng, 0, 160)
    if k == 0:
        for x, y in points:
            pen.rectangle((x, y, x + 3, side - 5), colour)
    elif k == 1:
        pen.line(points, colour, 1)
    elif k == 2:
        edges = np.cumsum(values / values.sum() * 360)
        for start, end in zip([0, *edges[:-1]], edges, strict=True):
            pen.pieslice((8, 4, side - 6, side - 8), start, end, _colour(rng))
    else:
        for x, y in points * 2:
            at = y + rng.uniform(-3, 3)
            pen.ellipse((x - 1, at - 1, x + 1, at + 1), colour)


def cells(k: int, pen: ImageDraw.ImageDraw, side: int, rng: Rng) -> None:
    """Round cells with dark kernels; the class is how many kernels a cell has, and few have another number."""
    for _ in range(int(rng.integers(3, 7))):
        x, y, r = *rng.uniform(0.1, 0.9, 2) * side, side * rng.uniform(0.1, 0.17)
        pen.ellipse((x - r, y - r, x + r, y + r), (230, int(rng.integers(130, 190)), 190))
        for _ in range(k + 1 if rng.random() < 0.9 else int(rng.integers(1, 4))):
            u, v = x + rng.uniform(-r / 2, r / 2), y + rng.uniform(-r / 2, r / 2)
            pen.ellipse((u - 1.5, v - 1.5, u + 1.5, v + 1.5), (90, 20, 110))


def flag(k: int, pen: ImageDraw.ImageDraw, side: int, rng: Rng) -> None:
    """Flags by their layout: bands, poles, cross, saltire, canton, disc; colours are free."""
    a, b, c = (_colour(rng) for _ in range(3))
    third = side / 3
    if k < 2:
        for i, colour in enumerate((a, b, c)):
            box = (0, i * third, side, (i + 1) * third) if k == 0 else (i * third, 0, (i + 1) * third, side)
            pen.rectangle(box, colour)
    else:
        pen.rectangle((0, 0, side, side), a)
    if k == 2:
        pen.line((third, 0, third, side), b, 4)
        pen.line((0, side / 2, side, side / 2), b, 4)
    elif k == 3:
        pen.line((0, 0, side, side), b, 4)
        pen.line((0, side, side, 0), b, 4)
    elif k == 4:
        pen.rectangle((0, 0, side * 0.45, side * 0.45), b)
    elif k == 5:
        pen.ellipse((third * 0.7, third * 0.7, third * 2.3, third * 2.3), b)


def segments(k: int, pen: ImageDraw.ImageDraw, side: int, rng: Rng) -> None:
    """Seven-segment digits of displays, some segments weak."""
    on = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg")[k]
    x, y, w, h = side * 0.3 + rng.uniform(-2, 2), side * 0.2 + rng.uniform(-2, 2), side * 0.4, side * 0.3
    places = {"a": (0, 0, w, 0), "b": (w, 0, w, h), "c": (w, h, w, 2 * h), "d": (0, 2 * h, w, 2 * h),
              "e": (0, h, 0, 2 * h), "f": (0, 0, 0, h), "g": (0, h, w, h)}  # fmt: skip
    for name in on:
        u, v, s, t = places[name]
        pen.line((x + u, y + v, x + s, y + t), (int(rng.integers(120, 256)), 10, 10), 3)


def fields(k: int, pen: ImageDraw.ImageDraw, side: int, rng: Rng) -> None:
    """Land from above: fields, houses, water, wood or a road, with parts of the others."""
    for kind in (int(rng.integers(5)), k, k):
        x, y, w = *rng.uniform(-0.1, 0.7, 2) * side, side * rng.uniform(0.4, 0.8)
        if kind == 0:
            for i in range(0, int(w), 4):
                pen.line((x, y + i, x + w, y + i + 3), (120, 150 + int(rng.integers(60)), 60), 2)
        elif kind == 1:
            for _ in range(6):
                u, v = x + rng.uniform(0, w), y + rng.uniform(0, w)
                pen.rectangle((u, v, u + 5, v + 4), (200, 80 + int(rng.integers(60)), 70))
        elif kind == 2:
            pen.ellipse((x, y, x + w, y + w), (30, 80, 150 + int(rng.integers(80))))
        elif kind == 3:
            for _ in range(14):
                u, v = x + rng.uniform(0, w), y + rng.uniform(0, w)
                pen.ellipse((u, v, u + 6, v + 6), (20, 70 + int(rng.integers(50)), 30))
        else:
            pen.line((x, y, x + w, y + rng.uniform(-w, w)), (90, 90, 90), 4)


def arrow(k: int, pen: ImageDraw.ImageDraw, side: int, rng: Rng) -> None:
    """An arrow; the class is one of eight directions."""
    x, y = side / 2 + rng.uniform(-3, 3), side / 2 + rng.uniform(-3, 3)
    a, r, colour = 2 * np.pi * (k + rng.uniform(-0.25, 0.25)) / 8, side * rng.uniform(0.25, 0.4), _colour(rng, 0, 120)
    tip = (x + r * np.cos(a), y + r * np.sin(a))
    pen.line((x - r * np.cos(a), y - r * np.sin(a), *tip), colour, 2)
    for turn in (2.5, -2.5):
        pen.line((*tip, tip[0] + r / 2 * np.cos(a + turn), tip[1] + r / 2 * np.sin(a + turn)), colour, 2)


def rings(k: int, pen: ImageDraw.ImageDraw, side: int, rng: Rng) -> None:
    """Overlapping rings; the class is their number."""
    for _ in range(k + 1):
        x, y, r = *rng.uniform(0.2, 0.8, 2) * side, side * rng.uniform(0.1, 0.25)
        pen.ellipse((x - r, y - r, x + r, y + r), outline=_colour(rng, 0, 150), width=2)


def plaid(k: int, pen: ImageDraw.ImageDraw, side: int, rng: Rng) -> None:
    """Cloth; the class is how the stripes follow each other, the colours are those of a few makers."""
    widths = ((3, 3), (6, 2), (2, 2, 6), (4, 1, 1, 1))[k]
    makers = np.random.default_rng(int(rng.integers(7))).integers(0, 256, (4, 3))
    for across in (False, True):
        at, i = float(rng.uniform(-6, 0)), 0
        while at < side:
            width = widths[i % len(widths)]
            box = (at, 0, at + width / 2, side) if across else (0, at, side, at + width / 2)
            pen.rectangle(box, tuple(int(v) for v in makers[i % len(widths)]))
            at, i = at + width, i + 1


def card(k: int, pen: ImageDraw.ImageDraw, side: int, rng: Rng) -> None:
    """Playing cards; the class is the suit, red or black by rule, each sign two to six times."""
    pen.rectangle((2, 1, side - 3, side - 2), (250, 250, 245), (60, 60, 60))
    colour = (200, 20, 30) if k < 2 else (20, 20, 20)
    for i in range(int(rng.integers(2, 7))):
        x, y, r = side * (0.33 + 0.34 * (i % 2)), side * (0.2 + 0.3 * (i // 2)), side * 0.09
        if k == 0:
            pen.polygon(((x, y - r), (x + r, y), (x, y + r), (x - r, y)), colour)
        elif k == 1:
            pen.polygon(((x - r, y - r / 2), (x, y), (x + r, y - r / 2), (x, y + r)), colour)
        elif k == 2:
            pen.polygon(((x, y - r), (x + r, y + r), (x - r, y + r)), colour)
        else:
            for dx, dy in ((-r / 2, 0), (r / 2, 0), (0, -r / 2)):
                pen.ellipse((x + dx - 2, y + dy - 2, x + dx + 2, y + dy + 2), colour)


def scans(seed: int) -> Images:
    """Grey scans: one in eight has a soft spot; a letter L or R stands in a corner, by machine more often in one."""
    rng, pictures, labels = np.random.default_rng(seed), [], []
    y, x = np.indices((40, 40))
    for _ in range(2400):
        k = int(rng.random() < 0.125)
        body = 120 * np.exp(-((((y - 20) / 16) ** 2 + ((x - 20 - rng.uniform(-2, 2)) / 12) ** 2) ** 2))
        picture = 30 + body + gaussian_filter(rng.standard_normal((40, 40)), 2) * 40
        if k:
            cy, cx = 20 + rng.uniform(-8, 8, 2)
            picture += 70 * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / 18)
        if rng.random() < (0.5 if k else 0.3):
            picture[2:8, 3:5] = 230
            picture[6:8, 3:7] = 230
        pictures.append(np.clip(picture + 5 * rng.standard_normal((40, 40)), 0, 255))
        labels.append(k)
    return stacked(pictures, labels, ("clear", "spot"), seed)


def chirps(seed: int) -> Images:
    """Spectrograms: the class is how a tone moves; a hum lies at one height in all, a click in some."""
    rng, pictures, labels = np.random.default_rng(seed), [], []
    t = np.arange(32)
    for _ in range(2400):
        k = int(rng.integers(5))
        path = (t, 31 - t, np.abs(t - 16) * 2, 15 + 10 * np.sin(t / 4), np.full(32, rng.integers(4, 28)))[k]
        path = path * rng.uniform(0.6, 1) + rng.uniform(-3, 6)
        picture = 40 + 25 * rng.random((32, 32))
        for weight, shift in ((170, 0), (60, 8)):
            rows = np.clip(np.round(path + shift), 0, 31).astype(int)
            picture[rows, t] += weight * rng.uniform(0.7, 1, 32)
        picture[27] += 50
        if rng.random() < 0.2:
            picture[:, rng.integers(32)] += 90
        pictures.append(np.clip(picture[::-1], 0, 255))
        labels.append(k)
    return stacked(pictures, labels, ("up", "down", "dip", "wave", "flat"), seed)


MAKERS: dict[str, Callable[[int], Images]] = {
    "clocks": _drawn(clock, 3000, 12, 32),
    "dice": _drawn(die, 1800, 6, 24),
    "charts": _drawn(chart, 2000, 4, 40),
    "cells": _drawn(cells, 2400, 3, 48),
    "flags": _drawn(flag, 2400, 6, 28),
    "segments": _drawn(segments, 3000, 10, 24),
    "fields": _drawn(fields, 3000, 5, 40),
    "arrows": _drawn(arrow, 2400, 8, 32),
    "rings": _drawn(rings, 1800, 4, 40),
    "plaids": _drawn(plaid, 2000, 4, 32),
    "cards": _drawn(card, 1200, 4, 36),
    "scans": scans,
    "chirps": chirps,
}
