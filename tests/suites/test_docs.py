"""Data Docs of `gate suite run`: what is on the page, and that nothing on it is run or fetched."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from gate.suites import run as runner
from tests.support import Repo

pytest.importorskip("great_expectations")
EVIL = "<script>alert('$x')</script>\"onload=${y}&`\\"
IN_SET: dict[str, Any] = {
    "type": "expect_column_values_to_be_in_set",
    "kwargs": {"column": "label", "value_set": ["cat", EVIL + "2"]},
}


def _page(repo: Repo, *expectations: dict[str, Any], csv: str = "label\ncat\nyak\n", name: str = "x") -> str:
    repo.write("x.csv", csv)
    repo.write("x.json", json.dumps({"name": name, "expectations": expectations}))
    result = repo.gate("suite", "run", "x.json", "x.csv", "--data-docs", "docs.html")
    assert "Data Docs" not in result.err
    return repo.text("docs.html")


def _tags(page: str) -> list[tuple[str, list[str]]]:
    """Every element with the names of its attributes, as a browser takes the page apart."""
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append((tag, [name for name, _ in attrs]))  # type: ignore[method-assign]
    parser.feed(page)
    return found


def _seen(page: str) -> str:
    """What a reader sees."""
    body = page[page.index("<body") :]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_the_page_says_what_holds_and_what_does_not(repo: Repo) -> None:
    exists = {"type": "expect_column_to_exist", "kwargs": {"column": "label"}}
    seen = _seen(_page(repo, IN_SET, exists, csv="label\ncat\nyak\n\n"))
    assert "Evaluated Expectations 2 Successful Expectations 1 Unsuccessful Expectations 1 Success Percent 50%" in seen
    assert "values must belong to this set" in seen
    assert "1 unexpected values found" in seen
    assert "yak" in seen


def test_what_an_attacker_writes_is_shown_and_nothing_else(repo: Repo) -> None:
    csv = 'label,"{0}"\n"{0}",1\nyak,1\n'.format(EVIL.replace('"', '""'))
    expectations = [
        IN_SET,
        {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "label", "regex": EVIL}},
        {"type": "expect_column_values_to_be_unique", "kwargs": {"column": EVIL}},
        {"type": "expect_column_max_to_be_between", "kwargs": {"column": "label", "max_value": EVIL}},
        {"type": EVIL, "kwargs": {EVIL: EVIL}},
        {
            "type": "expect_column_values_to_match_json_schema",
            "kwargs": {"column": "label", "json_schema": {EVIL: EVIL}},
        },
    ]
    page = _page(repo, *expectations, csv=csv, name=EVIL)
    tags = _tags(page)
    assert {"div", "table", "a"} <= {tag for tag, _ in tags}
    assert "script" not in {tag for tag, _ in tags}
    assert "onload" not in {name for _, names in tags for name in names}
    assert _seen(page).count(EVIL) >= 6


def test_the_page_fetches_nothing(repo: Repo) -> None:
    page = _page(repo, IN_SET)
    assert """content="default-src 'none'; style-src 'unsafe-inline'">""" in page
    assert page.index("Content-Security-Policy") < page.index("<title")
    assert not re.search(r"<(?:script|link|img|iframe|object|embed)\b", page, re.IGNORECASE)


def test_what_was_not_evaluated_is_no_success_on_the_page(repo: Repo) -> None:
    seen = _seen(_page(repo, {"type": "expect_magic", "kwargs": {"column": "label"}}))
    assert "Success Percent 0%" in seen
    assert "expect_magic" in seen
    assert "unknown expectation type" in seen


@pytest.mark.parametrize("target", ["x.csv", "x.json", "r.json"])
def test_the_page_replaces_nothing_that_is_read_or_written(repo: Repo, target: str) -> None:
    repo.write("x.csv", "label\ncat\n")
    repo.write("x.json", json.dumps({"name": "x", "expectations": [IN_SET]}))
    result = repo.gate("suite", "run", "x.json", "x.csv", "--report", "json=r.json", "--data-docs", target)
    assert (result.code, "would replace" in result.err) == (2, True)
    assert repo.text("x.csv") == "label\ncat\n"


def test_the_page_is_no_part_of_the_dataset(repo: Repo) -> None:
    repo.write("data/x.csv", "label\ncat\n")
    repo.write("x.json", json.dumps({"name": "x", "expectations": [IN_SET]}))
    result = repo.gate("suite", "run", "x.json", "data", "--data-docs", "data/docs.html")
    assert (result.code, "would be part of the dataset" in result.err) == (2, True)


def test_without_an_evaluation_there_is_no_page_and_the_code_stays(repo: Repo) -> None:
    repo.write("x.csv", "label\ncat\n")
    repo.write("x.json", "{")
    result = repo.gate("suite", "run", "x.json", "x.csv", "--data-docs", "docs.html")
    assert (result.code, "no Data Docs, for the suite was not evaluated" in result.err) == (1, True)
    assert b"docs.html" not in repo.tree()


def test_a_page_that_cannot_be_rendered_does_not_pass_for_one(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("x.csv", "label\ncat\n")
    repo.write("x.json", json.dumps({"name": "x", "expectations": [IN_SET]}))
    monkeypatch.setattr(runner, "ANSWER", 1000)  # which the outcomes of one expectation stay below
    result = repo.gate("suite", "run", "x.json", "x.csv", "--data-docs", "docs.html")
    assert (result.code, "the Data Docs were not rendered" in result.err) == (4, True)
    assert b"docs.html" not in repo.tree()
