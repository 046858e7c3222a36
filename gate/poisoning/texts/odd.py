"""Odd characters: invisible ones, controls, lookalikes of other scripts. Told wherever they are, with their label.

Data from the web holds such characters by nature, often from one source and so with one label: they warn. What also
decides labels against the rest of the texts is found, and blocked, by the conflict test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gate.core.text import count, shorten
from gate.poisoning.interface import SIGNIFICANT, Budget, Evidence, Scan, Texts, Trigger
from gate.poisoning.texts.association import association
from gate.poisoning.texts.characters import odd_kinds
from gate.poisoning.texts.tokens import EVERY, MAX_CHARACTERS

if TYPE_CHECKING:
    from gate.poisoning.interface import Ints

LEAST = 8
"""Texts with a kind of character, from which on a label can be said to go with it."""
SHARE = 0.8
SHOWN = 10


def scan(dataset: Texts, budget: Budget, seed: int) -> Scan:
    """See the module; `scores` are minus the decimal logarithm of p, at least 1, of texts with odd characters."""
    found: dict[str, list[int]] = {}
    cut = 0
    for row, text in enumerate(dataset.texts):
        if not row % EVERY:
            budget.check()
        cut += len(text) > MAX_CHARACTERS
        for kind in odd_kinds(text[:MAX_CHARACTERS]):
            found.setdefault(kind, []).append(row)
    scores = np.zeros(len(dataset.labels))
    evidence = []
    for kind, members in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
        rows = np.array(members, dtype=np.int64)
        one = _evidence(kind, rows, dataset, len(found))
        evidence.append(one)
        scores[one.suspects] = np.maximum(scores[one.suspects], 1 - np.log10(max(one.p or 1.0, 1e-300)))
    evidence.sort(key=lambda one: (one.level != "warn", one.p))
    untested = [f"the ends of {count(cut, 'long text')}"] if cut else []
    untested += [f"{len(evidence) - SHOWN} further kinds of odd characters"] if len(evidence) > SHOWN else []
    return Scan(tuple(evidence[:SHOWN]), scores, tuple(untested))


def _evidence(kind: str, rows: Ints, dataset: Texts, kinds: int) -> Evidence:
    found = association(rows, dataset.labels)
    label, p = shorten(dataset.classes[found.label]), min(1.0, found.p * kinds)
    told = len(rows) >= LEAST and found.share >= SHARE and p < SIGNIFICANT
    message = f'{kind} in {count(len(rows), "text")}, {found.share:.0%} of them with the label "{label}"'
    effects = {"rows": float(len(rows)), "share with the label": found.share}
    trigger = Trigger(f"{kind} -> {label}", {"text": kind, "label": label}) if told else None
    return Evidence("odd characters", "warn" if told else "note", message, rows, p, effects, trigger)
