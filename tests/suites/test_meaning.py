"""Where the two engines could mean different things, or one of them something that nobody meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

duckdb = pytest.importorskip("duckdb")
pytest.importorskip("great_expectations")

from gate.data.interface import Table  # noqa: E402
from gate.suites import compiled, reference  # noqa: E402
from gate.suites.interface import Expectation, Outcome  # noqa: E402

NOT_IN_SET = "expect_column_values_to_not_be_in_set"
MATCH = "expect_column_values_to_match_regex"
WIDE = "SELECT * FROM (VALUES (9223372036854775807), (5)) t(i)"


@pytest.fixture
def connection() -> Iterator[Any]:
    with duckdb.connect(":memory:") as made:
        yield made


def table(connection: Any, query: str) -> Table:
    connection.execute(f"CREATE VIEW data AS {query}")
    described = connection.execute("DESCRIBE data").fetchall()
    return Table(connection, "data", tuple((row[0], row[1]) for row in described), ())


def both(connection: Any, query: str, kind: str, **kwargs: Any) -> tuple[Outcome | None, Outcome]:
    """What the compiled engine says, if anything, and what the reference says."""
    made, asked = table(connection, query), [Expectation(0, kind, kwargs)]
    return compiled.evaluate(made, asked).get(0), reference.evaluate(made, asked)[0]


@pytest.mark.parametrize(
    ("bound", "success"), [(2**63 - 1, True), (2**63 - 2, False), (2**62, False), (2**63, True), (2**64 + 1, True)]
)
@pytest.mark.parametrize("kind", ["expect_column_values_to_be_between", "expect_column_max_to_be_between"])
def test_whole_numbers_are_compared_with_the_bound_that_is_written(
    connection: Any, kind: str, bound: int, success: bool
) -> None:
    fast, slow = both(connection, WIDE, kind, column="i", max_value=bound)
    assert fast is not None
    assert fast.success is success
    if float(bound) == bound:
        assert (slow.success, slow.problem) == (success, None)
    else:  # a double does not hold it, and the library has nothing else
        assert f"instead of {bound}" in (slow.problem or "")


def test_a_whole_number_is_not_equal_to_the_fraction_that_it_rounds_to(connection: Any) -> None:
    query = "SELECT 9007199254740993::BIGINT AS i, 9007199254740992::DOUBLE AS x"
    found = both(connection, query, "expect_column_pair_values_to_be_equal", column_A="i", column_B="x")
    assert [outcome.success for outcome in found if outcome] == [False]


@pytest.mark.parametrize(
    ("column", "members"),
    [("s", [1, 2]), ("s", ["a", 1]), ("i", ["1"]), ("i", ["NA"]), ("b", ["true"]), ("d", ["1 January 2020"])],
)
def test_a_set_that_excludes_nothing_is_not_evaluated(connection: Any, column: str, members: list[Any]) -> None:
    query = "SELECT '1' AS s, 1 AS i, true AS b, DATE '2020-01-01' AS d"
    fast, slow = both(connection, query, NOT_IN_SET, column=column, value_set=members)
    assert fast is None
    assert f'the column "{column}" holds' in (slow.problem or "")


@pytest.mark.parametrize(
    ("column", "members"),
    [("s", ["1", None]), ("i", ["NA", 1.0]), ("b", [1]), ("d", ["2020-01-01"]), ("t", ["2020-01-01"])],
)
def test_a_set_that_the_column_can_hold_excludes_its_members(connection: Any, column: str, members: list[Any]) -> None:
    query = "SELECT '1' AS s, 1 AS i, true AS b, DATE '2020-01-01' AS d, TIMESTAMP '2020-01-01' AS t"
    for outcome in both(connection, query, NOT_IN_SET, column=column, value_set=members):
        assert outcome is None or (outcome.success, outcome.problem, outcome.rows) == (False, None, (0,))


@pytest.mark.parametrize(
    ("regex", "text"),
    [
        ("^a{,2}$", "aa"),
        (r"\d", "٣"),
        (r"^\w$", "é"),
        ("(?i)k", "\u212a"),
        (r"\bé\b", "é"),
        ("a$", "a\n"),
        (r"a\sb", "a\x0bb"),
        ("(?=a)", "a"),
        (r"(a)\1", "aa"),
        ("(?#c)a", "a"),
        ("(?:a{2}){2}", "aaaa"),
    ],
)
def test_a_regular_expression_is_one_of_python(connection: Any, regex: str, text: str) -> None:
    """pandas 3 searches in Arrow with RE2, for which some of these are errors or mean something else."""
    quoted = text.replace("'", "''")
    for outcome in both(connection, f"SELECT '{quoted}' AS s", MATCH, column="s", regex=regex):
        assert outcome is None or (outcome.success, outcome.problem) == (True, None)


@pytest.mark.parametrize("regex", ["[[:alpha:]]", "[a&&b]", r"\pL", r"\Qa\E", "(", "(" * 5000])
@pytest.mark.parametrize("kind", [MATCH, "expect_column_values_to_not_match_regex"])
def test_a_regular_expression_that_python_does_not_read_for_certain_is_not_evaluated(
    connection: Any, kind: str, regex: str
) -> None:
    fast, slow = both(connection, "SELECT 'a' AS s", kind, column="s", regex=regex)
    assert fast is None
    assert "Python cannot read the regular expression" in (slow.problem or "")


@pytest.mark.parametrize("condition", ['s == "z"', 's.str.startswith("z")'])
def test_different_values_of_no_row_are_an_empty_list(connection: Any, condition: str) -> None:
    kwargs = {"column": "i", "value_set": [1], "row_condition": condition, "condition_parser": "pandas"}
    found = both(connection, "SELECT 1 AS i, 'a' AS s", "expect_column_distinct_values_to_be_in_set", **kwargs)
    assert {str(outcome.observed) for outcome in found if outcome} == {"[]"}
