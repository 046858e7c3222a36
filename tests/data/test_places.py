"""Rows back to their files and lines, and large files in little memory."""

from __future__ import annotations

import csv
import gzip
import io
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("duckdb")

import pyarrow as pa
from pyarrow import parquet

from gate.data.interface import Place
from gate.data.places import places
from tests.data.support import opened, rows, write


def test_quoted_newlines_empty_lines_and_shards(tmp_path: Path) -> None:
    write(tmp_path, {"1.csv": 'a,b\n1,"x\n\ny"\n\n2,z\n', "2.csv": 'a,b\n3,"u\nv"\n4,w\n'})
    with opened(tmp_path) as table:
        assert [row[0] for row in rows(table)] == [1, 2, 3, 4]
        assert places(table, [3, 0, 1, 2, 1]) == [
            Place("2.csv", 1, 4),
            Place("1.csv", 0, 2),
            Place("1.csv", 1, 6),
            Place("2.csv", 0, 2),
            Place("1.csv", 1, 6),
        ]
        assert places(table, []) == []
        with pytest.raises(IndexError):
            places(table, [4])
        with pytest.raises(IndexError):
            places(table, [-1])


def test_the_line_is_that_of_the_value(tmp_path: Path) -> None:
    """Against what was written: whatever the values hold, the line found begins with the row's number."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["n", "text", "more"])
    texts = ["plain", 'with "quotes"', "two\nlines", "a,b", "", "\n\n", "é\r\nx"]
    for n in range(500):
        writer.writerow([n, texts[n % len(texts)], texts[n % 5]])
    content = file.getvalue()
    write(tmp_path, {"x.csv.gz": gzip.compress(content.encode())})
    lines = io.StringIO(content, newline="").readlines()
    with opened(tmp_path) as table:
        found = rows(table)
        assert [row[0] for row in found] == list(range(500))
        for place in places(table, range(500)):
            assert place.line is not None
            assert lines[place.line - 1].startswith(f"{place.row},")


def test_one_column_with_empty_lines(tmp_path: Path) -> None:
    write(tmp_path, {"x.csv": "a\n1\n\n2\n"})
    with opened(tmp_path) as table:
        assert rows(table) == [(1,), (None,), (2,)]
        assert [place.line for place in places(table, [0, 1, 2])] == [2, 3, 4]


def test_json_lines(tmp_path: Path) -> None:
    write(tmp_path, {"1.jsonl": '\n{"a": 1}\n\n{"a": 2}\n', "2.jsonl": '{"a": 3}'})
    with opened(tmp_path) as table:
        assert places(table, [1, 2]) == [Place("1.jsonl", 1, 4), Place("2.jsonl", 0, 1)]


def test_columnar_files_have_rows_only(tmp_path: Path) -> None:
    for n in range(3):
        parquet.write_table(pa.table({"a": list(range(n, n + 2))}), tmp_path / f"{n}.parquet")
    with opened(tmp_path) as table:
        assert places(table, [0, 3, 5]) == [Place("0.parquet", 0), Place("1.parquet", 1), Place("2.parquet", 1)]


LARGE = """
import os, re, sys
from gate.data.interface import Layout, Piece
from gate.data.read import open_table
path = sys.argv[1]
descriptor = os.open(path, os.O_RDONLY)
table = open_table([Piece("x.csv", descriptor, os.path.getsize(path))], Layout(), memory=200 << 20, threads=2)
print(table.connection.execute("SELECT count(*), sum(n), count(DISTINCT kind) FROM data").fetchone())
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the peak of the memory")
def test_a_large_file_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    block = "".join(f"{n},kind {n % 7},{'x' * 180}\n" for n in range(20_000))
    with path.open("w") as file:
        file.write("n,kind,text\n")
        for _ in range(100):
            file.write(block)
    done = subprocess.run([sys.executable, "-c", LARGE, str(path)], capture_output=True, text=True, check=True)
    answer, peak = done.stdout.splitlines()
    assert answer == f"(2000000, {100 * sum(range(20_000))}, 7)"
    assert path.stat().st_size > 360 << 20
    assert int(peak) < 450
