"""What runs in the limited process: reads the open files as one table, evaluates a suite, and answers.

It is started by `run`. An answer is one JSON object: `outcome` is `evaluated`, or with a `message` `data` (the
dataset cannot be read), `missing` (a library), `unconfined` (code that is not run here), `memory` or `failed`.
Whatever a library raises, also one that would end the process, becomes an answer: nothing else counts as one.
"""

from __future__ import annotations

import json
import math
import resource
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from gate.core.model import Json
from gate.core.text import shorten
from gate.data.interface import DataError, Layout, Piece, Table
from gate.data.packed import sha256
from gate.limited import limit, limit_memory, serve
from gate.suites.confine import ConfinementError, confine
from gate.suites.interface import MAX_ROWS, Code, Expectation, Outcome
from gate.suites.memory import out_of_memory

MAX_TEXT = 200
"""Characters of one value that the answer holds; a cell may have megabytes."""
MAX_OBSERVED = 2000
"""Characters of an observed value, as JSON; one that has more is cut and becomes a text."""
MAX_ITEMS = 100
"""Items of a list or a mapping that the answer holds."""
MAX_COLUMNS = 10_000
_DEPTH = 4


class Task(NamedTuple):
    """What to do: the files and how to read them, the expectations, and the limits.

    `reference` says that Great Expectations evaluates all of them. `memory` are the bytes that DuckDB may use,
    `room` those that the whole process may take beyond what its libraries did, `seconds` are of the processor.
    `profile` asks for what the columns hold instead, `before` for what changed since that version of the dataset.
    `custom` are files that may be run where a type comes from them.
    """

    pieces: tuple[Piece, ...]
    layout: Layout
    expectations: tuple[Expectation, ...]
    reference: bool
    memory: int
    room: int
    threads: int
    seconds: int
    profile: bool = False
    before: tuple[tuple[Piece, ...], Layout] | None = None
    custom: tuple[Code, ...] = ()


def main(descriptor: str) -> None:
    """Carries out the task on standard input, a `Task` as JSON; the answer goes to `descriptor`."""
    serve(descriptor, answer)


def answer(given: bytes) -> dict[str, Json]:
    """What came of it."""
    try:
        return _evaluated(_task(json.loads(given)))
    except DataError as error:
        return {"outcome": "data", "path": error.path, "message": shorten(error.message, 1000)}
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "gate":
            return _failed(error)
        return {"outcome": "missing", "message": (error.name or "").partition(".")[0]}
    except ConfinementError as error:
        return {"outcome": "unconfined", "message": shorten(str(error), 300)}
    except BaseException as error:  # SystemExit too: importing Great Expectations can call sys.exit(0)
        if out_of_memory(error):
            return {"outcome": "memory", "message": shorten(str(error), 300)}
        return _failed(error)


def _failed(error: BaseException) -> dict[str, Json]:
    return {"outcome": "failed", "message": f"{type(error).__name__}: {shorten(str(error), 300)}"}


def _task(said: dict[str, list[list[object]]]) -> Task:
    """The task as it was before it became JSON."""
    values: dict[str, object] = {**said}
    values["pieces"] = tuple(Piece(*piece) for piece in said["pieces"])  # type: ignore[arg-type]
    values["layout"] = Layout(*said["layout"])  # type: ignore[arg-type]
    values["expectations"] = tuple(Expectation(*one) for one in said["expectations"])  # type: ignore[arg-type]
    values["custom"] = tuple(Code(*one) for one in said.get("custom", ()))  # type: ignore[arg-type]
    if "before" in said:
        pieces, layout = said["before"]
        values["before"] = tuple(Piece(*piece) for piece in pieces), Layout(*layout)  # type: ignore[misc, arg-type]
    return Task(**values)  # type: ignore[arg-type]


def _evaluated(task: Task) -> dict[str, Json]:
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_CPU, task.seconds)
    limit(resource.RLIMIT_FSIZE, 0)  # the answer goes to a pipe; nothing else is to be written
    from gate.data.places import places
    from gate.data.read import open_table

    limit_memory(task.room)
    custom = _custom(task)
    if task.before:
        return _compared(task, *task.before)
    table = open_table(task.pieces, task.layout, memory=task.memory, threads=task.threads, asked=_asked(task))
    if task.profile:
        from gate.suites.profile import profile

        return {"outcome": "profiled", **profile(table)}
    rows = _count(table)
    outcomes = _outcomes(task, table, custom)
    wanted = sorted({row for outcome in outcomes for row in outcome.rows[:MAX_ROWS]})
    found = zip(wanted, places(table, wanted), strict=True)
    return {
        "outcome": "evaluated",
        "rows": rows,
        "columns": [[shorten(name), shorten(kind)] for name, kind in table.columns[:MAX_COLUMNS]],
        "outcomes": [_plain_outcome(outcome) for outcome in outcomes],
        "places": [[row, place.path, place.row, place.line] for row, place in found],
        "sha256": _digests(task.pieces),
    }


def _compared(task: Task, pieces: tuple[Piece, ...], layout: Layout) -> dict[str, Json]:
    """What changed since the version in `pieces`; the two share the memory."""
    from gate.data.read import open_table
    from gate.suites.drift.measure import compare

    old = open_table(pieces, layout, memory=task.memory // 2, threads=task.threads)
    new = open_table(task.pieces, task.layout, memory=task.memory // 2, threads=task.threads)
    found = compare(old, new)
    return {"outcome": "compared", **found, "sha256": [_digests(pieces), _digests(task.pieces)]}


def _digests(pieces: Iterable[Piece]) -> dict[str, Json]:
    return {piece.path: sha256(piece) for piece in pieces}


def _asked(task: Task) -> Callable[[str], bool]:
    """Which columns are read: those that the expectations speak of, where no one else is to see the rows."""
    from gate.suites import compiled

    if task.reference or task.profile or any(one.type not in compiled.TYPES for one in task.expectations):
        return lambda _: True
    return compiled.asked(task.expectations)


def _count(table: Table) -> int:
    name = '"' + table.name.replace('"', '""') + '"'
    found = table.connection.execute(f"SELECT count(*) FROM {name}").fetchall()  # noqa: S608 # the name is ours
    return int(found[0][0])


def _custom(task: Task) -> tuple[Code, ...]:
    """The code that an expectation needs; from here on this process is confined, before anything has a thread."""
    from gate.suites import compiled

    rest = [expectation for expectation in task.expectations if expectation.type not in compiled.TYPES]
    if not task.custom or not rest:
        return ()
    failure = None
    try:
        confine(piece.descriptor for piece in task.pieces)
    except ConfinementError as error:
        failure = error
    from gate.suites.library import has_unknown

    if not has_unknown(rest):
        return ()
    if failure is not None:
        raise failure
    return task.custom


def _outcomes(task: Task, table: Table, custom: tuple[Code, ...]) -> list[Outcome]:
    """By the compiler what it knows, by the reference what it does not, or leaves out."""
    found: dict[int, Outcome] = {}
    if not task.reference:
        from gate.suites import compiled

        known = [expectation for expectation in task.expectations if expectation.type in compiled.TYPES]
        found = dict(compiled.evaluate(table, known)) if known else {}
    rest = [expectation for expectation in task.expectations if expectation.position not in found]
    if rest:
        from gate.data.read import open_table
        from gate.suites import reference

        if not table.whole:  # Great Expectations is to see what it always sees
            table.connection.close()
            table = open_table(task.pieces, task.layout, memory=task.memory, threads=task.threads)
        found |= reference.evaluate(table, rest, custom)
    return [found[position] for position in sorted(found)]


def _plain_outcome(outcome: Outcome) -> dict[str, Json]:
    observed = plain(outcome.observed)
    if len(text := json.dumps(observed)) > MAX_OBSERVED:
        observed = shorten(text, MAX_OBSERVED)
    return {
        "position": outcome.position,
        "success": bool(outcome.success),
        "engine": outcome.engine,
        "observed": observed,
        "element_count": outcome.element_count,
        "missing_count": outcome.missing_count,
        "unexpected_count": outcome.unexpected_count,
        "rows": [int(row) for row in outcome.rows[:MAX_ROWS]],
        "values": [_short(value) for value in outcome.values[:MAX_ROWS]],
        "problem": None if outcome.problem is None else shorten(outcome.problem, 500),
    }


def _short(value: object) -> Json:
    found = plain(value)
    text = json.dumps(found)
    return found if len(text) <= MAX_TEXT else shorten(text, MAX_TEXT)


def plain(value: object, depth: int = _DEPTH) -> Json:
    """`value` as JSON of limited size: texts are cut, numbers without a value and unknown types become texts."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else value[: MAX_TEXT - 1] + "…"
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else shorten(hex(value), MAX_TEXT)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth and isinstance(value, Mapping):
        return {str(key)[:MAX_TEXT]: plain(item, depth - 1) for key, item in _first(value.items())}
    if depth and isinstance(value, (Sequence, set, frozenset)) and not isinstance(value, (bytes, bytearray)):
        return [plain(item, depth - 1) for item in _first(value)]
    if hasattr(value, "tolist") and depth:  # numpy's own scalars and arrays
        return plain(value.tolist(), depth - 1)
    return shorten(str(value), MAX_TEXT)


def _first(items: Iterable[object]) -> list[tuple[object, object]]:
    """The first items; typed as pairs, for mappings need them so."""
    return [item for item, _ in zip(items, range(MAX_ITEMS), strict=False)]  # type: ignore[misc]
