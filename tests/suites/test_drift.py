"""What changed between two versions of a dataset, against scipy, and as `gate suite diff` and `gate check` say it."""

from __future__ import annotations

import contextlib
import json
import math
import os
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gate.core.errors import UnableError
from gate.data.interface import DataError, Layout, Piece
from gate.suites.ask import Source
from gate.suites.drift.interface import Column, Comparison
from gate.suites.drift.run import compare
from gate.suites.drift.statistics import cramers_v, kolmogorov_smirnov, psi
from tests.support import PROJECT, Repo, pointer, sha256

TAXI = PROJECT.parent / "shared" / "corpus" / "suites"


@contextlib.contextmanager
def _source(path: Path) -> Iterator[Source]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield Source([Piece(path.name, descriptor, path.stat().st_size)], Layout())
    finally:
        os.close(descriptor)


def _compared(old: Path, new: Path) -> Comparison:
    with _source(old) as before, _source(new) as after:
        return compare(before, after)


def _columns(comparison: Comparison) -> dict[str, Column]:
    return {column.name: column for column in comparison.columns}


def _one(tmp_path: Path, name: str, old: Sequence[object], new: Sequence[object]) -> Column:
    """A single column of two tables of JSON lines."""
    for file, values in (("old.jsonl", old), ("new.jsonl", new)):
        (tmp_path / file).write_text("".join(json.dumps({name: value}) + "\n" for value in values))
    (column,) = _compared(tmp_path / "old.jsonl", tmp_path / "new.jsonl").columns
    return column


# The measures


@pytest.mark.parametrize("seed", range(20))
def test_counts_are_measured_as_scipy_does(seed: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    dice = random.Random(seed)
    classes = dice.randint(2, 40)
    was, now = ([dice.randint(0, 30) + (i == 0) for i in range(classes)] for _ in "ab")
    there = [(a, b) for a, b in zip(was, now, strict=True) if a or b]
    told = stats.chi2_contingency(list(zip(*there, strict=True)), correction=False)
    v, p = cramers_v(was, now) or (math.nan, math.nan)
    assert v == pytest.approx(math.sqrt(told.statistic / sum(was + now)))
    assert p == pytest.approx(told.pvalue, abs=1e-12)
    rows = [[i for i, count in enumerate(counts) for _ in range(count)] for counts in (was, now)]
    distance, p = kolmogorov_smirnov(was, now) or (math.nan, math.nan)
    assert distance == pytest.approx(stats.ks_2samp(*rows).statistic)
    assert p == pytest.approx(
        stats.kstwobign.sf(distance * math.sqrt(len(rows[0]) * len(rows[1]) / len(rows[0] + rows[1]))), abs=1e-9
    )


def test_the_stability_index_is_that_of_the_book() -> None:
    assert psi((25, 25, 50), (25, 25, 50)) == 0
    assert psi((50, 50), (30, 70)) == pytest.approx(0.2 * math.log(5 / 3) + 0.2 * math.log(7 / 5))
    assert psi((100, 0), (90, 10)) == pytest.approx(0.1 * math.log(10 / 9) + 0.095 * math.log(20))
    assert psi((10**6, 0), (900, 100)) == pytest.approx(0.1 * math.log(10 / 9) + 0.0999 * math.log(1000))
    assert psi((1, 2), (0, 0)) is None


@pytest.mark.parametrize("shift", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("ties", [False, True])
def test_numbers_of_a_table_are_measured_as_scipy_does(tmp_path: Path, shift: float, ties: bool) -> None:
    stats = pytest.importorskip("scipy.stats")
    dice = random.Random(7)
    old, new = ([dice.gauss(mean, 1) for _ in range(rows)] for mean, rows in ((0, 3000), (shift, 1700)))
    if ties:  # more than half of the values are one and the same
        old, new = ([max(0.0, round(value, 1)) for value in values] for values in (old, new))
    column = _one(tmp_path, "x", old, new)
    assert column.kind == "numbers"
    told = stats.ks_2samp(old, new, method="asymp")
    assert column.effect == pytest.approx(told.statistic, abs=0.0011)
    assert column.p == pytest.approx(told.pvalue, rel=0.3, abs=0.02)
    assert column.now.mean == pytest.approx(sum(new) / len(new))
    assert column.psi is not None
    assert (column.psi < 0.1, column.psi > 0.25) == ((True, False) if shift < 1 else (False, True))


def test_the_bins_are_the_deciles_of_the_old_version(tmp_path: Path) -> None:
    old, new = [i / 1000 for i in range(1000)], [(i / 1000) ** 2 for i in range(1000)]
    column = _one(tmp_path, "x", old, new)
    bounds = sorted(old)[99::100]
    counts = [0] * 10
    for value in new:
        counts[min(9, sum(value > bound for bound in bounds))] += 1
    assert column.psi == pytest.approx(psi([100] * 10, counts), abs=0.01)


def test_a_value_that_was_always_there_cannot_become_another_one(tmp_path: Path) -> None:
    for moved in (3.5, 7.5, math.nextafter(5.5, 0)):
        column = _one(
            tmp_path, "x", [5.5] * 500 + [i / 7 for i in range(500)], [moved] * 500 + [i / 7 for i in range(500)]
        )
        assert (column.psi or 0) > 1


def test_missing_values_are_a_class_and_nan_is_missing(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("x,y\n" + "".join(f"{i},{i / 7}\n" for i in range(1000)))
    (tmp_path / "new.csv").write_text(
        "x,y\n" + "".join(f"{i if i % 2 else ''},{i / 7 if i % 2 else 'nan'}\n" for i in range(1000))
    )
    found = _columns(_compared(tmp_path / "old.csv", tmp_path / "new.csv"))
    assert [(found[name].now.present, (found[name].psi or 0) > 1) for name in "xy"] == [(500, True), (500, True)]
    assert (found["x"].effect or 0) < 0.01


def test_categories_are_counted_one_by_one(tmp_path: Path) -> None:
    stats = pytest.importorskip("scipy.stats")
    old, new = (
        ["cat"] * 600 + ["dog"] * 300 + ["cow"] * 100,
        ["cat"] * 300 + ["dog"] * 300 + ["yak"] * 200 + [None] * 200,
    )
    column = _one(tmp_path, "label", old, new)
    assert (column.kind, column.new, column.lost) == ("categories", 1, 1)
    assert {(one.value, one.was, one.now) for one in column.moved} == {
        ("yak", 0, 200),
        ("cow", 100, 0),
        ("cat", 600, 300),
        ("dog", 300, 300),
    }
    told = stats.chi2_contingency([[600, 300, 100, 0], [300, 300, 0, 200]], correction=False)
    assert column.effect == pytest.approx(math.sqrt(told.statistic / 1800))
    assert column.psi == pytest.approx(psi((600, 300, 100, 0, 0), (300, 300, 0, 200, 200)))


def test_more_new_values_than_are_counted_are_one_class(tmp_path: Path) -> None:
    column = _one(tmp_path, "label", ["cat", "dog"] * 1500, ["cat"] * 500 + [f"new {i}" for i in range(2500)])
    assert (column.kind, column.new, column.lost) == ("categories", None, 1)
    assert column.effect == pytest.approx((cramers_v((1500, 1500, 0), (500, 0, 2500)) or (0.0,))[0])


def test_texts_are_compared_by_length_and_by_what_the_old_ones_do_not_have(tmp_path: Path) -> None:
    words = [f"word {i:05}" for i in range(4000)]
    column = _one(tmp_path, "comment", words[:2000], [f"{word} and more" for word in words[:500]] + words[1000:2500])
    assert (column.kind, column.unseen) == ("lengths", 0.5)
    assert (column.psi or 0) > 0.25
    assert (column.was.high, column.now.high) == (10.0, 19.0)


def test_times_and_keys_move_on_and_are_no_drift(tmp_path: Path) -> None:
    for name, start in (("old.csv", 0), ("new.csv", 5000)):
        rows = (f"{i},2026-01-{1 + i % 28:02}\n" for i in range(start, start + 2000))
        (tmp_path / name).write_text("user_id,day\n" + "".join(rows))
    found = _columns(_compared(tmp_path / "old.csv", tmp_path / "new.csv"))
    assert [found[name].psi for name in ("user_id", "day")] == [0.0, 0.0]
    assert found["user_id"].effect == 1.0


def test_chance_alone_is_no_drift_of_a_small_dataset(tmp_path: Path) -> None:
    dice = random.Random(3)
    for _ in range(10):
        old, new = ([dice.random() for _ in range(120)] for _ in "ab")
        assert (_one(tmp_path, "x", old, new).psi or 0) < 0.25


def test_columns_that_come_go_and_change_their_type(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("a,b,c,empty\n" + "1,2,x,\n" * 20)
    (tmp_path / "new.csv").write_text("empty,b,a,d\n" + "1,many,3.5,1\n" * 20)
    found = _compared(tmp_path / "old.csv", tmp_path / "new.csv")
    assert (found.added, found.removed, found.reordered) == (("d",), ("c",), True)
    retyped = {name: column.retyped for name, column in _columns(found).items()}
    assert retyped == {"a": True, "b": True, "empty": False}  # a column without a value has no type to lose


def test_every_type_of_a_table_can_be_compared(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    sql = """SELECT i::HUGEINT h, (i * 1.5)::DECIMAL(10, 2) d, uuid() id, [i, i] l, {'a': i} s, ('x' || i)::BLOB b,
        DATE '2020-01-01' + i::INT AS day, TIMESTAMPTZ '2020-01-01' + to_hours(i::INT) AS tz, TIME '10:00' t,
        '10:00:00+01'::TIMETZ tt, '2020-01-01'::TIMESTAMP_NS tn, INTERVAL 3 DAYS iv, i % 2 = 0 AS bool,
        NULL::INT AS nil,
        CASE WHEN i % 3 = 0 THEN 'nan'::DOUBLE WHEN i % 5 = 0 THEN '-inf'::DOUBLE
        WHEN i % 7 = 0 THEN 1e308 ELSE i END f,
        CASE WHEN i = 3 THEN 'infinity'::TIMESTAMP ELSE '2020-01-01' END AS endless, 'x' AS "a ""'; --"
        FROM range({}) t(i)"""
    for name, rows in (("old.parquet", 900), ("new.parquet", 300), ("none.parquet", 0)):
        duckdb.connect().execute(f"COPY ({sql.replace('range({})', f'range({rows})')}) TO '{tmp_path / name}'")
    found = _compared(tmp_path / "old.parquet", tmp_path / "new.parquet")
    assert (len(found.columns), found.rows) == (17, (900, 300))
    assert all(column.psi is not None and math.isfinite(column.psi) for column in found.columns)
    for pair in (("old", "none"), ("none", "new"), ("none", "none")):
        found = _compared(*(tmp_path / f"{name}.parquet" for name in pair))
        assert {column.psi for column in found.columns} == {None}


def test_a_large_table_is_sampled_for_its_bins_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gate.data.read import open_table
    from gate.suites.drift import measure

    monkeypatch.setattr(measure, "SAMPLE", 100)
    (tmp_path / "x.csv").write_text("x\n" + "".join(f"{i % 997}.5\n" for i in range(20_000)))
    with _source(tmp_path / "x.csv") as source:
        tables = [open_table(*source, memory=1 << 28, threads=2) for _ in "ab"]
        (column,) = measure.compare(*tables)["columns"]  # type: ignore[misc]
    assert column[5] == 0.0  # type: ignore[index]


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "profiled"},
        {"rows": [1]},
        {"rows": ["1", 1]},
        {"columns": [["a"]]},
        {"columns": [["a", "wrong", ["X", 1, 1, 1, 1], ["X", 1, 1, 1, 1], False, 0, 0, 0, 0, 0, [], 0]]},
        {"sha256": [{}, {}]},
    ],
    ids=json.dumps,
)
def test_an_answer_that_is_not_complete_is_none(tmp_path: Path, change: dict[str, Any]) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    whole = {"outcome": "compared", "rows": [1, 1], "columns": [], "added": [], "removed": [], "reordered": False}
    whole["sha256"] = [{"x.csv": "0"}, {"x.csv": "0"}]

    def how(said: dict[str, Any]) -> Callable[[int], list[str]]:
        text = json.dumps(said).encode()
        return lambda answer: [sys.executable, "-I", "-S", "-c", f"import os; os.write({answer}, {text!r})"]

    with _source(tmp_path / "x.csv") as source:
        assert compare(source, source, how=how(whole)).rows == (1, 1)
        with pytest.raises(UnableError):
            compare(source, source, how=how({**whole, **change}))


def test_what_is_no_table_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    (tmp_path / "y.parquet").write_bytes(b"PAR1" + b"\0" * 40 + b"PAR1")
    for pair in (("x.csv", "y.parquet"), ("y.parquet", "x.csv")):
        with pytest.raises(DataError) as found:
            _compared(*(tmp_path / name for name in pair))
        assert found.value.path == "y.parquet"


# The command

OLD = "size,label\n" + "".join(f"{i % 40},{'cat' if i % 2 else 'dog'}\n" for i in range(400))
NEW = "size,label\n" + "".join(f"{i % 40},{'cat' if i % 5 else 'yak'}\n" for i in range(400))


def test_it_shows_the_greatest_change_first(repo: Repo) -> None:
    repo.write("old.csv", OLD)
    repo.write("new.csv", NEW.replace("size", "weight"))
    shown = repo.gate("suite", "diff", "old.csv", "new.csv")
    assert (shown.code, shown.err) == (0, "")
    lines = shown.out.splitlines()
    assert lines[0] == "old.csv -> new.csv: 400 -> 400 rows, 2 -> 2 columns"
    assert lines[1:3] == ["removed: size", "added: weight"]
    assert re.fullmatch(
        r'label +\d\.\d+ +V 0\.\d+ +new: "yak" \(20\.0%\); lost: "dog" \(50\.0%\); "cat" 50\.0% -> 80\.0%', lines[5]
    )
    assert lines[-1] == "0 columns without a change worth telling"
    same = repo.gate("suite", "diff", "old.csv", "old.csv")
    assert same.out.splitlines()[-1] == "2 columns without a change worth telling"


def test_names_of_the_dbom_are_taken_and_what_is_not_there_is_an_error(repo: Repo) -> None:
    repo.write("data/a.csv", OLD.replace(",", ";"))
    repo.write("data/b.csv", pointer(NEW.encode()))
    entries = "  - {name: one, path: data/a.csv, data: {delimiter: ';'}}\n  - {name: two, path: data/b.csv}\n"
    repo.write("dbom.yaml", f"dbom: 1\ndatasets:\n{entries}")
    assert "one -> one: 400 -> 400 rows, 2 -> 2 columns" in repo.gate("suite", "diff", "one", "one").out
    assert repo.gate("suite", "diff", "one", "ones").code == 2
    assert repo.gate("suite", "diff", "one", "two").code == 4
    repo.write("data/b.csv", b"PAR1\0\0")
    broken = repo.gate("suite", "diff", "one", "two")
    assert (broken.code, "data/b.csv cannot be read as a table" in broken.err) == (2, True)


def test_names_and_values_of_the_data_cannot_repaint_the_terminal(repo: Repo) -> None:
    repo.write("a.jsonl", '{"a\\u001b[2J": "x"}\n' * 50)
    repo.write("b.jsonl", '{"a\\u001b[2J": "\\u001b]0;x"}\n' * 50)
    shown = repo.gate("suite", "diff", "a.jsonl", "b.jsonl")
    assert ("\x1b" in shown.out, "a\\u001b[2J" in shown.out) == (False, True)


@pytest.mark.skipif(not TAXI.is_dir(), reason="the real tables are not beside this checkout")
def test_two_months_of_taxi_trips(repo: Repo) -> None:
    months = [str(TAXI / f"taxi-2019-{month}.csv") for month in ("01", "02")]
    lines = repo.gate("suite", "diff", *months).out.splitlines()
    told = [line.split()[0] for line in lines[3:-2]]
    assert told[:4] == ["congestion_surcharge", "extra", "passenger_count", "total_amount"]
    assert 'new: "0" (15.8%)' in lines[5]


# The check

DBOM = """\
dbom: 1
datasets:
  - name: x-1
    path: data/x-1.csv
    sha256: {}
  - name: x-2
    path: data/x-2.csv
    sha256: {}
    previous: x-1
"""
POLICY = """\
policy: 1
suites: {{max_drift: {}}}
rules:
  suites/drift: {{enforce: block}}
"""


def _declare(repo: Repo, old: str = OLD, new: str = NEW, most: str = "0.25") -> None:
    repo.write("data/x-1.csv", old)
    repo.write("data/x-2.csv", new)
    repo.write("dbom.yaml", DBOM.format(sha256(old.encode()), sha256(new.encode())))
    repo.write("gate-policy.yaml", POLICY.format(most))


def _said(repo: Repo, *options: str) -> list[tuple[str, str]]:
    found = repo.findings(*options)
    return [
        (one.rule, one.message)
        for one in found
        if one.rule in ("suites/drift", "suites/not-evaluated", "gate/undecided")
    ]


def test_a_column_above_the_threshold_blocks_and_the_report_has_the_evidence(repo: Repo) -> None:
    _declare(repo)
    report = repo.report()
    assert report["exit_code"] == 1
    (finding,) = (one for one in report["findings"] if one["rule"] == "suites/drift")
    assert (finding["location"]["line"], finding["decision"]["ruling"]) == (9, "block")
    assert [place["path"] for place in finding["related"]] == ["data/x-2.csv", "data/x-1.csv"]
    evidence = finding["evidence"]
    assert (evidence["column"], evidence["compared"], evidence["max_drift"]) == ("label", "categories", 0.25)
    assert (evidence["new"], evidence["lost"], evidence["rows"]) == (1, 1, [400, 400])
    assert evidence["psi"] > 0.25
    assert evidence["cramers_v"] > 0.5
    facts = {one["name"]: one["facts"].get("suites", {}) for one in report["artifacts"]}
    assert facts["x-2"]["previous"] == "x-1"
    assert (facts["x-2"]["compared"], facts["x-2"]["drifted"]) == (True, 1)
    assert "previous" not in facts["x-1"]


def test_what_stays_below_passes(repo: Repo) -> None:
    _declare(repo, new=OLD.replace("39,cat", "38,cat"))
    assert repo.gate("check").code == 0
    _declare(repo, most="1000")
    assert repo.gate("check").code == 0


def test_a_column_that_is_gone_and_a_version_without_rows_never_pass(repo: Repo) -> None:
    _declare(repo, new=OLD.replace("size", "weight"), most="1000")
    assert [message for _, message in _said(repo)] == ['x-2 has no column "size", which x-1 has']
    _declare(repo, new="size,label\n", most="1000")
    assert "x-2 has 0 rows and x-1 400: there is nothing to compare" in [message for _, message in _said(repo)]


def test_the_strictest_of_all_thresholds_counts(repo: Repo) -> None:
    _declare(repo)
    repo.write(
        "gate-policy.yaml",
        "policy: 1\nsuites: [{max_drift: 900}, {max_drift: 0.25, for: {name: x-2}, from_stage: release}]\n",
    )
    assert _said(repo) == []
    assert [rule for rule, _ in _said(repo, "--stage", "release")] == ["suites/drift"]
    assert "suites max_drift: 0.25  [name=x-2, from release]" in repo.gate("policy", "show").out


def test_a_previous_version_that_is_not_what_it_was_is_undecided(repo: Repo) -> None:
    _declare(repo)
    repo.write("data/x-1.csv", NEW)
    ((rule, message),) = _said(repo)
    assert rule == "gate/undecided"
    assert "data/x-1.csv does not have the bytes that x-1 declares" in message
    repo.delete("data/x-1.csv")
    assert [rule for rule, _ in _said(repo)] == ["gate/undecided"]
    _declare(repo)
    repo.write("dbom.yaml", re.sub("sha256: .*", "version: 1", repo.text("dbom.yaml"), count=1))
    assert [rule for rule, _ in _said(repo)] == ["gate/undecided"]


def test_a_pointer_is_undecided_but_for_the_stage_that_accepts_pointers(repo: Repo) -> None:
    for name, content in (("x-1", OLD), ("x-2", NEW)):
        _declare(repo)
        repo.write(f"data/{name}.csv", pointer(content.encode()))
        assert [rule for rule, _ in _said(repo)] == ["gate/undecided"]
        assert _said(repo, "--stage", "pre-commit") == []


def test_a_version_that_is_no_table_does_not_pass(repo: Repo) -> None:
    _declare(repo, new="a,b\n1,2\n1\n" * 50)
    ((rule, message),) = _said(repo)
    assert (rule, "data/x-2.csv" in message) == ("suites/not-evaluated", True)


def test_the_previous_version_is_read_when_only_the_new_one_is_named(repo: Repo) -> None:
    _declare(repo)
    assert [rule for rule, _ in _said(repo, "data/x-2.csv")] == ["suites/drift"]
    assert _said(repo, "data/x-1.csv") == []
    report = repo.report("data/x-2.csv")
    assert [one["name"] for one in report["artifacts"]] == ["x-2"]


def test_directories_are_compared(repo: Repo) -> None:
    for name, text in (("x-1", OLD), ("x-2", NEW)):
        repo.write(f"{name}/a.csv", text)
        repo.write(f"{name}/b.csv", text)
        assert repo.gate("add", name, "--name", name).code == 0
    repo.edit("dbom.yaml", "- name: x-2\n", "- name: x-2\n    previous: x-1\n")
    repo.write("gate-policy.yaml", POLICY.format("0.25"))
    assert [rule for rule, _ in _said(repo)] == ["suites/drift"]


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ("datasets: [{name: a, path: a, previous: b}]", '"b", is not declared'),
        ("datasets: [{name: a, path: a, previous: a}]", "the versions before a lead in a circle"),
        ("datasets: [{name: a, path: a, previous: m}]\nmodels: [{name: m, path: m}]", '"m", is a model'),
        (
            "datasets:\n" + "".join(f"- {{name: {a}, path: {a}, previous: {b}}}\n" for a, b in ("ta", "ab", "ba")),
            "the versions before t lead in a circle",
        ),
    ],
)
def test_a_previous_version_that_cannot_be_is_an_error_with_its_place(repo: Repo, entries: str, problem: str) -> None:
    repo.write("dbom.yaml", f"dbom: 1\n{entries}\n")
    result = repo.gate("check")
    assert (result.code, problem in result.err) == (2, True)
    assert re.search(r"dbom\.yaml:[23]:\d+", result.err)


def test_versions_of_versions_are_no_circle(repo: Repo) -> None:
    names = [f"{{name: v{i}, path: v{i}.csv, previous: v{i - 1}}}" for i in range(1, 5)]
    repo.write("dbom.yaml", f"dbom: 1\ndatasets: [{{name: v0, path: v0.csv}}, {', '.join(names)}]\n")
    assert repo.gate("check").code == 1  # the files are not there, and that is all


@pytest.mark.parametrize("word", ["0", "-1", "much", "[1]", "0.0", "1e3", ".5"])
def test_a_threshold_is_a_number_above_zero(repo: Repo, word: str) -> None:
    _declare(repo, most=word)
    result = repo.gate("check")
    assert (result.code, "expected a number greater than 0" in result.err) == (2, True)


# A change


def _commit(repo: Repo) -> None:
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message=commit")


def test_a_change_is_to_be_compared_with_what_the_base_has(repo: Repo) -> None:
    _declare(repo, new=OLD + "1,cat\n")
    _commit(repo)
    assert _said(repo, "--base", "main") == []
    newest = OLD + "2,cat\n"
    repo.write("data/x-2.csv", newest)
    repo.write("dbom.yaml", DBOM.format(sha256(OLD.encode()), sha256(newest.encode())))
    ((_, message),) = _said(repo, "--base", "main")
    assert message == "the bytes of x-2 changed and it is compared with x-1, which is not what the base has"
    repo.edit("dbom.yaml", "    previous: x-1\n", "")
    ((_, message),) = _said(repo, "--base", "main")
    assert message == "the bytes of x-2 changed and it has no `previous:`: it is compared with nothing"
    repo.write("data/old.csv", OLD + "1,cat\n")
    old = f"  - {{name: old, path: data/old.csv, sha256: {sha256((OLD + '1,cat' + chr(10)).encode())}}}\n"
    repo.write("dbom.yaml", repo.text("dbom.yaml") + "    previous: old\n" + old)
    assert _said(repo, "--base", "main") == []


def test_a_change_cannot_drop_the_comparison(repo: Repo) -> None:
    _declare(repo, new=OLD + "1,cat\n")
    _commit(repo)
    repo.edit("dbom.yaml", "    previous: x-1\n", "")
    ((_, message),) = _said(repo, "--base", "main")
    assert message == "x-2 lost its `previous:`: it is compared with nothing"
    assert "no `previous:`" in repo.gate("check", "--base", "main").out


@pytest.mark.parametrize("line", ["suites: {max_drift: 0.5}\n", ""])
def test_a_change_that_lets_more_through_weakens_the_policy(repo: Repo, line: str) -> None:
    _declare(repo)
    _commit(repo)
    repo.edit("gate-policy.yaml", "suites: {max_drift: 0.25}\n", line)
    found = repo.findings("--base", "main")
    messages = [one.message for one in found if one.rule == "policy/weakened"]
    assert len(messages) == 1
    assert "no longer asks for a drift of at most 0.25" in messages[0]
    assert "suites/drift" in {one.rule for one in found}  # the base's own word counts
