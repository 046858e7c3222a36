"""Evaluates a suite in a limited process, and believes nothing but a complete answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeVar, get_args

from gate import limited
from gate.core.errors import UnableError
from gate.core.model import Json
from gate.core.text import printable, shorten, size
from gate.data.interface import DataError, Layout, Piece, Place
from gate.suites.interface import MAX_ROWS, Code, Engine, Evaluation, Outcome, Suite

Choice = Literal["auto", "reference"]
"""Which engine evaluates: each expectation the one that can, or Great Expectations all of them."""
CHOICES: tuple[Choice, ...] = get_args(Choice)

T = TypeVar("T")

EXTRA = "pip install 'dbom-gate[suites]'"
STARTUP = 180
"""Seconds for whatever does not depend on the size: importing Great Expectations from a cold disk, above all."""
SPEED = 512 * 1024
"""Bytes per second below which an evaluation counts as hanging; compressed data counts as it lies on the disk."""
EACH = 2
"""Seconds more for each expectation."""
LONGEST = 30 * 60
"""Seconds at most, however large the data and the suite are: a regular expression can take any time."""
MEMORY = 1024 * 1024 * 1024
"""Bytes that DuckDB may use; the process as a whole takes a little more."""
ROOM = 6 * 1024 * 1024 * 1024
RATIO = 32
"""What the process may take, addresses and all: `ROOM` and `RATIO` bytes for each of the data's own (pandas)."""
MAX_THREADS = 8
ANSWER = 64 * 1024 * 1024
_SMALLER = "check the suite on a part of the data with `gate suite run`, or run the gate with more memory at hand"
ENVIRONMENT = {"HOME": "/", "GX_ANALYTICS_ENABLED": "false", "MPLCONFIGDIR": "/"}

How = Callable[[int], Sequence[str]]


class Evaluated(NamedTuple):
    """All of it, with the place of each row that an outcome names."""

    evaluation: Evaluation
    places: Mapping[int, Place]


def command(answer: int) -> list[str]:
    """The process that evaluates."""
    return limited.command("gate.suites.child", str(answer))


def run(
    suite: Suite,
    pieces: Sequence[Piece],
    layout: Layout,
    engine: Choice = "auto",
    custom: Sequence[Code] = (),
    *,
    how: How = command,
    seconds: float | None = None,
) -> Evaluated:
    """What the suite says of the open files `pieces`; `seconds` stand in for the time that their size gives.

    `custom` is run where an expectation has a type of its own.

    Raises `DataError` where they cannot be read as a table, and `UnableError` where there is no complete answer.
    """
    length = sum(piece.size for piece in pieces)
    justified = min(LONGEST, STARTUP + length // SPEED + EACH * len(suite.expectations))
    allowed = justified if seconds is None else seconds
    threads = max(1, min(MAX_THREADS, os.cpu_count() or 1))
    task: dict[str, Json] = {
        "pieces": [list(piece) for piece in pieces],
        "layout": [dict(part) if isinstance(part, Mapping) else part for part in layout],
        "expectations": [[e.position, e.type, dict(e.kwargs), e.weight, e.line] for e in suite.expectations],
        "reference": engine == "reference",
        "memory": MEMORY,
        "room": ROOM + RATIO * length,
        "threads": threads,
        "seconds": int(allowed) * threads + 1,
        "custom": [list(code) for code in custom],
    }
    limits = limited.Limits(allowed, ANSWER)
    descriptors = [piece.descriptor for piece in pieces]
    try:
        found = limited.run(how, descriptors, limits, task=task, environment=ENVIRONMENT)
    except limited.LimitedError as error:
        raise _unable(error, allowed, length) from None
    except OSError as error:
        raise UnableError(f"the process that evaluates cannot be started: {error.strerror}", _SMALLER) from None
    return _understood(found, suite, pieces)


def _unable(error: limited.LimitedError, seconds: float, length: int) -> UnableError:
    if error.failure == "late":
        message = f"it took longer than {seconds:,.0f} seconds on {size(length)} and was ended"
        return UnableError(message, "find the expectation that takes so long with `gate suite run`, and simplify it")
    if error.failure == "endless":
        return UnableError("the process that evaluates answered without end", "this is a defect: please report it")
    return UnableError(f"the process that evaluates ended {error.ended} and gave no answer", _SMALLER)


def _understood(found: dict[str, Json], suite: Suite, pieces: Sequence[Piece]) -> Evaluated:
    outcome, message = found.get("outcome"), shorten(str(found.get("message")), 1000)
    if outcome == "data":
        raise DataError(str(found.get("path")), message)
    if outcome == "missing":
        raise UnableError(f"{message} is not installed", EXTRA)
    if outcome == "unconfined":
        text = f"custom expectations are run only where network and files can be taken from them, and here {message}"
        raise UnableError(text, "run the gate on Linux 5.13 or later with Landlock and seccomp")
    if outcome == "memory":
        raise UnableError("it needs more memory than the size of the data justifies", _SMALLER)
    if outcome != "evaluated":
        raise UnableError(f"the evaluation failed: {message}", "please report it with the suite and a sample")
    try:
        return _evaluated(found, suite, pieces)
    except (KeyError, TypeError, ValueError, AssertionError) as error:
        message = f"the process that evaluates gave no complete answer ({printable(str(error))[:200]})"
        raise UnableError(message, "this is a defect: please report it") from None


def _evaluated(found: dict[str, Json], suite: Suite, pieces: Sequence[Piece]) -> Evaluated:
    """The answer with its types checked; raises `KeyError`, `TypeError` or `ValueError` for any other."""
    outcomes = tuple(_outcome(_of(one, dict)) for one in _of(found["outcomes"], list))
    if [outcome.position for outcome in outcomes] != [expectation.position for expectation in suite.expectations]:
        raise ValueError(f"{len(outcomes)} outcomes of {len(suite.expectations)} expectations")
    sha256 = {path: _of(digest, str) for path, digest in _of(found["sha256"], dict).items()}
    if sha256.keys() != {piece.path for piece in pieces}:
        raise ValueError("not every file was read")
    columns = tuple((_of(name, str), _of(kind, str)) for name, kind in _of(found["columns"], list))
    evaluation = Evaluation(outcomes, _number(found["rows"]), columns, sha256)
    places = {}
    for row, path, number, line in _of(found["places"], list):
        places[_number(row)] = Place(_of(path, str), _number(number), None if line is None else _number(line))
    return Evaluated(evaluation, places)


def _outcome(said: dict[str, Json]) -> Outcome:
    counts = (said["element_count"], said["missing_count"], said["unexpected_count"])
    elements, missing, unexpected = (None if number is None else _number(number) for number in counts)
    problem = said["problem"]
    engine: Engine = "duckdb" if said["engine"] == "duckdb" else "reference"
    success: bool = _of(said["success"], bool)
    return Outcome(
        _number(said["position"]),
        success and problem is None,
        engine,
        said["observed"],
        elements,
        missing,
        unexpected,
        tuple(_number(row) for row in _of(said["rows"], list)[:MAX_ROWS]),
        tuple(_of(said["values"], list)[:MAX_ROWS]),
        None if problem is None else _of(problem, str),
    )


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r} is no number of rows")
    return value


def _of(value: object, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} instead of {kind.__name__}")
    return value
