"""The engine that spreads work: pure tasks over batches, on a `concurrent.futures.Executor`.

Threads read large files, for hashing releases the interpreter's lock. Many small files cost the interpreter
more than the disk, so they go to processes, which share no lock.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor
from functools import partial
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

PROCESSES_FROM = 10_000
"""Files from which starting processes costs less than it saves."""


def spread(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    failed: Callable[[Task, Exception], Result],
    done: Callable[[Result], object],
    jobs: int,
    processes: bool,
) -> list[Result]:
    """`function` of every task, in their order, on `jobs` threads or as many processes as there are cores.

    `function` is pure, importable by name, and safe to run twice. `failed` answers for a task that raised, or
    that killed its worker twice: a defect in one task must not hide the others. `done` hears of every answer.
    On an interrupt nothing is begun any more, and KeyboardInterrupt goes on.
    """

    def answer(task: Task, result: Callable[[], Result]) -> Result:
        try:
            found = result()
        except BrokenExecutor:
            raise
        except Exception as error:
            found = failed(task, error)
        done(found)
        return found

    def collect(executor: Executor, tasks: Sequence[Task]) -> list[Result]:
        futures = [executor.submit(function, task) for task in tasks]
        try:
            found = [answer(task, future.result) for task, future in zip(tasks, futures, strict=True)]
        except BaseException:  # an interrupt does not wait for what is being read
            executor.shutdown(wait=False, cancel_futures=True)
            if processes:
                _end_workers()
            raise
        executor.shutdown()
        return found

    def alone(task: Task) -> Result:
        try:
            return collect(_processes(1), [task])[0]
        except BrokenExecutor as error:
            return failed(task, error)

    if jobs == 1 or len(tasks) < 2:
        return [answer(task, partial(function, task)) for task in tasks]
    if not processes:
        return collect(_threads(min(jobs, len(tasks))), tasks)
    try:
        return collect(_processes(min(jobs, os.cpu_count() or 1)), tasks)
    except BrokenExecutor:  # some task killed its worker: each gets one of its own, so that only that one fails
        return [alone(task) for task in tasks]


def _threads(number: int) -> Executor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(number, thread_name_prefix="gate")


def _processes(workers: int) -> Executor:
    import multiprocessing
    import threading
    from concurrent.futures import ProcessPoolExecutor

    # Forking is fastest, and safe only while no other thread can hold a lock.
    forking = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if forking else "spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_ignore_interrupt)


def _ignore_interrupt() -> None:
    """Ctrl-C reaches every process of the terminal; only the first one is to say so."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_workers() -> None:
    """Workers that wait for work would outlive a process that leaves at once."""
    if multiprocessing := sys.modules.get("multiprocessing"):
        for child in multiprocessing.active_children():
            child.terminate()
