"""Great Expectations as the reference: what it says of real data, and that it cannot pass what it did not check.

The only tests that import the library, which takes seconds.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from gate.data.interface import Table
from gate.suites.document import load_suite
from gate.suites.interface import MAX_ROWS, Code, Expectation, Outcome
from gate.suites.reference import evaluate

duckdb = pytest.importorskip("duckdb")
pytest.importorskip("great_expectations")
CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "suites"
corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
ROWS = """SELECT * FROM (VALUES
    (1, NULL, 'a', true, DATE '2020-01-01', TIMESTAMP '2020-01-01 01:02:03', 'nan'::DOUBLE, 2),
    (2, 2.5, 'b', NULL, DATE '2021-01-01', NULL, 1.5, 3),
    (NULL, 'inf'::DOUBLE, NULL, false, NULL, TIMESTAMP '2022-01-01', NULL, 1),
    (10, -1, 'a', true, DATE '2020-06-01', TIMESTAMP '2020-01-01 01:02:03', 2, 10)
) t(i, f, s, b, d, ts, n, j)"""
SET = "expect_column_values_to_be_in_set"


def table(query: str) -> Table:
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW data AS {query}")
    columns = tuple((row[0], row[1]) for row in connection.execute("DESCRIBE data").fetchall())
    return Table(connection, "data", columns, ())


def judge(*expectations: tuple[str, dict[str, Any]], query: str = ROWS, custom: tuple[str, ...] = ()) -> list[Outcome]:
    given = [Expectation(position, type_, kwargs) for position, (type_, kwargs) in enumerate(expectations)]
    outcomes = evaluate(table(query), given, [Code("own.py", text) for text in custom])
    assert sorted(outcomes) == list(range(len(given)))
    assert all(outcome.position == position for position, outcome in outcomes.items())
    return [outcomes[position] for position in range(len(given))]


def problem(type_: str, kwargs: dict[str, Any], **more: Any) -> str:
    (outcome,) = judge((type_, kwargs), **more)
    assert not outcome.success
    return outcome.problem or ""


def column(name: str, check: str, **kwargs: Any) -> tuple[str, dict[str, Any]]:
    return f"expect_column_{check}", {"column": name, **kwargs}


def taxi(month: str) -> dict[int, Outcome]:
    suite = load_suite((CORPUS / "taxi-demo.json").read_bytes(), "taxi-demo.json")
    assert suite.legacy
    path = CORPUS / f"taxi-2019-{month}.csv"
    return evaluate(table(f"SELECT * FROM read_csv('{path}')"), suite.expectations)


@corpus
def test_a_real_suite_holds_in_the_month_that_it_was_made_for() -> None:
    outcomes = taxi("01")
    assert [outcome.problem for outcome in outcomes.values()] == [None] * 11
    assert sum(outcome.success for outcome in outcomes.values()) == 11


@corpus
def test_a_real_suite_fails_in_the_month_after() -> None:
    outcomes = taxi("02")
    assert [outcome.problem for outcome in outcomes.values()] == [None] * 11
    assert sum(outcome.success for outcome in outcomes.values()) == 6
    members = outcomes[7]
    assert (members.success, members.element_count, members.unexpected_count) == (False, 10_000, 1579)
    assert members.rows[:3] == (14, 24, 78)
    assert len(members.rows) == MAX_ROWS
    assert members.values == (0,) * MAX_ROWS


def test_an_integer_stays_one_beside_missing_values() -> None:
    digits, length, members, greater = judge(
        column("i", "values_to_match_regex", regex="^[0-9]+$"),
        column("i", "value_lengths_to_equal", value=1),
        column("i", "values_to_be_in_set", value_set=[1, 2]),
        ("expect_column_pair_values_a_to_be_greater_than_b", {"column_A": "i", "column_B": "j", "or_equal": True}),
    )
    assert digits.success
    assert (length.rows, members.rows, members.values) == ((3,), (3,), (10,))
    assert (members.element_count, members.missing_count, members.unexpected_count) == (4, 1, 1)
    assert greater.rows == (0, 1, 2), "a missing value is not greater than any"
    assert greater.values[2] == [None, 1]


def test_nan_is_a_missing_value() -> None:
    (nulls,) = judge(column("n", "values_to_not_be_null"))
    assert (nulls.success, nulls.rows, nulls.values) == (False, (0, 2), (None, None))
    (mean,) = judge(column("n", "mean_to_be_between", min_value=1.75, max_value=1.75))
    assert (mean.success, mean.observed) == (True, 1.75)


def test_what_is_observed_is_json() -> None:
    outcomes = judge(
        column("f", "mean_to_be_between", max_value=5),
        column("ts", "max_to_be_between", min_value="2022-01-01"),
        column("d", "max_to_be_between", min_value="2022-01-01"),
        column("i", "quantile_values_to_be_between", quantile_ranges={"quantiles": [0.5], "value_ranges": [[1, 2]]}),
        column("s", "distinct_values_to_contain_set", value_set=["a", "c"]),
    )
    assert [outcome.problem for outcome in outcomes] == [None] * 5
    assert [outcome.success for outcome in outcomes] == [False, True, False, True, False]
    assert outcomes[0].observed == "inf"
    assert outcomes[1].observed == "2022-01-01T00:00:00"
    assert outcomes[2].observed == "2021-01-01"
    assert outcomes[3].observed == {"quantiles": [0.5], "values": [2]}


def test_types_are_those_that_pandas_reads() -> None:
    outcomes = judge(
        column("i", "values_to_be_of_type", type_="float64"),
        column("j", "values_to_be_of_type", type_="int32"),
        column("s", "values_to_be_of_type", type_="str"),
        column("s", "values_to_be_of_type", type_="object"),
        column("j", "values_to_be_in_type_list", type_list=["str", "float64"]),
    )
    assert [outcome.success for outcome in outcomes] == [True, True, True, True, False]


def test_integers_wider_than_64_bits_are_exact() -> None:
    big = 2**127 - 1
    (outcome,) = judge(column("h", "values_to_be_in_set", value_set=[1]), query=f"SELECT {big}::HUGEINT h")
    assert outcome.values == (big,)


def test_values_that_pandas_does_not_have() -> None:
    query = "SELECT * FROM (VALUES ('infinity'::DATE, '29420-01-01'::TIMESTAMP, 1)) t(d, m, i)"
    about = [column("d", "values_to_not_be_null"), column("m", "values_to_not_be_in_set", value_set=["2020-01-01"])]
    about.append(column("i", "values_to_be_unique", row_condition="m.notnull()", condition_parser="pandas"))
    for kind, kwargs in about:
        assert "before the year 1 or after 9999" in problem(kind, kwargs, query=query)
    one, rows = judge(
        column("i", "values_to_be_unique"), ("expect_table_row_count_to_equal", {"value": 1}), query=query
    )
    assert (one.success, rows.success) == (True, True)


def test_no_rows() -> None:
    outcomes = judge(
        column("i", "values_to_not_be_null"),
        column("i", "min_to_be_between", min_value=0),
        ("expect_table_row_count_to_equal", {"value": 0}),
        query=f"{ROWS} WHERE false",
    )
    assert [outcome.success for outcome in outcomes] == [True, False, True]
    assert outcomes[0].element_count == 0


def test_two_equal_expectations_are_two() -> None:
    first, second = judge(column("j", "values_to_not_be_null"), column("j", "values_to_not_be_null"))
    assert first.success
    assert second.success


def test_problems_beside_others_leave_them_their_outcomes() -> None:
    bad, good = judge(column("s", "values_to_match_regex", regex="("), column("j", "values_to_not_be_null"))
    assert "regular expression" in (bad.problem or "")
    assert good.success


@pytest.mark.parametrize(
    ("type_", "kwargs", "message"),
    [
        ("expect_column_values_to_be_in_sett", {}, f'unknown expectation type "{SET}t"; did you mean "{SET}"?'),
        ("", {}, "unknown expectation type"),
        (SET, {"column": "jj", "value_set": [1]}, 'the column "jj" is not in the data'),
        ("expect_compound_columns_to_be_unique", {"column_list": ["i", "x"]}, 'the column "x" is not in the data'),
        (SET, {"column": "j"}, "value_set: field required"),
        (SET, {"column": "j", "value_set": [], "most": 1}, 'unknown argument "most"; did you mean "mostly"?'),
        (SET, {"column": "j", "value_set": [], "meta": {}}, 'unknown argument "meta"'),
        (SET, {"column": "j", "value_set": [], "severity": "info"}, 'unknown argument "severity"'),
        (SET, {"column": "j", "value_set": [], "mostly": 2}, "mostly"),
        (SET, {"column": "j", "value_set": [], "mostly": {}}, "Great Expectations raised an exception"),
        ("expect_column_mean_to_be_between", {"column": "s", "min_value": 1}, "Great Expectations raised an exception"),
        ("unexpected_rows_expectation", {"unexpected_rows_query": "SELECT 1"}, "Great Expectations raised"),
        (
            "expect_column_values_to_match_json_schema",
            {"column": "s", "json_schema": {"items": [{"$ref": "http://example.invalid/"}]}},
            "the JSON schema refers to",
        ),
    ],
)
def test_what_is_not_evaluated_is_a_problem(type_: str, kwargs: dict[str, Any], message: str) -> None:
    assert message in problem(type_, kwargs)


def test_a_column_that_does_not_exist_is_what_one_expectation_asks() -> None:
    (outcome,) = judge(column("nothing", "to_exist"))
    assert (outcome.success, outcome.problem) == (False, None)


@pytest.mark.parametrize(
    ("condition", "parser", "rows"),
    [
        ("i > 1", "pandas", (1, 3)),
        ("i > 1 and s == 'a'", "pandas", (3,)),
        ("`i` > 1 or s.str.contains('^a')", None, (0, 1, 3)),
        ("not b.isnull()", "pandas", (0, 3)),
        ('col("s") == "b"', "great_expectations", (1,)),
        ('col("i").notnull()', "great_expectations__experimental__", (0, 1, 3)),
        ({"type": "comparison", "column": {"name": "i"}, "operator": ">", "parameter": 1}, None, (1, 3)),
    ],
)
def test_conditions_on_rows_keep_positions_of_the_whole_table(condition: Any, parser: str | None, rows: Any) -> None:
    kwargs = {"value_set": ["z"], "row_condition": condition, **({"condition_parser": parser} if parser else {})}
    (outcome,) = judge(column("s", "values_to_be_in_set", **kwargs))
    assert (outcome.problem, outcome.rows) == (None, rows)


@pytest.mark.parametrize(
    "condition",
    [
        "@pd.io.common.os.system('true')",
        "i.to_csv('/nowhere/at/all')",
        "i.__class__",
        "__import__('os').system('true')",
        "`@x` > 1",
        "__pd_eval_local_x > 1",
        "i > 1 # `",
        "[x for x in (1, 2)]",
        "9 ** 9 ** 9 > i",
        "i = 1",
        "nothing > 1",
        "-" * 3000 + "i",
        "i > 1 or " * 1000,
        {"type": "pass_through", "pass_through_filter": "@pd.io"},
        {"type": "comparison", "column": {"name": "i` > 0 or `j"}, "operator": ">", "parameter": 1},
        5,
    ],
)
def test_conditions_that_are_more_than_a_question_are_refused(condition: Any) -> None:
    assert problem(SET, {"column": "s", "value_set": ["a", "b"], "row_condition": condition})


CUSTOM = """
import great_expectations.expectations as gxe

class ExpectColumnToBeThere(gxe.ExpectColumnToExist):
    pass

class ExpectTheEnd(gxe.ExpectColumnToExist):
    def _validate(self, *args, **kwargs):
        print("a noise")
        raise SystemExit(0)
"""


@pytest.fixture
def _clean_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    from great_expectations.expectations import registry

    monkeypatch.setattr(registry, "_registered_expectations", dict(registry._registered_expectations))


@pytest.mark.usefixtures("_clean_registry")
def test_custom_expectations_are_evaluated_and_cannot_end_the_process(capfd: pytest.CaptureFixture[str]) -> None:
    there, end, other = judge(
        ("expect_column_to_be_there", {"column": "j"}),
        ("expect_the_end", {"column": "j"}),
        column("j", "values_to_not_be_null"),
        custom=(CUSTOM,),
    )
    assert (there.success, other.success) == (True, True)
    assert end.problem == "it ended the process with 0"
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("_clean_registry")
@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise SystemExit(0)", "custom expectations in own.py: it ended the process with 0"),
        ("1 +", "custom expectations in own.py: SyntaxError"),
        (CUSTOM.replace("ExpectTheEnd", "ExpectColumnMeanToBeBetween"), "cannot redefine"),
    ],
)
def test_custom_files_that_do_not_load_leave_nothing_evaluated(source: str, message: str) -> None:
    assert message in problem("expect_column_to_exist", {"column": "j"}, custom=(source,))


def results_of(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    from great_expectations.datasource.fluent.interfaces import Batch

    validate = Batch.validate

    def changed(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = validate(self, *args, **kwargs)
        found.results = change(list(found.results))
        return found

    monkeypatch.setattr(Batch, "validate", changed)


def test_results_in_any_order_find_their_expectations(monkeypatch: pytest.MonkeyPatch) -> None:
    results_of(monkeypatch, lambda results: results[::-1])
    good, bad = judge(column("j", "values_to_not_be_null"), column("i", "values_to_not_be_null"))
    assert (good.success, bad.success) == (True, False)


@pytest.mark.parametrize("change", [lambda results: results[1:], lambda results: [results[0]] * len(results)])
def test_a_lost_result_is_no_success(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    results_of(monkeypatch, change)
    outcomes = judge(column("j", "values_to_not_be_null"), column("j", "min_to_be_between", min_value=0))
    assert not all(outcome.success for outcome in outcomes)
    assert all(outcome.problem for outcome in outcomes if not outcome.success)


def test_a_library_that_ends_the_process_when_imported_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    class Exits:
        def find_spec(self, name: str, *_: object) -> None:
            if name.startswith("great_expectations"):
                raise SystemExit(0)

    for name in [name for name in sys.modules if name.partition(".")[0] == "great_expectations"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Exits(), *sys.meta_path])
    assert "cannot be imported: it ended the process with 0" in problem("expect_column_to_exist", {"column": "j"})
