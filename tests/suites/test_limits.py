"""What an expectation that takes too much comes to: undecided, in words, and never a success."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from gate.suites import run as runner
from tests.suites.test_strength import _written
from tests.support import Repo

pytest.importorskip("duckdb")
pytest.importorskip("great_expectations")
ENDLESS = ("expect_column_values_to_match_regex", {"column": "text", "regex": "(?=a)(a|aa)+$"})
"""A regular expression that Python tries in as many ways as there are; the lookahead keeps it from DuckDB."""


def _undecided(repo: Repo) -> dict[str, Any]:
    report = repo.report()
    assert (report["verdict"], repo.gate("check").code) == ("undecided", 4)
    (finding,) = [finding for finding in report["findings"] if finding["rule"].startswith(("suites/", "gate/"))]
    assert finding["rule"] == "gate/undecided"
    return dict(finding)


def test_a_regular_expression_without_end(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    _written(repo, ENDLESS, csv=f"text,n\n{'a' * 80}b,1\n")
    monkeypatch.setattr(runner, "LONGEST", 10)
    finding = _undecided(repo)
    assert "took longer than 10 seconds" in finding["message"]
    assert "find the expectation that takes so long" in finding["fix"]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux")
@pytest.mark.parametrize("room", [100, 700])
def test_a_suite_that_takes_too_much_memory(repo: Repo, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    dates = ("expect_column_values_to_match_strftime_format", {"column": "text", "strftime_format": "%Y"})
    _written(repo, dates, csv="text,n\n" + "2020,1\n" * 400_000)
    monkeypatch.setattr(runner, "ROOM", room * 1024 * 1024)
    monkeypatch.setattr(runner, "RATIO", 0)
    finding = _undecided(repo)
    assert "the suite of x was not evaluated" in finding["message"]  # a library may end by a signal instead
    assert "run the gate with more memory at hand" in finding["fix"]
