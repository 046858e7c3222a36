"""A real cluster of two workers on this machine, and somebody who kills them at their work."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support import HANG

GIVEN_UP = 20
"""Seconds after which a worker does not come back: one that was killed while its nanny started it is given up."""


@pytest.fixture(scope="package")
def local() -> Iterator[Any]:
    """Two workers, each a process with a nanny that starts it again."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=":0"
    ) as local:
        yield local


@pytest.fixture
def address(local: Any) -> str:
    """The engine of two workers, both of which are there, whoever was killed in the test before."""
    with suppress(asyncio.TimeoutError):
        local.wait_for_workers(2, timeout=GIVEN_UP)
    local.scale(2)
    local.wait_for_workers(2, timeout=HANG)
    address: str = local.scheduler_address
    return address.replace("tcp://", "dask://")


@contextmanager
def killing(module: str, times: int) -> Iterator[list[int]]:
    """Kills the worker that has a limited process of `module`, the first `times` times; gives who was killed."""
    killed: list[int] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.005) and len(killed) < times:
            worker = next((one for one in _parents(module) if one not in killed), None)
            with suppress(ProcessLookupError):
                if worker:
                    os.kill(worker, signal.SIGKILL)
                    killed.append(worker)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield killed
    finally:
        ended.set()
        thread.join()


def _parents(module: str) -> Iterator[int]:
    """Who started the processes of `module`, as far as those are of this process, and not it."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if module.encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                parent = _parent(entry)
                if os.getpid() in _ancestors(_parent(Path(f"/proc/{parent}"))):
                    yield parent


def _ancestors(process: int) -> Iterator[int]:
    while process > 1:
        yield process
        process = _parent(Path(f"/proc/{process}"))


def _parent(entry: Path) -> int:
    return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
