"""What compiling answers: a verdict, or questions for the database and what to make of their answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from gate.core.model import Json
from gate.suites.sql.terms import Column, NotCompiled, both, count


class Failing(NamedTuple):
    """How the failing rows are found: `where` in `base`, or a whole `query` for the position and the columns."""

    columns: tuple[Column, ...]
    where: str | None = None
    query: str | None = None


class Verdict(NamedTuple):
    """What an outcome says, but for the failing rows."""

    success: bool
    observed: Json = None
    element_count: int | None = None
    missing_count: int | None = None
    unexpected_count: int | None = None
    failing: Failing | None = None


class Ask(NamedTuple):
    """Aggregates over `base`, which share one pass with those of all other expectations."""

    aggregates: tuple[str, ...]
    then: Callable[[Sequence[Any]], Step]


class Query(NamedTuple):
    """A query over `base` of its own: grouping or order, which no aggregate over all rows can answer."""

    sql: str
    then: Callable[[Sequence[Sequence[Any]]], Step]


Step = Verdict | Ask | Query


class Rows(NamedTuple):
    """Rows to judge: those in `scope` are counted as elements, those of them in `domain` are considered."""

    columns: tuple[Column, ...]
    scope: str | None
    domain: str | None
    mostly: float
    guards: tuple[str, ...] = ()
    skips_missing: bool = True

    @property
    def considered(self) -> str | None:
        """The condition of the rows that are considered."""
        return both(self.scope, self.domain)

    def verdict(self, elements: int, considered: int, unexpected: int, failing: Failing) -> Verdict:
        """As many rows as `mostly` asks for are as expected; without rows there is nothing to fail."""
        success = considered == 0 or (considered - unexpected) / considered >= self.mostly
        missing = elements - considered if self.skips_missing else None
        return Verdict(success, None, elements, missing, unexpected, None if success else failing)


def every_row(rows: Rows, good: str) -> Ask:
    """The condition `good`, which is never NULL in the domain, on every row that is considered."""
    bad = both(rows.considered, f"NOT ({good})")

    def then(answers: Sequence[Any]) -> Step:
        elements, considered, unexpected, *guards = answers
        clear(guards)
        return rows.verdict(elements, considered, unexpected, Failing(rows.columns, where=bad))

    return Ask((count(rows.scope), count(rows.considered), count(bad), *rows.guards), then)


def clear(guards: Sequence[Any]) -> None:
    """No row is one whose meaning depends on the engine."""
    if any(guards):
        raise NotCompiled
