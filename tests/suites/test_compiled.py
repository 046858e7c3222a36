"""The compiled engine: on tables made by hand, and beside the reference on tables made at random."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

duckdb = pytest.importorskip("duckdb")

from gate.data.interface import Table  # noqa: E402
from gate.suites.compiled import TYPES, evaluate  # noqa: E402
from gate.suites.interface import Expectation, Outcome  # noqa: E402


@pytest.fixture
def connection() -> Iterator[Any]:
    with duckdb.connect(":memory:") as made:
        yield made


def table(connection: Any, columns: str, *rows: tuple[Any, ...], name: str = "data") -> Table:
    """A view over a table with these columns and rows."""
    connection.execute(f"CREATE TABLE kept ({columns})")
    if rows:
        connection.executemany(f"INSERT INTO kept VALUES ({', '.join('?' * len(rows[0]))})", rows)
    quoted = '"' + name.replace('"', '""') + '"'
    connection.execute(f"CREATE VIEW {quoted} AS SELECT * FROM kept")
    described = connection.execute(f"DESCRIBE {quoted}").fetchall()
    return Table(connection, name, tuple((row[0], row[1]) for row in described), ())


def asked(kind: str, position: int = 0, **kwargs: Any) -> Expectation:
    return Expectation(position, kind if kind.startswith("expect_") else f"expect_column_{kind}", kwargs)


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
        ("values_to_be_between", {"min_value": 2**60}),
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


# Beside the reference


COLUMNS = (
    "i INTEGER, j BIGINT, x DOUBLE, y DOUBLE, s VARCHAR, t VARCHAR, b BOOLEAN, f FLOAT, m TIMESTAMP, d DATE, "
    "e INTEGER, k TINYINT"
)
WORDS = ["", "a", "b", "ab", "AB", "é", "1", "10", "a b", "zz", "a\n"]


def _cell(draw: random.Random, kind: str, sparse: float) -> Any:
    if draw.random() < sparse:
        return None
    if kind in "ije":
        return draw.choice([-2, 0, 1, 2, 3, 1000])
    if kind in "xy":
        return draw.choice([-1.5, 0.0, -0.0, 0.1, 1.0, 2.0, 2.5, 1e9, float("nan"), float("inf")])
    if kind == "k":
        return draw.choice([-128, -1, 0, 2, 127])
    if kind == "f":
        return draw.choice([-1.5, 0.0, 1.0, 2.5])
    if kind == "b":
        return draw.random() < 0.5
    if kind in "md":
        return f"2024-01-0{draw.randint(1, 3)}"
    return draw.choice(WORDS)


def _rows(draw: random.Random) -> list[tuple[Any, ...]]:
    sparse = {kind: draw.choice([0, 0, 0.2, 1 if draw.random() < 0.2 else 0.1]) for kind in "ijxystbfmdk"} | {"e": 0}
    return [
        tuple(_cell(draw, kind, sparse[kind]) for kind in "ijxystbfmdek") for _ in range(draw.choice([0, 1, 2, 7, 25]))
    ]


def _bounds(draw: random.Random, whole: bool = False) -> dict[str, Any]:
    low, high = sorted(
        draw.choice([-2, 0, 1, 2, 3, 5] if whole else [-2, -1.5, 0, 0.1, 0.5, 1, 2, 2.5, 30]) for _ in "ab"
    )
    made: dict[str, Any] = draw.choice([{"min_value": low}, {"max_value": high}, {"min_value": low, "max_value": high}])
    return made | draw.choice([{}, {"strict_min": True}, {"strict_max": True}])


CONDITIONS: list[dict[str, Any]] = [
    {"row_condition": "i > 0", "condition_parser": "pandas"},
    {"row_condition": 's == "a" or (x <= 1) & (e != 2)', "condition_parser": "pandas"},
    {"row_condition": "e in [0, 1, 1000] and x.notnull()", "condition_parser": "pandas"},
    {"row_condition": 'col("j") >= 1', "condition_parser": "great_expectations"},
    {"row_condition": "k != 2 or s.isnull()", "condition_parser": "pandas"},
    {"row_condition": "x > 0", "condition_parser": "pandas"},
    {"row_condition": 'col("s") == "a"', "condition_parser": "great_expectations"},
    {"row_condition": 'col("x").notNull()', "condition_parser": "great_expectations"},
    {"row_condition": {"type": "comparison", "column": {"name": "e"}, "operator": "<", "parameter": 3}},
    {
        "row_condition": {
            "type": "and",
            "conditions": [
                {"type": "nullity", "column": {"name": "s"}, "is_null": False},
                {"type": "comparison", "column": {"name": "s"}, "operator": "NOT_IN", "parameter": ["a", "zz"]},
            ],
        }
    },
]


def _kwargs(draw: random.Random, kind: str) -> dict[str, Any]:  # noqa: C901 - a table of what each type takes
    number, text = draw.choice("ijxyfek"), draw.choice("st")
    some = draw.choice(
        [("i", [0, 1, 2.0]), ("x", [0, 1, 2.5]), ("s", ["a", "b", ""]), ("b", [True]), ("f", [0, 1.0, 2.5])]
    )
    if "z_scores" in kind:
        return {"column": number, "threshold": draw.choice([0.5, 1, 2]), "double_sided": draw.random() < 0.5}
    if "increasing" in kind or "decreasing" in kind:
        return {"column": number, **draw.choice([{}, {"strictly": True}])}
    if "lengths_to_equal" in kind:
        return {"column": text, "value": draw.choice([0, 1, 2])}
    if "lengths" in kind:
        return {"column": text, **_bounds(draw, whole=True)}
    if "regex_list" in kind:
        return {"column": text, "regex_list": draw.choice([["a"], ["^a", "b$"], [r"\d", "z"]])}
    if "regex" in kind:
        return {
            "column": text,
            "regex": draw.choice(["a", "^a", "b$", r"\d", r"^\w+$", ".", "(?i)ab", "[^a]", "é|z{2}"]),
        }
    if "pair_values_to_be_in_set" in kind:
        return {"column_A": "i", "column_B": "s", "value_pairs_set": [[1, "a"], [0, "b"], [None, "a"], [2, None]]}
    if "pair" in kind:
        first, second = draw.choice([("i", "j"), ("x", "y"), ("s", "t"), ("i", "x"), ("e", "x")])
        return {"column_A": first, "column_B": second} | draw.choice(
            [{}, {"ignore_row_if": "either_value_is_missing"}, {"ignore_row_if": "neither"}]
        )
    if "multicolumn_sum" in kind:
        return {
            "column_list": draw.choice([["i", "e"], ["i", "j", "e"], ["x", "y"]]),
            "sum_total": draw.choice([1, 3, 2.5]),
        }
    if "compound" in kind or "select" in kind or "multicolumn_values" in kind:
        return {"column_list": draw.choice([["i", "j"], ["s", "t"], ["x", "y"], ["i", "x", "e"]])} | draw.choice(
            [{}, {"ignore_row_if": "any_value_is_missing"}, {"ignore_row_if": "never"}]
        )
    if "quantile" in kind:
        ranges = {"quantiles": [0.05, 0.3, 0.5, 0.95], "value_ranges": [[-2, 1], [None, 2], [0, None], [1, 2000]]}
        ways = ["linear", "lower", "higher", "midpoint", "nearest", False]
        return {"column": draw.choice("ijkexy"), "quantile_ranges": ranges, "allow_relative_error": draw.choice(ways)}
    if "set" in kind:
        return {"column": some[0], "value_set": some[1]}
    if "unique_value_count" in kind:
        return {"column": draw.choice("isxbmdkf"), **_bounds(draw, whole=True)}
    if "proportion" in kind:
        return {"column": draw.choice("isxbmdkf"), "min_value": draw.choice([0, 0.3, 0.5]), "max_value": 1}
    if "values_to_be_between" in kind or kind.split("_")[2] in ("min", "max", "mean", "median", "sum", "stdev"):
        return {"column": draw.choice("ijxyfek"), **_bounds(draw)}
    return {"column": draw.choice("ixsbmdkf")}


def _suite(draw: random.Random) -> list[Expectation]:
    made: list[Expectation] = []
    for kind in sorted(TYPES):
        if "_table_" in kind or "to_exist" in kind:
            continue
        kwargs = _kwargs(draw, kind)
        if ("values_" in kind or "lengths" in kind) and "column" in kwargs and "value_set" not in kwargs | {"r": 1}:
            kwargs |= draw.choice([{}, {"mostly": 0.5}]) if "distinct" not in kind and "prop" not in kind else {}
            kwargs.pop("mostly", None) if "quantile" in kind else None
        if draw.random() < 0.3 and "quantile" not in kind:
            kwargs |= draw.choice(CONDITIONS)
        made.append(Expectation(len(made), kind, kwargs))
    made += [
        asked("expect_table_row_count_to_be_between", len(made), min_value=2, **draw.choice(CONDITIONS)),
        asked("expect_table_row_count_to_equal", len(made) + 1, value=7),
        asked("expect_table_column_count_to_be_between", len(made) + 2, min_value=1, max_value=draw.choice([3, 12])),
        asked("expect_table_column_count_to_equal", len(made) + 3, value=draw.choice([3, 12])),
        asked(
            "expect_table_columns_to_match_set", len(made) + 4, column_set=["i", "j"], exact_match=draw.random() < 0.5
        ),
        asked(
            "expect_table_columns_to_match_ordered_list",
            len(made) + 5,
            column_list=draw.choice([list("ijxystbfmdek"), ["i"]]),
        ),
        asked("to_exist", len(made) + 6, column=draw.choice("iz"), column_index=draw.choice([None, 0, 1, -11, 40])),
    ]
    return made


def _told(outcome: Outcome) -> tuple[Any, ...]:
    return (
        outcome.success,
        outcome.element_count,
        outcome.missing_count,
        outcome.unexpected_count,
        outcome.rows if not outcome.success else (),
    )


def _compared(made: Table, suite: Sequence[Expectation]) -> int:
    """Both engines tell the same; answers how many expectations the compiled engine took."""
    from gate.suites.reference import evaluate as reference

    compiled = evaluate(made, suite)
    expected = reference(made, suite)
    different = {
        (suite[position].type, str(suite[position].kwargs)): (
            _told(outcome),
            _told(expected[position]),
            expected[position].problem,
        )
        for position, outcome in compiled.items()
        if _told(outcome) != _told(expected[position])
    }
    assert different == {}
    return len(compiled)


@pytest.mark.parametrize("seed", range(12))
def test_both_engines_tell_the_same(connection: Any, seed: int) -> None:
    pytest.importorskip("great_expectations")
    draw = random.Random(seed)
    made = table(connection, COLUMNS, *_rows(draw))
    assert _compared(made, _suite(draw)) > 20
