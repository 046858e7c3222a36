"""Repeated phrases: the same run of words in texts that have little else in common, all with one label.

A signature, a disclaimer or the name of an agency does that by nature, so it warns where it marks a good part of a
class and is noted where it does not; where the texts without it contradict the label, the conflict test blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.core.text import count, shorten
from gate.poisoning.interface import SIGNIFICANT, Budget, Evidence, Level, Scan, Texts, Trigger
from gate.poisoning.texts.association import association
from gate.poisoning.texts.characters import shown
from gate.poisoning.texts.tokens import END, START, Tokens, distinct, tokenise

if TYPE_CHECKING:
    from gate.poisoning.interface import Ints

WORDS = 6
"""The shortest run of words that counts as a phrase."""
LEAST = 8
"""Texts with it."""
SHARE = 0.95
"""Of them with one label."""
OF_CLASS = 0.05
"""The part of a class from which on a phrase can tell the class: it warns."""
REMAINS = 0.3
"""What is left of the texts without the phrase; with less they are copies of one text."""
LONGEST = 60
MOST = 3_000
"""Runs of words that are looked at, the most frequent first."""
PRIME = 2**40 - 87
SHOWN = 8


class Phrase(NamedTuple):
    """A run of words from `start` to `end` in the tokens, and its rows, as indices into the tokens' rows."""

    start: int
    end: int
    rows: Ints


def scan(dataset: Texts, budget: Budget, seed: int) -> Scan:
    """See the module; `scores` are minus the decimal logarithm of p of texts with such a phrase."""
    scores = np.zeros(len(dataset.labels))
    if not len(scores):
        return Scan((), scores, ("nothing: there are no texts",))
    rng = np.random.default_rng(seed)
    tokens = tokenise(dataset.texts, budget, rng)
    budget.check()
    found = list(_phrases(tokens, budget, rng))
    evidence: list[Evidence] = []
    told = np.zeros(len(scores), dtype=bool)
    for one in sorted(filter(None, (_evidence(tokens, phrase, dataset, len(found)) for phrase in found)), key=_order):
        if np.mean(told[one.suspects]) < 0.5:
            evidence.append(one)
            told[one.suspects] = True
            if one.level == "warn":
                scores[one.suspects] = 1 - np.log10(max(one.p or 0.0, 1e-300))
    untested = []
    if len(tokens.rows) < len(scores):
        untested.append(f"{len(scores) - len(tokens.rows):,} of {len(scores):,} texts: a random part was read")
    return Scan(tuple(evidence[:SHOWN]), scores, tuple(untested))


def _order(one: Evidence) -> tuple[bool, float, int]:
    """The more texts of its class it marks, the earlier; then the most significant."""
    return one.level != "warn", one.p or 0.0, -len(one.suspects)


def _phrases(tokens: Tokens, budget: Budget, rng: np.random.Generator) -> Iterator[Phrase]:
    """The repeated runs, the most frequent first, each as long as it goes on alike; equal sets of rows once."""
    keys, places = _runs(tokens, rng)
    order = np.argsort(keys, kind="stable")
    bounds = np.flatnonzero(np.diff(keys[order], prepend=-1, append=-1))
    sizes = np.diff(bounds)
    told: set[bytes] = set()
    owners = tokens.owners
    for group in np.argsort(-sizes, kind="stable")[:MOST]:
        if sizes[group] < LEAST:
            return
        budget.check()
        found = places[order[bounds[group] : bounds[group + 1]]]
        rows = distinct(owners[found])
        if len(rows) >= LEAST and rows.tobytes() not in told:
            told.add(rows.tobytes())
            yield Phrase(*_extended(tokens.words, int(found[0]), int(found[-1])), rows)


def _runs(tokens: Tokens, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """(keys, places) of all runs of WORDS words; equal runs have equal keys, and hardly ever others do."""
    words = tokens.words
    if len(words) < WORDS:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    edges = np.concatenate([[0], np.cumsum((words == START) | (words == END))])
    places = np.flatnonzero(edges[WORDS:] == edges[:-WORDS])
    marks = rng.integers(PRIME, size=len(tokens.lower))
    keys = np.zeros(len(places), dtype=np.int64)
    for step in range(WORDS):
        keys = (keys * 31 + marks[words[places + step]]) % PRIME
    return keys, places


def _extended(words: Ints, one: int, other: int) -> tuple[int, int]:
    """Where the run at `one` starts and ends, as long as it is the same as that at `other`."""
    start = 0
    while start > -LONGEST and words[one + start - 1] == words[other + start - 1] != START:
        start -= 1
    end = WORDS
    while end < LONGEST and words[one + end] == words[other + end] != END:
        end += 1
    return one + start, one + end


def _evidence(tokens: Tokens, phrase: Phrase, dataset: Texts, tried: int) -> Evidence | None:
    rows = tokens.rows[phrase.rows]
    length = np.diff(tokens.starts)[phrase.rows] - 2
    if np.median(1 - (phrase.end - phrase.start) / np.maximum(length, 1)) < REMAINS:
        return None
    found = association(rows, dataset.labels)
    p = min(1.0, found.p * tried)
    if found.share < SHARE or p >= SIGNIFICANT:
        return None
    label = shorten(dataset.classes[found.label])
    text = " ".join(tokens.lower[word] for word in tokens.words[phrase.start : phrase.end])
    message = (
        f'{shown(text, 100)} stands in {count(len(rows), "text")}, {found.share:.0%} of them with the label "{label}"'
    )
    effects = {"rows": float(len(rows)), "share with the label": found.share}
    trigger = Trigger(f"{shown(text)} -> {label}", {"text": text, "label": label})
    level: Level = "warn" if len(rows) >= OF_CLASS * np.sum(dataset.labels == found.label) else "note"
    return Evidence("repeated phrase", level, message, np.sort(rows), p, effects, trigger)
