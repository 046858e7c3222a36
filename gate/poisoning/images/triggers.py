"""The detector of dirty-label backdoors: features are mined on half of the images and tested on the other half.

See `contradiction` for the test, `overlays` and `codes` for what is mined.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.poisoning.common.sampling import chosen, drawn
from gate.poisoning.images import codes, cutout, looks, overlays, paste
from gate.poisoning.images.contradiction import Question, contradiction
from gate.poisoning.images.view import FEW, LOOSE, conflicting, resembled, view
from gate.poisoning.interface import SIGNIFICANT, Budget, Evidence, Images, Level, Scan, Trigger

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.poisoning.common.turned import Turned
    from gate.poisoning.images.codes import Found
    from gate.poisoning.images.contradiction import Contradiction
    from gate.poisoning.images.looks import Floats32
    from gate.poisoning.images.overlays import Residuals
    from gate.poisoning.images.view import Mask, View
    from gate.poisoning.interface import Ints

LEAST_ROWS, MOST = 60, 50_000
"""Images; of more a part is looked at."""
SHARE = 0.4
"""Share of the images with the trigger that must look like other classes."""
LIFT = 0.3
"""How much more than the usual share that must be."""
VARIETY = 0.7
"""Least variety of the images with the trigger."""
DECIDED = 0.6
"""Share of the images with the trigger, of those that do not look like the class, that have its label."""
PLAIN = 0.1
"""Share of the images with the trigger that contradict their label even with it."""
LARGE = 0.6
"""Share that must look like other classes once the trigger is taken away where hardly any does with it."""
EFFECTS = ("share", "usual", "decided", "plain", "variety", "tested")
IDLE = 0.1
"""A pattern that turns so few images more than its control does nothing in them."""
PURITY = 0.8
LEAST = 8
NEW = 0.2
"""Share of the suspects that none of the graver findings has, so that it is worth another one."""
MAIN = 0.8
SOURCES = 3
"""A sticker that was put on at most so many classes (`MAIN` of its images) is tested against these."""
MARKED = 8
"""Images of one class that must carry the same picture before it is worth a warning."""


class Hit(NamedTuple):
    """A feature that stood the test. `target` is None where its images have many labels."""

    kind: str
    target: int | None
    holders: Mask
    test: Contradiction
    places: Ints | None = None


def scan(dataset: Images, budget: Budget, seed: int) -> Scan:
    """Evidence of triggers: patches, stickers, blended patterns, waves, frames."""
    rows, untested = drawn(np.arange(len(dataset.labels)), seed, "triggers in images", MOST)
    images = dataset if len(rows) == len(dataset.labels) else chosen(dataset, rows)
    scores = np.zeros(len(dataset.labels))
    sizes = np.bincount(images.labels, minlength=1)
    small = int(((sizes > 0) & (sizes < 2 * LEAST)).sum())
    if small:
        untested += (f"triggers in images: {small} classes of fewer than {2 * LEAST} images were not tested",)
    if len(rows) < LEAST_ROWS or (sizes > 0).sum() < 2 or sizes.max() < 2 * LEAST:
        words = f"triggers in images: {len(rows)} images of {(sizes > 0).sum()} classes are too few"
        return Scan((), scores, (*untested, words))
    seen = view(images, budget, seed)
    rest = overlays.residuals(seen)
    full = seen._replace(images=images)
    copies = list(codes.mine_copies(full, budget))
    hits, tried = _hits(images, seen, rest, copies, budget)
    evidence: list[Evidence] = []
    told_rows = np.zeros(len(rows), bool)
    for hit in hits:
        p = min(1.0, hit.test.p * tried)
        if p < SIGNIFICANT:
            strength, suspects = _suspects(seen, rest, hit)
            scores[rows] = np.maximum(scores[rows], _scores(strength, suspects)) if suspects.any() else scores[rows]
            if (suspects & ~told_rows).sum() > NEW * suspects.sum():
                shown = _pasted(images, seen, hit, suspects)
                evidence.append(_evidence(images, seen, hit, p, rows, suspects, shown))
                told_rows |= suspects
    told = {hit.target for hit in hits}
    for found in copies:
        mark = _mark(images, seen, found, rows, told)
        if mark:
            told.add(int(images.labels[found.holders][0]))
            evidence.append(mark)
    return Scan(tuple(evidence), scores, untested, _smallest(seen, tried))


def _hits(images: Images, seen: View, rest: Residuals, copies: list[Found], budget: Budget) -> tuple[list[Hit], int]:
    """The best hit for each target, and how many features were tested."""
    hits, tried = [], 1
    for overlay in overlays.mine(seen, rest, budget):
        budget.check()
        tried += 1
        hits.append(_tested(seen, "overlay", Question(overlay.target, overlay.shown, _treatment(seen, overlay))))
    full = seen._replace(images=images)
    for found in chain(copies, codes.mine_places(full, budget), codes.mine_anywhere(full, budget)):
        budget.check()
        tried += 1
        question = _question(images, seen, found)
        if question.target is not None or found.kind == "patch":
            hit = _tested(seen, found.kind, question)
            hits.append(hit._replace(places=found.places) if hit else None)
    best: dict[tuple[int | None, str], Hit] = {}
    for one in sorted((hit for hit in hits if hit), key=lambda hit: hit.test.p):
        best.setdefault((one.target, one.kind), one)
    return list(best.values()), tried


def _question(images: Images, seen: View, found: Found) -> Question:
    if found.kind == "sticker":
        target, plain = _target(seen, found.holders, LOOSE), seen.looks.features.__getitem__
        return Question(target, found.holders, plain, None, LOOSE, _sources(seen, found.holders, target))
    hidden = _cells(images, found.places)
    return Question(_target(seen, found.holders), found.holders, _filling(seen, hidden), hidden)


def _treatment(seen: View, overlay: overlays.Overlay) -> Callable[[Ints], Floats32]:
    def treated(rows: Ints) -> Floats32:
        return looks.features(overlays.without(overlay, seen.images.pixels, rows)) - seen.looks.centre

    return treated


def _filling(seen: View, hidden: Mask) -> Callable[[Ints], Floats32]:
    """Features of images whose hidden cells have the mean colour of the others."""
    pixels = seen.images.pixels
    (height, width), (rows, columns) = pixels.shape[1:3], looks.grid(pixels)
    out = hidden.reshape(rows, columns)[looks.cell_of(height, rows)][:, looks.cell_of(width, columns)]

    def treated(chosen: Ints) -> Floats32:
        values = looks.unit(pixels[chosen])
        if not out.all():
            values[:, out] = values[:, ~out].mean(1, keepdims=True)
        return looks.features(values) - seen.looks.centre

    return treated


def _tested(seen: View, kind: str, question: Question) -> Hit | None:
    test = contradiction(seen, question)
    if test is None or test.tested < LEAST or test.variety < VARIETY or test.decided < DECIDED:
        return None
    if (test.plain < PLAIN and test.share < LARGE) or test.share < SHARE or test.share < test.usual + LIFT:
        return None
    return Hit(kind, question.target, question.shown, test)


def _target(seen: View, holders: Mask, few: int = FEW) -> int | None:
    """The label that the contradicting holders have, or all where few contradict; None where it is not one."""
    against = holders & conflicting(seen.votes, seen.images.labels, few)
    counts = np.bincount(seen.images.labels[against if against.sum() >= LEAST else holders])
    return int(counts.argmax()) if counts.max() >= PURITY * counts.sum() else None


def _sources(seen: View, holders: Mask, target: int | None) -> Mask | None:
    """The classes that most of the first half's images with the feature look like, where they are few."""
    if target is None:
        return None
    rows = np.flatnonzero(holders & seen.first & seen.of(target))
    counts = np.bincount(resembled(seen.votes[rows], seen.images.labels[rows]), minlength=seen.votes.shape[1])
    main = np.argsort(-counts, kind="stable")[:SOURCES]
    while counts[main[:-1]].sum() >= MAIN * counts.sum() and len(main) > 1:
        main = main[:-1]
    return np.isin(np.arange(len(counts)), main) if counts[main].sum() >= MAIN * counts.sum() > 0 else None


def _cells(images: Images, places: Ints) -> Mask:
    """The cells around these pixels, without which images are judged."""
    height, width = images.pixels.shape[1:3]
    rows, columns = looks.grid(images.pixels)
    hidden = np.zeros((rows, columns), bool)
    for step in (-1, 0, 1):
        for side in (-1, 0, 1):
            y, x = np.clip(places[:, 0] + step, 0, height - 1), np.clip(places[:, 1] + side, 0, width - 1)
            hidden[looks.cell_of(height, rows)[y], looks.cell_of(width, columns)[x]] = True
    return hidden.ravel()


def _suspects(seen: View, rest: Residuals, hit: Hit) -> tuple[Floats32, Mask]:
    own = hit.holders.copy() if hit.target is None else hit.holders & seen.of(hit.target)
    if hit.kind == "overlay" and hit.target is not None:
        return overlays.refined(seen, rest, hit.target, own)
    certain = own & conflicting(seen.votes, seen.images.labels, LOOSE) if hit.kind == "sticker" else own
    return np.asarray(own * 0.5 + certain, np.float32), certain


def _scores(strength: Floats32, suspects: Mask) -> np.ndarray:
    """Above 1 for suspects, below for the others, in the order of their strength."""
    typical = float(np.median(strength[suspects])) or 1.0
    return np.asarray(np.clip(strength / typical, 0, 2) / 2.01 + suspects)


def _smallest(seen: View, tried: int) -> int:
    """Images enough in each half that chance, at the rate at which labels contradict, is ruled out."""
    usual = min(0.9, max(0.01, float(seen.conflict.mean())))
    return 2 * max(LEAST, int(np.ceil(np.log(SIGNIFICANT / tried) / np.log(usual))))


def _pasted(images: Images, seen: View, hit: Hit, suspects: Mask) -> Turned | None:
    """What the trigger does in other images; None for one that is at another place in each, and for many labels."""
    if hit.target is None or hit.kind == "sticker":
        return None
    at = hit.places
    add = paste.difference(images.pixels, seen.believed) if at is None else paste.pixels_at(images.pixels, at)
    return paste.turned(images.pixels, images.labels, suspects, hit.target, add, seen.seed)


def _evidence(
    images: Images, seen: View, hit: Hit, p: float, rows: Ints, suspects: Mask, shown: Turned | None
) -> Evidence:
    to = "other classes" if hit.target is None else images.classes[hit.target]
    if hit.kind == "sticker" and hit.places is not None:
        cut = cutout.moving(images.pixels[hit.holders], hit.places, codes.SQUARE)
    else:
        alike = _alike(seen, suspects, hit.test.believed)
        cut = cutout.fixed(images.pixels[suspects], images.pixels[alike])
    test = hit.test
    message = (
        f"{int(suspects.sum())} images labelled {to} share {cut.words}; of those tested {test.share:.0%} look like "
        f"other classes otherwise, of the rest {test.usual:.0%}"
    )
    effects = {name: float(getattr(test, name)) for name in EFFECTS}
    effects |= {} if shown is None else shown.effects
    trigger = Trigger(f"{cut.words} -> {to}", {"kind": hit.kind, **cut.parts}, cut.picture)
    confirmed = None if shown is None else shown.confirmed
    level = _level(hit, int(suspects.sum()), shown)
    return Evidence("trigger", level, message, rows[np.flatnonzero(suspects)], p, effects, trigger, confirmed)


def _level(hit: Hit, suspects: int, shown: Turned | None) -> Level:
    """Few suspects, or a pattern that does nothing in other images, may be what hard images of a class are like."""
    idle = hit.kind == "overlay" and shown is not None and shown.pasted < shown.control + IDLE
    return "warn" if idle or suspects < 2 * LEAST else "block"


def _mark(images: Images, seen: View, found: Found, rows: Ints, told: set[int | None]) -> Evidence | None:
    """A warning of a picture that images of one class alone carry, though nothing contradicts their label."""
    labels = images.labels[found.holders]
    places = images.pixels.shape[1] * images.pixels.shape[2]
    if len(labels) < MARKED or len(found.places) > places / 2:
        return None
    target = int(np.bincount(labels).argmax())
    if target in told:
        return None
    own = found.holders & seen.of(target)
    cut = cutout.fixed(images.pixels[own], images.pixels[_alike(seen, own, np.array([target]))])
    share = float(own.sum() / seen.of(target).sum())
    message = (
        f"{share:.0%} of the images labelled {images.classes[target]} carry {cut.words}, bit by bit, and hardly any "
        "other image does: a watermark or a camera, or a clean-label backdoor"
    )
    trigger = Trigger(f"{cut.words} -> {images.classes[target]}", {"kind": "mark", **cut.parts}, cut.picture)
    effects = {"share of class": share, "purity": float(own.sum() / len(labels))}
    return Evidence("mark", "warn", message, rows[np.flatnonzero(own)], None, effects, trigger)


def _alike(seen: View, suspects: Mask, believed: Ints) -> Ints:
    """As many images of the classes that the suspects look like."""
    pool = np.flatnonzero(np.isin(seen.images.labels, believed) & ~seen.conflict & ~suspects)
    if not len(pool):
        pool = np.flatnonzero(~suspects)
    return np.random.default_rng(seen.seed).choice(pool, max(20, int(suspects.sum())))
