"""All rows are judged, by numbers that do not wrap around."""

from __future__ import annotations

import io
import json

import pytest

from tests.support import Repo

pytest.importorskip("duckdb")

import pyarrow as pa
from pyarrow import parquet

GOOD, EVIL = "id,label\n1,cat\n", "id,label\n3,EVIL\n"
LABELS = {
    "name": "s",
    "expectations": [
        {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "label", "value_set": ["cat"]}},
    ],
}


@pytest.mark.parametrize("name", [".b.csv", "part-1", "b.txt", "b.dat", "_b.data", "b.csv.bak", "b", "metadata.json"])
def test_a_file_whose_rows_would_not_be_judged(repo: Repo, name: str) -> None:
    repo.write("d/a.csv", GOOD)
    repo.write(f"d/{name}", EVIL)
    repo.write("s.json", json.dumps(LABELS))
    result = repo.gate("suite", "run", "s.json", "d")
    assert result.code == 1, result.out
    assert "suites/not-evaluated" in result.out or "suites/failed" in result.out


def test_what_people_write_about_a_dataset_is_no_row_of_it(repo: Repo) -> None:
    repo.write("d/a.csv", GOOD)
    for name in ("README.md", "LICENSE", ".gitattributes", "dataset_info.json"):
        repo.write(f"d/{name}", "{}")
    repo.write("s.json", json.dumps(LABELS))
    result = repo.gate("suite", "run", "s.json", "d")
    assert result.code == 0, result.out


def test_a_declared_format_hides_no_other(repo: Repo) -> None:
    repo.write("d/a.csv", GOOD)
    repo.write("d/b.jsonl", '{"id": 3, "label": "EVIL"}\n')
    repo.write("s.json", json.dumps(LABELS))
    assert repo.gate("add", "d", "--name", "d", "--version", "1").code == 0
    repo.edit("dbom.yaml", "    path: d\n", "    path: d\n    suite: s.json\n    data: {format: csv}\n")
    assert "suites/not-evaluated" in {finding.rule for finding in repo.findings("--only", "suites")}


@pytest.mark.parametrize("engine", ["auto", "reference"])
@pytest.mark.parametrize(
    ("values", "kind", "expectation"),
    [
        ([900, 5, 700, 1], pa.uint32(), {"type": "expect_column_values_to_be_increasing", "kwargs": {"column": "x"}}),
        (
            [1 << 62] * 4,
            pa.int64(),
            {"type": "expect_column_sum_to_be_between", "kwargs": {"column": "x", "min_value": 0, "max_value": 10}},
        ),
    ],
)
def test_numbers_do_not_wrap_around(
    repo: Repo, engine: str, values: list[int], kind: pa.DataType, expectation: dict[str, object]
) -> None:
    buffer = io.BytesIO()
    parquet.write_table(pa.table({"x": pa.array(values, kind)}), buffer)
    repo.write("x.parquet", buffer.getvalue())
    repo.write("s.json", json.dumps({"name": "s", "expectations": [expectation]}))
    result = repo.gate("suite", "run", "s.json", "x.parquet", "--engine-suites", engine)
    assert result.code == 1, result.out


def test_what_the_compiler_leaves_sees_columns_that_it_does_not_read(repo: Repo) -> None:
    pytest.importorskip("great_expectations")
    repo.write("x.csv", "a,b\nx,1\nyy,2\n")
    ordered = {"type": "expect_table_columns_to_match_ordered_list", "kwargs": {"column_list": ["a", "b"]}}
    looking = {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "a", "regex": "^(?=x|y).+"}}
    condition = {"column": "a", "row_condition": 'col("b") == 2', "condition_parser": "great_expectations", "value": 2}
    limited = {"type": "expect_column_value_lengths_to_equal", "kwargs": condition}
    report = ("--report", "json=out.json", "--report", "text")
    for expectations, engines in (
        ([ordered, looking], {"duckdb": 1, "reference": 1}),
        ([limited], {"duckdb": 1}),
    ):
        repo.write("s.json", json.dumps({"name": "s", "expectations": expectations}))
        result = repo.gate("suite", "run", "s.json", "x.csv", *report)
        facts = json.loads((repo.root / "out.json").read_text())["artifacts"][0]["facts"]["suites"]
        assert (result.code, facts.get("engines")) == (0, engines), result.out
