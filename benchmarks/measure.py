"""Paired measurements: two commands in turn, so that a machine whose speed drifts slows both."""

from __future__ import annotations

import statistics
import subprocess
import sys
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


LAUNCH = """
import os, sys, time
nothing = os.open(os.devnull, os.O_RDWR)
actions = [(os.POSIX_SPAWN_DUP2, nothing, 1), (os.POSIX_SPAWN_DUP2, nothing, 2)]
start = time.perf_counter()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
_, _, usage = os.wait4(child, 0)
print(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""
"""Starts a command and measures it. A process of its own, and a small one: Linux counts the memory of whoever
starts a process as that process's first peak."""


def run(command: Sequence[str], directory: str) -> Cost:
    """Runs `command` in `directory`, whatever its exit code, and returns what it took."""
    launcher = [sys.executable, "-I", "-S", "-c", LAUNCH, *command]
    done = subprocess.run(launcher, cwd=directory, stdout=subprocess.PIPE, check=True, text=True)
    wall, cpu, memory = map(float, done.stdout.split())
    return Cost(wall, cpu, memory)


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
