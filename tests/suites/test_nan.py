"""NaN is a missing value in every format, whatever the statistics of a file say about it."""

from __future__ import annotations

import io
import json
import math

import pytest

from tests.support import Repo

pytest.importorskip("duckdb")

import pyarrow as pa
from pyarrow import feather, parquet

VALUES = [float(n) for n in range(50)] + [math.nan] + [float(n) for n in range(9)]
SUITE = {
    "name": "s",
    "expectations": [
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "x"}},
        {"type": "expect_column_values_to_be_between", "kwargs": {"column": "x", "min_value": 0, "max_value": 100}},
        {"type": "expect_column_max_to_be_between", "kwargs": {"column": "x", "min_value": 49, "max_value": 49}},
    ],
}


def _file(form: str) -> bytes:
    table = pa.table({"x": pa.array(VALUES, type=pa.float64(), from_pandas=False)})
    buffer = io.BytesIO()
    if form == "parquet":
        parquet.write_table(table, buffer)
    else:
        feather.write_feather(table, buffer, compression="uncompressed")
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["parquet", "arrow"])
@pytest.mark.parametrize("engine", ["auto", "reference"])
def test_a_row_without_a_number_is_found(repo: Repo, form: str, engine: str) -> None:
    repo.write(f"x.{form}", _file(form))
    repo.write("s.json", json.dumps(SUITE))
    result = repo.gate("suite", "run", "s.json", f"x.{form}", "--engine-suites", engine)
    assert result.code == 1, result.out + result.err
    assert "2 of 3 expectations hold" in result.out
    assert "1 of 60 values" in result.out
