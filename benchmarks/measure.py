"""Paired measurements: two commands in turn, so that a machine whose speed drifts slows both."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Cost(NamedTuple):
    """What one run of a process took: wall and CPU seconds, and its peak memory in MiB."""

    wall: float
    cpu: float
    memory: float


class Pair(NamedTuple):
    """The medians of both commands, and the medians of the ratios run by run."""

    ours: Cost
    theirs: Cost
    wall_ratio: float
    cpu_ratio: float


def run(command: Sequence[str], directory: str) -> Cost:
    """Runs `command` in `directory`, whatever its exit code, and returns what it took."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = 0  # reaped above
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def paired(ours: Sequence[str], theirs: Sequence[str], directory: str, runs: int) -> Pair:
    """Both commands `runs` times in turn, after one uncounted run of each."""
    run(ours, directory)
    run(theirs, directory)
    pairs = [(run(ours, directory), run(theirs, directory)) for _ in range(runs)]
    return Pair(
        median(a for a, _ in pairs),
        median(b for _, b in pairs),
        statistics.median(a.wall / b.wall for a, b in pairs),
        statistics.median(a.cpu / b.cpu for a, b in pairs),
    )


def median(costs: Iterable[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))
