"""Mines pixels that recur bit by bit where labels contradict the rest: at one place (patches, frames, single pixels),
or as small squares anywhere (stickers).

A code is a value at a place, or the values of a square. One counts when contradicting images of the first half have it
far more often than the rate of contradictions explains (binomial test, corrected for all codes seen).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import binom

from gate.poisoning.images.looks import NEIGHBOURS
from gate.poisoning.images.view import LOOSE, conflicting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gate.poisoning.images.view import Mask, View
    from gate.poisoning.interface import Budget, Ints, Pixels

    Codes = NDArray[np.uint64]

ROWS = 12_000
"""Images of the first half among which codes are counted."""
LEAST = 4
RARE = 1e-2
"""Corrected p-value on the first half from which on a code is tested on the second."""
GROUPS = 3
ALIKE = 3
"""Places at which images carry the same bits, from which on they may carry a copy of something."""
COPIES = 20
GATHERED = 100_000
"""Sets of images that are remembered; data made to have more of them is looked at in part."""
PURE = 0.9
SQUARE = 3
"""Side of the squares whose codes may be anywhere."""
DOUBTFUL = 2500
"""Images whose squares are counted."""
BEST = 50
"""Squares of one label that are taken for parts of one sticker."""
LEVELS = (8, 3, 2)
"""Bits of each channel that such a square keeps: the same bits, or about the same colours."""
CHUNK = 1024
_MIX = np.uint64(0x9E3779B97F4A7C15)
"""The golden ratio, for multiplicative hashing (Knuth, The Art of Computer Programming 3, 6.4)."""


class Found(NamedTuple):
    """`holders` carry the trigger; `places` are (y, x) of one of its corners in each holder, or of all its pixels."""

    kind: str
    holders: Mask
    places: Ints


def _packed(pixels: Pixels) -> Codes:
    """One number for the value of each pixel."""
    code = np.zeros(pixels.shape[:3], np.uint64)
    for channel in range(pixels.shape[3]):
        code = code << np.uint64(8) | pixels[..., channel].astype(np.uint64)
    return code


def _sample(view: View) -> Ints:
    rows = np.flatnonzero(view.first)
    return np.sort(np.random.default_rng(view.seed + 2).permutation(rows)[:ROWS])


def _enriched(held: Ints, contradicting: Ints, rate: float) -> NDArray[np.float64]:
    """Logarithm of the probability of so many contradictions among so many holders."""
    return np.asarray(binom.logsf(contradicting - 1, held, rate))


def mine_places(view: View, budget: Budget) -> Iterator[Found]:
    """Values that recur at one place."""
    pixels, rows = view.images.pixels, _sample(view)
    conflict = view.conflict[rows]
    rate = max(float(conflict.mean()), 1 / len(rows))
    codes = _packed(pixels[rows]).reshape(len(rows), -1)
    found: list[tuple[float, int, int]] = []
    tried = 0
    for place in range(codes.shape[1]):
        if place % 256 == 0:
            budget.check()
        values, inverse, held = np.unique(codes[:, place], return_inverse=True, return_counts=True)
        against = np.bincount(inverse[conflict], minlength=len(values))
        tried += len(values)
        worth = np.flatnonzero((against >= LEAST) & (against >= held / 2))
        for value, chance in zip(worth, _enriched(held[worth], against[worth], rate), strict=True):
            found.append((float(chance), place, int(values[value])))
    found = sorted(one for one in found if one[0] + np.log(tried) < np.log(RARE))
    for group in _grouped(found, codes):
        yield _carried(pixels, [(place, value) for _, place, value in group], pixels.shape[2])


def mine_copies(view: View, budget: Budget) -> Iterator[Found]:
    """The same bits at three or more places in the same images of one label, and hardly in any other image."""
    pixels, rows = view.images.pixels, _sample(view)
    labels = view.images.labels[rows]
    marks = np.random.default_rng(view.seed + 3).integers(0, 2**62, len(rows))
    codes = _packed(pixels[rows]).reshape(len(rows), -1)
    sets: dict[tuple[int, int], list[tuple[int, int]]] = {}
    classes = len(view.images.classes)
    for place in range(codes.shape[1]):
        if place % 256 == 0:
            budget.check()
        values, inverse, held = np.unique(codes[:, place], return_inverse=True, return_counts=True)
        pairs, at, own = np.unique(inverse * classes + labels, return_inverse=True, return_counts=True)
        pure = np.flatnonzero((own >= LEAST) & (own >= PURE * held[pairs // classes]))
        if len(pure):
            signs = np.zeros(len(pairs), np.int64)
            np.add.at(signs, at, marks)
            for one in pure:
                key = int(pairs[one] % classes), int(signs[one])
                sets.setdefault(key, []).append((place, int(values[pairs[one] // classes])))
        if len(sets) > GATHERED:
            sets = {key: group for key, group in sets.items() if len(group) > 1}
            if len(sets) > GATHERED:
                break
    width = pixels.shape[2]
    large = sorted((group for group in sets.values() if len(group) >= ALIKE), key=len, reverse=True)
    for group in large[:COPIES]:
        yield _carried(pixels, group, width)


def _carried(pixels: Pixels, group: list[tuple[int, int]], width: int) -> Found:
    """The images that carry half of these values at these places."""
    carried = np.zeros(len(pixels), np.int64)
    for place, value in group:
        y, x = divmod(place, width)
        carried += _packed(pixels[:, y : y + 1, x : x + 1]).ravel() == value
    return Found("patch", carried * 2 >= len(group), np.array([divmod(place, width) for place, _ in group]))


def _grouped(found: list[tuple[float, int, int]], codes: Codes) -> Iterator[list[tuple[float, int, int]]]:
    """Codes that the same images have, the least probable ones first."""
    left = found[:500]
    for _ in range(GROUPS):
        if not left:
            return
        first = codes[:, left[0][1]] == left[0][2]
        inside: list[tuple[float, int, int]] = []
        outside: list[tuple[float, int, int]] = []
        for one in left:
            other = codes[:, one[1]] == one[2]
            alike = (first & other).sum() >= 0.6 * (first | other).sum()
            (inside if alike else outside).append(one)
        yield inside
        left = outside


def _squares(pixels: Pixels) -> Codes:
    """(n, places): a hash of the square that begins at each place."""
    size = SQUARE
    rows, columns = pixels.shape[1] - size + 1, pixels.shape[2] - size + 1
    code = _packed(pixels)
    out = np.zeros((len(pixels), rows, columns), np.uint64)
    for y in range(size):
        for x in range(size):
            out = (out ^ code[:, y : y + rows, x : x + columns]) * _MIX
            out ^= out >> np.uint64(29)
    return out.reshape(len(pixels), -1)


def _distinct(codes: Codes) -> tuple[Codes, Ints]:
    """Each code once per image, and the image's position."""
    ordered = np.sort(codes, axis=1)
    new = np.ones(ordered.shape, bool)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    return ordered[new], np.nonzero(new)[0]


def mine_anywhere(view: View, budget: Budget) -> Iterator[Found]:
    """Squares that recur at any place among images of one label of which their neighbours are not sure."""
    if min(view.images.pixels.shape[1:3]) < 2 * SQUARE:
        return
    rows = _sample(view)
    against = rows[conflicting(view.votes[rows], view.images.labels[rows], LOOSE)][:DOUBTFUL]
    if len(against) < LEAST:
        return
    for bits in LEVELS:
        yield from _recurring(view, view.images.pixels >> np.uint8(8 - bits), against, budget)


def _recurring(view: View, pixels: Pixels, against: Ints, budget: Budget) -> Iterator[Found]:
    """Squares whose images have one label more often than their neighbours' votes explain."""
    labels, votes = view.images.labels[against], view.votes[against]
    codes, image = _distinct(_squares(pixels[against]))
    values, inverse, held = np.unique(codes, return_inverse=True, return_counts=True)
    for target in np.unique(labels):
        budget.check()
        mine = labels == target
        own = np.bincount(inverse[mine[image]], minlength=len(values))
        worth = np.flatnonzero(own >= LEAST)
        part = np.isin(inverse, worth)
        rate = np.maximum(votes[:, target] / NEIGHBOURS, view.of(int(target)).mean())
        expected = np.bincount(inverse[part], rate[image[part]], len(values))[worth] / held[worth]
        chance = np.asarray(binom.logsf(own[worth] - 1, held[worth], np.minimum(expected, 1)))
        order = np.argsort(chance, kind="stable")[:BEST]
        rare = worth[order[chance[order] + np.log(len(values)) < np.log(RARE)]]
        if len(rare):
            yield _holders(pixels, values[np.sort(rare)], budget)


def _holders(pixels: Pixels, wanted: Codes, budget: Budget) -> Found:
    """The images with any of the squares, and where the first one of each is."""
    holders, places = np.zeros(len(pixels), bool), np.zeros((len(pixels), 2), np.int64)
    columns = pixels.shape[2] - SQUARE + 1
    for start in range(0, len(pixels), CHUNK):
        budget.check()
        codes = _squares(pixels[start : start + CHUNK])
        at = np.minimum(np.searchsorted(wanted, codes), len(wanted) - 1)
        hit = wanted[at] == codes
        holders[start : start + CHUNK] = hit.any(1)
        places[start : start + CHUNK] = np.stack(np.divmod(hit.argmax(1), columns), 1)
    return Found("sticker", holders, places[holders])
