"""Work on a Dask cluster that is there already, whose workers see the same files.

A task whose worker dies is given to another one; one that keeps killing its worker is given up by the scheduler after a
few. The scheduler and its workers are trusted: whoever can reach them can run what they like on them.
https://distributed.dask.org
"""

from __future__ import annotations

import concurrent.futures
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from gate import __version__
from gate.core.errors import UnableError, UsageError
from gate.core.jobs import default_jobs
from gate.core.text import printable

if TYPE_CHECKING:
    from concurrent.futures import Future

Task = TypeVar("Task")
Result = TypeVar("Result")

SECONDS = 10.0
"""How long the scheduler, and then a first worker, may let wait."""
ALONE = 30.0
"""Seconds without any worker after which nothing is waited for any more."""
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
    ) -> Iterator[Sequence[Callable[[], Result]]]:
        """Begins all tasks, and gives up those that are not done at the end."""
        futures = [self._executor.submit(function, task) for task in tasks]
        try:
            yield [partial(self._wait, future) for future in futures]
        finally:
            for future in futures:
                future.cancel()

    def _wait(self, future: Future[Result]) -> Result:
        """The result; raises `UnableError` where no worker has been there for a while."""
        alone_since = time.monotonic()
        while True:
            try:
                return future.result(TICK)
            except concurrent.futures.TimeoutError:
                if future.done():
                    return future.result()
            if self._client.scheduler_info(n_workers=-1)["workers"]:
                alone_since = time.monotonic()
            elif time.monotonic() - alone_since > ALONE:
                raise UnableError("the cluster has no workers any more", "start some, or leave out --engine") from None


@contextmanager
def connected(engine: str, root: str) -> Iterator[DaskCluster | None]:
    """The cluster at `engine`, `dask://HOST:PORT`; None where it is `local`.

    Raises `UsageError` for another text, and `UnableError` where the cluster cannot be had, has no workers, or has one
    with another version of the gate or other files at `root`.
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
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is raised
    try:
        client = connect(f"tcp://{match['address']}", timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        fix = "see that the scheduler runs and can be reached from here, or leave out --engine"
        raise UnableError(f"no scheduler answers at {engine}: {printable(str(error))[:200]}", fix) from None
    with client:
        workers = _agreeing(client, root)
        with client.get_executor(pure=False) as executor:
            yield DaskCluster(client, executor, workers)


def _agreeing(client: Any, root: str) -> int:
    """How many threads the workers have, all of which have this gate and see these files."""
    try:
        client.wait_for_workers(1, timeout=SECONDS)
    except concurrent.futures.TimeoutError:
        raise UnableError("the cluster has no workers", "start some: `dask worker HOST:PORT`") from None
    here = about(root)
    try:
        found = client.run(about, root)
    except Exception as error:
        message = f"a worker of the cluster cannot run the gate: {type(error).__name__}: {printable(str(error))[:200]}"
        raise UnableError(message, f"install dbom-gate {__version__} on every worker") from None
    for worker, (version, seen) in found.items():
        if version != here[0]:
            message = f"the worker {printable(worker)} has version {printable(str(version))} of the gate, not {here[0]}"
            raise UnableError(message, f"install dbom-gate {here[0]} on every worker")
        if list(seen) != here[1]:
            message = f"the worker {printable(worker)} sees other files at {printable(root)}"
            raise UnableError(message, "let every worker mount the repository at the same path")
    workers = client.scheduler_info(n_workers=-1)["workers"]
    return sum(int(worker["nthreads"]) for worker in workers.values())


def about(root: str) -> tuple[str, list[str]]:
    """What must be the same everywhere: the version of the gate, and what lies in the repository's directory."""
    try:
        return __version__, sorted(os.listdir(root))
    except OSError:
        return __version__, []


def jobs(cluster: DaskCluster | None, local: int | None) -> int:
    """How many tasks to make: for the threads of the cluster, or as many as were asked for."""
    return cluster.workers if cluster else local or default_jobs()
