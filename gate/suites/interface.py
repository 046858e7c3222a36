"""What a suite is, and what evaluating it answers; plain data that also crosses to the limited process and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

from gate.core.model import Json

Weight = Literal["critical", "warning", "info"]
"""How much a failed expectation matters, as Great Expectations calls it `severity`."""
WEIGHTS: tuple[Weight, ...] = get_args(Weight)
Engine = Literal["duckdb", "reference"]
MAX_EXPECTATIONS = 5000
MAX_ROWS = 20
"""Positions of failing rows that an outcome holds, the first ones."""


class Expectation(NamedTuple):
    """One expectation of a suite: `position` is its place in the file, from 0, and `line` that of its text."""

    position: int
    type: str
    kwargs: Mapping[str, Json]
    weight: Weight = "critical"
    line: int = 0
    notes: str = ""


class Code(NamedTuple):
    """A Python file with expectations of its own, as somebody has allowed it: the text is run."""

    path: str
    text: str


class Suite(NamedTuple):
    """A suite as it was read: `legacy` says that it had the format of versions 0.9 to 0.18."""

    name: str
    path: str
    expectations: tuple[Expectation, ...]
    legacy: bool = False


class Outcome(NamedTuple):
    """What became of one expectation.

    `element_count`, `missing_count` and `unexpected_count` are those of Great Expectations for expectations on values;
    None for others. `rows` are the positions of the first failing rows, from 0, `values` what stands there. `problem`
    says why it could not be evaluated, which is never a success.
    """

    position: int
    success: bool
    engine: Engine
    observed: Json = None
    element_count: int | None = None
    missing_count: int | None = None
    unexpected_count: int | None = None
    rows: tuple[int, ...] = ()
    values: tuple[Json, ...] = ()
    problem: str | None = None


class Evaluation(NamedTuple):
    """All of it: one outcome for each expectation, by position; `row_count` of the whole table.

    `sha256` maps the files that were read to their digests, computed after the last of them was read. `problem` says
    why there is no evaluation at all, such as a file that cannot be parsed, in words that name the place.
    """

    outcomes: tuple[Outcome, ...]
    row_count: int
    columns: tuple[tuple[str, str], ...] = ()
    sha256: Mapping[str, str] = {}
    problem: str | None = None
