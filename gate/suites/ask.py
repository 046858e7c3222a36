"""Has the limited process measure tables: for a draft of a suite, or to compare two versions of a dataset."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gate import limited
from gate.core.errors import UnableError
from gate.core.model import Json
from gate.core.text import shorten, size
from gate.data.interface import DataError, Layout, Piece
from gate.suites import run as runner

_SMALLER = "take a part of the data instead"


class Source(NamedTuple):
    """A dataset: its open files, and how they are to be read."""

    pieces: Sequence[Piece]
    layout: Layout

    def plain(self) -> list[Json]:
        """As the process is told."""
        layout: list[Json] = [dict(part) if isinstance(part, Mapping) else part for part in self.layout]
        return [[list(piece) for piece in self.pieces], layout]


def profiled(source: Source, how: runner.How = runner.command) -> dict[str, Json]:
    """What the columns hold, as the process says it; raises `DataError` and `UnableError`."""
    return _answer((source,), {"profile": True}, "profiled", how)


def compared(old: Source, new: Source, how: runner.How = runner.command) -> dict[str, Json]:
    """What changed from `old` to `new`, as the process says it; raises `DataError` and `UnableError`."""
    return _answer((new, old), {"before": old.plain()}, "compared", how)


def _answer(sources: Sequence[Source], wanted: dict[str, Json], outcome: str, how: runner.How) -> dict[str, Json]:
    """The answer about the first of the sources; the same process with the same limits as for an evaluation."""
    pieces = [piece for source in sources for piece in source.pieces]
    length = sum(piece.size for piece in pieces)
    seconds = runner.STARTUP + length // runner.SPEED
    threads = max(1, min(runner.MAX_THREADS, os.cpu_count() or 1))
    own, layout = sources[0].plain()
    task: dict[str, Json] = {
        "pieces": own,
        "layout": layout,
        "expectations": [],
        "reference": False,
        "memory": runner.MEMORY,
        "room": runner.ROOM,
        "threads": threads,
        "seconds": seconds * threads + 1,
        **wanted,
    }
    descriptors = [piece.descriptor for piece in pieces]
    try:
        found = limited.run(how, descriptors, limited.Limits(seconds, runner.ANSWER), task=task)
    except limited.LimitedError as error:
        message = f"the process that measures gave no answer on {size(length)} ({error.failure} {error.ended})"
        raise UnableError(message.replace(" )", ")"), _SMALLER) from None
    except OSError as error:
        raise UnableError(f"the process that measures cannot be started: {error.strerror}", "see to it") from None
    if found.get("outcome") == outcome:
        return found
    raise _refusal(found)


def _refusal(found: Mapping[str, Json]) -> DataError | UnableError:
    said, message = found.get("outcome"), shorten(str(found.get("message")), 1000)
    if said == "data":
        return DataError(str(found.get("path")), message)
    if said == "missing":
        return UnableError(f"{message} is not installed", runner.EXTRA)
    if said == "memory":
        return UnableError("it needs more memory than it may have", _SMALLER)
    return UnableError(f"the dataset was not measured: {message}", "please report it with a sample")
