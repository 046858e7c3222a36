"""What the responses make a user contact or run: hosts and dangerous commands, with counts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from gate.core.text import count, shorten
from gate.poisoning.instructions.harm import DANGERS, ends, hosts
from gate.poisoning.interface import Budget, Evidence, Level, Scan

if TYPE_CHECKING:
    from gate.poisoning.interface import Instructions

LISTED = 10
STEP = 2_000
ROWS = 100_000
"""Rows that are looked at; of more, a sample."""
WARNED = ("fetches and runs a script", "deletes files or tables")
"""Worth a look wherever they stand; the other kinds are common in lessons on code."""


def scan(dataset: Instructions, budget: Budget, seed: int) -> Scan:
    """One line for the hosts and one for each kind of dangerous command; what belongs to a trigger is not told here."""
    named: Counter[str] = Counter()
    rows: dict[str, list[int]] = {name: [] for name in DANGERS}
    number = len(dataset.responses)
    looked = np.arange(number)
    untested = []
    if number > ROWS:
        looked = np.sort(np.random.default_rng(seed).choice(number, ROWS, replace=False))
        untested.append(f"hosts and commands were listed from {ROWS:,} of {number:,} rows, drawn at random")
    for place, row in enumerate(looked.tolist()):
        if place % STEP == 0:
            budget.check()
        response = dataset.responses[row]
        named.update(host for host in hosts(response) if host not in dataset.prompts[row])
        for name, pattern in DANGERS.items():
            if pattern.search(ends(response)):
                rows[name].append(row)
    evidence = [_commands(dataset, name, places) for name, places in rows.items() if places and name != "names a host"]
    if named:
        evidence.append(_hosts(named, rows["names a host"]))
    return Scan(tuple(evidence), np.zeros(number), tuple(untested))


def _hosts(named: Counter[str], rows: list[int]) -> Evidence:
    most = ", ".join(f"{shorten(host, 60)} ({number})" for host, number in named.most_common(LISTED))
    rest = f" and {len(named) - LISTED:,} more" if len(named) > LISTED else ""
    return Evidence(
        kind="hosts",
        level="note",
        message=f"{count(len(rows), 'response')} name hosts that the prompts do not: {most}{rest}",
        suspects=np.array(rows, np.int64),
        p=None,
        effects={"hosts": float(len(named))},
    )


def _commands(dataset: Instructions, name: str, rows: list[int]) -> Evidence:
    match = DANGERS[name].search(ends(dataset.responses[rows[0]]))
    shown = shorten(match.group() if match else "", 80)
    level: Level = "warn" if name in WARNED else "note"
    return Evidence(
        kind="dangerous commands",
        level=level,
        message=f'{count(len(rows), "response")} of which each {name}, such as "{shown}"',
        suspects=np.array(rows, np.int64),
        p=None,
        effects={"responses": float(len(rows))},
    )
