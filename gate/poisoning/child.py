"""What runs in the limited process: reads the samples, runs the detectors, and answers with one JSON object.

`outcome` is `done`, or with a `message` `data` (the dataset cannot be read), `missing` (a library), `memory` or
`failed`. Whatever a library raises becomes an answer; a detector that fails by itself is undecided, not clean.
"""

from __future__ import annotations

import json
import resource
from collections.abc import Callable
from typing import NamedTuple

from gate.core.model import Json
from gate.core.text import shorten
from gate.data.interface import DataError, Layout, Piece
from gate.limited import limit, limit_memory, serve

_FILES = 64 * 1024
"""Bytes that the process may write to a file: the locks of its workers are files."""


class Task(NamedTuple):
    """What to do: the files, how to read samples from them, and the limits.

    `memory` are the bytes that samples may take, `room` those of each process beyond what libraries did. `detectors`
    maps names to modules, and `features` is a file for the deep one. `suspects` asks for all suspects, `exhibits` for
    what a page about the scan shows.
    """

    pieces: tuple[Piece, ...]
    layout: Layout
    modality: str
    labels: str | None
    detectors: dict[str, str]
    seed: int
    seconds: float
    memory: int
    room: int
    workers: int
    features: Piece | None = None
    suspects: bool = False
    exhibits: bool = False


def main(descriptor: str) -> None:
    """Carries out the task on standard input, a `Task` as JSON; the answer goes to `descriptor`."""
    serve(descriptor, answer)


def answer(given: bytes) -> dict[str, Json]:
    """What came of it."""
    return guarded(lambda: _scanned(_task(given)))


def guarded(work: Callable[[], dict[str, Json]]) -> dict[str, Json]:
    """What `work` answers, or how it failed."""
    try:
        return work()
    except DataError as error:
        return {"outcome": "data", "path": error.path, "message": shorten(error.message, 1000)}
    except ModuleNotFoundError as error:
        return {"outcome": "missing", "message": (error.name or "").partition(".")[0]}
    except MemoryError as error:
        return {"outcome": "memory", "message": shorten(str(error), 300)}
    except BaseException as error:
        return {"outcome": "failed", "message": f"{type(error).__name__}: {shorten(str(error), 300)}"}


def _task(given: bytes) -> Task:
    said = json.loads(given)
    said["pieces"] = tuple(Piece(*piece) for piece in said["pieces"])
    said["features"] = Piece(*said["features"]) if said.get("features") else None
    said["layout"] = Layout(*said["layout"])
    return Task(**said)


def _scanned(task: Task) -> dict[str, Json]:
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, _FILES)
    limit(resource.RLIMIT_CPU, int(task.seconds * task.workers) + 60)
    from gate.data.samples.interface import Wanted
    from gate.data.samples.read import read_samples
    from gate.poisoning.account import account
    from gate.poisoning.deep.given import supplied
    from gate.poisoning.registry import SUPPLIED
    from gate.poisoning.work import run_all

    limit_memory(task.room)
    wanted = Wanted(task.modality, task.labels, task.layout, task.seed)  # type: ignore[arg-type]
    loaded = read_samples(task.pieces, wanted, task.memory)
    others = {name: supplied(task.features, loaded, task.memory) for name in SUPPLIED} if task.features else None
    done = run_all(
        loaded.dataset, task.detectors, seconds=task.seconds, seed=task.seed, workers=task.workers, others=others
    )
    return {"outcome": "done", "scan": account(task, loaded, done)}
