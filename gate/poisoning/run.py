"""Scans a dataset in a limited process, and believes nothing but a complete answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gate import limited
from gate.core.errors import UnableError
from gate.core.model import Json
from gate.core.text import printable, shorten
from gate.data.interface import DataError, Layout, Piece
from gate.data.samples.interface import Modality
from gate.poisoning.answer import Scanned, from_json
from gate.poisoning.registry import DEEP, DETECTORS, SUPPLIED

EXTRA = "pip install 'dbom-gate[poisoning]'"
DEEP_EXTRA = "pip install 'dbom-gate[deep]'"
SECONDS = 600
"""The time budget where nobody says another one: ten times what 50,000 samples should take."""
DEEP_SECONDS = 1800
"""The same where a network is trained."""
STARTUP = 120
"""Seconds more until libraries are imported and samples are read; `SPEED` bytes of them a second."""
SPEED = 2 * 1024 * 1024
SAMPLES = 1536 * 1024 * 1024
"""Bytes that the samples may take."""
ROOM = 8 * 1024 * 1024 * 1024
"""Addresses that each process may have beyond what its libraries take; they are more than it uses."""
WORKERS = 2
"""Detectors that run at a time, as far as there are processors."""
ANSWER = 256 * 1024 * 1024
_FEATURES = "correct the file, or leave it out to have a network trained"
_SMALLER = "scan a part of the data, or run the gate with more memory at hand"

How = Callable[[int], Sequence[str]]


class Options(NamedTuple):
    """How to scan: `labels` is `folder` or a column, found out where it is None; `seconds` is the time budget.

    `suspects` asks for all of them, `exhibits` for what a page about the scan shows.
    `deep` asks for the deep scan too, on `features` where there is such a file, else on those of a network.
    """

    modality: Modality
    labels: str | None = None
    layout: Layout = Layout()
    seed: int = 0
    seconds: float = SECONDS
    suspects: bool = False
    exhibits: bool = False
    deep: bool = False
    features: Piece | None = None


def command(answer: int) -> list[str]:
    """The process that scans."""
    return limited.command("gate.poisoning.child", str(answer))


def scan(
    pieces: Sequence[Piece],
    options: Options,
    tick: Callable[[], object] = lambda: None,
    *,
    how: How = command,
    detectors: Mapping[str, str] | None = None,
) -> Scanned:
    """What the detectors find in the open files `pieces`; `tick` is called again and again meanwhile.

    Raises `DataError` where they hold no samples that can be read, `UnableError` where there is no complete answer.
    """
    task: dict[str, Json] = {
        **reading(pieces, options),
        "detectors": _detectors(options) if detectors is None else dict(detectors),
        "features": list(options.features) if options.features else None,
        "seconds": options.seconds,
        "workers": max(1, min(WORKERS, os.cpu_count() or 1)),
        "suspects": options.suspects,
        "exhibits": options.exhibits,
    }
    files = [*pieces, *filter(None, (options.features,))]
    length = sum(piece.size for piece in files)
    seconds, extra = options.seconds + STARTUP + length / SPEED, DEEP_EXTRA if options.deep else EXTRA
    try:
        found = ask(how, [file.descriptor for file in files], task, seconds=seconds, tick=tick, extra=extra)
    except DataError as error:
        if options.features is None or error.path != options.features.path:
            raise
        raise UnableError(f"{error.path} holds no features of it: {error.message}", _FEATURES) from None
    return _scanned(found)


def _detectors(options: Options) -> dict[str, Json]:
    deep = {} if not options.deep else SUPPLIED if options.features else DEEP
    return {**DETECTORS[options.modality], **deep}


def reading(pieces: Sequence[Piece], options: Options) -> dict[str, Json]:
    """The part of a task that says how samples are read."""
    layout: list[Json] = [dict(part) if isinstance(part, Mapping) else part for part in options.layout]
    return {
        "pieces": [list(piece) for piece in pieces],
        "layout": layout,
        "modality": options.modality,
        "labels": options.labels,
        "seed": options.seed,
        "memory": SAMPLES,
        "room": ROOM,
    }


def ask(
    how: How,
    descriptors: Sequence[int],
    task: dict[str, Json],
    *,
    seconds: float,
    tick: Callable[[], object] = lambda: None,
    environment: Mapping[str, str] | None = None,
    extra: str = EXTRA,
) -> dict[str, Json]:
    """What a limited process that reads samples answers, where it is no failure; raises what `scan` does.

    `extra` is how to install what is missing.
    """
    try:
        limits = limited.Limits(seconds, ANSWER)
        found = limited.run(how, descriptors, limits, task=task, tick=tick, environment=environment)
    except limited.LimitedError as error:
        raise _unable(error, seconds) from None
    except OSError as error:
        raise UnableError(f"the process that scans cannot be started: {error.strerror}", _SMALLER) from None
    _refuse_failure(found, extra)
    return found


def _unable(error: limited.LimitedError, seconds: float) -> UnableError:
    if error.failure == "late":
        return UnableError(f"it took longer than {seconds:,.0f} seconds and was ended", _SMALLER)
    if error.failure == "endless":
        return UnableError("the process that scans answered without end", "this is a defect: please report it")
    return UnableError(f"the process that scans ended {error.ended} and gave no answer", _SMALLER)


def _refuse_failure(found: Mapping[str, Json], extra: str) -> None:
    outcome, message = found.get("outcome"), shorten(str(found.get("message")), 1000)
    if outcome == "data":
        raise DataError(str(found.get("path")), message)
    if outcome == "missing":
        raise UnableError(f"{message} is not installed", extra)
    if outcome == "memory":
        raise UnableError("it needs more memory than it may have", _SMALLER)
    if outcome != "done":
        raise UnableError(f"the scan failed: {message}", "please report it with a sample of the data")


def _scanned(found: Mapping[str, Json]) -> Scanned:
    try:
        said = found["scan"]
        if not isinstance(said, dict):
            raise TypeError("it is no mapping")
        return from_json(said)
    except (KeyError, TypeError, ValueError) as error:
        text = f"the process that scans gave no complete answer ({printable(str(error))[:200]})"
        raise UnableError(text, "this is a defect: please report it") from None
