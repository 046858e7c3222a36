"""Compares two versions of a dataset in a limited process, and believes nothing but a complete answer."""

from __future__ import annotations

import math
from typing import TypeVar

from gate.core.errors import UnableError
from gate.core.model import Json
from gate.core.text import printable
from gate.suites import run as runner
from gate.suites.ask import Source, compared
from gate.suites.drift.interface import KINDS, Column, Comparison, Moved, Side

T = TypeVar("T")


def compare(old: Source, new: Source, *, how: runner.How = runner.command) -> Comparison:
    """What changed from `old` to `new`.

    Raises `DataError` where one of them cannot be read as a table, and `UnableError` where there is no complete answer.
    """
    found = compared(old, new, how)
    try:
        return _comparison(found, old, new)
    except (KeyError, TypeError, ValueError) as error:
        message = f"the process that compares gave no complete answer ({printable(str(error))[:200]})"
        raise UnableError(message, "this is a defect: please report it") from None


def _comparison(found: dict[str, Json], old: Source, new: Source) -> Comparison:
    """The answer with its types checked; raises `KeyError`, `TypeError` or `ValueError` for any other."""
    was, now = (_of(one, int) for one in _of(found["rows"], list))
    before, after = (
        {path: _of(digest, str) for path, digest in _of(one, dict).items()} for one in _of(found["sha256"], list)
    )
    for digests, source in ((before, old), (after, new)):
        if digests.keys() != {piece.path for piece in source.pieces}:
            raise ValueError("not every file was read")
    return Comparison(
        (was, now),
        tuple(_column(*_of(one, list)) for one in _of(found["columns"], list)),
        tuple(_of(name, str) for name in _of(found["added"], list)),
        tuple(_of(name, str) for name in _of(found["removed"], list)),
        _of(found["reordered"], bool),
        (before, after),
    )


def _column(*said: Json) -> Column:
    name, kind, was, now, retyped, psi, effect, p, new, lost, moved, unseen = said
    return Column(
        _of(name, str),
        KINDS[KINDS.index(kind)],
        _side(*_of(was, list)),
        _side(*_of(now, list)),
        _of(retyped, bool),
        _optional(psi),
        _optional(effect),
        _optional(p),
        None if new is None else _of(new, int),
        None if lost is None else _of(lost, int),
        tuple(Moved(_of(value, str), _of(a, int), _of(b, int)) for value, a, b in _of(moved, list)),
        _optional(unseen),
    )


def _side(kind: Json, present: Json, *numbers: Json) -> Side:
    return Side(_of(kind, str), _of(present, int), *map(_optional, numbers))


def _optional(value: Json) -> float | None:
    if value is not None and not math.isfinite(_of(value, (int, float))):
        raise ValueError("a number without a value")
    return value  # type: ignore[return-value]


def _of(value: object, kind: type[T] | tuple[type[T], ...]) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} instead of another type")
    return value
