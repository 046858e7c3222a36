"""The engine that spreads work: pure tasks over batches, on one `concurrent.futures.Executor`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

MAX_THREADS = 16


def default_jobs() -> int:
    """Threads to read with: more than cores, because files that are not in memory yet keep a thread waiting."""
    return min(MAX_THREADS, 4 * (os.cpu_count() or 1))


def spread(
    function: Callable[[Task], Result], tasks: Sequence[Task], failed: Callable[[Task, Exception], Result], jobs: int
) -> list[Result]:
    """`function` of every task, in their order; `failed` answers for a task that raised.

    On an interrupt the tasks that have not begun are dropped and KeyboardInterrupt goes on.
    """

    def guarded(task: Task) -> Result:
        try:
            return function(task)
        except Exception as error:  # a defect of ours in one file must not hide the others
            return failed(task, error)

    if jobs == 1 or len(tasks) < 2:
        return [guarded(task) for task in tasks]
    with _threads(min(jobs, len(tasks))) as executor:
        futures = [executor.submit(guarded, task) for task in tasks]
        try:
            return [future.result() for future in futures]
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise


def _threads(number: int) -> Executor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(number, thread_name_prefix="gate")
