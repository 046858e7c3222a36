"""A suite beside that of the base: what asks less is told, what asks as much or more is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.change.expectations import Compared, compare_suites
from gate.core.model import Location
from gate.dbom.model import Artifact, Data
from gate.files.commit import resolve
from tests.support import Repo

BETWEEN, IN_SET = "expect_column_values_to_be_between", "expect_column_values_to_be_in_set"
NOT_IN_SET, MATCH = "expect_column_values_to_not_be_in_set", "expect_column_values_to_match_regex"
PAIRS = "expect_column_pair_values_to_be_equal"
ENTRY = Artifact("dataset", "x", "x.csv", Location("dbom.yaml", 3), {}, suite="x.json")


def written(repo: Repo, *expectations: tuple[str, dict[str, Any]], severity: str = "critical") -> None:
    these = [{"type": t, "kwargs": {"column": "a", **kwargs}, "severity": severity} for t, kwargs in expectations]
    repo.write("x.json", json.dumps({"name": "x", "expectations": these}))


def committed(repo: Repo) -> None:
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message=base")


def compared(repo: Repo, new: Artifact | None = ENTRY, old: Artifact = ENTRY) -> Compared:
    return compare_suites(resolve(str(repo.root), "HEAD"), old, new, str(repo.root))


def told(found: Compared) -> str:
    return " ".join(finding.message for finding in found.findings)


LOOSER: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    (BETWEEN, {"max_value": 6}, {"max_value": 7}, "a wider `max_value`"),
    (BETWEEN, {"min_value": 0, "max_value": 6}, {"max_value": 6}, "a wider `min_value`"),
    (BETWEEN, {"min_value": 0, "strict_min": True}, {"min_value": 0}, "a wider `min_value`"),
    (BETWEEN, {"min_value": "2020-01-01"}, {"min_value": "2019-12-31"}, "a wider `min_value`"),
    (BETWEEN, {"min_value": 3}, {"min_value": "3"}, "a wider `min_value`"),
    (BETWEEN, {"max_value": 6}, {"max_value": 6, "mostly": 0.9}, "a lower `mostly`"),
    (BETWEEN, {"max_value": 6}, {"max_value": 6, "row_condition": "b > 1"}, "is about other rows"),
    (IN_SET, {"value_set": [1, 2]}, {"value_set": [2, 1, 3]}, "a larger `value_set`"),
    (NOT_IN_SET, {"value_set": [1, 2]}, {"value_set": [1]}, "a smaller `value_set`"),
    ("expect_column_value_z_scores_to_be_less_than", {"threshold": 3}, {"threshold": 4}, "a higher `threshold`"),
    ("expect_column_values_to_be_increasing", {"strictly": True}, {}, "the `strictly` false"),
    ("expect_table_columns_to_match_set", {"column_set": ["a"]}, {"column_set": ["a"], "exact_match": False}, "false"),
    ("expect_column_values_to_match_regex_list", {"match_on": "all"}, {"match_on": "any"}, 'the `match_on` "any"'),
    ("expect_compound_columns_to_be_unique", {}, {"ignore_row_if": "any_value_is_missing"}, "the `ignore_row_if`"),
]
STRICTER: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (BETWEEN, {"max_value": 6}, {"max_value": 5}),
    (BETWEEN, {"max_value": 6}, {"min_value": 0, "max_value": 6.0}),
    (BETWEEN, {"max_value": 6, "mostly": 0.9}, {"max_value": 6}),
    (BETWEEN, {"max_value": 6, "row_condition": "b > 1"}, {"max_value": 6}),
    (IN_SET, {"value_set": [1, 2, 3]}, {"value_set": [3, 1]}),
    (NOT_IN_SET, {"value_set": [1]}, {"value_set": [1, 2]}),
    (MATCH, {"regex": "^a"}, {"regex": "^b"}),
    ("expect_column_values_to_be_increasing", {}, {"strictly": True}),
    (PAIRS, {"ignore_row_if": "both_values_are_missing"}, {}),
    (PAIRS, {}, {"ignore_row_if": "both_values_are_missing"}),
]


@pytest.mark.parametrize(("type_", "was", "now", "words"), LOOSER)
def test_an_expectation_that_asks_less(
    repo: Repo, type_: str, was: dict[str, Any], now: dict[str, Any], words: str
) -> None:
    written(repo, (type_, was))
    committed(repo)
    written(repo, (type_, now))
    assert f'{type_} of "a" ' in told(compared(repo))
    assert words in told(compared(repo))


@pytest.mark.parametrize(("type_", "was", "now"), STRICTER)
def test_an_expectation_that_may_ask_as_much_is_a_note(
    repo: Repo, type_: str, was: dict[str, Any], now: dict[str, Any]
) -> None:
    written(repo, (type_, was))
    committed(repo)
    assert compared(repo) == Compared()
    written(repo, (type_, now))
    found = compared(repo)
    assert (found.findings, len(found.notes)) == ((), 1)


def test_one_that_is_gone_and_one_that_matters_less(repo: Repo) -> None:
    written(repo, (BETWEEN, {"max_value": 6}), (MATCH, {"regex": "a"}))
    committed(repo)
    written(repo, (BETWEEN, {"max_value": 6}))
    assert told(compared(repo)).endswith(f'{MATCH} of "a" is gone')
    written(repo, (BETWEEN, {"max_value": 6}), (MATCH, {"regex": "a"}), severity="warning")
    assert "has the severity warning instead of critical" in told(compared(repo))


def test_another_that_asks_as_much_takes_its_place(repo: Repo) -> None:
    written(repo, (BETWEEN, {"max_value": 6}))
    committed(repo)
    written(repo, (BETWEEN, {"max_value": 60}), (BETWEEN, {"max_value": 5}))
    assert compared(repo).findings == ()


def test_many_are_counted(repo: Repo) -> None:
    written(repo, *((BETWEEN, {"max_value": n}) for n in range(9)))
    committed(repo)
    written(repo)
    (finding,) = compared(repo).findings
    assert finding.message.endswith("; and 4 more")
    assert finding.evidence["count"] == 9


def test_rows_that_are_read_in_another_way(repo: Repo) -> None:
    written(repo, (BETWEEN, {"max_value": 6}))
    committed(repo)
    assert "in another way" in told(compared(repo, ENTRY._replace(data=Data(header=False))))
    read = ENTRY._replace(data=Data(columns={"a": "VARCHAR"}))
    assert compared(repo, read, read) == Compared()


def test_without_two_suites_there_is_nothing_to_compare(repo: Repo) -> None:
    written(repo, (BETWEEN, {"max_value": 6}))
    committed(repo)
    assert compared(repo, None) == compared(repo, ENTRY._replace(suite=None)) == Compared()
    assert compared(repo, ENTRY, ENTRY._replace(suite="y.json")) == Compared()
    repo.write("x.json", "{")  # the check of the suite says so
    assert compared(repo) == Compared()


def test_a_suite_that_asks_less_is_a_finding_of_the_change(repo: Repo) -> None:
    repo.write("x.csv", "a\n1\n7\n")
    repo.write("dbom.yaml", "dbom: 1\ndatasets:\n  - name: x\n    path: x.csv\n    suite: x.json\n")
    written(repo, (BETWEEN, {"max_value": 6}))
    committed(repo)
    written(repo, (BETWEEN, {"max_value": 7}))
    found = {finding.rule: finding.at for finding in repo.findings("--base", "HEAD")}
    assert found["suites/weakened"] == "dbom.yaml:5"
    assert "suites/failed" not in found
