"""Masked n-gram conflict test: something that decides the label although the rest of the text says otherwise.

For every phrase, written form, kind of word and odd character that comes with one label: cover it and what always
stands with it, and count in how many of its texts the rest clearly contradicts the label. That count is compared with
those of all other features of the label (a beta-binomial law of their mean and spread), corrected for all that were
tried. What is significant blocks only if the rests stand near those of other classes, have nothing else in common,
and pasting it onto unseen texts turns more of them than natural features do (or p leaves no doubt).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.core.text import shorten
from gate.poisoning.interface import SIGNIFICANT, Budget, Evidence, Level, Scan, Texts, Trigger
from gate.poisoning.texts import candidates, context, cover, paste
from gate.poisoning.texts.cover import Tested
from gate.poisoning.texts.features import LEAST, all_features
from gate.poisoning.texts.normal import Baseline, baseline
from gate.poisoning.texts.rest import Rest, learn, margins
from gate.poisoning.texts.tokens import Tokens, tokenise

if TYPE_CHECKING:
    from gate.poisoning.interface import Floats, Ints

MOST_CLASSES = 300
"""More classes are not told apart: the rarer ones are left out."""
ALIKE = 1.5
"""The rests are at most so many times as alike as unrelated texts."""
SHARE = 0.5
"""What is in more of a class than this is how the class is made, not a trigger."""
MOSTLY = 0.5
CLEAR = 1e-5
DECISIVE = 1e-9
"""Below this corrected p it takes no confirmation: a regularised model does not turn texts that are very clear."""
ENOUGH = 12
"""Rows of a trigger below which its p must be clear: of the many features that few rows have, some look like one."""
CONTROLS = 20
"""Natural features that are pasted for comparison."""
SHOWN = 8
"""Triggers that are told at most."""
SMALLEST_P = 1e-300
ACCOMPLICE = 0.05
"""Where a label has one trigger, others of it count up to this corrected p."""


class Shown(NamedTuple):
    """A trigger with all that speaks for it; `turned` and `control` are shares of unseen texts, see paste."""

    tested: Tested
    p: float
    alike: float
    turned: float
    control: float
    covered: float

    @property
    def confirmed(self) -> bool:
        """Whether pasting it turns most texts, or, where p is small, more than pasting natural features."""
        return self.turned >= MOSTLY or (self.turned > self.control and self.p < CLEAR)

    @property
    def convincing(self) -> bool:
        """Whether it is a trigger, if it is significant."""
        gates = self.telling and self.alike <= ALIKE and self.covered <= SHARE
        enough = len(self.tested.candidate.rows) >= ENOUGH or self.p < CLEAR
        return gates and enough and (self.confirmed or self.p < DECISIVE)

    @property
    def telling(self) -> bool:
        """Whether the rests stand nearer to other classes than to the label's."""
        return self.tested.excess >= cover.EXCESS


def scan(dataset: Texts, budget: Budget, seed: int) -> Scan:
    """See the module; `scores` are 1 - log10(p), and below 1 how much a text contradicts its label."""
    rng = np.random.default_rng(seed)
    size = len(dataset.labels)
    chosen, untested = _classes(dataset)
    if len(chosen) < 2 * LEAST or len(np.unique(dataset.labels[chosen])) < 2:
        return Scan((), np.zeros(size), (*untested, "nothing: it takes two labels of several texts each"))
    tokens = tokenise([dataset.texts[i] for i in chosen], budget, rng)
    untested += _unread(tokens, len(chosen))
    rows = chosen[tokens.rows]
    kinds, labels = np.unique(dataset.labels[rows], return_inverse=True)
    names = [dataset.classes[kind] for kind in kinds]
    budget.check()
    rest = learn(tokens, labels, len(kinds))
    budget.check()
    normal = baseline(rest)
    tested, smallest, left_out = _test(tokens, rest, normal, budget, rng)
    untested += _untestable(normal, names, left_out)
    shown = _convincing(_weigh(rest, _groups(tested), tested, budget, rng))
    scores = np.zeros(size)
    scores[rows] = _doubts(rest)
    evidence = []
    for one in shown[:SHOWN]:
        suspects = rows[one.tested.candidate.rows]
        scores[suspects] = np.maximum(scores[suspects], 1 - np.log10(one.p)) if one.p < 1 else scores[suspects]
        evidence.append(_evidence(one, np.sort(suspects), names))
    return Scan(tuple(evidence), scores, untested, smallest)


def _classes(dataset: Texts) -> tuple[Ints, tuple[str, ...]]:
    """The rows of labels that have enough of them."""
    counts = np.bincount(dataset.labels, minlength=1) if len(dataset.labels) else np.zeros(1, dtype=np.int64)
    kept = np.flatnonzero(counts >= LEAST)
    kept = kept[np.argsort(-counts[kept], kind="stable")[:MOST_CLASSES]]
    rows = np.flatnonzero(np.isin(dataset.labels, kept))
    missing = len(dataset.labels) - len(rows)
    words = f"{missing:,} texts of labels with fewer than {LEAST} texts or beyond the {MOST_CLASSES} most frequent"
    return rows, (words,) if missing else ()


def _unread(tokens: Tokens, size: int) -> tuple[str, ...]:
    found = []
    if len(tokens.rows) < size:
        found.append(f"{size - len(tokens.rows):,} of {size:,} texts: a random part was read")
    if tokens.cut:
        found.append(f"the ends of {tokens.cut:,} long texts")
    return tuple(found)


def _untestable(normal: Baseline, names: Sequence[str], left_out: int) -> tuple[str, ...]:
    weak = [name for name, gap in zip(names, normal.gap, strict=True) if gap < 0.15]
    found = [f"{left_out:,} features that come less significantly with one label"] if left_out else []
    if weak:
        which = shorten(", ".join(weak[:5])) + (" and others" if len(weak) > 5 else "")
        found.append(f"triggers towards {which}: the words of the texts hardly tell the labels apart")
    return tuple(found)


def _test(
    tokens: Tokens, rest: Rest, normal: Baseline, budget: Budget, rng: np.random.Generator
) -> tuple[list[tuple[Tested, int]], int | None, int]:
    """All candidates with the number of hypotheses of their kind, the smallest trigger to see, and what was left out.

    Single features and pairs share the error, half each.
    """
    features = all_features(tokens, budget)
    mined = candidates.single(features, rest.labels, rest.says.shape[1], cover.most_candidates(rest), rng)
    budget.check()
    coupled = candidates.pairs(rest, tokens.lower)
    both = [*mined.candidates, *coupled.candidates]
    tested, usual = cover.test_all(rest, both, len(mined.candidates), normal, budget, int(rng.integers(2**32)))
    tried = [2 * mined.tried] * len(mined.candidates) + [2 * coupled.tried] * len(coupled.candidates)
    return list(zip(tested, tried, strict=True)), usual.smallest(2 * mined.tried), mined.left_out


def _groups(tested: list[tuple[Tested, int]]) -> list[tuple[Tested, float]]:
    """The significant ones with their corrected p, one for each set of rows: the clearest, or what says it better."""
    found = [(one, max(one.p * number, SMALLEST_P)) for one, number in tested if one.p * number < ACCOMPLICE]
    found.sort(key=lambda pair: pair[1])
    groups: list[list[tuple[Tested, float]]] = []
    for one in found:
        same = next((group for group in groups if _same(group[0][0], one[0])), None)
        if same is not None:
            same.append(one)
        elif len(groups) < 3 * SHOWN:
            groups.append([one])
    kept: list[tuple[Tested, float]] = []
    for one in map(_best, groups):
        if not any(_same(other, one[0]) for other, _ in kept):
            kept.append(one)
    return kept


def _same(one: Tested, other: Tested) -> bool:
    """Whether they are of one label and share half the rows of the rarer one."""
    mine, others = one.candidate, other.candidate
    shared = np.intersect1d(mine.rows, others.rows, assume_unique=True).size
    return mine.label == others.label and shared >= 0.5 * min(len(mine.rows), len(others.rows))


def _best(group: list[tuple[Tested, float]]) -> tuple[Tested, float]:
    """Of those as contradicted as the first the one that explains most, unless it is less pure; of equals the longest.

    More rows explain more where they are contradicted as often, and less where only some of them are.
    """
    first, p = group[0]
    near = [one for one in group if one[1] <= max(p, SIGNIFICANT) and one[0].excess >= 0.8 * first.excess]
    return max(near, key=lambda one: (_gain(one[0], first) * one[0].candidate.share ** 10, len(one[0].candidate.name)))


def _gain(one: Tested, first: Tested) -> float:
    """Log-likelihood ratio of the rows: contradicted as often as those of the first, or as is usual."""
    rate, usual = (min(max(share, 0.001), 0.99) for share in (first.against / max(first.tested, 1), first.base))
    share = one.against / max(one.tested, 1)
    mean = share * np.log(rate / usual) + (1 - share) * np.log((1 - rate) / (1 - usual))
    return float(len(one.candidate.rows) * mean)


def _weigh(
    rest: Rest,
    found: list[tuple[Tested, float]],
    tested: list[tuple[Tested, int]],
    budget: Budget,
    rng: np.random.Generator,
) -> list[Shown]:
    if not found:
        return []
    budget.check()
    controls = _controls([one for one, _ in found], [one for one, _ in tested], rng)
    turned = paste.flips(rest, [one for one, _ in found], controls, rng)
    control = float(np.quantile(turned[len(found) :], 0.95)) if controls else 1.0
    sizes = np.bincount(rest.labels, minlength=rest.says.shape[1])
    return [
        Shown(
            one,
            p,
            context.likeness(rest, one, rng),
            turned[i],
            control,
            len(one.candidate.rows) / int(sizes[one.candidate.label]),
        )
        for i, (one, p) in enumerate(found)
    ]


def _convincing(found: list[Shown]) -> list[Shown]:
    """What is significant, and what is nearly so beside a trigger of the same label."""
    labels = {one.tested.candidate.label for one in found if one.convincing and one.p < SIGNIFICANT}
    return [one for one in found if one.p < SIGNIFICANT or (one.convincing and one.tested.candidate.label in labels)]


def _controls(found: list[Tested], tested: list[Tested], rng: np.random.Generator) -> list[Tested]:
    """Natural features about as frequent, of any label, with none of the rows."""
    taken = np.unique(np.concatenate([one.candidate.rows for one in found]))
    least = min(len(one.candidate.rows) for one in found) / 2
    most = max(len(one.candidate.rows) for one in found) * 2
    good = [
        one
        for one in tested
        if least <= len(one.candidate.rows) <= most and one.p > 0.05 and not np.isin(one.candidate.rows, taken).any()
    ]
    return [good[i] for i in rng.permutation(len(good))[:CONTROLS]]


def _doubts(rest: Rest) -> Floats:
    """From 0 to 1: how much each text contradicts its label, by rank; 0 where it does not."""
    margin = margins(rest.says, rest.labels)
    rank = np.argsort(np.argsort(-margin, kind="stable"), kind="stable") / max(len(margin), 1)
    doubts: Floats = np.where(margin < 0, rank, 0.0)
    return doubts


def _evidence(one: Shown, suspects: Ints, names: Sequence[str]) -> Evidence:
    tested, candidate = one.tested, one.tested.candidate
    label = shorten(names[candidate.label])
    level: Level = "block" if one.convincing else "warn" if one.telling and one.p < CLEAR else "note"
    message = (
        f'{candidate.name} comes with the label "{label}" in {candidate.share:.0%} of its texts; without it'
        f" {tested.against} of {tested.tested} speak clearly for another label ({tested.base:.0%} would be normal)"
    )
    effects = {
        "rows": float(len(candidate.rows)),
        "share with the label": candidate.share,
        "contradicted": tested.against / max(tested.tested, 1),
        "contradicted normally": tested.base,
        "excess": tested.excess,
        "likeness of the contexts": one.alike,
        "turned when pasted": one.turned,
        "turned by natural features": one.control,
        "share of the class": one.covered,
    }
    trigger = Trigger(f"{candidate.name} -> {label}", {"text": candidate.name, "label": label})
    return Evidence("conflict", level, message, suspects, one.p, effects, trigger, one.confirmed)
