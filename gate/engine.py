"""The engine that spreads work: pure tasks over batches, on a `concurrent.futures.Executor`.

Threads read large files, for hashing releases the interpreter's lock. Many small files cost the interpreter
more than the disk, so they go to processes, which share no lock. What outgrows one machine goes to a `Cluster`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, as_completed
from contextlib import AbstractContextManager
from functools import partial
from typing import Protocol, TypeVar

from gate.core.errors import GateError

Task = TypeVar("Task")
Result = TypeVar("Result")

PROCESSES_FROM = 10_000
"""Files from which starting processes costs less than it saves."""


class Cluster(Protocol):
    """Workers on other machines: see `gate.cluster`."""

    def running(
        self, function: Callable[[Task], Result], tasks: Sequence[Task], /
    ) -> AbstractContextManager[Iterator[tuple[int, Callable[[], Result]]]]:
        """Begins all tasks; gives the result of each as it comes, which raises what its task did, with its position.

        Raises `GateError` where nothing more can come.
        """


def spread(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    failed: Callable[[Task, Exception], Result],
    done: Callable[[Result], object],
    jobs: int,
    processes: bool,
    cluster: Cluster | None = None,
) -> list[Result]:
    """`function` of every task, in their order, on `jobs` threads or as many processes as there are cores.

    With a `cluster`, on its workers instead. `function` is pure, importable by name, and safe to run twice. `failed`
    answers for a task that raised, or that kept killing its worker: a defect in one task must not hide the others.
    `done` hears of every answer as it comes. On an interrupt nothing is begun any more, and KeyboardInterrupt goes on.
    """

    def gather(tasks: Sequence[Task], results: Iterable[tuple[int, Callable[[], Result]]]) -> list[Result]:
        found = {}
        for position, result in results:
            found[position] = _result(tasks[position], result, failed)
            done(found[position])
        return [found[position] for position in range(len(tasks))]

    def pooled(executor: Executor, tasks: Sequence[Task]) -> list[Result]:
        futures = {executor.submit(function, task): position for position, task in enumerate(tasks)}
        try:
            found = gather(tasks, ((futures[future], future.result) for future in as_completed(futures)))
        except BaseException:  # an interrupt does not wait for what is being read
            executor.shutdown(wait=False, cancel_futures=True)
            if processes:
                _end_workers()
            raise
        executor.shutdown()
        return found

    def alone(task: Task) -> Result:
        try:
            return pooled(_processes(1), [task])[0]
        except BrokenExecutor as error:
            return failed(task, error)

    if cluster is not None:
        with cluster.running(function, tasks) as results:
            return gather(tasks, results)
    if jobs == 1 or len(tasks) < 2:
        return gather(tasks, ((position, partial(function, task)) for position, task in enumerate(tasks)))
    if not processes:
        return pooled(_threads(min(jobs, len(tasks))), tasks)
    try:
        return pooled(_processes(min(jobs, os.cpu_count() or 1)), tasks)
    except BrokenExecutor:  # some task killed its worker: each gets one of its own, so that only that one fails
        return [alone(task) for task in tasks]


def _result(task: Task, result: Callable[[], Result], failed: Callable[[Task, Exception], Result]) -> Result:
    """The result, or what `failed` says where the task raised; a pool or a cluster that is gone is no task's doing."""
    try:
        return result()
    except (BrokenExecutor, GateError):
        raise
    except Exception as error:
        return failed(task, error)


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
