"""A real cluster of two workers on this machine: the same answers, also where workers die, and never a hang."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("distributed")

from gate import cluster
from gate.core.errors import GateError, UnableError, UsageError
from gate.engine import spread
from tests.support import HANG, PICKLE, Repo

ROOT = str(Path(__file__).parents[2])


def double(task: int) -> int:
    if task == 13:
        raise ValueError("unlucky")
    return 2 * task


def dies_once(task: tuple[str, int]) -> int:
    """The first time that task 20 is begun, its worker is killed."""
    folder, number = task
    with open(f"{folder}/{number}-{time.monotonic_ns()}", "w"):
        pass
    time.sleep(0.05)  # so that what is done before is told before
    if number == 20 and len([name for name in os.listdir(folder) if name.startswith("20-")]) == 1:
        os.kill(os.getpid(), 9)
    return number


def always_dies(task: int) -> int:
    if task == 3:
        os._exit(9)
    return task


def waits(file: str) -> int:
    """Longer than anybody waits for it."""
    Path(file).touch()
    time.sleep(60)
    return 0


def failed(task: object, error: Exception) -> int:
    return -1


def test_answers_come_in_the_order_of_the_tasks_and_a_failure_is_one_answer(address: str) -> None:
    with cluster.connected(address, [ROOT]) as connected:
        assert connected is not None
        assert connected.workers == 2
        found = spread(double, range(40), failed=failed, done=lambda _: None, jobs=2, processes=True, cluster=connected)
    assert found == [-1 if task == 13 else 2 * task for task in range(40)]


def test_a_worker_that_dies_loses_nothing_and_doubles_nothing(address: str, tmp_path: Path) -> None:
    heard: list[int] = []
    tasks = [(str(tmp_path), number) for number in range(30)]
    with cluster.connected(address, [ROOT]) as connected:
        found = spread(dies_once, tasks, failed=failed, done=heard.append, jobs=2, processes=True, cluster=connected)
    assert found == list(range(30))
    assert sorted(heard) == list(range(30))
    begun = [int(name.partition("-")[0]) for name in os.listdir(tmp_path)]
    assert begun.count(20) == 2
    assert len(begun) <= 30 + 3, "more was done again than the dead worker had begun or not handed over"


def test_a_task_that_always_kills_its_worker_fails_alone(address: str) -> None:
    with cluster.connected(address, [ROOT]) as connected:
        found = spread(
            always_dies, range(6), failed=failed, done=lambda _: None, jobs=2, processes=True, cluster=connected
        )
    assert found == [0, 1, 2, -1, 4, 5]


@pytest.mark.parametrize("engine", ["dask://", "dask://host", "ray://a:1", "dask://a:1;x", "threads", ""])
def test_what_is_no_engine(engine: str) -> None:
    with pytest.raises(UsageError, match="is no engine"), cluster.connected(engine, [ROOT]):
        pass


def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS", 1.0)
    with pytest.raises(UnableError, match="no scheduler answers"), cluster.connected("dask://127.0.0.1:1", [ROOT]):
        pass


def test_a_port_that_takes_calls_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = f"dask://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UnableError, match="no scheduler answers"), cluster.connected(engine, [ROOT]):
            pass


def test_a_cluster_without_workers_is_told_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(cluster, "SECONDS", 1.0)
    with LocalCluster(n_workers=0, processes=False, host="tcp://127.0.0.1", dashboard_address=":0") as local:
        engine = local.scheduler_address.replace("tcp://", "dask://")
        with pytest.raises(UnableError, match="no workers"), cluster.connected(engine, [ROOT]):
            pass


def test_a_scheduler_that_goes_away_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, begun = tmp_path / "scheduler.json", tmp_path / "begun"
    where = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", told)
    with started("scheduler", *where, "--port", "0") as scheduler, started("worker", *where, "--no-nanny"):
        until(told.exists)
        engine = json.loads(told.read_text())["address"].replace("tcp://", "dask://")

        def gone() -> None:
            until(begun.exists)
            scheduler.kill()

        monkeypatch.setattr(cluster, "SECONDS", HANG)
        threading.Thread(target=gone).start()
        with (
            cluster.connected(engine, [ROOT]) as connected,
            pytest.raises(UnableError, match=r"scheduler .* is gone"),
        ):
            spread(waits, [str(begun)], failed=failed, done=print, jobs=1, processes=True, cluster=connected)
    assert not [record for record in caplog.records if record.exc_info], "a traceback was shown"


@pytest.mark.parametrize("stopped", ["scheduler", "worker"])
def test_a_process_that_stands_still_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: str
) -> None:
    told = tmp_path / "scheduler.json"
    where = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", told)
    with started("scheduler", *where, "--port", "0") as scheduler, started("worker", *where, "--no-nanny") as worker:
        until(told.exists)
        engine = json.loads(told.read_text())["address"].replace("tcp://", "dask://")
        monkeypatch.setattr(cluster, "SECONDS", HANG)
        with cluster.connected(engine, [ROOT]) as connected:
            assert connected is not None
            os.kill((scheduler if stopped == "scheduler" else worker).pid, signal.SIGSTOP)
            monkeypatch.setattr(cluster, "SECONDS", 1.0)
            monkeypatch.setattr(cluster, "ALONE", 1.0)
            with pytest.raises(UnableError, match="answer"), cluster.connected(engine, [ROOT]):
                pass
            if stopped == "scheduler":
                with pytest.raises(UnableError, match="does not answer any more"):
                    spread(double, [1], failed=failed, done=print, jobs=1, processes=True, cluster=connected)


@contextmanager
def started(what: str, *options: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *map(str, options)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + HANG
    while not there():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_workers_that_see_other_files_or_have_another_gate(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "__version__", "9.9.9")
    with pytest.raises(GateError, match=r"not 9\.9\.9"), cluster.connected(address, [ROOT]):
        pass
    monkeypatch.undo()
    real = cluster.about
    monkeypatch.setattr(cluster, "about", lambda roots: (real(roots)[0], [str(os.getpid())]))
    with pytest.raises(GateError, match="sees other files"), cluster.connected(address, [ROOT]):
        pass


def test_threads_processes_and_the_cluster_give_the_same_report(
    address: str, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(60):
        repo.write(f"data/{i % 7}/{i}.csv", f"a,b\n{i},1\n")
    assert repo.gate("add", "data", "--version", "1").code == 0
    repo.write("data/3/3.csv", "a,b\n3,2\n")
    repo.write("models/old.pkl", PICKLE)
    check = ("check", "--report", "json", "--jobs", "2")
    threads = repo.gate(*check)
    assert threads.code == 1
    assert repo.gate(*check, "--engine", address) == threads
    monkeypatch.setattr("gate.engine.PROCESSES_FROM", 2)
    assert repo.gate(*check) == threads


def test_check_names_the_engine_that_is_not_there(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\n")
    found = repo.gate("check", "--engine", "dask://127.0.0.1:1")
    assert found.code == 4
    assert "no scheduler answers" in found.err
