"""Under `--base` a change cannot bring what lets it pass."""

from __future__ import annotations

import pytest

from tests.change.test_base import commit
from tests.support import PICKLE, Repo, sha256
from tests.waivers.support import PATH, RULE, adopted, day, entry, owned, ruling, told, waivers

KEY = (RULE, PATH, sha256(PICKLE))


@pytest.fixture
def based(pickled: Repo) -> Repo:
    """A base with the pickle, which it waives, and a branch."""
    pickled.write("gate-waivers.yaml", waivers(entry()))
    commit(pickled)
    pickled.git("switch", "--quiet", "-c", "change")
    return pickled


def test_the_waivers_of_the_base_count(based: Repo) -> None:
    assert ruling(based, "--base", "main") == "waived"


def test_one_that_the_change_brings_counts_once_merged(pickled: Repo) -> None:
    commit(pickled)
    pickled.git("switch", "--quiet", "-c", "change")
    pickled.write("gate-waivers.yaml", waivers(entry()))
    assert ruling(pickled, "--base", "main") == "block"
    assert "1 entry of gate-waivers.yaml counts once merged" in pickled.gate("check", "--base", "main").out
    assert ruling(pickled) == "waived", "as it will be"
    commit(pickled)
    pickled.git("switch", "--quiet", "main")
    pickled.git("merge", "--quiet", "change")
    assert ruling(pickled, "--base", "main") == "waived"


@pytest.mark.parametrize(
    "change",
    [
        {"expires": day(61)},
        {"created": day(-9)},
        {"approver": "@acme/security"},
        {"why": "an altogether different reason"},
        {"reason": "false-positive"},
    ],
)
def test_a_change_to_one_counts_once_merged(based: Repo, change: dict[str, str]) -> None:
    based.write("gate-waivers.yaml", waivers(entry(**change)))
    assert ruling(based, "--base", "main") == "block"


def test_a_change_may_end_one_earlier_or_remove_it(based: Repo) -> None:
    based.write("gate-waivers.yaml", waivers(entry(expires=day(20))))
    assert ruling(based, "--base", "main") == "waived"
    based.write("gate-waivers.yaml", waivers(entry(expires=day(-1))))
    assert ruling(based, "--base", "main") == "block"
    based.delete("gate-waivers.yaml")
    assert ruling(based, "--base", "main") == "block"


def test_owners_are_those_of_the_base(based: Repo) -> None:
    owned(based, "* @mallory\n")
    based.write("gate-waivers.yaml", waivers(entry(), entry(rule="dbom/undeclared-weights", approver="@mallory")))
    found = {one.rule: one.ruling for one in based.findings("--base", "main")}
    assert found[RULE] == "waived"
    assert found["dbom/undeclared-weights"] == "warn"
    assert "policy/waiver-unapproved" in found


def test_a_change_that_removes_the_owners_removes_nobody(based: Repo) -> None:
    based.delete(".github/CODEOWNERS")
    assert ruling(based, "--base", "main") == "waived"


def test_the_tip_of_the_base_decides(based: Repo) -> None:
    based.git("switch", "--quiet", "main")
    based.delete("gate-waivers.yaml")
    commit(based)
    based.git("switch", "--quiet", "change")
    assert ruling(based, "--base", "main") == "block"


def test_a_base_that_cannot_be_had_waives_nothing(based: Repo) -> None:
    assert ruling(based, "--base", "nowhere") == "block"
    assert "no waiver counts" in based.gate("check", "--base", "nowhere").out


def test_a_base_whose_waivers_are_not_valid_is_undecided(based: Repo) -> None:
    based.git("switch", "--quiet", "main")
    based.write("gate-waivers.yaml", "waivers: 7\n")
    commit(based)
    based.git("switch", "--quiet", "change")
    found = {one.rule: one.ruling for one in based.findings("--base", "main")}
    assert found["gate/undecided"] == "block"
    assert found[RULE] == "block"


def test_adopted_findings_are_those_that_both_have(pickled: Repo) -> None:
    commit(pickled)
    pickled.git("switch", "--quiet", "-c", "change")
    pickled.write("gate-adopted.yaml", adopted(KEY))
    assert ruling(pickled, "--base", "main") == "block"
    assert "1 entry of gate-adopted.yaml counts once merged" in pickled.gate("check", "--base", "main").out
    commit(pickled)
    pickled.git("switch", "--quiet", "main")
    pickled.git("merge", "--quiet", "change")
    assert ruling(pickled, "--base", "main") == "adopted"
    pickled.write("gate-adopted.yaml", adopted(KEY, ("dbom/undeclared-weights", *KEY[1:])))
    found = {one.rule: one.ruling for one in pickled.findings("--base", "main")}
    assert (found[RULE], found["dbom/undeclared-weights"]) == ("adopted", "warn")
    pickled.write("gate-adopted.yaml", adopted(KEY, expires=day(61)))
    assert ruling(pickled, "--base", "main") == "block", "longer than the base allows"
    pickled.write("gate-adopted.yaml", adopted(KEY, expires=day(9)))
    assert ruling(pickled, "--base", "main") == "adopted"


def test_what_a_change_adds_is_looked_at_before_it_is_merged(based: Repo) -> None:
    based.write("gate-waivers.yaml", waivers(entry(), entry(path="b.pt", expires=day(900))))
    assert "waiver-too-broad" in told(based, "--base", "main")
