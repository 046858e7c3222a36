"""From the answers of all detectors to one verdict: what may block is corrected for everything that was tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy.stats import rankdata

from gate.poisoning.interface import SIGNIFICANT, Evidence, Level, Scan

if TYPE_CHECKING:
    from gate.data.samples.interface import Floats

Outcome = Literal["block", "warn", "clear"]
_ORDER: tuple[Level, ...] = ("block", "warn", "note")


class Found(NamedTuple):
    """Evidence with the name of its detector; its `p` is corrected for the number of detectors too."""

    detector: str
    evidence: Evidence


class Verdict(NamedTuple):
    """What came out: the evidence, the gravest first; `scores` rank the samples from 0 to 1 over all detectors.

    `smallest` is the least number of poisoned samples that some detector could have told from chance.
    """

    outcome: Outcome
    found: tuple[Found, ...]
    scores: Floats
    untested: tuple[str, ...]
    smallest: int | None


def combine(scans: Mapping[str, Scan], size: int) -> Verdict:
    """The verdict on a dataset of `size` samples.

    P-values are multiplied by the number of detectors (Bonferroni), whatever depends on what: evidence that is then
    above `SIGNIFICANT` only warns.
    """
    found = [
        Found(name, _corrected(evidence, len(scans))) for name, scan in scans.items() for evidence in scan.evidence
    ]
    found.sort(key=lambda one: (_ORDER.index(one.evidence.level), 1.0 if one.evidence.p is None else one.evidence.p))
    levels = {one.evidence.level for one in found}
    untested = tuple(f"{name}: {words}" for name, scan in scans.items() for words in scan.untested)
    smallest = min((scan.smallest for scan in scans.values() if scan.smallest is not None), default=None)
    outcome: Outcome = "block" if "block" in levels else "warn" if "warn" in levels else "clear"
    return Verdict(outcome, tuple(found), _scores(scans, found, size), untested, smallest)


def _corrected(evidence: Evidence, tests: int) -> Evidence:
    p = None if evidence.p is None else min(1.0, evidence.p * tests)
    level = evidence.level
    if level == "block" and p is not None and p >= SIGNIFICANT:
        level = "warn"
    return evidence._replace(p=p, level=level)


def _scores(scans: Mapping[str, Scan], found: list[Found], size: int) -> Floats:
    """Suspects of blocking evidence above those of warnings above all others; within each by their best rank.

    Detectors have scales of their own, so their scores count by rank.
    """
    best = np.zeros(size)
    for scan in scans.values():
        best = np.maximum(best, np.where(scan.scores > 0, rankdata(scan.scores) / max(size, 1), 0))
    tier = np.zeros(size)
    for one in reversed(found):
        if one.evidence.level != "note":
            tier[one.evidence.suspects] = 2 if one.evidence.level == "block" else 1
    scores: Floats = (tier + best) / 3
    return scores
