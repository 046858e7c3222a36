"""A dataset may have more files than a process may have open."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import PROJECT

np = pytest.importorskip("numpy")
pytest.importorskip("duckdb")
Image = pytest.importorskip("PIL.Image")

LIMIT = 330
FILES = 400


def limited(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = f'ulimit -n {LIMIT}; exec "{sys.executable}" -m gate "$@"'
    environment = {"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        ["sh", "-c", command, "sh", *arguments], cwd=root, env=environment, capture_output=True, text=True, check=False
    )


def images(root: Path) -> None:
    for number in range(FILES):
        file = io.BytesIO()
        Image.fromarray(np.full((6, 7 + (number == 321), 3), number % 256, np.uint8)).save(file, "PNG")
        path = root / "d" / str(number % 2) / f"{number:03}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.getvalue())


def test_images_beyond_the_limit_of_open_files_are_judged(tmp_path: Path) -> None:
    images(tmp_path)
    width = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "width", "max_value": 7}}
    (tmp_path / "s.json").write_text(json.dumps({"name": "s", "expectations": [width]}))
    done = limited(tmp_path, "suite", "run", "s.json", "d")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "d/1/321.png" in done.stdout
    assert f"1 of {FILES} values is not as expected" in done.stdout


def test_tables_beyond_it_are_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    for number in range(FILES):
        (tmp_path / "d" / f"{number:03}.csv").write_text("a\n1\n")
    rows = {"type": "expect_table_row_count_to_equal", "kwargs": {"value": FILES}}
    (tmp_path / "s.json").write_text(json.dumps({"name": "s", "expectations": [rows]}))
    done = limited(tmp_path, "suite", "run", "s.json", "d")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "join them into fewer" in done.stdout
