"""What an attacker writes so that a scan ends as a pass: data of which nothing is looked at, and outputs as inputs."""

from __future__ import annotations

import json

import pytest

from tests.support import Repo

pytest.importorskip("sklearn")
pytest.importorskip("duckdb")

TABULAR = ("--modality", "tabular")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,label\n1,u\n2,\n3,\n", "nothing in x could be tested"),
        ("a,b\n1,2\n", "no column is called as labels are"),
        ("a,label\n" + "".join(f"1,{i}\n" for i in range(1001)), "1,001 different labels"),
    ],
)
def test_data_of_which_nothing_is_looked_at_never_passes(bare: Repo, content: str, words: str) -> None:
    bare.write("x.csv", content)
    result = bare.gate("poison", "x.csv", *TABULAR)
    assert result.code == 4, result
    assert "undecided[gate/undecided]: " in result.out
    assert words in result.out


def test_a_list_of_suspects_does_not_replace_the_features_or_the_policy(bare: Repo) -> None:
    bare.write("x.csv", "a,label\n1,u\n")
    bare.write("features.npz", "kept")
    for name in ("features.npz", "gate-policy.yaml", "dbom.yaml"):
        result = bare.gate("poison", "x.csv", *TABULAR, "--features", "features.npz", "--suspects", name)
        assert result.code == 2, result
        assert "a report would replace" in result.err
    assert bare.text("features.npz") == "kept"


def test_names_of_classes_cannot_repaint_the_terminal_or_run_in_a_page(bare: Repo) -> None:
    evil = "\x1b[31m<script>x</script>"
    rows = [{"a": i % 7, "label": evil if i % 2 else "=1+1"} for i in range(60)]
    bare.write("x.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    result = bare.gate("poison", "x.jsonl", *TABULAR, "--html", "x.html", "--suspects", "x.txt")
    page = bare.text("x.html")
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "\x1b" not in result.out + result.err + page + bare.text("x.txt")
