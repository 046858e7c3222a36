"""The compiled engine on tables made by hand; test_differential.py has it beside the reference."""

from __future__ import annotations

from typing import Any

import pytest

duckdb = pytest.importorskip("duckdb")

from gate.data.interface import Table  # noqa: E402
from gate.suites.compiled import TYPES, evaluate  # noqa: E402
from gate.suites.interface import Outcome  # noqa: E402
from tests.suites.tables import asked, table  # noqa: E402


def one(made: Table, kind: str, **kwargs: Any) -> Outcome | None:
    return evaluate(made, [asked(kind, **kwargs)]).get(0)


def judged(made: Table, kind: str, **kwargs: Any) -> bool | None:
    outcome = one(made, kind, **kwargs)
    return None if outcome is None else outcome.success


def test_at_least_forty_types_are_compiled() -> None:
    assert len(TYPES) >= 40


def test_failing_rows_have_positions_values_and_counts(connection: Any) -> None:
    made = table(connection, "n INTEGER", (1,), (9,), (None,), (8,), (2,))
    outcome = one(made, "values_to_be_between", column="n", min_value=0, max_value=5)
    assert outcome == Outcome(0, False, "duckdb", None, 5, 1, 2, (1, 3), (9, 8))


def test_only_the_first_failing_rows_are_named_and_all_are_counted(connection: Any) -> None:
    made = table(connection, "n INTEGER", *((number,) for number in range(100)))
    outcome = one(made, "values_to_be_between", column="n", min_value=30)
    assert outcome is not None
    assert outcome.unexpected_count == 30
    assert outcome.rows == tuple(range(20))


def test_nan_is_missing(connection: Any) -> None:
    made = table(connection, "x DOUBLE", (1.0,), (float("nan"),), (None,))
    outcome = one(made, "values_to_not_be_null", column="x")
    assert outcome is not None
    assert (outcome.success, outcome.unexpected_count, outcome.rows, outcome.values) == (False, 2, (1, 2), (None, None))
    assert judged(made, "max_to_be_between", column="x", max_value=1) is True


def test_mostly_is_a_share_of_the_values_that_are_there(connection: Any) -> None:
    made = table(connection, "n INTEGER", (1,), (1,), (1,), (7,), (None,))
    assert judged(made, "values_to_be_in_set", column="n", value_set=[1], mostly=0.75) is True
    assert judged(made, "values_to_be_in_set", column="n", value_set=[1], mostly=0.76) is False


def test_a_missing_column_is_a_problem_and_never_a_success(connection: Any) -> None:
    made = table(connection, "n INTEGER", (1,))
    outcome = one(made, "values_to_not_be_null", column="N")
    assert outcome is not None
    assert not outcome.success
    assert "N" in (outcome.problem or "")


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        ("values_to_be_between", {"min_value": 0, "colour": "red"}),
        ("values_to_be_between", {"min_value": "0"}),
        ("values_to_be_between", {"min_value": True}),
        ("values_to_be_between", {"min_value": {"$PARAMETER": "low"}}),
        ("values_to_be_between", {"min_value": 0, "strict_min": 1}),
        ("values_to_be_between", {"min_value": 0, "mostly": 1.5}),
        ("values_to_be_between", {"min_value": 0, "mostly": None}),
        ("values_to_be_between", {"min_value": float(2**60)}),
        ("values_to_be_between", {"min_value": 2**127}),
        ("values_to_be_between", {"min_value": 2, "max_value": 1}),
        ("values_to_be_between", {}),
        ("values_to_be_between", {"min_value": 0, "row_condition": "n.sum() > 3", "condition_parser": "pandas"}),
        ("values_to_be_between", {"min_value": 0, "row_condition": "m > 3", "condition_parser": "pandas"}),
        ("values_to_be_between", {"min_value": 0, "row_condition": "n > 3", "condition_parser": "spark"}),
        ("values_to_be_in_set", {"value_set": ["1"]}),
        ("values_to_be_in_set", {"value_set": []}),
        ("values_to_be_in_set", {"value_set": "abc"}),
        ("values_to_match_regex", {"regex": "1"}),
        ("quantile_values_to_be_between", {"quantile_ranges": {"quantiles": [2], "value_ranges": [[0, 1]]}}),
    ],
)
def test_what_is_not_understood_is_left_to_the_reference(connection: Any, kind: str, kwargs: dict[str, Any]) -> None:
    made = table(connection, "n INTEGER", (1,))
    assert one(made, kind, column="n", **kwargs) is None


@pytest.mark.parametrize(
    "regex", ["(?=a)", r"(a)\1", "(?<!a)b", "(?m)^a", "(?P<n>a)(?P=n)", "a{1001}", "(", "[[a]", "(?>a)"]
)
def test_patterns_that_re2_reads_otherwise_are_left_to_the_reference(connection: Any, regex: str) -> None:
    made = table(connection, "s VARCHAR", ("a",))
    assert one(made, "values_to_match_regex", column="s", regex=regex) is None


@pytest.mark.parametrize(
    ("regex", "text"), [(r"\d", "٣"), (r"\w", "é"), ("a$", "a\n"), (".", "\n"), ("(?i)k", "\u212a")]
)
def test_texts_that_two_languages_read_otherwise_are_left_to_the_reference(
    connection: Any, regex: str, text: str
) -> None:
    made = table(connection, "s VARCHAR", (text,))
    assert one(made, "values_to_match_regex", column="s", regex=regex) is None
    assert one(made, "values_to_not_match_regex", column="s", regex=regex) is None


@pytest.mark.parametrize(
    ("regex", "good", "bad"),
    [
        (r"^[A-Z]{2}\d+$", "AB12", "AB"),
        ("a.c", "xabcx", "ac"),
        (r"^\S+@\S+\.[a-z]{2,}$", "a@b.de", "a b@c"),
        ("(?i)^yes|no$", "YES", "maybe"),
        ("[^é]", "e", "é"),
        ("é+", "éé", "e"),
        (r"\bcat\b", "a cat.", "concat"),
        ("(?s).*", "", None),
        ("[]'\"\\\\-]", "'", "a"),
    ],
)
def test_patterns(connection: Any, regex: str, good: str, bad: str | None) -> None:
    made = table(connection, "s VARCHAR", (good,), (bad,))
    outcome = one(made, "values_to_match_regex", column="s", regex=regex)
    assert outcome is not None
    assert outcome.rows == ((1,) if bad is not None else ())


@pytest.mark.parametrize("name", ['a"b', "c0", "pos", "base", "x; DROP TABLE kept", "select", "é 'q'"])
def test_names_and_texts_are_never_sql(connection: Any, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    made = table(
        connection, f"{quoted} VARCHAR, other VARCHAR", (name, "1"), ("'); DROP TABLE kept; --", "2"), name=f"v{name}"
    )
    outcome = one(made, "values_to_be_in_set", column=name, value_set=[name, "\\'"])
    assert outcome is not None
    assert (outcome.rows, outcome.values) == ((1,), ("'); DROP TABLE kept; --",))
    assert judged(made, "distinct_values_to_contain_set", column=name, value_set=["'); DROP TABLE kept; --"]) is True


def test_a_nul_in_a_constant_is_left_to_the_reference(connection: Any) -> None:
    made = table(connection, "s VARCHAR", ("a",))
    assert one(made, "values_to_be_in_set", column="s", value_set=["a\0b"]) is None
    assert one(made, "values_to_be_in_set", column="s", value_set=["\ud800"]) is None


def test_a_sum_that_rounding_could_move_across_a_bound_is_left_to_the_reference(connection: Any) -> None:
    made = table(connection, "x DOUBLE", (0.1,), (0.2,))
    assert judged(made, "sum_to_be_between", column="x", max_value=0.3) is None
    assert judged(made, "sum_to_be_between", column="x", max_value=0.31) is True
    assert judged(made, "mean_to_be_between", column="x", min_value=0.16) is False


def test_infinities_have_no_compiled_mean(connection: Any) -> None:
    made = table(connection, "x DOUBLE", (float("inf"),), (1.0,))
    for kind in ("mean_to_be_between", "sum_to_be_between", "stdev_to_be_between", "median_to_be_between"):
        assert judged(made, kind, column="x", min_value=0) is None
    assert judged(made, "max_to_be_between", column="x", max_value=3) is False


def test_one_expectation_that_fails_in_the_database_takes_no_other_with_it(connection: Any) -> None:
    connection.execute(
        "CREATE VIEW bad AS SELECT i AS good, CAST(CASE WHEN i = 2 THEN 'x' ELSE '1' END AS INTEGER) AS n "
        "FROM range(4) r(i)"
    )
    made = Table(connection, "bad", (("good", "BIGINT"), ("n", "INTEGER")), ())
    found = evaluate(
        made,
        [
            asked("max_to_be_between", 0, column="good", max_value=3),
            asked("max_to_be_between", 1, column="n", max_value=3),
            asked("values_to_be_between", 2, column="good", max_value=1),
        ],
    )
    assert sorted(found) == [0, 2]
    assert found[0].success
    assert found[2].rows == (2, 3)


def test_expectations_of_one_suite_do_not_mix(connection: Any) -> None:
    made = table(connection, "a INTEGER, b INTEGER", (1, 5), (2, 6), (2, 7))
    kinds = [
        asked("values_to_be_unique", 3, column="a"),
        asked("values_to_be_unique", 5, column="b"),
        asked("values_to_be_increasing", 8, column="a", strictly=True),
        asked("values_to_be_between", 13, column="b", max_value=5),
        asked("expect_table_row_count_to_equal", 21, value=3),
        asked("expect_column_kl_divergence_to_be_less_than", 34, column="a"),
    ]
    found = evaluate(made, kinds)
    assert {position: (outcome.success, outcome.rows) for position, outcome in found.items()} == {
        3: (False, (1, 2)),
        5: (True, ()),
        8: (False, (2,)),
        13: (False, (1, 2)),
        21: (True, ()),
    }


def test_a_long_suite_has_all_its_outcomes(connection: Any) -> None:
    made = table(connection, "n INTEGER", *((number,) for number in range(10)))
    suite = [asked("values_to_be_between", place, column="n", max_value=place % 12) for place in range(700)]
    found = evaluate(made, suite)
    expected = {place: tuple(range(place % 12 + 1, 10)) for place in range(700)}
    assert {place: outcome.rows for place, outcome in found.items()} == expected
