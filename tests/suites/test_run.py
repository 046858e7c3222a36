"""What the parent makes of the limited process that evaluates, above all of one that misbehaves."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.core.errors import UnableError
from gate.core.model import Json
from gate.data.interface import DataError, Layout, Piece
from gate.suites import child
from gate.suites.interface import Expectation, Suite
from gate.suites.run import Evaluated, How, run
from gate.suites.wording import expected

SUITE = Suite("s", "s.json", (Expectation(0, "expect_column_to_exist", {"column": "a"}, line=3),))
OUTCOME: dict[str, Json] = {
    "position": 0,
    "success": True,
    "engine": "duckdb",
    "observed": None,
    "element_count": 2,
    "missing_count": 0,
    "unexpected_count": 0,
    "rows": [],
    "values": [],
    "problem": None,
}
ANSWER: dict[str, Any] = {
    "outcome": "evaluated",
    "rows": 2,
    "columns": [["a", "BIGINT"]],
    "outcomes": [OUTCOME],
    "places": [],
    "sha256": {"x.csv": "0" * 64},
}


@pytest.fixture
def piece(tmp_path: Path) -> Iterator[Piece]:
    file = tmp_path / "x.csv"
    file.write_text("a\n1\n2\n")
    descriptor = os.open(file, os.O_RDONLY)
    yield Piece("x.csv", descriptor, 6)
    os.close(descriptor)


def _child(code: str) -> How:
    """A process that runs `code` in place of the real one, where it knows the descriptor `answer`."""
    return lambda answer: [sys.executable, "-I", "-S", "-c", f"import os\nanswer = {answer}\n{code}"]


def _saying(answer: object) -> How:
    return _child(f"os.write(answer, {json.dumps(answer)!r}.encode())")


def _run(piece: Piece, how: How, **more: Any) -> Evaluated:
    return run(SUITE, [piece], Layout(), how=how, **more)


def test_a_complete_answer_is_believed(piece: Piece) -> None:
    found = _run(piece, _saying(ANSWER)).evaluation
    assert (found.row_count, found.columns) == (2, (("a", "BIGINT"),))
    assert [outcome.success for outcome in found.outcomes] == [True]


@pytest.mark.parametrize(
    "code",
    [
        "os.kill(os.getpid(), 9)",
        "os._exit(0)",
        "os.close(answer); import time; time.sleep(60)",
        "os.write(answer, b'not JSON')",
        """os.write(answer, b'{"outcome": "evaluated", ')""",
        "os.write(answer, b'[]')",
    ],
)
def test_a_process_without_an_answer_is_no_success(piece: Piece, code: str) -> None:
    with pytest.raises(UnableError, match="gave no answer"):
        _run(piece, _child(code))


def test_a_process_that_hangs_is_ended(piece: Piece) -> None:
    with pytest.raises(UnableError, match="took longer than"):
        _run(piece, _child("import time; time.sleep(60)"), seconds=0.3)


WRONG: list[dict[str, Any]] = [
    {"outcomes": []},
    {"outcomes": [OUTCOME, OUTCOME]},
    {"outcomes": [{**OUTCOME, "position": 1}]},
    {"outcomes": [{**OUTCOME, "success": "yes"}]},
    {"outcomes": [{**OUTCOME, "success": 1}]},
    {"outcomes": [{**OUTCOME, "unexpected_count": -1}]},
    {"outcomes": [{**OUTCOME, "rows": [True]}]},
    {"outcomes": [{key: value for key, value in OUTCOME.items() if key != "problem"}]},
    {"rows": -1},
    {"rows": None},
    {"sha256": {}},
    {"sha256": {"x.csv": None}},
    {"columns": [["a"]]},
    {"places": [[0, "x.csv"]]},
]


@pytest.mark.parametrize("wrong", WRONG, ids=json.dumps)
def test_an_incomplete_answer_is_no_success(piece: Piece, wrong: dict[str, Any]) -> None:
    with pytest.raises(UnableError, match="no complete answer"):
        _run(piece, _saying({**ANSWER, **wrong}))


def test_an_expectation_with_a_problem_is_no_success(piece: Piece) -> None:
    found = _run(piece, _saying({**ANSWER, "outcomes": [{**OUTCOME, "problem": "no such column"}]}))
    assert [outcome.success for outcome in found.evaluation.outcomes] == [False]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"outcome": "missing", "message": "duckdb"}, "duckdb is not installed"),
        ({"outcome": "memory", "message": ""}, "more memory"),
        ({"outcome": "failed", "message": "boo\x1b[2J"}, r"boo\\u001b\[2J"),
        ({"outcome": ["evaluated"]}, "failed"),
        ({}, "failed"),
    ],
)
def test_what_the_process_was_unable_to_do_is_said(piece: Piece, answer: object, message: str) -> None:
    with pytest.raises(UnableError, match=message):
        _run(piece, _saying(answer))


def test_data_that_cannot_be_read_is_told_apart(piece: Piece) -> None:
    with pytest.raises(DataError, match="line 3 has 4 values"):
        _run(piece, _saying({"outcome": "data", "path": "x.csv", "message": "line 3 has 4 values"}))


def test_nothing_of_the_environment_is_handed_on(piece: Piece, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "s")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    code = "import json\nfound = {'outcome': 'missing', 'message': ' '.join(os.environ)}\n"
    with pytest.raises(UnableError) as caught:
        _run(piece, _child(code + "os.write(answer, json.dumps(found).encode())"))
    assert not {"SECRET", "PYTHONPATH", "PATH", "USER"} & set(caught.value.message.split())


def test_a_suite_larger_than_an_argument_arrives(piece: Piece) -> None:
    many = tuple(Expectation(i, "expect_column_to_exist", {"column": "a" * 1000}) for i in range(500))
    code = "import json, sys\nsaid = json.load(sys.stdin)\n"
    code += "found = {'outcome': 'missing', 'message': str(len(said['expectations']))}\n"
    how = _child(code + "os.write(answer, json.dumps(found).encode())")
    with pytest.raises(UnableError, match="500 is not installed"):
        run(SUITE._replace(expectations=many), [piece], Layout(), how=how)


def test_a_library_that_ends_the_process_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(task: object) -> dict[str, Json]:
        sys.exit(0)

    monkeypatch.setattr(child, "_evaluated", ends)
    task = {"pieces": [], "layout": [], "expectations": []}
    limits = dict.fromkeys(("memory", "room", "threads", "seconds"), 0)
    answer = child.answer(json.dumps({**task, **limits, "reference": False}).encode())
    assert answer == {"outcome": "failed", "message": "SystemExit: 0"}


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        ("x" * 1000, "x" * 199 + "…"),
        ([[[[[[1]]]]]], [[[["[[1]]"]]]]),
        (list(range(1000)), list(range(100))),
        ({1: b"x"}, {"1": "b'x'"}),
        (1 << 70, hex(1 << 70)),
    ],
)
def test_values_become_json_of_limited_size(value: object, plain: Json) -> None:
    assert child.plain(value) == plain


@pytest.mark.parametrize(
    ("kind", "kwargs", "sentence"),
    [
        (
            "expect_column_values_to_be_in_set",
            {"column": "a", "value_set": [1, 2], "mostly": 0.95},
            'the values of "a" must be in [1, 2], 95% of them',
        ),
        (
            "expect_column_mean_to_be_between",
            {"column": "a", "min_value": 0, "strict_min": True},
            'the mean of "a" must be more than 0',
        ),
        ("expect_odd_thing", {"column": "a", "x": 1}, 'expected odd thing (column "a", x 1)'),
        ("expect_column_values_to_be_in_set", {"column": "a"}, 'expected column values to be in set (column "a")'),
    ],
)
def test_what_is_expected_reads_like_a_sentence(kind: str, kwargs: dict[str, Json], sentence: str) -> None:
    assert expected(Expectation(0, kind, kwargs)) == sentence
