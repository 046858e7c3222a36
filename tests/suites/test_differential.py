"""The compiled engine beside the reference, on tables and suites made at random."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

pytest.importorskip("duckdb")

from gate.data.interface import Table
from gate.suites.compiled import TYPES, evaluate
from gate.suites.interface import Expectation, Outcome
from gate.suites.telling import judged_nothing
from tests.suites.tables import asked, table

COLUMNS = (
    "i INTEGER, j BIGINT, x DOUBLE, y DOUBLE, s VARCHAR, t VARCHAR, b BOOLEAN, f FLOAT, m TIMESTAMP, d DATE, "
    "e INTEGER, k TINYINT, w BIGINT"
)
WORDS = ["", "a", "b", "ab", "AB", "é", "1", "10", "a b", "zz", "a\n"]


def _cell(draw: random.Random, kind: str, sparse: float) -> Any:
    if draw.random() < sparse:
        return None
    if kind in "ije":
        return draw.choice([-2, 0, 1, 2, 3, 1000])
    if kind in "xy":
        return draw.choice([-1.5, 0.0, -0.0, 0.1, 1.0, 2.0, 2.5, 1e9, float("nan"), float("inf")])
    if kind == "w":
        return draw.choice([-(2**63), 1, 2**53, 2**53 + 1, 2**63 - 1])
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
    sparse = {kind: draw.choice([0, 0, 0.2, 1 if draw.random() < 0.2 else 0.1]) for kind in "ijxystbfmdkw"} | {"e": 0}
    return [
        tuple(_cell(draw, kind, sparse[kind]) for kind in "ijxystbfmdekw") for _ in range(draw.choice([0, 1, 2, 7, 25]))
    ]


def _bounds(draw: random.Random, whole: bool = False) -> dict[str, Any]:
    low, high = sorted(
        draw.choice([-2, 0, 1, 2, 3, 5] if whole else [-2, -1.5, 0, 0.1, 0.5, 1, 2, 2.5, 30]) for _ in "ab"
    )
    made: dict[str, Any] = draw.choice([{"min_value": low}, {"max_value": high}, {"min_value": low, "max_value": high}])
    return made | draw.choice([{}, {"strict_min": True}, {"strict_max": True}])


CONDITIONS: list[dict[str, Any]] = [
    {"row_condition": "i > 0", "condition_parser": "pandas"},
    {"row_condition": "i > 5000", "condition_parser": "pandas"},
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


PATTERNS = [
    "a",
    "^a",
    "b$",
    r"\d",
    r"^\w+$",
    ".",
    "(?i)ab",
    "[^a]",
    "é|z{2}",
    "^z{,2}$",
    r"a\Z",
    "(?=a)",
    r"\bé\b",
    r"a\s",
]
"""Also what other languages read otherwise: in RE2 `{,2}` is text, and `$` is not before the last line end."""


def _kwargs(draw: random.Random, kind: str) -> dict[str, Any]:  # noqa: C901 - a table of what each type takes
    number, text = draw.choice("ijxyfek"), draw.choice("st")
    some = draw.choice(
        [
            ("i", [0, 1, 2.0]),
            ("x", [0, 1, 2.5]),
            ("s", ["a", "b", ""]),
            ("b", [True]),
            ("f", [0, 1.0, 2.5]),
            ("w", [1, 2**53 + 1]),
        ]
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
            "regex": draw.choice(PATTERNS),
        }
    if "pair_values_to_be_in_set" in kind:
        return {"column_A": "i", "column_B": "s", "value_pairs_set": [[1, "a"], [0, "b"], [None, "a"], [2, None]]}
    if "pair" in kind:
        first, second = draw.choice(
            [("i", "j"), ("x", "y"), ("s", "t"), ("i", "x"), ("e", "x"), ("w", "x"), ("w", "j")]
        )
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
        return {"column": draw.choice("isxbmdkfw"), **_bounds(draw, whole=True)}
    if "proportion" in kind:
        return {"column": draw.choice("isxbmdkf"), "min_value": draw.choice([0, 0.3, 0.5]), "max_value": 1}
    if "values_to_be_between" in kind or kind.split("_")[2] in ("min", "max", "mean", "median", "sum", "stdev"):
        name = draw.choice("ijxyfekw")
        return {"column": name, **(_bounds(draw) if name != "w" else {"max_value": draw.choice([5, 2**53, 2**63])})}
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
        asked("expect_table_column_count_to_be_between", len(made) + 2, min_value=1, max_value=draw.choice([3, 13])),
        asked("expect_table_column_count_to_equal", len(made) + 3, value=draw.choice([3, 13])),
        asked(
            "expect_table_columns_to_match_set", len(made) + 4, column_set=["i", "j"], exact_match=draw.random() < 0.5
        ),
        asked(
            "expect_table_columns_to_match_ordered_list",
            len(made) + 5,
            column_list=draw.choice([list("ijxystbfmdekw"), ["i"]]),
        ),
        asked("to_exist", len(made) + 6, column=draw.choice("iz"), column_index=draw.choice([None, 0, 1, -11, 40])),
    ]
    return made


def _told(kind: str, outcome: Outcome) -> tuple[Any, ...]:
    return (
        outcome.success,
        outcome.element_count,
        outcome.missing_count,
        outcome.unexpected_count,
        outcome.rows if not outcome.success else (),
        judged_nothing(asked(kind), outcome),
    )


def _compared(made: Table, suite: Sequence[Expectation]) -> int:
    """Both engines tell the same; answers how many expectations the compiled engine took."""
    from gate.suites.reference import evaluate as reference

    compiled = evaluate(made, suite)
    expected = reference(made, suite)
    different = {
        (suite[position].type, str(suite[position].kwargs)): (
            _told(suite[position].type, outcome),
            _told(suite[position].type, expected[position]),
            expected[position].problem,
        )
        for position, outcome in compiled.items()
        if _told(suite[position].type, outcome) != _told(suite[position].type, expected[position])
    }
    assert different == {}
    return len(compiled)


@pytest.mark.parametrize("seed", range(12))
def test_both_engines_tell_the_same(connection: Any, seed: int) -> None:
    pytest.importorskip("great_expectations")
    draw = random.Random(seed)
    made = table(connection, COLUMNS, *_rows(draw))
    assert _compared(made, _suite(draw)) > 20
