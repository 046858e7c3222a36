"""Great Expectations itself, as the reference for what an expectation means; runs in the limited process only.

The library lets a caller believe what it never checked: it drops expectations of unknown types, reports success for
none, can end the process, and answers in any order. So each expectation is loaded by itself, carries a number of our
own, and has an outcome only where exactly one result comes back with that number, with the type that was asked for,
without an exception. Everything else is a problem, which is never a success.

An outcome holds the first `MAX_ROWS` rows: the library is asked for a summary, for its complete lists have no end.
"""

from __future__ import annotations

import contextlib
import copy
import datetime
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from gate.core.model import Json
from gate.core.text import did_you_mean, shorten
from gate.suites.admission import condition_problem, missing_column, pattern_problem, schema_problem, set_problem
from gate.suites.interface import MAX_ROWS, Code, Expectation, Outcome
from gate.suites.library import first_line, line, prepare, silence
from gate.suites.plain import count, plain
from gate.suites.telling import DISTINCT

if TYPE_CHECKING:
    from gate.data.interface import Table

_KEY = "gate"
"""Under which the number of an expectation travels in its `meta`."""
_FORMAT = {"result_format": "SUMMARY", "partial_unexpected_count": MAX_ROWS}
_BY_TYPE = frozenset(("expect_column_values_to_be_of_type", "expect_column_values_to_be_in_type_list"))
_ABSENT_IS_FINE = frozenset(("expect_column_to_exist",))
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ROWS = ("column", "row_condition", "condition_parser")
_COLUMNS = ("column", "column_A", "column_B", "column_list")


class _Loaded(NamedTuple):
    """An expectation as an object of the library."""

    expectation: Expectation
    made: Any


def evaluate(table: Table, expectations: Sequence[Expectation], custom: Sequence[Code] = ()) -> dict[int, Outcome]:
    """One outcome for each of `expectations`, by position.

    `custom` are Python files with further expectations; they are run, so somebody must have allowed exactly these
    bytes. Raises `ModuleNotFoundError` where the library is not installed.
    """
    if len({expectation.position for expectation in expectations}) != len(expectations):
        raise ValueError("two expectations have one position")
    if not expectations:
        return {}
    with silence():
        problem = prepare(custom)
        with _regexes_of_python():
            outcomes = _with_counts(table, expectations) if problem is None else {}
    missing = problem or "Great Expectations gave no result for it"
    return {e.position: outcomes.get(e.position) or _failed(e, missing) for e in expectations}


@contextlib.contextmanager
def _regexes_of_python() -> Iterator[None]:
    """Where pandas 3 keeps texts in Arrow it searches them with RE2, which reads some expressions otherwise than `re`.

    A suite means the same whatever version is installed: `\\d` is every digit of Unicode, `{,3}` is up to three times.
    """
    import pandas as pd  # type: ignore[import-untyped]

    with pd.option_context("mode.string_storage", "python"):
        yield


def _with_counts(table: Table, expectations: Sequence[Expectation]) -> dict[int, Outcome]:
    """The library says nothing of how many different values it judged; they are counted by an expectation beside it."""
    distinct = [expectation for expectation in expectations if expectation.type == DISTINCT]
    outcomes = _all(table, [*expectations, *map(_counting, distinct)])
    for expectation in distinct:
        found, counted = outcomes.get(expectation.position), outcomes.pop(-1 - expectation.position, None)
        if found and counted and found.success and counted.observed == 0:
            outcomes[expectation.position] = found._replace(observed=[])
    return outcomes


def _counting(expectation: Expectation) -> Expectation:
    about = {key: expectation.kwargs[key] for key in _ROWS if key in expectation.kwargs}
    return Expectation(-1 - expectation.position, "expect_column_unique_value_count_to_be_between", about)


def _all(table: Table, expectations: Sequence[Expectation]) -> dict[int, Outcome]:
    from gate.suites.frame import frames

    outcomes: dict[int, Outcome] = {}
    loaded: list[_Loaded] = []
    for expectation in expectations:
        made = _load(expectation, dict(table.columns))
        if isinstance(made, str):
            outcomes[expectation.position] = _failed(expectation, made)
        else:
            loaded.append(_Loaded(expectation, made))
    if loaded:
        try:
            values, typed, beyond = frames(table)
        except Exception as error:
            problem = f"Great Expectations cannot be given these rows: {first_line(error)}"
            return outcomes | {e.position: _failed(e, problem) for e, _ in loaded}
        outcomes |= {e.position: _failed(e, _beyond(name)) for e, _ in loaded for name in beyond if _uses(e, name)}
        loaded = [one for one in loaded if one.expectation.position not in outcomes]
        by_type = [one for one in loaded if one.expectation.type in _BY_TYPE]
        others = [one for one in loaded if one.expectation.type not in _BY_TYPE]
        outcomes |= _all_judged(values, others) | _all_judged(typed, by_type)
    return outcomes


def _uses(expectation: Expectation, name: str) -> bool:
    """Whether the expectation may be about the column: one of its arguments is its name, or a condition holds it."""
    named = json.dumps(name) in json.dumps(expectation.kwargs)
    return named or name in str(expectation.kwargs.get("row_condition") or "")


def _beyond(name: str) -> str:
    return f'the column "{shorten(name)}" holds times before the year 1 or after 9999, which Python does not have'


def _load(expectation: Expectation, columns: Mapping[str, str]) -> Any:
    """The library's object, or a text that says why there is none."""
    from great_expectations.expectations import registry
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    known = registry.list_registered_expectation_implementations()
    if expectation.type not in known:
        hint = did_you_mean(expectation.type, known)
        hint = hint or "one of your own needs a file that the policy allows under `suites: custom:`"
        return f'unknown expectation type "{shorten(expectation.type)}"; {hint}'
    kind = registry.get_expectation_impl(expectation.type)
    kwargs = _with_times(copy.deepcopy(dict(expectation.kwargs)), columns)
    if problem := _kwargs_problem(kind, kwargs) or _column_problem(kind, expectation, columns):
        return problem
    if problem := set_problem(expectation.type, expectation.kwargs, columns) or pattern_problem(kwargs):
        return problem
    try:
        configuration = ExpectationConfiguration(
            type=expectation.type, kwargs=kwargs, meta={_KEY: expectation.position}
        )
        made = configuration.to_domain_obj()
        return _rounded(made, kwargs) or _condition_problem(getattr(made, "row_condition", None), columns) or made
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return f"its arguments are not usable: {first_line(error)}"


def _rounded(made: Any, kwargs: Mapping[str, Json]) -> str | None:
    """The library makes a double of every bound, also of a whole number that none holds."""
    for key, value in kwargs.items():
        if isinstance(value, int) and isinstance(held := getattr(made, key, None), float) and held != value:
            return f"Great Expectations would compare with {held:.0f} instead of {value}"
    return None


def _with_times(kwargs: dict[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """Days, which are text in a suite, as values of the column.

    A bound of a column of times is the time at which the day begins: the library refuses the day. In a set for a
    column of dates they are dates: the library compares texts with dates, and finds none the same.
    """
    kind = columns.get(str(kwargs.get("column")), "").upper()
    if kind.startswith("TIMESTAMP"):
        for key in ("min_value", "max_value"):
            if isinstance(value := kwargs.get(key), str) and _DAY.fullmatch(value):
                kwargs[key] = f"{value}T00:00:00"
    if kind == "DATE" and isinstance(members := kwargs.get("value_set"), list):
        kwargs["value_set"] = [_day(member) for member in members]
    return kwargs


def _day(member: Json) -> Any:
    if isinstance(member, str) and _DAY.fullmatch(member):
        with contextlib.suppress(ValueError):
            return datetime.date.fromisoformat(member)
    return member


def _kwargs_problem(kind: Any, kwargs: Mapping[str, Json]) -> str | None:
    """An argument that the expectation does not have; those of the library's own bookkeeping count as such."""
    from great_expectations.expectations.expectation import Expectation as Base

    allowed = (set(kind.__fields__) - set(Base.__fields__)) - {"batch_id"}
    for name in kwargs:
        if name not in allowed:
            hint = did_you_mean(name, allowed)
            return f'unknown argument "{shorten(name)}"' + (f"; {hint}" if hint else "")
    return schema_problem(kwargs.get("json_schema"))


def _column_problem(kind: Any, expectation: Expectation, names: Mapping[str, str]) -> str | None:
    if expectation.type in _ABSENT_IS_FINE:
        return None
    for key in set(_COLUMNS) & set(kind.domain_keys):
        value = expectation.kwargs.get(key)
        for name in value if isinstance(value, list) else [value]:
            if isinstance(name, str) and name not in names:
                return missing_column(name, names)
    return None


def _condition_problem(condition: Any, names: Mapping[str, str]) -> str | None:
    """What is wrong with a condition on rows, in the text that `DataFrame.query` would get."""
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
    from great_expectations.expectations.row_conditions import PassThroughCondition, deserialize_row_condition

    if isinstance(condition, dict):
        condition = deserialize_row_condition(condition)
    if condition is None or condition == "":
        return None
    if isinstance(condition, PassThroughCondition):
        condition = condition.pass_through_filter
    elif not isinstance(condition, str):
        if "`" in str(condition.dict()):  # the library puts names between these as they are
            return "a name in the row condition holds a `"
        condition = PandasExecutionEngine().condition_to_filter_clause(condition)
    return condition_problem(condition, names)


def _all_judged(rows: Any, loaded: Sequence[_Loaded]) -> dict[int, Outcome]:
    if not loaded:
        return {}
    try:
        batch = _batch(rows)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return {one.expectation.position: _failed(one.expectation, first_line(error)) for one in loaded}
    return _judged(batch, loaded)


def _judged(batch: Any, loaded: Sequence[_Loaded]) -> dict[int, Outcome]:
    """All at once, for they share work; one by one where that fails, so that it is known which one fails."""
    try:
        results = _results(batch, loaded)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if len(loaded) == 1:
            return {loaded[0].expectation.position: _failed(loaded[0].expectation, first_line(error))}
        return {place: outcome for one in loaded for place, outcome in _judged(batch, [one]).items()}
    found: dict[Any, list[Any]] = {}
    for result in results:
        found.setdefault(_number(result), []).append(result)
    outcomes = {}
    for expectation, _ in loaded:
        mine = found.get(expectation.position, [])
        if len(mine) == 1 and mine[0].expectation_config.type == expectation.type:
            outcomes[expectation.position] = _read(expectation, mine[0])
    return outcomes


def _batch(rows: Any) -> Any:
    """The rows as the library wants them; it keeps everything in memory, without so much as a folder for documents."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    asset = context.data_sources.add_pandas("gate").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": rows})


def _results(batch: Any, loaded: Sequence[_Loaded]) -> list[Any]:
    from great_expectations import ExpectationSuite

    suite = ExpectationSuite(name="gate", expectations=[one.made for one in loaded])
    if len(suite.expectations) != len(loaded):
        raise RuntimeError(f"{len(suite.expectations)} of {len(loaded)} expectations were loaded")
    results = list(batch.validate(suite, result_format=dict(_FORMAT)).results)
    if len(results) != len(loaded):
        raise RuntimeError(f"{len(results)} of {len(loaded)} expectations were evaluated")
    return results


def _number(result: Any) -> Any:
    return (result.expectation_config.meta or {}).get(_KEY) if result.expectation_config else None


def _read(expectation: Expectation, result: Any) -> Outcome:
    try:
        return _outcome(expectation, result)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return _failed(expectation, f"its result cannot be read: {first_line(error)}")


def _outcome(expectation: Expectation, result: Any) -> Outcome:
    """What `result` says; a result with an exception, or that is neither success nor failure, is a problem."""
    raised = _raised(result.exception_info)
    if raised is not None:
        return _failed(expectation, raised)
    success = plain(result.success)
    if not isinstance(success, bool):
        return _failed(expectation, "Great Expectations says neither success nor failure")
    said = result.result or {}
    observed = said.get("observed_value")
    return Outcome(
        expectation.position,
        success,
        "reference",
        plain(observed),
        count(said.get("element_count")),
        count(said.get("missing_count")),
        count(said.get("unexpected_count")),
        tuple(int(row) for row in said.get("partial_unexpected_index_list") or ())[:MAX_ROWS],
        tuple(plain(value, missing=None) for value in said.get("partial_unexpected_list") or ())[:MAX_ROWS],
    )


def _raised(information: Any) -> str | None:
    """The first line of an exception: the library keeps one, or one for each metric."""
    if not isinstance(information, Mapping):
        return None
    for entry in (information, *information.values()):
        if isinstance(entry, Mapping) and entry.get("raised_exception"):
            if "MemoryError" in str(entry.get("exception_traceback")):
                raise MemoryError
            return f"Great Expectations raised an exception: {line(str(entry.get('exception_message') or ''))}"
    return None


def _failed(expectation: Expectation, problem: str) -> Outcome:
    return Outcome(expectation.position, False, "reference", problem=problem)
