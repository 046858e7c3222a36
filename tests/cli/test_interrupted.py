"""A full disk and an interrupt: what was there before is there afterwards, byte for byte, and nothing else."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.support import HANG, WEIGHTS, Repo, finish, run_gate, sha256, start_gate

CSV = "a,b\n1,2\n"


@pytest.fixture
def declared(repo: Repo) -> Repo:
    """A declared directory, a changed file in it, and another directory that is not declared yet."""
    repo.write("data/x/a.csv", CSV)
    assert repo.gate("add", "data/x", "--version", "1").code == 0
    repo.write("data/x/a.csv", "a,b\n3,4\n")
    repo.write("data/y/b.csv", CSV)
    return repo


COMMANDS = {
    "add a file": ("add", "data/y/b.csv"),
    "add a directory": ("add", "data/y"),
    "update a directory": ("update", "x", "--version", "2"),
}


def _failing(real: Callable[..., Any], nth: int, error: int, counts: Callable[..., bool]) -> Callable[..., Any]:
    """`real`, which fails the `nth` time it is called for something that `counts`."""
    calls = [0]

    def function(*arguments: Any, **options: Any) -> Any:
        if counts(*arguments, **options):
            calls[0] += 1
            if calls[0] == nth:
                raise OSError(error, os.strerror(error))
        return real(*arguments, **options)

    return function


def _creates(path: Any, flags: int, *rest: Any, **options: Any) -> bool:
    return bool(flags & os.O_CREAT)


def _always(*arguments: Any, **options: Any) -> bool:
    return True


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize(("function", "counts"), [("open", _creates), ("fsync", _always), ("replace", _always)])
def test_a_disk_that_is_full_at_any_step_leaves_everything_as_it_was(
    declared: Repo, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], nth: int, function: str,
    counts: Callable[..., bool],
) -> None:  # fmt: skip
    before = declared.tree()
    monkeypatch.setattr(os, function, _failing(getattr(os, function), nth, errno.ENOSPC, counts))
    result = declared.gate(*command)
    monkeypatch.undo()
    if result.code == 0:
        assert (command, nth) == (COMMANDS["add a file"], 2), "the failure was never met"
        return
    assert result.code == 4
    assert "No space left on device" in result.err
    assert declared.tree() == before


LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))"


@pytest.mark.parametrize("limit", [0, 10, 150])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_process_that_may_not_write_so_much_loses_nothing(
    declared: Repo, command: tuple[str, ...], limit: int
) -> None:
    before = declared.tree()
    result = run_gate(declared.root, *command, before=LIMITED.format(limit))
    assert result.code in (2, 4)
    assert "cannot write" in result.err
    assert declared.tree() == before


def test_a_report_that_cannot_be_written_is_an_error_and_no_pass(repo: Repo) -> None:
    repo.write("x.csv", CSV)
    assert repo.gate("check").code == 0
    result = repo.gate("check", "--report", "json=x.csv/report.json")
    assert result.code not in (0, 1)
    assert "x.csv/report.json" in result.err


# Interrupts

SPARSE = 1 << 40


def _interrupted(repo: Repo, *arguments: str) -> None:
    """Starts a command that reads for minutes, waits until it reads, and sends SIGINT."""
    before = repo.tree(without="big")
    process = start_gate(repo.root, *arguments)
    try:
        _wait_until_it_reads(process.pid)
        process.send_signal(signal.SIGINT)
        result = finish(process, HANG / 4)
    finally:
        process.kill()
    assert result.code == 130
    assert result.out == ""
    assert "interrupted" in result.err
    assert repo.tree(without="big") == before


def _wait_until_it_reads(pid: int) -> None:
    """Returns when the process has a `big` file open."""
    deadline = time.monotonic() + HANG
    while time.monotonic() < deadline:
        try:
            opened = [os.readlink(f"/proc/{pid}/fd/{number}") for number in os.listdir(f"/proc/{pid}/fd")]
        except FileNotFoundError:  # a descriptor that was closed meanwhile
            continue
        if any("/big" in path for path in opened):
            return
        time.sleep(0.01)
    pytest.fail("it never began to read")


@pytest.fixture
def large(repo: Repo) -> Repo:
    """Files of a terabyte, of which nothing is on the disk."""
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("there is no /proc to see what a process reads")
    repo.write("x.csv", CSV)
    for name in ("big/1.bin", "big/2.bin", "big/3.bin"):
        repo.write(name, WEIGHTS)
        os.truncate(repo.path(name), SPARSE)
    return repo


def test_an_interrupt_while_a_file_is_hashed_writes_nothing(large: Repo) -> None:
    large.write("dbom.yaml", "# mine\ndbom: 1\n")
    _interrupted(large, "add", "big/1.bin")


def test_an_interrupt_while_threads_hash_a_directory_ends_all_of_them(large: Repo) -> None:
    for number in range(600):  # enough for several batches
        large.write(f"big/{number}.txt", "")
    _interrupted(large, "add", "big", "--name", "x")


def test_an_interrupt_of_an_update_leaves_the_entry_alone(large: Repo) -> None:
    large.write("dbom.yaml", f"dbom: 1\nmodels:\n  - {{name: m, path: big/1.bin, sha256: {sha256('')}, version: 1}}\n")
    _interrupted(large, "update", "m", "--version", "2")


def test_an_interrupt_of_a_check_prints_no_verdict(large: Repo) -> None:
    large.write(
        "dbom.yaml",
        "dbom: 1\nmodels:\n"
        + "".join(f"  - {{name: m{n}, path: big/{n}.bin, sha256: {sha256('')}, version: 1}}\n" for n in (1, 2, 3)),
    )
    _interrupted(large, "check", "--jobs", "4", "--report", "json", "--report", "text=report.txt")


def test_an_interrupt_between_listing_and_dbom_takes_the_listing_back(
    declared: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process, because no signal can be timed so well; `main` would end the process."""
    from gate.cli import add, main, update

    before = declared.tree()
    for module, name in ((add, "add"), (update, "update")):
        real = module.write_atomic

        def write(path: str, data: bytes, real: Callable[..., None] = real, **options: str) -> None:
            if path.endswith("dbom.yaml"):
                raise KeyboardInterrupt
            real(path, data, **options)

        monkeypatch.setattr(module, "write_atomic", write)
        monkeypatch.chdir(declared.root)
        arguments = {"add": ["add", "data/y"], "update": ["update", "x", "--version", "2"]}[name]
        with pytest.raises(KeyboardInterrupt):
            main._run(arguments)
        assert declared.tree() == before
