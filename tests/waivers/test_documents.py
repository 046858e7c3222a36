"""What is wrong with either file is an error with its place, and never a pass."""

from __future__ import annotations

import pytest

from tests.support import PICKLE, Repo, sha256
from tests.waivers.support import PATH, RULE, adopted, day, entry, waivers

HEAD = "waivers: 1\nentries:\n"
BAD: dict[str, tuple[str | bytes, str, str]] = {
    "empty": ("", ":1:1", "empty"),
    "no version": ("entries: []\n", ":1:1", "`waivers:`"),
    "another version": ("waivers: 2\nentries: []\n", ":1:10", "waivers: 1"),
    "no entries": ("waivers: 1\n", ":1:1", "`entries:`"),
    "entries without a value": ("waivers: 1\nentries:\n", ":2:1", "no value"),
    "a mapping for a list": ("waivers: 1\nentries: {}\n", ":2:10", "expected a list"),
    "an unknown key": (waivers({**entry(), "by": "me"}), ":11:5", 'unknown key "by"'),
    "an anchor": ("waivers: &a 1\nentries: []\n", ":1:10", "anchor"),
    "deep": ("[" * 30_000, ":1:65", "64"),
    "binary": (b"\x00\xff", ":1:2", "UTF-8"),
    "a key twice": (HEAD + '  - rule: a/b\n    rule: a/c\n', ":4:5", "twice"),
    "an unknown reason": (waivers(entry(reason="because")), ":6:13", "false-positive"),
    "a reason of one word": (waivers(entry(why="ok")), ":7:10", "10"),
    "a reason of blanks": (waivers(entry(why=" " * 40)), ":7:10", "10"),
    "an unknown rule": (waivers(entry(rule="weights/pickel-format")), ":3:11", "weights/pickle-format"),
    "a rule in capitals": (waivers(entry(rule="Weights/Pickle-Format")), ":3:11", "rule"),
    "no rule": (waivers(entry(rule="pickle")), ":3:11", "rule"),
    "a digest of the wrong length": (waivers(entry(sha256="12")), ":5:13", "64"),
    "an absolute path": (waivers(entry(path="/old.pt")), ":4:11", "absolute"),
    "a path out of the repository": (waivers(entry(path="../old.pt")), ":4:11", "leaves"),
    "a path with a dot": (waivers(entry(path="./old.pt")), ":4:11", '"old.pt"'),
    "a path with two slashes": (waivers(entry(path="a//old.pt")), ":4:11", '"a/old.pt"'),
    "a path with a slash behind": (waivers(entry(path="old.pt/")), ":4:11", '"old.pt"'),
    "the root": (waivers(entry(path=".")), ":4:11", "whole repository"),
    "an approver that nobody can look up": (waivers(entry(approver="alice")), ":8:15", "@user"),
    "two approvers": (waivers(entry(approver="@alice @bob")), ":8:15", "@user"),
    "no day": (waivers(entry(expires="2026-02-30")), ":10:14", "no day of the calendar"),
    "a time zone": (waivers(entry(expires="2026-02-03T00:00:00+14:00")), ":10:14", "no date"),
    "never": (waivers(entry(expires="never")), ":10:14", "no date"),
    "created in the future": (waivers(entry(created=day(3))), ":9:14", "yet to come"),
    "over before it began": (waivers(entry(created=day(-1), expires=day(-2))), ":10:14", "before"),
    "the same entry twice": (waivers(entry(), entry(why="another reason entirely")), ":11:11", "first on line 3"),
    "the same entry in capitals": (waivers(entry(), entry(sha256=sha256(PICKLE).upper())), ":11:11", "twice"),
    "too many": (HEAD + "  - {}\n" * 1_001, ":3:3", "1,000 are the most"),
    "10 MB": (waivers(entry()) + "#" * 10_000_000, "", "larger than 4.0 MiB"),
    **{f"without {key}": (waivers(entry(**{key: None})), ":3:5", f"`{key}:`") for key in entry()},
}  # fmt: skip


@pytest.mark.parametrize(("content", "place", "word"), BAD.values(), ids=BAD)
def test_a_bad_waivers_file(pickled: Repo, content: str | bytes, place: str, word: str) -> None:
    pickled.write("gate-waivers.yaml", content)
    result = pickled.gate("check")
    assert result.code == 2, result
    assert f"gate-waivers.yaml{place}" in result.err
    assert word in result.err
    assert result.out == ""


KEY = (RULE, PATH, sha256(PICKLE))


@pytest.mark.parametrize(
    ("content", "place", "word"),
    [
        (adopted(KEY).replace("adopted: 1", "adopted: 2"), ":1:10", "adopted: 1"),
        (adopted(KEY).replace("created", "made"), ":2:1", 'unknown key "made"'),
        (adopted(KEY, created=day(3)), ":2:10", "yet to come"),
        (adopted(KEY, expires=day(-11)), ":3:10", "before"),
        (adopted(KEY, KEY), ":8:11", "twice"),
        (adopted(("weights/pickel-format", *KEY[1:])), ":5:11", "weights/pickle-format"),
        (adopted((RULE, "./old.pt", KEY[2])), ":6:11", '"old.pt"'),
        (adopted((RULE, PATH, "0")), ":7:13", "64"),
    ],
)  # fmt: skip
def test_a_bad_file_of_adopted_findings(pickled: Repo, content: str, place: str, word: str) -> None:
    pickled.write("gate-adopted.yaml", content)
    result = pickled.gate("check")
    assert result.code == 2, result
    assert f"gate-adopted.yaml{place}" in result.err
    assert word in result.err


@pytest.mark.parametrize("name", ["gate-waivers.yaml", "gate-adopted.yaml"])
def test_a_link_a_directory_and_a_fifo_are_errors(pickled: Repo, name: str) -> None:
    pickled.write("elsewhere.yaml", waivers(entry()))
    pickled.link(name, "elsewhere.yaml")
    assert pickled.gate("check").code == 2
    pickled.delete(name)
    pickled.write(f"{name}/x", "")
    assert pickled.gate("check").code == 2
    pickled.delete(name)
    pickled.fifo(name)
    assert pickled.gate("check").code == 2


def test_every_problem_is_told_at_once(pickled: Repo) -> None:
    pickled.write("gate-waivers.yaml", waivers(entry(reason="x"), entry(created=day(9), path="b"), entry(why="")))
    said = pickled.gate("check").err
    assert [f":{line}:" in said for line in (6, 23)] == [True, True]


def test_today_may_be_tomorrow_somewhere(pickled: Repo) -> None:
    pickled.write("gate-waivers.yaml", waivers(entry(created=day(1))))
    assert pickled.gate("check").code == 0


def test_a_thousand_waivers_are_read(pickled: Repo) -> None:
    pickled.write("gate-waivers.yaml", waivers(*(entry(path=f"{n}.pt") for n in range(999)), entry()))
    assert pickled.gate("check").code == 0
