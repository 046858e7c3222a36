"""What runs in the limited process: reads the samples, poisons them, and writes them to a descriptor.

It answers with one JSON object, as the process that scans does: see `gate.poisoning.child`.
"""

from __future__ import annotations

import json
import resource
from typing import NamedTuple

from gate.core.model import Json
from gate.data.interface import DataError, Layout, Piece
from gate.limited import limit, limit_memory, serve
from gate.poisoning.child import guarded


class Task(NamedTuple):
    """What to do: how samples are read is said as for a scan; `out` is a descriptor, `most` its bytes at most.

    `attack` is None for a copy that is not poisoned; `attack_seed` is its own, `seed` that of the reader.
    """

    pieces: tuple[Piece, ...]
    layout: Layout
    modality: str
    labels: str | None
    seed: int
    memory: int
    room: int
    attack: str | None
    rate: float
    attack_seed: int
    out: int
    most: int
    seconds: float


def main(descriptor: str) -> None:
    """Carries out the task on standard input, a `Task` as JSON; the answer goes to `descriptor`."""
    serve(descriptor, lambda given: guarded(lambda: _copied(_task(given))))


def _task(given: bytes) -> Task:
    said = json.loads(given)
    said["pieces"] = tuple(Piece(*piece) for piece in said["pieces"])
    said["layout"] = Layout(*said["layout"])
    return Task(**said)


def _copied(task: Task) -> dict[str, Json]:
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, task.most)
    limit(resource.RLIMIT_CPU, int(task.seconds) + 1)
    import numpy as np

    from gate.data.packed import sha256
    from gate.data.samples.interface import Wanted
    from gate.data.samples.read import read_samples
    from gate.drill.files import write
    from gate.drill.registry import load_attack

    attack = None if task.attack is None else load_attack(task.modality, task.attack)  # type: ignore[arg-type]
    limit_memory(task.room)
    wanted = Wanted(task.modality, task.labels, task.layout, task.seed)  # type: ignore[arg-type]
    dataset = read_samples(task.pieces, wanted, task.memory).dataset
    rows: list[Json] = []
    if attack:
        dataset, mask = attack.apply(dataset, task.rate, task.attack_seed)
        rows = [int(row) for row in np.flatnonzero(mask)]
        if not rows:
            raise DataError("", "the samples have nothing that this attack could change at that rate")
    with open(task.out, "wb", closefd=False) as file:
        labels = write(dataset, file)
    return {
        "outcome": "done",
        "about": attack.about if attack else "",
        "rows": rows,
        "labels": labels,
        "sha256": {piece.path: sha256(piece) for piece in task.pieces},
    }
