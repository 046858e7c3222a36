"""Asks the limited process: what is wrong with expressions, and what they come to."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gate import limited
from gate.core.errors import UnableError
from gate.core.model import Json
from gate.core.text import shorten

EXTRA = 'pip install "dbom-gate[policy]"'
OLD_PYTHON = "run the gate with Python 3.11 or later: custom rules need it"
SECONDS = 10.0
"""Time to compile, or to evaluate; and for each pair of expression and artifact:"""
SECONDS_EACH = 200e-6
ALONE = 60.0
"""Seconds to compile or evaluate expressions one by one, once one of them has ended the process."""
ANSWER = 256 << 20
_SIMPLER = "write a simpler expression"


class Error(NamedTuple):
    """What is wrong in an expression: `line` and `column` count from 1."""

    line: int
    column: int
    message: str


class Asked(NamedTuple):
    """One artifact: the positions of the expressions that are asked of it, and what they are about."""

    expressions: tuple[int, ...]
    artifact: Mapping[str, Json]
    facts: Mapping[str, Mapping[str, Json]]


class Result(NamedTuple):
    """What became of one expression, by the positions of artifacts.

    `broken` is where it is false, `failed` where it has no value and why, `absent` where facts that it needs are not
    known, and which. `unable` says why nothing is known at all.
    """

    broken: Sequence[int] = ()
    failed: Sequence[tuple[int, str]] = ()
    absent: Sequence[tuple[int, Sequence[str]]] = ()
    unable: UnableError | None = None


def errors_in(expressions: Sequence[str]) -> list[list[Error]]:
    """What is wrong with each; raises `UnableError` where the library is missing."""
    try:
        found = _ask({"expressions": list(expressions)}, SECONDS)["checked"]
        return [[Error(*error) for error in one.get("errors", ())] for one in found]
    except MissingError:
        raise
    except UnableError as error:
        if len(expressions) == 1:
            return [[Error(1, 1, f"it cannot be compiled: {error.message}")]]
    end = time.monotonic() + ALONE
    found_alone: list[list[Error]] = []
    for one in expressions:
        if time.monotonic() >= end:
            late = Error(1, 1, f"the time to compile all custom rules was over: {_SIMPLER}")
            return [*found_alone, [late], *([[]] * (len(expressions) - len(found_alone) - 1))]
        found_alone += errors_in([one])
    return found_alone


def evaluate(expressions: Sequence[str], artifacts: Sequence[Asked]) -> list[Result]:
    """What becomes of each expression; one that ends the process, or takes too long, has no other suffer for it."""
    seconds = SECONDS + SECONDS_EACH * sum(len(one.expressions) for one in artifacts)
    try:
        return _evaluate(expressions, artifacts, seconds)
    except MissingError as error:
        return [Result(unable=error)] * len(expressions)
    except UnableError as error:
        if len(expressions) == 1:
            return [Result(unable=error)]
    end = time.monotonic() + ALONE
    return [_alone(position, expressions, artifacts, end) for position in range(len(expressions))]


def _alone(position: int, expressions: Sequence[str], artifacts: Sequence[Asked], end: float) -> Result:
    concerned = [number for number, one in enumerate(artifacts) if position in one.expressions]
    own = [artifacts[number]._replace(expressions=(0,)) for number in concerned]
    try:
        seconds = min(SECONDS + SECONDS_EACH * len(own), end - time.monotonic())
        if seconds <= 0:
            raise UnableError("the time for all custom rules was over", _SIMPLER)
        found = _evaluate(expressions[position : position + 1], own, seconds)[0]
    except UnableError as error:
        return Result(unable=error)
    return Result(
        [concerned[i] for i in found.broken],
        [(concerned[i], why) for i, why in found.failed],
        [(concerned[i], lacking) for i, lacking in found.absent],
    )


def _evaluate(expressions: Sequence[str], artifacts: Sequence[Asked], seconds: float) -> list[Result]:
    groups = {one: number for number, one in enumerate(dict.fromkeys(one.expressions for one in artifacts))}
    task: dict[str, Any] = {
        "expressions": list(expressions),
        "groups": [list(group) for group in groups],
        "artifacts": [[groups[one.expressions], {"artifact": one.artifact, "facts": one.facts}] for one in artifacts],
    }
    found = _ask(task, seconds)["rules"]
    return [Result(one["broken"], one["failed"], one["absent"]) for one in found]


class MissingError(UnableError):
    """The library is not installed."""


def _ask(task: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The answer to `task`; raises `UnableError` where there is none."""
    try:
        found: dict[str, Any] = limited.run(
            lambda answer: limited.command("gate.policy.custom.child", str(answer)),
            (),
            limited.Limits(seconds, ANSWER),
            task={**task, "seconds": seconds},
        )
    except limited.LimitedError as error:
        why = f"took longer than {seconds:,.0f} seconds" if error.failure == "late" else f"ended {error.ended}"
        raise UnableError(f"the process that evaluates {why}", _SIMPLER) from None
    except OSError as error:
        raise UnableError(f"the process that evaluates cannot be started: {error.strerror}", "try again") from None
    outcome, message = found.get("outcome"), shorten(str(found.get("message")), 300)
    if outcome == "missing":
        if sys.version_info < (3, 11):
            raise MissingError("the library for custom rules cannot be installed for Python 3.10", OLD_PYTHON)
        raise MissingError(f"{message.partition('.')[0]} is not installed", EXTRA)
    if outcome == "memory":
        raise UnableError("it needs more memory than it may have", _SIMPLER)
    if outcome != "done":
        raise UnableError(f"it failed: {message}", "please report it with the policy")
    return found
