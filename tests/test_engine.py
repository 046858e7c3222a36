"""The engine: the same answers however the work is spread, and no task that takes the others down."""

from __future__ import annotations

import os

import pytest

from gate.engine import spread
from tests.support import Repo


def _double(task: int) -> int:
    if task == 13:
        raise ValueError("unlucky")
    return 2 * task


def _kill_worker(task: int) -> int:
    if task == 3:
        os._exit(9)
    return task


def _failed(task: int, error: Exception) -> int:
    return -1


@pytest.mark.parametrize(("jobs", "processes"), [(1, False), (4, False), (2, True)])
def test_answers_come_in_the_order_of_the_tasks_and_a_failure_is_one_answer(jobs: int, processes: bool) -> None:
    heard: list[int] = []
    answers = spread(_double, range(40), failed=_failed, done=heard.append, jobs=jobs, processes=processes)
    assert answers == [-1 if task == 13 else 2 * task for task in range(40)]
    assert sorted(heard) == sorted(answers)


def test_a_task_that_kills_its_worker_fails_alone() -> None:
    answers = spread(_kill_worker, range(6), failed=_failed, done=lambda answer: None, jobs=2, processes=True)
    assert answers == [0, 1, 2, -1, 4, 5]


def test_processes_and_threads_give_the_same_report(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(40):
        repo.write(f"data/{i % 7}/{i}.csv", f"a,b\n{i},1\n")
    assert repo.gate("add", "data", "--version", "1").code == 0
    repo.write("data/3/3.csv", "a,b\n3,2\n")
    check = ("check", "--report", "json", "--jobs", "2")
    threads = repo.gate(*check)
    monkeypatch.setattr("gate.engine.PROCESSES_FROM", 2)
    assert repo.gate(*check) == threads
    assert threads.code == 1
