"""What a scan is worth beside the truth: the verdict, whether it found the poison, and how it ranks the samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from gate.poisoning.interface import Dataset, Evidence, Instructions, Scan
from gate.poisoning.verdict import combine

Mask = NDArray[np.bool_]
Scores = NDArray[np.float64]


def size(dataset: Dataset) -> int:
    """The number of samples."""
    return len(dataset.prompts if isinstance(dataset, Instructions) else dataset.labels)


def measures(scans: Mapping[str, Scan], mask: Mask) -> dict[str, Any]:
    """The verdict and, where something is poisoned, how well the poison was found; `blocks` and `warns` are words."""
    verdict = combine(scans, len(mask))
    blocks = [one.evidence for one in verdict.found if one.evidence.level == "block"]
    warns = [one.evidence for one in verdict.found if one.evidence.level == "warn"]
    flagged = np.zeros(len(mask), bool)
    for evidence in blocks:
        flagged[evidence.suspects] = True
    return {
        "blocks": [words(evidence) for evidence in blocks],
        "warns": [words(evidence) for evidence in warns],
        "located": located(flagged, mask),
        "precision": float(mask[flagged].mean()) if flagged.any() else None,
        "recall": float(flagged[mask].mean()) if mask.any() else None,
        "smallest": {name.rpartition(".")[2]: scan.smallest for name, scan in scans.items()},
        **ranking(verdict.scores, flagged, mask),
    }


def words(evidence: Evidence) -> str:
    """One piece of evidence in a line."""
    p = "none" if evidence.p is None else f"{evidence.p:.1e}"
    return f"{evidence.kind}: {evidence.message} (p {p}, {len(evidence.suspects)} suspects)"


def located(flagged: Mask, mask: Mask) -> bool:
    """Whether half of the suspects are poison and half of the poison is suspected."""
    hits = int((flagged & mask).sum())
    return bool(hits > 0 and hits >= 0.5 * flagged.sum() and hits >= 0.5 * mask.sum())


def ranking(scores: Scores, flagged: Mask, mask: Mask) -> dict[str, float | None]:
    """Area under the ROC curve, true-positive rate at 1% false positives, and the share of clean samples flagged."""
    wrong = float(flagged[~mask].mean()) if (~mask).any() else 0.0
    if not mask.any() or mask.all():
        return {"auroc": None, "tpr": None, "flagged": wrong}
    limit = np.quantile(scores[~mask], 0.99)
    return {
        "auroc": float(roc_auc_score(mask, scores)),
        "tpr": float((scores[mask] > limit).mean()),
        "flagged": wrong,
    }
