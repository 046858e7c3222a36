"""`gate suite draft` as people meet it: a proposal that the data pass, with its evidence."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.cli.main import main
from gate.core.errors import UnableError
from gate.data.interface import DataError, Layout, Piece
from gate.suites.bands import band, length_band, row_band
from gate.suites.document import load_suite
from gate.suites.draft import Draft, draft, measure
from gate.suites.interface import Outcome
from gate.suites.run import run
from tests.support import PROJECT, Repo

TAXI = PROJECT.parent / "shared" / "corpus" / "suites" / "taxi-2019-01.csv"


def _pieces(path: Path) -> list[Piece]:
    return [Piece(path.name, os.open(path, os.O_RDONLY), path.stat().st_size)]


def _drafted(path: Path) -> tuple[Draft, tuple[Outcome, ...]]:
    """The draft, and what becomes of it on the data that it was drafted from; nothing may have been left out."""
    pieces = _pieces(path)
    try:
        found = draft("x", path.name, pieces, Layout())
        suite = load_suite(found.text.encode(), "x.yaml")
        outcomes = run(suite, pieces, Layout()).evaluation.outcomes
    finally:
        os.close(pieces[0].descriptor)
    assert found.dropped == 0
    assert [outcome for outcome in outcomes if not outcome.success] == []
    return found, outcomes


def _of(found: Draft, column: str) -> dict[str, dict[str, Any]]:
    """The arguments of the expectations on a column, by type."""
    return {
        expectation.type.removeprefix("expect_column_"): {k: v for k, v in expectation.kwargs.items() if k != "column"}
        for expectation in found.suite.expectations
        if expectation.kwargs.get("column") == column
    }


def _csv() -> str:
    lines = ["id,label,score,active,code,uid,comment,sparse,age,empty"]
    for i in range(300):
        label = ("cat", "dog", "yak")[i % 3 if i % 10 else 0]
        uid = uuid.UUID(int=i * 7919 + 1)
        sparse = "" if i % 3 == 0 else str(i % 4)
        lines.append(f"{i},{label},{i / 300 - 0.5:.4f},{'true' if i % 2 else 'false'},AB{i % 90 + 10},{uid},")
        lines[-1] += f"some words {'x' * (i % 50)},{sparse},{20 + i % 60},"
    return "\n".join(lines) + "\n"


def test_the_columns_of_a_table_get_what_they_mean(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text(_csv())
    found, outcomes = _drafted(file)
    assert _of(found, "id") == {
        "values_to_not_be_null": {},
        "values_to_be_between": {"min_value": 0},
        "values_to_be_unique": {},
    }
    assert _of(found, "label")["distinct_values_to_equal_set"] == {"value_set": ["cat", "dog", "yak"]}
    assert _of(found, "active")["values_to_be_in_set"] == {"value_set": [False, True]}
    assert _of(found, "score")["values_to_be_between"] == {"min_value": -0.6, "max_value": 0.6}
    assert _of(found, "code")["value_lengths_to_equal"] == {"value": 4}
    assert _of(found, "uid")["values_to_match_regex"]["regex"].startswith("^[0-9a-f]{8}")
    assert "values_to_be_unique" in _of(found, "uid")
    assert _of(found, "comment")["value_lengths_to_be_between"]["max_value"] > 60
    assert _of(found, "sparse") == {
        "values_to_not_be_null": {"mostly": 0.66},
        "values_to_be_in_set": {"value_set": [0, 1, 2, 3]},
    }
    assert _of(found, "age")["values_to_be_between"] == {"min_value": 14, "max_value": 85}
    assert _of(found, "empty") == {}
    assert "# Without any value, so nothing is said about them: empty." in found.text
    assert {outcome.engine for outcome in outcomes} == {"duckdb"}
    notes = {(e.type, e.kwargs.get("column")): e.notes for e in found.suite.expectations}
    assert notes["expect_column_values_to_not_be_null", "sparse"] == "300 rows, 100 nulls (33.33 %)"
    assert notes["expect_column_distinct_values_to_equal_set", "label"].startswith("300 values in 3 classes: cat (")
    assert all(notes.values())


@pytest.mark.skipif(not TAXI.exists(), reason="the corpus is not here")
def test_the_corpus_passes_its_draft_mostly_on_the_compiled_engine() -> None:
    found, outcomes = _drafted(TAXI)
    engines = [outcome.engine for outcome in outcomes]
    assert engines.count("reference") == 2  # the types of the two columns of times
    assert len(engines) == 38
    assert _of(found, "passenger_count")["values_to_be_in_set"] == {"value_set": [1, 2, 3, 4, 5, 6]}
    assert "10,000 rows, 0 nulls" in found.text
    again, _ = _drafted(TAXI)
    assert again.text == found.text


def _parquet(columns: dict[str, Any]) -> Callable[[Path], None]:
    def write(file: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table(columns), file)

    return write


def _arrays() -> dict[str, Any]:
    import pyarrow as pa

    return {
        "single": pa.array([i / 7 for i in range(60)], pa.float32()),
        "constant": pa.array([0.1] * 60, pa.float32()),
        "nan": [math.nan, *map(float, range(59))],
        "infinite": [math.inf, *map(float, range(59))],
        "huge": [2**62 + i for i in range(60)],
        "huge_set": [2**60] * 60,
        "money": pa.array([Decimal(i) / 100 for i in range(60)], pa.decimal128(9, 2)),
        "nested": [[i] for i in range(60)],
        "bytes": [bytes([i]) for i in range(60)],
        "when": [datetime(2024, 1, 1, i % 24) for i in range(59)] + [None],
        "day": pa.array(list(range(60)), pa.date32()),
        "tiny": pa.array([i - 30 for i in range(60)], pa.int8()),
        "wide": [(-1.0) ** i * 1e300 for i in range(60)],
        "smallest": [i * 5e-324 for i in range(60)],
        "NONE": pa.nulls(60, pa.int32()),
        "y": [i % 2 for i in range(60)],
        "q\"u'o\nte: #": ["a\n", "b'", 'c"', "\x85", "\u2028", "🙂"] * 10,
        "null": ["null", "~", "1e5", "yes", "", "- x"] * 10,
        "line": ["2024-01-02\n"] * 60,
    }


def test_no_value_and_no_name_makes_a_draft_that_its_data_fail(tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    _parquet(_arrays())(file)
    found, _ = _drafted(file)
    assert _of(found, "single")["values_to_be_between"] == {"min_value": 0.0, "max_value": pytest.approx(9.3)}
    assert list(_of(found, "infinite")) == ["values_to_not_be_null"]
    assert list(_of(found, "wide")) == ["values_to_not_be_null"]
    assert list(_of(found, "huge_set")) == ["values_to_not_be_null"]
    assert list(_of(found, "nested")) == ["values_to_not_be_null"]
    assert _of(found, "y")["distinct_values_to_equal_set"] == {"value_set": [0, 1]}
    assert _of(found, "when")["values_to_be_of_type"] == {"type_": "datetime64"}
    assert "values_to_match_regex" not in _of(found, "line")
    assert len(_of(found, "q\"u'o\nte: #")["values_to_be_in_set"]["value_set"]) == 6
    assert _of(found, "null")["values_to_be_in_set"]["value_set"] == ["", "- x", "1e5", "null", "yes", "~"]


def test_nan_is_a_value_that_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n" + "".join(f"{i},{'nan' if i % 3 else i / 2}\n" for i in range(60)))
    found, _ = _drafted(file)
    assert _of(found, "b")["values_to_not_be_null"] == {"mostly": 0.33}
    assert _of(found, "b")["values_to_be_between"] == {"min_value": 0.0, "max_value": 32.0}


def test_texts_of_json_lines_get_patterns(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    rows = [
        {"day": f"2024-02-{i % 28 + 1:02}", "zip": f"{i:05}", "sha256": f"{i:064x}", "mail": f"p{i}@example.org"}
        for i in range(150)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found, _ = _drafted(file)
    assert _of(found, "sha256")["values_to_match_regex"]["regex"] == "^[0-9a-f]{64}$"
    assert _of(found, "zip")["values_to_match_regex"]["regex"] == "^[0-9]+$"
    assert "values_to_match_regex" not in _of(found, "mail")


def test_a_very_wide_table_is_drafted_in_part_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text(",".join(f"c{i}" for i in range(230)) + "\n" + (",".join(["1"] * 230) + "\n") * 30)
    found, _ = _drafted(file)
    assert "Only the first 200 columns were looked at; 30 more are in the list alone." in found.text
    assert len(found.suite.expectations[0].kwargs["column_list"]) == 230  # type: ignore[arg-type]
    assert _of(found, "c199") != {}
    assert _of(found, "c200") == {}


@pytest.mark.parametrize("csv", ["a,b\n1,2\n", "a\n5\n6\n", "id\n1\n1\n"])
def test_few_rows_give_a_draft_too(tmp_path: Path, csv: str) -> None:
    file = tmp_path / "x.csv"
    file.write_text(csv)
    found, _ = _drafted(file)
    assert "values_to_be_unique" not in found.text


def test_other_data_fail_the_draft(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text(_csv())
    found, _ = _drafted(file)
    file.write_text(_csv().replace("yak", "cow").replace(",AB", ",ABC"))
    pieces = _pieces(file)
    outcomes = run(found.suite, pieces, Layout()).evaluation.outcomes
    os.close(pieces[0].descriptor)
    failed = [
        found.suite.expectations[outcome.position].kwargs["column"] for outcome in outcomes if not outcome.success
    ]
    assert failed == ["label", "code"]


# The process that measures


def _measure(tmp_path: Path, code: str) -> object:
    file = tmp_path / "x.csv"
    file.write_text("a\n1\n")
    pieces = _pieces(file)
    try:
        how = lambda answer: [sys.executable, "-I", "-S", "-c", f"import os\nanswer = {answer}\n{code}"]  # noqa: E731
        return measure(pieces, Layout(), how=how)
    finally:
        os.close(pieces[0].descriptor)


@pytest.mark.parametrize(
    "answer",
    [
        {"outcome": "profiled"},
        {"outcome": "profiled", "rows": 1, "columns": ["a"], "profiles": [["a"]]},
        {"outcome": "profiled", "rows": "1", "columns": ["a"], "profiles": []},
        {"outcome": "evaluated"},
        {"outcome": "memory"},
        {"outcome": "missing", "message": "duckdb"},
    ],
    ids=json.dumps,
)
def test_an_answer_that_is_not_complete_is_no_draft(tmp_path: Path, answer: object) -> None:
    with pytest.raises(UnableError):
        _measure(tmp_path, f"os.write(answer, {json.dumps(answer)!r}.encode())")


def test_a_process_that_ends_is_no_draft(tmp_path: Path) -> None:
    with pytest.raises(UnableError, match="gave no answer"):
        _measure(tmp_path, "os.kill(os.getpid(), 9)")


def test_what_is_no_table_is_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    file.write_bytes(b"PAR1" + b"\0" * 40 + b"PAR1")
    pieces = _pieces(file)
    with pytest.raises(DataError):
        draft("x", "x.parquet", pieces, Layout())
    os.close(pieces[0].descriptor)


# Bands


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_a_band_holds_what_was_observed(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    found = band(low, high, "float")
    assert found is None or found[0] <= low <= high <= found[1]


@given(st.integers(), st.integers())
def test_a_band_of_whole_numbers_has_whole_ends(one: int, other: int) -> None:
    found = band(min(one, other), max(one, other), "integer")
    assert found is None or (found[0] <= min(one, other) and max(one, other) <= found[1])
    assert found is None or all(isinstance(end, int) for end in found)


@given(st.integers(1, 10**12))
def test_bands_of_counts_hold_them(number: int) -> None:
    assert row_band(number)[0] <= number <= row_band(number)[1]
    assert length_band(number, number)[0] <= number <= length_band(number, number)[1]


# The command


def test_it_writes_a_new_file_that_gate_suite_run_takes(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    repo.write("data/x.csv", _csv())
    monkeypatch.chdir(repo.root)
    assert main(["suite", "draft", "data/x.csv"]) == 0
    text = capfd.readouterr().out
    assert main(["suite", "draft", "data/x.csv", "--out", "x.yaml"]) == 0
    assert (Path(repo.root) / "x.yaml").read_text() == text
    assert "x.yaml: " in capfd.readouterr().out
    assert main(["suite", "run", "x.yaml", "data/x.csv"]) == 0
    capfd.readouterr()
    assert main(["suite", "draft", "data/x.csv", "--out", "x.yaml"]) == 2
    assert "exists already" in capfd.readouterr().err
    assert main(["suite", "draft", "data", "--out", "data/x.yaml"]) == 2
    assert "would be part of the dataset" in capfd.readouterr().err


def test_other_bytes_than_the_declared_ones_are_no_base_of_a_draft(repo: Repo) -> None:
    repo.write("data/x.csv", "a,b\n1,2\n3,4\n")
    repo.write("data/y/z.csv", "a,b\n1,2\n3,4\n")
    for path, name in (("data/x.csv", "x"), ("data/y", "y")):
        assert repo.gate("add", path, "--name", name, "--version", "1").code == 0
        assert repo.gate("suite", "draft", name).code == 0
    repo.write("data/x.csv", "a,b\n1,2\n3,5\n")
    repo.write("data/y/z.csv", "a,b\n1,2\n3,5\n")
    for name, words in (("x", "data/x.csv is not the declared file"), ("y", "data/y/z.csv is not the")):
        done = repo.gate("suite", "draft", name)
        assert (done.code, words in done.err, done.out) == (2, True, ""), done.err
    assert repo.gate("suite", "draft", "data/x.csv").code == 0  # a path is no claim


def test_a_dataset_of_the_dbom_is_read_as_its_entry_says(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    repo.write("data/x.csv", "a;b\n" + "1,5;x\n" * 30)
    repo.write(
        "dbom.yaml",
        "dbom: 1\ndatasets:\n  - name: train\n    path: data/x.csv\n    data: {delimiter: ';'}\n",
    )
    monkeypatch.chdir(repo.root)
    assert main(["suite", "draft", "train"]) == 0
    suite = load_suite(capfd.readouterr().out.encode(), "x.yaml")
    assert suite.name == "train"
    assert suite.expectations[0].kwargs["column_list"] == ["a", "b"]
    assert main(["suite", "draft", "trian"]) == 2
    assert 'did you mean "train"?' in capfd.readouterr().err


@pytest.mark.parametrize(
    ("csv", "code", "message"),
    [("a,b\n", 4, "no rows"), ("", 2, "x.csv"), ("a,b\n1\n2,3,4,5\n", 2, "x.csv"), ("a\n\0\n", 2, "NUL")],
)
def test_what_cannot_be_drafted_says_why(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], csv: str, code: int, message: str
) -> None:
    repo.write("x.csv", csv)
    monkeypatch.chdir(repo.root)
    assert main(["suite", "draft", "x.csv", "--out", "s.yaml"]) == code
    assert message in capfd.readouterr().err
    assert not (Path(repo.root) / "s.yaml").exists()


def test_links_are_not_followed(repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "outside.csv").write_text("a\n1\n")
    repo.write("data/x.csv", "a\n1\n")
    (Path(repo.root) / "data" / "y.csv").symlink_to(tmp_path / "outside.csv")
    monkeypatch.chdir(repo.root)
    assert main(["suite", "draft", "data"]) == 4


def test_the_process_of_the_person_never_imports_what_reads_data() -> None:
    code = "import sys, gate.cli.suite, gate.suites.draft; print({'duckdb', 'pandas', 'pyarrow'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert found.stdout.strip() == "set()"
