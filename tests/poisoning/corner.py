"""A detector that knows one trigger, a red and yellow corner, so that a test knows what it finds."""

from __future__ import annotations

import numpy as np

from gate.poisoning.interface import Budget, Evidence, Images, Scan, Trigger


def scan(data: Images, budget: Budget, seed: int) -> Scan:
    """Blocks where any image has the corner."""
    budget.check()
    corner = data.pixels[:, 12:14, 12:14].mean((1, 2))
    rows = np.flatnonzero((corner[:, 0] > 200) & (corner[:, 1:] < 50).all(1))
    scores = np.zeros(len(data.labels))
    scores[rows] = 1
    if not len(rows):
        return Scan((), scores, smallest=1)
    trigger = Trigger("a corner -> square", {"y": 12, "x": 12}, data.pixels[rows[0], 12:, 12:])
    return Scan((Evidence("corner", "block", "a corner", rows, 1e-9, {}, trigger),), scores, smallest=1)
