"""Expectations that hold because they say nothing: no data could fail them, or there was no value to judge."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.suites.interface import Expectation
from gate.suites.telling import why_idle
from tests.suites.test_check import QUIET
from tests.support import Repo

DBOM = "dbom: 1\ndatasets:\n  - name: x\n    path: x.csv\n    suite: x.json\n"
CSV = "id,label,note\n1,cat,\n2,dog,\n"
UNIQUE = ("expect_column_values_to_be_unique", {"column": "id"})


def _written(repo: Repo, *expectations: tuple[str, dict[str, Any]], csv: str = CSV, policy: str = "") -> None:
    repo.write("x.csv", csv)
    written = [{"type": type_, "kwargs": kwargs} for type_, kwargs in expectations]
    repo.write("x.json", json.dumps({"name": "x", "expectations": written}))
    repo.write("dbom.yaml", DBOM)
    repo.write("gate-policy.yaml", QUIET + policy)


def _found(repo: Repo, *options: str) -> list[tuple[str, str]]:
    return _told(repo.report(*options))


def _told(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(f["rule"], f["message"]) for f in report["findings"] if f["rule"].startswith(("suites/", "gate/"))]


@pytest.mark.parametrize("engine", ["auto", "reference"])
def test_expectations_that_judged_no_value_are_told(repo: Repo, engine: str) -> None:
    nobody = {"column": "label", "row_condition": "id > 2", "condition_parser": "pandas"}
    missing = "which judged no value: all of them are missing"
    unmet = 'where "id > 2", which judged no value: no row meets its condition'
    idle: dict[str, tuple[str, dict[str, Any]]] = {
        f'"note" must be equal to "note", {missing}': (
            "expect_column_pair_values_to_be_equal",
            {"column_A": "note", "column_B": "note"},
        ),
        f'the distinct values of "note" must be in ["a"], {missing}': (
            "expect_column_distinct_values_to_be_in_set",
            {"column": "note", "value_set": ["a"]},
        ),
        f'the values of "label" must be unique, {unmet}': ("expect_column_values_to_be_unique", nobody),
        f'the values of "label" must not be null, {unmet}': ("expect_column_values_to_not_be_null", nobody),
        f'the values of "note" must be dates such as "%Y", {missing}': (
            "expect_column_values_to_match_strftime_format",
            {"column": "note", "strftime_format": "%Y"},
        ),
        f'the values of "note" must be in ["a"], {missing}': (
            "expect_column_values_to_be_in_set",
            {"column": "note", "value_set": ["a"]},
        ),
    }
    _written(repo, UNIQUE, *idle.values())
    assert _found(repo, "--engine-suites", engine) == [("suites/too-weak", f"x: {message}") for message in idle]
    shown = repo.gate("suite", "run", "x.json", "x.csv", "--engine-suites", engine)
    assert (shown.code, shown.out.count("\nok (no value)  ")) == (0, len(idle))


def test_missing_values_that_are_judged_are_judged(repo: Repo) -> None:
    _written(
        repo,
        ("expect_column_values_to_be_null", {"column": "note"}),
        ("expect_column_values_to_not_be_null", {"column": "note", "mostly": 0.0001}),
        ("expect_column_unique_value_count_to_be_between", {"column": "note", "max_value": 3}),
        ("expect_column_values_to_be_in_set", {"column": "label", "value_set": ["cat", "dog"]}),
    )
    assert "suites/too-weak" not in {rule for rule, _ in _found(repo)}


def test_what_says_nothing_is_not_counted(repo: Repo) -> None:
    idle = ("expect_table_row_count_to_be_between", {"min_value": 0})
    empty = ("expect_column_values_to_be_in_set", {"column": "note", "value_set": ["a"]})
    wanted = "suites: {min_expectations: 2, kinds: ['expect_table_*']}\n"
    _written(repo, UNIQUE, idle, empty, policy=wanted)
    messages = [message for rule, message in _found(repo) if rule == "suites/too-weak"]
    assert len(messages) == 4
    assert any("has 1 different expectation, the policy wants 2" in message for message in messages)
    assert any("has no expect_table_*" in message for message in messages)


def test_a_suite_that_says_nothing_at_all_was_not_evaluated(repo: Repo) -> None:
    _written(repo, ("expect_column_values_to_be_unique", {"column": "id", "mostly": 0}))
    report = repo.report()
    assert [rule for rule, _ in _told(report)] == ["suites/not-evaluated", "suites/too-weak"]
    assert report["exit_code"] == 1


def _why(type_: str, **kwargs: Any) -> str | None:
    return why_idle(Expectation(0, type_, kwargs))


@pytest.mark.parametrize(
    ("type_", "kwargs"),
    [
        ("expect_column_values_to_be_unique", {"mostly": 0}),
        ("expect_column_values_to_be_between", {"mostly": 0.0, "min_value": 3}),
        ("expect_table_row_count_to_be_between", {}),
        ("expect_table_row_count_to_be_between", {"min_value": 0, "max_value": None}),
        ("expect_column_mean_to_be_between", {}),
        ("expect_column_value_lengths_to_be_between", {"min_value": 0}),
        ("expect_column_proportion_of_unique_values_to_be_between", {"min_value": 0, "max_value": 1}),
        ("expect_column_values_to_not_be_in_set", {"value_set": []}),
        ("expect_column_distinct_values_to_contain_set", {"value_set": []}),
        ("expect_table_columns_to_match_set", {"column_set": [], "exact_match": False}),
        (
            "expect_column_quantile_values_to_be_between",
            {"quantile_ranges": {"quantiles": [0.5], "value_ranges": [[None, None]]}},
        ),
    ],
)
def test_what_no_data_could_fail(type_: str, kwargs: dict[str, Any]) -> None:
    assert _why(type_, **kwargs)


@pytest.mark.parametrize(
    ("type_", "kwargs"),
    [
        ("expect_column_values_to_be_unique", {"mostly": 0.01}),
        ("expect_table_row_count_to_be_between", {"min_value": 1}),
        ("expect_table_row_count_to_be_between", {"min_value": 0, "strict_min": True}),
        ("expect_column_mean_to_be_between", {"min_value": 0}),
        ("expect_column_proportion_of_unique_values_to_be_between", {"min_value": 0, "max_value": 0.99}),
        ("expect_column_proportion_of_non_null_values_to_be_between", {"max_value": 1, "strict_max": True}),
        ("expect_column_values_to_not_be_in_set", {"value_set": [0]}),
        ("expect_column_values_to_be_in_set", {"value_set": []}),
        ("expect_table_columns_to_match_set", {"column_set": []}),
    ],
)
def test_what_some_data_could_fail(type_: str, kwargs: dict[str, Any]) -> None:
    assert _why(type_, **kwargs) is None
