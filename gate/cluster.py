"""Work on a Dask cluster that is there already, whose workers see the same files.

A task whose worker dies is given to another one; one that keeps killing its worker is given up by the scheduler after a
few. The scheduler and its workers are trusted: whoever can reach them can run what they like on them.
https://distributed.dask.org
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from typing import Any, TypeVar

from gate import __version__
from gate.core.errors import UnableError, UsageError
from gate.core.jobs import default_jobs
from gate.core.text import printable

Task = TypeVar("Task")
Result = TypeVar("Result")

SECONDS = 10.0
"""How long the scheduler, and then a first worker, may let wait."""
ALONE = 30.0
"""Seconds without any worker, or without an answer, after which nothing is waited for any more."""
TICK = 1.0
_ADDRESS = re.compile(r"dask://(?P<address>[A-Za-z0-9.-]{1,253}:[0-9]{1,5}|\[[0-9a-f:]{2,45}\]:[0-9]{1,5})")
_PIP = 'pip install "dbom-gate[cluster]"'


class DaskCluster:
    """A connected cluster with `workers` threads in all."""

    def __init__(self, client: Any, executor: concurrent.futures.Executor, workers: int) -> None:
        self._client, self._executor = client, executor
        self.workers = workers

    @contextmanager
    def running(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[Iterator[tuple[int, Callable[[], Result]]]]:
        """Begins all tasks, and gives up those that are not done at the end."""
        # Bound, for what is handed over as an argument is searched for other tasks, however large it is.
        pending = {self._executor.submit(partial(function, task)): position for position, task in enumerate(tasks)}
        try:
            yield self._results(pending)
        finally:
            for future in pending:
                future.cancel()

    def _results(self, pending: dict[Future[Result], int]) -> Iterator[tuple[int, Callable[[], Result]]]:
        """Results as they come; raises `UnableError` where the scheduler is gone, or all workers are for a while.

        Nobody holds a future once it was given: the scheduler would have all that is held done again where the worker
        dies that did it.
        """
        alone_since = time.monotonic()
        while pending:
            for future in _soon_done(pending):
                if future.cancelled():
                    raise UnableError("the scheduler of the cluster is gone", "see to it, or leave out --engine")
                yield pending.pop(future), future.result
            if not pending or _workers(self._client):
                alone_since = time.monotonic()
            elif time.monotonic() - alone_since > ALONE:
                raise UnableError("the cluster has no workers any more", "start some, or leave out --engine")


def _soon_done(pending: Iterable[Future[Result]]) -> Iterator[Future[Result]]:
    """Those that are done within a moment, as they are."""
    with suppress(concurrent.futures.TimeoutError):
        yield from as_completed(pending, TICK)


@contextmanager
def connected(engine: str, roots: Sequence[str]) -> Iterator[DaskCluster | None]:
    """The cluster at `engine`, `dask://HOST:PORT`; None where it is `local`.

    Raises `UsageError` for another text, and `UnableError` where the cluster cannot be had, has no workers, or has one
    with another version of the gate or other files in the directories `roots`.
    """
    if engine == "local":
        yield None
        return
    match = _ADDRESS.fullmatch(engine)
    if match is None:
        raise UsageError(f'"{printable(engine)}" is no engine', "use `local`, or `dask://HOST:PORT` of a scheduler")
    try:
        connect: Any = import_module("distributed").Client  # which has no types
    except ModuleNotFoundError:
        raise UnableError("a cluster needs a library that is not installed", _PIP) from None
    _silence()
    try:
        client = _within(SECONDS, connect, f"tcp://{match['address']}", timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        fix = "see that the scheduler runs and can be reached from here, or leave out --engine"
        raise UnableError(f"no scheduler answers at {engine}: {printable(str(error))[:200]}", fix) from None
    try:
        workers = _agreeing(client, roots)
        executor = client.get_executor(pure=False)
        yield DaskCluster(client, executor, workers)
    finally:
        with suppress(TimeoutError):
            _within(SECONDS, client.close)


def _within(seconds: float, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """What `call` answers; raises TimeoutError where it takes longer.

    The library waits for a process that was stopped, or that is no part of a cluster, for as long as it is there.
    """
    from asyncio import TimeoutError as LateError  # until Python 3.11 three classes; the library has imported it

    answer: Future[Any] = Future()

    def wait() -> None:
        try:
            answer.set_result(call(*arguments, **named))
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=wait, daemon=True, name="gate-cluster").start()
    try:
        return answer.result(seconds)
    except (concurrent.futures.TimeoutError, LateError):
        raise TimeoutError(f"it did not answer within {seconds:.0f} seconds") from None


def _silence() -> None:
    """What matters is raised: the library's own words, tracebacks among them, are for nobody here."""
    for name in ("distributed", *logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _agreeing(client: Any, roots: Sequence[str]) -> int:
    """How many threads the workers have, all of which have this gate and see these files."""
    try:
        _within(2 * SECONDS, client.wait_for_workers, 1, timeout=SECONDS)
    except TimeoutError:
        raise UnableError("the cluster has no workers", "start some: `dask worker HOST:PORT`") from None
    here = about(roots)
    try:
        found = _within(ALONE, client.run, about, roots)
    except TimeoutError:
        raise UnableError("a worker of the cluster does not answer", "see to it, or leave out --engine") from None
    except Exception as error:
        message = f"a worker of the cluster cannot run the gate: {type(error).__name__}: {printable(str(error))[:200]}"
        raise UnableError(message, f"install dbom-gate {__version__} on every worker") from None
    for worker, (version, seen) in found.items():
        if version != here[0]:
            message = f"the worker {printable(worker)} has version {printable(str(version))} of the gate, not {here[0]}"
            raise UnableError(message, f"install dbom-gate {here[0]} on every worker")
        for root, own, other in zip(roots, here[1], seen, strict=True):
            if own != other:
                message = f"the worker {printable(worker)} sees other files at {printable(root)}"
                raise UnableError(message, "let every worker mount the repository at the same path")
    return sum(int(worker["nthreads"]) for worker in _workers(client).values())


def _workers(client: Any) -> dict[str, Any]:
    """What the scheduler knows of each worker that is there now, by its address; `UnableError` where it is silent."""
    try:
        found: dict[str, Any] = _within(ALONE, client.scheduler_info, n_workers=-1)["workers"]
    except TimeoutError:
        fix = "see to it, or leave out --engine"
        raise UnableError("the scheduler of the cluster does not answer any more", fix) from None
    return found


def about(roots: Sequence[str]) -> tuple[str, list[str]]:
    """What must be the same everywhere: the version of the gate, and a digest of what lies in each directory."""
    return __version__, [_listing(root) for root in roots]


def _listing(root: str) -> str:
    """A digest of the names in `root`; empty where it is no directory that can be read."""
    try:
        names = sorted(os.fsencode(name) for name in os.listdir(root))
    except OSError:
        return ""
    return hashlib.sha256(b"\0".join(names)).hexdigest()


def jobs(cluster: DaskCluster | None, local: int | None) -> int:
    """How many tasks to make: for the threads of the cluster, or as many as were asked for."""
    return cluster.workers if cluster else local or default_jobs()
