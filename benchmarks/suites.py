"""What a suite costs: `gate suite run` beside one DuckDB query written by hand, and beside Great Expectations.

Prints Markdown tables; docs/performance.md holds them as they came. Whole processes, started from the command line.
`--rows 20000000` is for what large files take; Great Expectations, which has all rows in memory, is left out there.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import gate
from benchmarks.measure import Cost, Pair, paired

GATE = str(Path(sys.executable).with_name("gate"))
ROWS = 1_000_000
"""Rows that are drawn; a larger file has the same ones again and again, but for their numbers."""
SEED = 20
PAIRS = 5
SLOW_PAIRS = 3
COUNTRIES = ("AT", "CZ", "DE", "DK", "FR", "IT", "NL", "PL")
STATES = ("new", "open", "held", "closed")
QUERY = """
import sys
import duckdb
path = sys.argv[1]
reader = 'read_parquet' if path.endswith('parquet') else 'read_csv'
found = duckdb.execute('''
    SELECT count(*), count(DISTINCT id), count(*) - count(id), count(*) - count(country), count(*) - count(state),
        count(*) - count(n0), count_if(country NOT IN {countries}), count_if(state NOT IN {states}),
        count_if(NOT regexp_matches(code, '^[A-Z][0-9]{6}$')), count_if(length(code) <> 7),
        count_if(NOT n0 BETWEEN 0 AND 999), count_if(NOT n1 BETWEEN 0 AND 999), count_if(NOT n2 BETWEEN 0 AND 999),
        count_if(NOT x0 BETWEEN -50 AND 50), count_if(NOT x1 BETWEEN -50 AND 50),
        avg(x2), avg(x3), min(n3), max(n4), stddev_samp(x4)
    FROM ''' + f"{reader}('{path}')").fetchone()
rows, different, *counts = found
assert rows == different == int(sys.argv[2]) and not any(counts[:13])
assert -1 <= counts[13] <= 1 and -1 <= counts[14] <= 1 and counts[15] >= 0 and counts[16] <= 999
assert 9 <= counts[17] <= 11
""".replace("{countries}", repr(COUNTRIES)).replace("{states}", repr(STATES))
"""The same questions in one pass, by somebody who knows the data."""


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help=f"a multiple of {ROWS}")
    rows = parser.parse_args().rows
    compileall.compile_dir(Path(gate.__file__).parent, quiet=1)  # as it is where a package was installed
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, {rows:,} rows\n")
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as temporary:
        root = Path(temporary)
        write_data(root, rows // ROWS)
        (root / "suite.json").write_text(json.dumps({"name": "orders", "expectations": expectations(rows)}))
        print("| data | beside | ours | theirs | wall ratio | CPU ratio | our memory | theirs |")
        print("|---|---|---|---|---|---|---|---|")
        for name in ("orders.csv", "orders.parquet"):
            measure(root, name, rows)


def measure(root: Path, name: str, rows: int) -> None:
    """One file: beside the query, then beside the reference engine."""
    size = (root / name).stat().st_size / 1024 / 1024
    what = f"{name.partition('.')[2]}, {size:.0f} MiB"
    ours = [GATE, "suite", "run", "suite.json", name]
    checked(root, [*ours, "--report", "json=ours.json"], {"duckdb": 20})
    query = [sys.executable, "-c", QUERY, name, str(rows)]
    subprocess.run(query, cwd=root, check=True)
    show(what, "one query by hand", paired(ours, query, str(root), PAIRS if rows == ROWS else 1))
    if rows > ROWS:
        return
    theirs = [*ours, "--engine-suites", "reference"]
    checked(root, [*theirs, "--report", "json=ours.json"], {"reference": 20})
    show(what, "`--engine-suites reference`", paired(ours, theirs, str(root), SLOW_PAIRS))


def checked(root: Path, command: list[str], engines: dict[str, int]) -> None:
    """All expectations hold, and were evaluated by the engine that is to be measured."""
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    facts = json.loads((root / "ours.json").read_text())["artifacts"][0]["facts"]["suites"]
    assert (facts["engines"], facts["successful"]) == (engines, 20), facts


def show(what: str, beside: str, pair: Pair) -> None:
    """One row of the table."""
    cells = [what, beside, seconds(pair.ours), seconds(pair.theirs), f"{pair.wall_ratio:.2f}", f"{pair.cpu_ratio:.2f}"]
    print(f"| {' | '.join(cells)} | {pair.ours.memory:.0f} MiB | {pair.theirs.memory:.0f} MiB |", flush=True)


def seconds(cost: Cost) -> str:
    """Wall time, and the time of all processors."""
    return f"{cost.wall:.2f} s ({cost.cpu:.2f} s CPU)"


def expectations(rows: int) -> list[dict[str, object]]:
    """Twenty, all of which hold."""
    values = "expect_column_values_to"
    return [
        one("expect_table_row_count_to_equal", value=rows),
        one(f"{values}_be_unique", column="id"),
        *(one(f"{values}_not_be_null", column=name) for name in ("id", "country", "state", "n0")),
        one(f"{values}_be_in_set", column="country", value_set=list(COUNTRIES)),
        one(f"{values}_be_in_set", column="state", value_set=list(STATES)),
        one(f"{values}_match_regex", column="code", regex="^[A-Z][0-9]{6}$"),
        one("expect_column_value_lengths_to_equal", column="code", value=7),
        *(one(f"{values}_be_between", column=f"n{i}", min_value=0, max_value=999) for i in range(3)),
        *(one(f"{values}_be_between", column=f"x{i}", min_value=-50, max_value=50) for i in range(2)),
        *(one("expect_column_mean_to_be_between", column=f"x{i}", min_value=-1, max_value=1) for i in (2, 3)),
        one("expect_column_min_to_be_between", column="n3", min_value=0),
        one("expect_column_max_to_be_between", column="n4", max_value=999),
        one("expect_column_stdev_to_be_between", column="x4", min_value=9, max_value=11),
    ]


def one(kind: str, **kwargs: object) -> dict[str, object]:
    """One expectation."""
    return {"type": kind, "kwargs": kwargs}


def write_data(root: Path, times: int) -> None:
    """The same rows as CSV and as Parquet: 20 columns of numbers, words, codes and days."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv, parquet

    random = np.random.default_rng(SEED)
    columns: dict[str, object] = {"id": np.arange(ROWS)}
    columns |= {f"n{i}": random.integers(0, 1000, ROWS) for i in range(7)}
    columns |= {f"x{i}": np.clip(random.normal(0, 10, ROWS), -50, 50).round(4) for i in range(7)}
    columns["country"] = np.array(COUNTRIES)[random.integers(0, len(COUNTRIES), ROWS)]
    columns["state"] = np.array(STATES)[random.integers(0, len(STATES), ROWS)]
    letters = random.integers(0, 26, ROWS)
    columns["code"] = [f"{chr(65 + letter)}{i:06}" for i, letter in enumerate(letters)]
    columns["paid"] = random.integers(0, 2, ROWS).astype(bool)
    columns["day"] = np.datetime64("2020-01-01") + random.integers(0, 2000, ROWS)
    table = pa.table(columns)
    assert table.num_columns == 20
    schema = table.schema
    with (
        parquet.ParquetWriter(root / "orders.parquet", schema) as packed,
        csv.CSVWriter(root / "orders.csv", schema, write_options=csv.WriteOptions(quoting_style="needed")) as text,
    ):
        for n in range(times):
            numbered = table.set_column(0, schema.field(0), pa.array(np.arange(n * ROWS, (n + 1) * ROWS)))
            packed.write_table(numbered)
            text.write_table(numbered)


if __name__ == "__main__":
    main()
