"""Starts a limited process, waits for its answer, and ends it: its exit code says nothing, its answer everything.

The process is an interpreter that takes nothing from the environment or the directory. It gets the descriptors that
it is to read and write, its task, and one descriptor on which it answers with one JSON object. It lives in a session
of its own, which is killed at the end, whatever it has started. The limits on its memory and processor are for it to
set (`limit`), once it has imported what it needs.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Literal, NamedTuple

import gate
from gate.core.model import Json

ANSWER = 1024 * 1024
"""Bytes that an answer may have, where nothing else is said."""
TICK = 0.2
"""Seconds between two looks at how far the process is."""
_PIECE = 1024 * 1024
_PR_SET_PDEATHSIG = 1
"""From linux/prctl.h."""
_PASSED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
"""Where the interpreter finds its own libraries: without them it may not start."""
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_BOOT = (
    "import sys; from importlib import import_module; sys.path.append(sys.argv[1]); "
    "import_module(sys.argv[2]).main(*sys.argv[3:])"
)
"""Isolated mode knows neither the working directory nor PYTHONPATH; what is installed comes before this copy."""

Failure = Literal["silent", "endless", "late"]
"""How a process can fail to answer: it ended without, it answered without end, or it took too long."""


class LimitedError(Exception):
    """There is no answer: `failure` says how, and `ended` how the process did, such as `by signal 9`."""

    def __init__(self, failure: Failure, ended: str = "") -> None:
        super().__init__(f"no answer: {failure} {ended}".rstrip())
        self.failure, self.ended = failure, ended


class Limits(NamedTuple):
    """How long the process may take, in seconds, and how many bytes its answer may have."""

    seconds: float
    answer: int = ANSWER


def command(module: str, *arguments: str) -> list[str]:
    """How `main(*arguments)` of the module `module` is carried out."""
    home = str(Path(gate.__file__).resolve().parent.parent)
    return [sys.executable, "-I", "-B", "-c", _BOOT, home, module, *arguments]


def run(
    how: Callable[[int], Sequence[str]],
    descriptors: Iterable[int],
    limits: Limits,
    *,
    task: Json = None,
    tick: Callable[[], object] = lambda: None,
    environment: Mapping[str, str] | None = None,
) -> dict[str, Json]:
    """The answer of the process that `how` starts, given the descriptor on which it is to answer.

    `descriptors` are handed on. `task` is on its standard input as JSON: arguments have a limit, and are shown to
    every user of the machine. `tick` is called again and again meanwhile. Raises `LimitedError` where no answer came.
    """
    reading, writing = os.pipe()
    try:
        with _input(task) as given:
            process = subprocess.Popen(
                how(writing),
                stdin=given,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(*descriptors, writing),
                env={**_environment(), **(environment or {})},
                cwd="/",
                start_new_session=True,
            )
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    try:
        data = _answer(reading, time.monotonic() + limits.seconds, limits.answer, tick)
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # not yet waited for, so the number is still its own
        process.wait()
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise LimitedError("silent", _ended(process.returncode))
    return found


def end_with_parent() -> None:
    """Where Linux offers that: the process ends with the one that started it, also where that is killed."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def serve(descriptor: str, answer: Callable[[bytes], Mapping[str, Json]]) -> None:
    """The whole life of a process that reads its task from standard input and answers on `descriptor`."""
    end_with_parent()
    reply(int(descriptor), answer(sys.stdin.buffer.read()))


def reply(descriptor: int, found: Mapping[str, Json]) -> None:
    """Writes the answer, and ends the process."""
    with open(descriptor, "wb", closefd=False) as file:
        file.write(json.dumps(found, allow_nan=False).encode())
    os._exit(0)  # libraries may have something to do on the way out; nothing of it matters


def limit(which: int, value: int) -> None:
    """Lowers the limit `which` of `resource` for good; called in the process itself."""
    import resource

    hard = resource.getrlimit(which)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


def limit_memory(more: int) -> None:
    """Lets the process have `more` bytes beyond what it has; without /proc (macOS) memory is not limited."""
    import resource

    if os.path.exists("/proc/self/statm"):
        with open("/proc/self/statm") as file:
            pages = int(file.read().split()[0])
        limit(resource.RLIMIT_AS, pages * resource.getpagesize() + more)


def _input(task: Json) -> contextlib.AbstractContextManager[IO[bytes] | int]:
    """What the process reads: a file without a name, for a pipe would have to be fed."""
    if task is None:
        return contextlib.nullcontext(subprocess.DEVNULL)
    file = tempfile.TemporaryFile()  # noqa: SIM115 # the caller closes it
    file.write(json.dumps(task).encode())
    file.seek(0)
    return file


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    return {"LC_ALL": "C.UTF-8", **dict.fromkeys(_THREADS, "1"), **passed}


def _answer(descriptor: int, deadline: float, most: int, tick: Callable[[], object]) -> bytes:
    data = bytearray()
    waiting = select.poll()  # unlike `select` it takes any descriptor: thousands of files may be open
    waiting.register(descriptor, select.POLLIN)
    while (left := deadline - time.monotonic()) > 0:
        ready = waiting.poll(1000 * min(TICK, left))
        tick()
        if not ready:
            continue
        piece = os.read(descriptor, _PIECE)
        if not piece:
            return bytes(data)
        data += piece
        if len(data) > most:
            raise LimitedError("endless")
    raise LimitedError("late")


def _ended(code: int) -> str:
    """A process that is killed for its memory or time has no last word; the one we kill at its end had it."""
    return f"by signal {-code}" if code < 0 else f"with code {code}"
