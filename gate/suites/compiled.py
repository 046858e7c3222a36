"""The DuckDB engine: all expectations that it knows in one pass over the data, in the meaning of the reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gate.core.model import Json
from gate.data.interface import Table
from gate.suites.admission import missing_column
from gate.suites.interface import MAX_ROWS, Expectation, Outcome
from gate.suites.sql.arguments import Arguments
from gate.suites.sql.registry import COMPILERS
from gate.suites.sql.steps import Ask, Failing, Query, Step, Verdict
from gate.suites.sql.terms import Frame, MissingColumn, NotCompiled, plain, shown

TYPES: frozenset[str] = frozenset(COMPILERS)
_ALIAS = re.compile(r"\bc[0-9]+\b")
_POSITION = re.compile(r"\bpos\b")
# Queries that fail one by one before the rest is left to the reference: data that cannot be read fail each time.
_PATIENCE = 8
_MOST_AGGREGATES = 1000


def asked(expectations: Sequence[Expectation]) -> Callable[[str], bool]:
    """Whether a column may be asked for by its name; a condition is not parsed for that, and may ask for any."""
    if any(expectation.kwargs.get("row_condition") is not None for expectation in expectations):
        return lambda _: True
    return frozenset(_texts([dict(expectation.kwargs) for expectation in expectations])).__contains__


def _texts(value: Json) -> Iterator[str]:
    """All texts in `value`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def evaluate(table: Table, expectations: Sequence[Expectation]) -> dict[int, Outcome]:
    """The outcomes by position. Positions that are not among them are for the reference engine.

    Those are of other types, have arguments that are not compiled, or meet data on which the engines could differ.
    """
    return _Evaluation(table).run(expectations)


class _Evaluation:
    """One evaluation: the steps that are open, and the outcomes."""

    def __init__(self, table: Table) -> None:
        self._connection = table.connection
        self._frame = Frame(table.name, table.columns)
        self._outcomes: dict[int, Outcome] = {}
        self._verdicts: dict[int, Verdict] = {}
        self._failures = 0

    def run(self, expectations: Sequence[Expectation]) -> dict[int, Outcome]:
        """All steps to their ends, then the failing rows."""
        steps: dict[int, Step] = {}
        for expectation in expectations:
            step = self._compile(expectation)
            if step is not None:
                steps[expectation.position] = step
        while steps:
            steps = self._advance(steps)
        rows = self._failing_rows()
        for position, verdict in self._verdicts.items():
            if verdict.failing is None or position in rows:
                self._outcomes[position] = _outcome(position, verdict, rows.get(position, []))
        return self._outcomes

    def _compile(self, expectation: Expectation) -> Step | None:
        compiler = COMPILERS.get(expectation.type)
        if compiler is None:
            return None
        try:
            return compiler(self._frame, Arguments(expectation.kwargs))
        except NotCompiled:
            return None
        except MissingColumn as error:
            problem = missing_column(error.name, dict.fromkeys(self._frame.names, ""))
            self._outcomes[expectation.position] = Outcome(expectation.position, False, "duckdb", problem=problem)
            return None

    def _advance(self, steps: dict[int, Step]) -> dict[int, Step]:
        """One round: verdicts are kept, questions are asked, and what they lead to is returned."""
        following: dict[int, Step] = {}
        asks: dict[int, Ask] = {}
        for position, step in steps.items():
            if isinstance(step, Verdict):
                self._verdicts[position] = step
            elif isinstance(step, Ask):
                asks[position] = step
            else:
                found = self._query(step.sql)
                self._follow(following, position, step, found)
        for position, answers in self._ask_all(asks).items():
            self._follow(following, position, asks[position], answers)
        return following

    def _follow(self, following: dict[int, Step], position: int, step: Ask | Query, answers: Any) -> None:
        if answers is None:
            return
        try:
            following[position] = step.then(answers)
        except NotCompiled:
            return

    def _ask_all(self, asks: dict[int, Ask]) -> dict[int, Sequence[Any]]:
        """One pass for what a suite usually asks; for a very long one several, as each aggregate takes memory."""
        answers: dict[int, Sequence[Any]] = {}
        batch: dict[int, Ask] = {}
        for position, ask in asks.items():
            batch[position] = ask
            if sum(len(one.aggregates) for one in batch.values()) >= _MOST_AGGREGATES:
                answers |= self._ask(batch)
                batch = {}
        return answers | self._ask(batch) if batch else answers

    def _ask(self, asks: dict[int, Ask]) -> dict[int, Sequence[Any]]:
        """The aggregates of all, each different one once; a pass that fails is tried in halves to find the culprit."""
        wanted = list(dict.fromkeys(sql for ask in asks.values() for sql in ask.aggregates))
        if not wanted:
            return dict.fromkeys(asks, ())
        found = self._query(f"SELECT {', '.join(wanted)} FROM base", alone=len(asks) == 1)  # noqa: S608 - own terms
        if found is not None:
            values = dict(zip(wanted, found[0], strict=True))
            return {position: [values[sql] for sql in ask.aggregates] for position, ask in asks.items()}
        if len(asks) == 1:
            return {}
        items = list(asks.items())
        middle = len(items) // 2
        return {**self._ask(dict(items[:middle])), **self._ask(dict(items[middle:]))}

    def _query(self, sql: str, *, alone: bool = True) -> list[Any] | None:
        """The rows of a query over `base`; None where it fails, which leaves the expectation to the reference."""
        import duckdb

        if self._failures >= _PATIENCE:
            return None
        try:
            base = self._frame.base(_ALIAS.findall(sql), bool(_POSITION.search(sql)))
            return self._connection.execute(base + sql).fetchall()
        except (duckdb.Error, NotCompiled):
            self._failures += alone
            return None

    def _failing_rows(self) -> dict[int, list[Sequence[Any]]]:
        """Positions and values of the first failing rows, by position of the expectation; one pass for most."""
        failing = {
            position: verdict.failing for position, verdict in self._verdicts.items() if verdict.failing is not None
        }
        asks = {position: _first_rows(found) for position, found in failing.items() if found.where is not None}
        rows = {position: _joined(answers) for position, answers in self._ask_all(asks).items()}
        for position, found in failing.items():
            answer = self._query(found.query) if found.query is not None else None
            if answer is not None:
                rows[position] = answer
        return rows


def _first_rows(failing: Failing) -> Ask:
    """The smallest positions, and the values at them in a list, because NULL alone would be left out."""
    values = ", ".join(shown(column) for column in failing.columns)
    where = f"FILTER (WHERE {failing.where})"
    aggregates = (f"min(pos, {MAX_ROWS}) {where}", f"arg_min(row({values}), pos, {MAX_ROWS}) {where}")
    return Ask(aggregates, lambda _: Verdict(False))


def _joined(answers: Sequence[Any]) -> list[Sequence[Any]]:
    positions, values = answers
    return [(position, *value) for position, value in zip(positions or (), values or (), strict=True)]


def _outcome(position: int, verdict: Verdict, rows: Sequence[Sequence[Any]]) -> Outcome:
    columns = verdict.failing.columns if verdict.failing else ()
    values = tuple(
        plain(row[1])
        if len(columns) == 1
        else {column.name: plain(value) for column, value in zip(columns, row[1:], strict=True)}
        for row in rows
    )
    return Outcome(
        position,
        verdict.success,
        "duckdb",
        verdict.observed,
        verdict.element_count,
        verdict.missing_count,
        verdict.unexpected_count,
        tuple(int(row[0]) for row in rows),
        values,
    )
