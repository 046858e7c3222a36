"""`gate adopt`: a repository begins with the gate, and what is new blocks."""

from __future__ import annotations

import pytest

from tests.support import PICKLE, WEIGHTS, Repo
from tests.waivers.support import PATH, RULE, adopted, blinded, day, entry, ruling, told, waivers

UNSAFE = b"cposix\nsystem\n(S'true'\ntR."


def adopt(repo: Repo, *arguments: str) -> str:
    result = repo.gate("adopt", *arguments)
    assert result.code == 0, result.err
    return result.out + result.err


def test_today_passes_and_tomorrow_blocks(pickled: Repo) -> None:
    assert pickled.gate("check").code == 1
    said = adopt(pickled)
    assert f"adopted 2 findings in gate-adopted.yaml: they block from the day after {day(90)} on" in said
    result = pickled.gate("check")
    assert result.code == 0
    assert f"2 adopted until {day(90)}" in result.out
    assert f"adopted[{RULE}]" in result.out
    pickled.write("new.pt", PICKLE.replace(b"w", b"v"))
    assert pickled.gate("check").code == 1
    pickled.delete("new.pt")
    pickled.write("copy.pt", PICKLE)
    assert pickled.gate("check").code == 1, "the same bytes elsewhere are another finding"
    pickled.delete("copy.pt")
    pickled.write(PATH, PICKLE.replace(b"w", b"v"))
    assert ruling(pickled) == "block"


def test_data_that_nobody_declared_is_adopted_too(repo: Repo) -> None:
    """Rows, which are data by their name alone, and pictures, which are by their number."""
    repo.write("rows.csv", "x\n1\n")
    for number in range(20):
        repo.write(f"images/{number}.png", b"\x89PNG\r\n\x1a\n" + bytes([number]))
    adopt(repo)
    assert {one.ruling for one in repo.findings() if one.rule == "dbom/undeclared-data"} == {"adopted"}
    repo.write("images/3.png", b"\x89PNG\r\n\x1a\n...")
    repo.write("rows.csv", "x\n2\n")
    assert {one.ruling for one in repo.findings() if one.rule == "dbom/undeclared-data"} == {"warn"}


def test_every_report_has_them_but_sarif(pickled: Repo) -> None:
    adopt(pickled)
    report = pickled.report()
    assert report["counts"]["by_ruling"]["adopted"] == 2
    found = next(one for one in report["findings"] if one["rule"] == RULE)
    assert found["decision"]["grounds"] == {"expires": day(90), "reason": "", "why": "", "approver": ""}
    assert found["decision"]["origin"]["path"] == "gate-adopted.yaml"
    markdown = pickled.gate("check", "--report", "markdown").out
    assert f"2 adopted until {day(90)}" in markdown
    assert "**adopted**" in markdown
    assert RULE not in pickled.gate("check", "--report", "sarif").out


def test_what_is_critical_is_not_adopted(pickled: Repo) -> None:
    pickled.write("bad.pkl", UNSAFE)
    said = adopt(pickled)
    assert "not adopted: 1 finding of weights/unsafe-pickle: it is critical, so it needs a waiver of its own" in said
    assert ruling(pickled, rule="weights/unsafe-pickle") == "block"
    assert "unsafe-pickle" not in pickled.text("gate-adopted.yaml")


def test_what_is_critical_cannot_be_written_in_by_hand(pickled: Repo) -> None:
    pickled.write("bad.pkl", UNSAFE)
    about = next(one["about"] for one in pickled.report()["findings"] if one["rule"] == "weights/unsafe-pickle")
    pickled.write("gate-adopted.yaml", adopted(("weights/unsafe-pickle", about["path"], about["sha256"])))
    assert ruling(pickled, rule="weights/unsafe-pickle") == "block"
    assert told(pickled) == {"adopted-too-broad"}


def test_what_has_no_bytes_is_not_adopted(pickled: Repo) -> None:
    pickled.write("gone.csv", "x\n1\n")
    pickled.gate("add", "gone.csv")
    pickled.delete("gone.csv")
    said = adopt(pickled)
    assert "no policy can allow that" in said
    assert "it is about no bytes that an entry could be bound to" in said
    assert pickled.gate("check").code == 1


def test_what_is_waived_needs_no_adoption(pickled: Repo) -> None:
    pickled.write("gate-waivers.yaml", waivers(entry()))
    adopt(pickled)
    assert RULE not in pickled.text("gate-adopted.yaml")


def test_again_it_only_removes_what_is_gone(pickled: Repo) -> None:
    pickled.write("other.pt", PICKLE)
    adopt(pickled)
    pickled.write("new.pt", PICKLE)
    pickled.delete("other.pt")
    assert "2 adopted findings are gone: `gate adopt` takes them off the list" in pickled.gate("check").out
    said = adopt(pickled)
    assert f"2 adopted findings gone, 2 left until {day(90)}" in said
    assert "still blocked by 1 finding: nothing is added to the list" in said
    assert ruling(pickled, PATH) == "adopted"
    assert ruling(pickled, "new.pt") == "block"
    before = pickled.tree()
    adopt(pickled)
    assert pickled.tree() == before
    assert pickled.gate("adopt", "--days", "100").code == 2, "its time is set"
    assert pickled.tree() == before


def test_what_could_not_be_judged_is_not_taken_off(pickled: Repo) -> None:
    adopt(pickled)
    pickled.delete(PATH)
    blinded(pickled)
    before = pickled.text("gate-adopted.yaml")
    assert pickled.gate("adopt").code == 4
    assert pickled.text("gate-adopted.yaml") == before


def test_when_their_time_is_over_they_block(pickled: Repo) -> None:
    adopt(pickled)
    pickled.write(
        "gate-adopted.yaml", pickled.text("gate-adopted.yaml").replace(day(90), day(-1)).replace(day(0), day(-9))
    )
    assert ruling(pickled) == "block"
    assert told(pickled) == {"adopted-expired"}


def test_a_policy_can_forbid_and_limit_it(pickled: Repo) -> None:
    before = pickled.tree()
    for limits, says in {
        "allow: false": "gate-policy.yaml:2:18 forbids adopting findings",
        "max_findings: 1": "2 findings are to be adopted, and 1 are the most, says gate-policy.yaml:2:25",
    }.items():
        pickled.write("gate-policy.yaml", f"policy: 1\nadopted: {{{limits}}}\n")
        result = pickled.gate("adopt")
        assert (result.code, says in result.err) == (2, True), result.err
        pickled.delete("gate-policy.yaml")
    assert pickled.tree() == before
    pickled.write("gate-policy.yaml", "policy: 1\nadopted: {max_days: 7, never: ['dbom/*']}\n")
    assert "until" in adopt(pickled) or pickled.text("gate-adopted.yaml")
    assert f'expires: "{day(7)}"' in pickled.text("gate-adopted.yaml")
    assert "dbom/" not in pickled.text("gate-adopted.yaml")
    assert told(pickled) == set()


def test_where_there_is_nothing_nothing_is_written(repo: Repo) -> None:
    repo.write("README.md", "hello\n")
    assert "nothing was adopted" in adopt(repo)
    assert b"gate-adopted.yaml" not in repo.tree()


def test_names_that_no_document_can_have_are_left_out(pickled: Repo) -> None:
    pickled.write(b"\xff.pt", PICKLE)
    assert "is not UTF-8" in adopt(pickled)
    assert ruling(pickled, PATH) == "adopted"


def test_a_directory_is_adopted_as_it_is(repo: Repo) -> None:
    repo.write("models/a.safetensors", WEIGHTS)
    repo.write("models/b.safetensors", WEIGHTS)
    repo.gate("add", "models", "--kind", "model")
    adopt(repo)
    assert ruling(repo, rule="dbom/no-license") == "adopted"
    repo.write("models/b.safetensors", WEIGHTS[:-1] + b"\1")
    assert ruling(repo, rule="dbom/no-license") == "warn"


def test_a_critical_rule_of_the_policy_is_not_adopted_either(repo: Repo) -> None:
    pytest.importorskip("cel_expr_python")
    rule = "{id: acme/no, assert: 'false', message: no, severity: critical}"
    repo.write("gate-policy.yaml", f"policy: 1\nextends: [gate:baseline]\ncustom: [{rule}]\n")
    repo.write("a.csv", "a\n1\n")
    repo.write("dbom.yaml", "dbom: 1\ndatasets:\n  - {name: a, path: a.csv}\n")
    assert "not adopted: 1 finding of acme/no: it is critical" in adopt(repo)
    assert ruling(repo, rule="acme/no") == "block"
