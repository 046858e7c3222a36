"""Chooses what a page shows, all of it bounded: galleries, the map, and the labels in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.core.text import shorten
from gate.data.interface import Place
from gate.data.samples.interface import Instructions, Loaded
from gate.poisoning.exhibits.interface import NOISE, Exhibits, Gallery, Map, Point, Sample
from gate.poisoning.exhibits.layout import plane, rows_of_map
from gate.poisoning.exhibits.samples import label_of, sample
from gate.poisoning.interface import Evidence, Scan
from gate.poisoning.verdict import Found, Verdict

if TYPE_CHECKING:
    from gate.data.samples.interface import Dataset, Ints

GALLERIES = 12
"""Pieces of evidence with a gallery: with pictures of 64 x 64, whatever they show, a page stays below 10 MB."""
SUSPECTS = 24
NORMAL = 12
DOUBTED = 30
LATE = "not drawn: the time budget was over"


class _Chosen(NamedTuple):
    """The rows of one gallery."""

    evidence: Evidence
    suspects: Ints
    normal: Ints


def exhibits_of(loaded: Loaded, verdict: Verdict, scans: Mapping[str, Scan], seed: int, *, late: bool) -> Exhibits:
    """The exhibits on a verdict; nothing that takes its time is drawn where it is `late`."""
    dataset = loaded.dataset
    every = _all_suspects(verdict)
    galleries = [_chosen(dataset, verdict, one.evidence, every, seed) for one in verdict.found[:GALLERIES]]
    noise = _noise(verdict, scans)
    mapped = rows_of_map(len(verdict.scores), every, seed) if not late else np.zeros(0, np.int64)
    rows = np.unique(np.concatenate([mapped, noise, *(rows for one in galleries for rows in one[1:])]))
    places = dict(zip(rows.tolist(), loaded.place(rows.tolist()), strict=True))

    def shown(chosen: Ints, evidence: Evidence | None) -> tuple[Sample, ...]:
        trigger = evidence.trigger if evidence else None
        return tuple(sample(dataset, row, places[row], trigger) for row in chosen.tolist())

    return Exhibits(
        tuple(
            Gallery(
                label_of(dataset, int(one.normal[0])) if len(one.normal) else "",
                shown(one.suspects, one.evidence),
                shown(one.normal, one.evidence),
            )
            for one in galleries
        ),
        Map(LATE) if late else _map(dataset, mapped, every, places, seed),
        tuple(_doubted(one, row, dataset, scans) for one, row in zip(shown(noise, None), noise.tolist(), strict=True)),
        {shorten(name, 80): losses for scan in scans.values() for name, losses in scan.curves.items()},
    )


def _chosen(dataset: Dataset, verdict: Verdict, evidence: Evidence, every: Ints, seed: int) -> _Chosen:
    """The gravest suspects, and as normal ones some of the class that most of them have; no gallery of noise."""
    nothing = np.zeros(0, np.int64)
    if evidence.kind == NOISE or not len(evidence.suspects):
        return _Chosen(evidence, nothing, nothing)
    suspects = evidence.suspects[np.argsort(-verdict.scores[evidence.suspects], kind="stable")][:SUSPECTS]
    others = np.setdiff1d(np.arange(len(verdict.scores)), np.union1d(every, evidence.suspects))
    if not isinstance(dataset, Instructions):
        common = np.bincount(dataset.labels[evidence.suspects]).argmax()
        others = others[dataset.labels[others] == common]
    normal = np.random.default_rng(seed).choice(others, min(NORMAL, len(others)), replace=False)
    return _Chosen(evidence, suspects, np.sort(normal.astype(np.int64)))


def _all_suspects(verdict: Verdict) -> Ints:
    """Those of evidence that blocks or warns, without labels in doubt; the gravest first."""
    some = [one.evidence.suspects for one in verdict.found if _grave(one)]
    rows: Ints = np.unique(np.concatenate(some)) if some else np.zeros(0, np.int64)
    ordered: Ints = rows[np.argsort(-verdict.scores[rows], kind="stable")]
    return ordered


def _grave(found: Found) -> bool:
    return found.evidence.level != "note" and found.evidence.kind != NOISE


def _noise(verdict: Verdict, scans: Mapping[str, Scan]) -> Ints:
    for found in verdict.found:
        if found.evidence.kind == NOISE:
            rows = found.evidence.suspects
            worst: Ints = rows[np.argsort(-scans[found.detector].scores[rows], kind="stable")][:DOUBTED]
            return worst
    return np.zeros(0, np.int64)


def _doubted(shown: Sample, row: int, dataset: Dataset, scans: Mapping[str, Scan]) -> Sample:
    """The sample with the class that it looks like beside its label."""
    said = [scan.looks_like[row] for scan in scans.values() if row in scan.looks_like]
    if not said or isinstance(dataset, Instructions):
        return shown
    return shown._replace(label=f"{shown.label}, looks like {shorten(dataset.classes[said[0]], 80)}")


def _map(dataset: Dataset, rows: Ints, suspects: Ints, places: Mapping[int, Place], seed: int) -> Map:
    try:
        found, how = plane(dataset, rows, seed)
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:  # a picture is not worth the scan
        return Map(f"not drawn: {type(error).__name__}: {shorten(str(error))}")
    labels: Ints = np.full(len(rows), -1)
    classes: tuple[str, ...] = ()
    if not isinstance(dataset, Instructions):
        known, labels = np.unique(dataset.labels[rows], return_inverse=True)
        classes = tuple(shorten(dataset.classes[one], 80) for one in known)
    marked = np.isin(rows, suspects)
    points = zip(found.round(4).tolist(), labels.tolist(), marked.tolist(), rows.tolist(), strict=True)
    return Map(how, classes, tuple(Point(x, y, label, mark, places[row]) for (x, y), label, mark, row in points))
