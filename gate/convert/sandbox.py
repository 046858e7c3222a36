"""The limited process that converts: what it may take, how it is started, and what to say where it gave no answer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence

from gate import limited
from gate.convert.child import Task
from gate.core.errors import UnableError
from gate.core.model import Json

STARTUP = 120
"""Seconds for whatever does not depend on the size: importing torch from a cold disk, above all."""
SPEED = 4 * 1024 * 1024
"""Bytes per second below which a conversion counts as hanging."""
ROOM = 256 * 1024 * 1024
RATIO = 8
"""What the tensors of a file may take: `ROOM` and `RATIO` bytes for each of its own, as readers may decompress."""

Progress = Callable[[int], object]


def task(source: int, output: int, form: str, packed: str) -> Task:
    """The task for an open input, with the limits that its size gives; its descriptor for the answer is not set."""
    length = os.fstat(source).st_size
    room = ROOM + RATIO * length
    return Task(source, output, -1, form, packed, STARTUP + length // SPEED, 2 * room, room)


def command(given: Task) -> list[str]:
    """How `given` is carried out."""
    return limited.command("gate.convert.child", json.dumps(given._asdict()))


def run(
    given: Task, progress: Progress, how: Callable[[Task], Sequence[str]] = command, grace: int = STARTUP
) -> dict[str, Json]:
    """The answer of the process that `how` names; raises `UnableError` where none came in time.

    `progress` hears of bytes as they are written. `grace` are seconds beyond those of the processor.
    """
    written = 0

    def tick() -> None:
        nonlocal written
        length = os.fstat(given.output).st_size
        progress(length - written)
        written = length

    try:
        return limited.run(
            lambda answer: how(given._replace(answer=answer)),
            (given.source, given.output),
            limited.Limits(given.seconds + grace),
            tick=tick,
        )
    except limited.LimitedError as error:
        raise _unable(error) from None


def _unable(error: limited.LimitedError) -> UnableError:
    if error.failure == "late":
        return UnableError("the conversion took too long and was ended", "nothing was written")
    if error.failure == "endless":
        return UnableError("the process that converts answered without end", "nothing was written")
    message = f"the process that converts ended {error.ended} and gave no answer"
    return UnableError(message, "nothing was written; run it again with more memory at hand")
