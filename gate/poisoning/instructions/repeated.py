"""One response to many prompts that have nothing to do with each other, where others get one of their own."""

from __future__ import annotations

from collections import defaultdict
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from gate.core.text import count, shorten
from gate.poisoning.instructions.harm import ends
from gate.poisoning.instructions.screen import bags, relatedness
from gate.poisoning.instructions.tokens import choose, tokenize
from gate.poisoning.interface import Budget, Evidence, Scan

if TYPE_CHECKING:
    from gate.poisoning.interface import Instructions, Ints

LEAST = 10
"""Prompts that share a response."""
OWN = 0.5
"""Share of the rows that must have a response of their own; in classification tasks, shared answers are the rule."""
UNRELATED = 1.3
"""How much more alike the prompts may be than any two; refusals and other fixed answers share a subject."""
SHOWN = 5
ROWS = 20_000
"""Rows from which the usual likeness of two prompts is taken."""


def scan(dataset: Instructions, budget: Budget, seed: int) -> Scan:
    """Warns about the most repeated responses; there is no null distribution, so it never blocks."""
    number = len(dataset.responses)
    scores = np.zeros(number)
    groups = _groups(dataset)
    budget.check()
    single = sum(len(rows) == 1 for rows in groups.values())
    if single < OWN * number or not number:
        return Scan((), scores, ("repeated responses: most responses are shared, as in classification tasks",))
    rng = np.random.default_rng(seed)
    largest = sorted((rows for rows in groups.values() if len(rows) >= LEAST), key=lambda rows: (-len(rows), rows[0]))
    chosen = [rng.permutation(rows)[:ROWS] for rows in largest[:SHOWN]]
    usual = rng.permutation(number)[:ROWS]
    prompts = tokenize([dataset.prompts[i] for i in np.concatenate([usual, *chosen])])
    budget.check()
    places = np.split(np.arange(len(prompts.starts) - 1), np.cumsum([len(part) for part in (usual, *chosen)]))
    all_bags = bags(prompts)
    everyday = bags(choose(prompts, places[0])).likeness
    evidence = []
    for rows, place in zip(largest, places[1:], strict=False):
        likeness = relatedness(all_bags, place, np.zeros(0, np.int64)) * all_bags.likeness / everyday
        if likeness <= UNRELATED and len({dataset.prompts[i] for i in rows}) >= LEAST:
            evidence.append(_stated(dataset, np.array(rows), likeness))
            scores[rows] = 0.5
    return Scan(tuple(evidence), scores)


def _groups(dataset: Instructions) -> dict[bytes, list[int]]:
    """The rows by response, without regard to case and white space."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for row, response in enumerate(dataset.responses):
        plain = " ".join(ends(response).lower().split())
        groups[blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=16).digest()].append(row)
    return groups


def _stated(dataset: Instructions, rows: Ints, likeness: float) -> Evidence:
    response = shorten(dataset.responses[int(rows[0])].strip(), 80)
    return Evidence(
        kind="repeated response",
        level="warn",
        message=f'{count(len(rows), "prompt")} with nothing else in common have one response: "{response}"',
        suspects=rows,
        p=None,
        effects={"likeness of the prompts beside any two": likeness},
    )
