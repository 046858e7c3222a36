"""Runs the detectors on one dataset, each in a process of its own where the platform can fork.

A fork has the samples without a copy. A detector that ends its process, or does not come to an end, takes nobody with
it: it has no answer.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from concurrent.futures.process import BrokenProcessPool
from typing import Any, NamedTuple

from gate.core.text import shorten
from gate.limited import end_with_parent
from gate.poisoning.interface import Budget, Dataset, OutOfTimeError, Scan
from gate.poisoning.registry import load_detector

LATE = "the time budget was over before it came to an end"
GRACE = 10
"""Seconds that a detector has to notice that its time is over."""

_SAMPLES = ""
_held: dict[str, Any] = {}
"""The samples, and by name what single detectors are given instead, in each process that is forked: what a pool is
given later is copied, this is not."""


class Done(NamedTuple):
    """The answers by name, why there is none from the others, and the seconds that each took."""

    scans: Mapping[str, Scan]
    undecided: Mapping[str, str]
    seconds: Mapping[str, float]


def run_all(
    dataset: Dataset,
    detectors: Mapping[str, str],
    *,
    seconds: float,
    seed: int,
    workers: int,
    others: Mapping[str, Any] | None = None,
) -> Done:
    """The answer of each of `detectors`, which maps names to modules; those in `others` are given that instead."""
    end = time.monotonic() + seconds
    scans: dict[str, Scan] = {}
    undecided: dict[str, str] = {}
    took: dict[str, float] = {}
    pool = _pool({_SAMPLES: dataset, **(others or {})}, workers)
    jobs = {name: pool.submit(_run, name, module, end, seed) for name, module in detectors.items()}
    for name, job in jobs.items():
        found = _result(job, end + GRACE)
        if isinstance(found, str):
            undecided[name] = found
        else:
            scans[name], took[name] = found
    pool.shutdown(wait=False, cancel_futures=True)
    return Done(scans, undecided, took)


def _pool(held: dict[str, Any], workers: int) -> Executor:
    if sys.platform != "linux":  # elsewhere libraries do not survive a fork
        return ThreadPoolExecutor(workers, initializer=_hold, initargs=(held,))
    forks = multiprocessing.get_context("fork")
    return ProcessPoolExecutor(workers, mp_context=forks, initializer=_hold, initargs=(held,))


def _hold(held: dict[str, Any]) -> None:
    end_with_parent()  # one that never comes to an end would keep the answer's pipe open
    _held.update(held)


def _run(name: str, module: str, end: float, seed: int) -> tuple[Scan, float]:
    start = time.monotonic()
    scan = load_detector(module)(_held.get(name, _held[_SAMPLES]), Budget(end - start), seed)
    return scan, time.monotonic() - start


def _result(job: Future[tuple[Scan, float]], end: float) -> tuple[Scan, float] | str:
    """The answer, or why there is none."""
    try:
        return job.result(max(0.0, end - time.monotonic()))
    except (OutOfTimeError, LateError):
        return LATE
    except MemoryError:
        return "it needs more memory than it may have"
    except BrokenProcessPool:
        return "a process that scans was ended, by its limits or by a library"
    except ModuleNotFoundError:
        raise
    except Exception as error:
        return f"it failed: {type(error).__name__}: {shorten(str(error), 200)}"
