"""Starts the limited process, waits for its answer, and ends it: its exit code says nothing, its answer everything."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import gate
from gate.convert.child import Task
from gate.core.errors import UnableError
from gate.core.model import Json

ANSWER = 1024 * 1024
"""Bytes that an answer may have."""
TICK = 0.2
"""Seconds between two looks at how far the process is."""
STARTUP = 120
"""Seconds for whatever does not depend on the size: importing torch from a cold disk, above all."""
SPEED = 4 * 1024 * 1024
"""Bytes per second below which a conversion counts as hanging."""
ROOM = 256 * 1024 * 1024
RATIO = 8
"""What the tensors of a file may take: `ROOM` and `RATIO` bytes for each of its own, as readers may decompress."""
_PASSED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
"""Where the interpreter finds its own libraries: without them it may not start."""
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_BOOT = "import sys; sys.path.append(sys.argv[1]); from gate.convert.child import main; main(sys.argv[2])"
"""Isolated mode knows neither the working directory nor PYTHONPATH; what is installed comes before this copy."""

Progress = Callable[[int], object]


def task(source: int, output: int, form: str, packed: str) -> Task:
    """The task for an open input, with the limits that its size gives; its descriptor for the answer is not set."""
    length = os.fstat(source).st_size
    room = ROOM + RATIO * length
    return Task(source, output, -1, form, packed, STARTUP + length // SPEED, 2 * room, room)


def command(given: Task) -> list[str]:
    """How `given` is carried out: an interpreter that takes nothing from the environment or the directory."""
    home = str(Path(gate.__file__).resolve().parent.parent)
    return [sys.executable, "-I", "-B", "-c", _BOOT, home, json.dumps(given._asdict())]


def run(
    given: Task, progress: Progress, how: Callable[[Task], Sequence[str]] = command, grace: int = STARTUP
) -> dict[str, Json]:
    """The answer of the process that `how` names; raises `UnableError` where none came in time.

    `progress` hears of bytes as they are written. `grace` are seconds beyond those of the processor.
    """
    reading, writing = os.pipe()
    try:
        mine = given._replace(answer=writing)
        process = subprocess.Popen(
            how(mine),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(mine.source, mine.output, mine.answer),
            env=_environment(),
            cwd="/",
            start_new_session=True,
        )
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    try:
        data = _answer(reading, given.output, time.monotonic() + given.seconds + grace, progress)
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
        raise UnableError(_silent(process.returncode), "nothing was written; run it again with more memory at hand")
    return found


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    return {"LC_ALL": "C.UTF-8", **dict.fromkeys(_THREADS, "1"), **passed}


def _answer(descriptor: int, output: int, deadline: float, progress: Progress) -> bytes:
    data = b""
    written = 0
    while time.monotonic() < deadline:
        ready, _, _ = select.select([descriptor], [], [], TICK)
        length = os.fstat(output).st_size
        progress(length - written)
        written = length
        if not ready:
            continue
        piece = os.read(descriptor, ANSWER)
        if not piece:
            return data
        data += piece
        if len(data) > ANSWER:
            raise UnableError("the process that converts answered without end", "nothing was written")
    raise UnableError("the conversion took too long and was ended", "nothing was written")


def _silent(code: int) -> str:
    """A process that is killed for its memory or time has no last word; the one we kill at its end had it."""
    ended = f"by signal {-code}" if code < 0 else f"with code {code}"
    return f"the process that converts ended {ended} and gave no answer"
