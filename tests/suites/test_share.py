"""How many datasets have a suite, in the reports."""

from __future__ import annotations

import pytest

from tests.support import Repo


@pytest.mark.parametrize(
    ("having", "percent", "sentence"),
    [
        (0, 0.0, ""),
        (1, 33.33, "1 of 3 datasets have a suite (33%)"),
        (3, 100.0, "3 of 3 datasets have a suite (100%)"),
    ],
)
def test_every_report_says_how_many_datasets_have_a_suite(
    repo: Repo, having: int, percent: float, sentence: str
) -> None:
    lines = ["dbom: 1", "datasets:"]
    for number in range(3):
        repo.write(f"{number}.csv", "a\n1\n")
        lines += [f"  - name: d{number}", f"    path: {number}.csv"]
        lines += ["    suite: not-there.json"] if number < having else []
    lines += ["models:", "  - {name: m, path: m.safetensors}"]
    repo.write("dbom.yaml", "\n".join(lines) + "\n")
    assert repo.report()["suites"] == {"datasets": 3, "with_suite": having, "percent": percent}
    for text in (repo.gate("check").out, repo.gate("check", "--report", "markdown").out):
        assert (" a suite (" in text) == bool(sentence)
        assert sentence.replace("(", "&#40;").replace(")", "&#41;") in text or sentence in text


def test_without_datasets_there_is_no_share(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\nmodels:\n  - {name: m, path: m.safetensors}\n")
    assert repo.report()["suites"] == {"datasets": 0, "with_suite": 0, "percent": None}
    assert repo.report("--only", "integrity")["suites"]["percent"] is None
