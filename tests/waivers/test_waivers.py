"""A waiver lets one finding about certain bytes pass, and nothing else, and no longer than it says."""

from __future__ import annotations

import json

import pytest

from tests.support import PICKLE, WEIGHTS, Repo, pointer, sha256
from tests.waivers.support import PATH, RULE, adopted, blinded, day, entry, ruling, told, waivers


def test_a_waived_finding_does_not_block_and_every_report_says_so(pickled: Repo) -> None:
    pickled.write("gate-waivers.yaml", waivers(entry()))
    report = pickled.report()
    assert report["verdict"] == "pass"
    assert report["counts"]["by_ruling"]["waived"] == 1
    waived = next(one for one in report["findings"] if one["rule"] == RULE)
    assert waived["decision"]["origin"]["path"] == "gate-waivers.yaml"
    assert waived["decision"]["origin"]["line"] == 3
    assert waived["decision"]["grounds"] == {
        "expires": day(60),
        "reason": "accepted-risk",
        "why": "read by hand, it builds a dictionary",
        "approver": "@alice",
    }
    assert waived["about"] == {"path": PATH, "sha256": sha256(PICKLE)}
    text = pickled.gate("check").out
    assert f"accepted-risk, approved by @alice, until {day(60)}: read by hand" in text
    assert "1 waived" in text
    assert "accepted-risk" in pickled.gate("check", "--report", "markdown").out
    assert RULE not in pickled.gate("check", "--report", "sarif").out, "code scanning would show it as an open alert"
    assert RULE not in pickled.gate("check", "--report", "github").out


def test_it_ends_with_the_bytes(pickled: Repo) -> None:
    pickled.write("gate-waivers.yaml", waivers(entry()))
    pickled.write(PATH, PICKLE.replace(b"w", b"v"))
    assert ruling(pickled) == "block"
    assert told(pickled) == {"waiver-unused"}


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"expires": day(-1)}, "waiver-expired"),
        ({"created": day(-300), "expires": day(-200)}, "waiver-expired"),
        ({"expires": day(171)}, "waiver-too-broad"),
        ({"rule": "weights/*"}, "waiver-too-broad"),
        ({"path": "*.pt"}, "waiver-too-broad"),
        ({"path": "**"}, "waiver-too-broad"),
        ({"rule": "integrity/digest-mismatch"}, "waiver-too-broad"),
        ({"rule": "gate/undecided"}, "waiver-too-broad"),
        ({"rule": "policy/weakened"}, "waiver-too-broad"),
        ({"rule": "signatures/revoked"}, "waiver-too-broad"),
        ({"approver": "@mallory"}, "waiver-unapproved"),
        ({"approver": "@acme"}, "waiver-unapproved"),
        ({"approver": "alice@example.org"}, "waiver-unapproved"),
        ({"path": "OLD.pt"}, "waiver-unused"),
        ({"path": "old"}, "waiver-unused"),
        ({"sha256": sha256(b"another file")}, "waiver-unused"),
        ({"rule": "weights/unsafe-pickle"}, "waiver-unused"),
        ({"rule": "acme/own-rule"}, "waiver-unused"),
    ],
)  # fmt: skip
def test_what_does_not_count_waives_nothing_and_is_told(pickled: Repo, change: dict[str, str], finding: str) -> None:
    pickled.write("gate-waivers.yaml", waivers(entry(**change)))
    assert ruling(pickled) == "block"
    assert finding in told(pickled)
    assert pickled.gate("check").code == 1


@pytest.mark.parametrize("expires", [0, 1, 14])
def test_it_counts_to_the_end_of_its_last_day_and_is_announced_14_days_before(pickled: Repo, expires: int) -> None:
    pickled.write("gate-waivers.yaml", waivers(entry(expires=day(expires))))
    assert ruling(pickled) == "waived"
    assert told(pickled) == {"waiver-expiring"}


def test_15_days_before_its_end_nothing_is_said(pickled: Repo) -> None:
    pickled.write("gate-waivers.yaml", waivers(entry(expires=day(15))))
    assert told(pickled) == set()


@pytest.mark.parametrize("approver", ["@alice", "@Alice", "@acme/security", "@ACME/Security"])
def test_any_owner_may_approve_and_names_have_no_case(pickled: Repo, approver: str) -> None:
    pickled.write("gate-waivers.yaml", waivers(entry(approver=approver)))
    assert ruling(pickled) == "waived"


@pytest.mark.parametrize(
    "line", [None, "", "*.py @alice\n", "* @alice\n/gate-waivers.yaml\n", "!gate-waivers.yaml @alice\n"]
)
def test_where_nobody_owns_the_file_nobody_can_approve(pickled: Repo, line: str | None) -> None:
    pickled.delete(".github/CODEOWNERS")
    if line is not None:
        pickled.write("docs/CODEOWNERS", line)
    pickled.write("gate-waivers.yaml", waivers(entry()))
    assert ruling(pickled) == "block"
    assert told(pickled) == {"waiver-unapproved"}


def test_a_link_is_no_codeowners(pickled: Repo) -> None:
    pickled.write("elsewhere", "* @alice\n")
    pickled.link(".github/CODEOWNERS", "../elsewhere")
    pickled.write("gate-waivers.yaml", waivers(entry()))
    assert told(pickled) == {"waiver-unapproved"}


def test_in_a_directory_of_a_larger_repository_the_owners_are_those_of_the_top(repo: Repo) -> None:
    repo.write("ml/dbom.yaml", "dbom: 1\n")
    repo.write("ml/old.pt", PICKLE)
    repo.write("ml/gate-waivers.yaml", waivers(entry()))
    repo.write("ml/CODEOWNERS", "* @alice\n")
    assert [one.ruling for one in repo.findings("--root", "ml") if one.rule == RULE] == ["block"]
    repo.write("CODEOWNERS", "/ml/gate-waivers.yaml @alice\n")
    assert [one.ruling for one in repo.findings("--root", "ml") if one.rule == RULE] == ["waived"]


def test_a_directory_is_bound_by_all_of_its_files(pickled: Repo) -> None:
    pickled.delete(PATH)
    pickled.write("data/a.csv", "x\n1\n")
    pickled.write("data/b.csv", "x\n2\n")
    pickled.gate("add", "data", "--name", "rows")
    listing = sha256(pickled.bytes("dbom/rows.sha256"))
    pickled.write("gate-waivers.yaml", waivers(entry(rule="dbom/no-license", path="data", sha256=listing)))
    assert ruling(pickled, rule="dbom/no-license") == "waived"
    pickled.write("data/b.csv", "x\n3\n")
    pickled.gate("update", "--version", "2", "rows")
    assert ruling(pickled, rule="dbom/no-license") == "warn"
    pickled.write("data/b.csv", "x\n2\n")
    pickled.write("data/c.csv", "x\n2\n")
    assert ruling(pickled, rule="dbom/no-license") == "warn", "one more file"


def test_a_file_in_a_directory_is_waived_alone(pickled: Repo) -> None:
    for name in ("a.pt", "b.pt"):
        pickled.write(f"models/{name}", PICKLE)
    pickled.delete(PATH)
    pickled.gate("add", "models", "--kind", "model")
    pickled.write("gate-waivers.yaml", waivers(entry(path="models/a.pt")))
    found = {one.related[0]: one.ruling for one in pickled.findings() if one.rule == RULE}
    assert found == {"models/a.pt": "waived", "models/b.pt": "block"}


def test_what_has_no_bytes_cannot_be_waived(pickled: Repo) -> None:
    """A missing file, and the pointer to content that is not there, whatever digest it claims."""
    pickled.gate("add", PATH)
    pickled.write(PATH, pointer(PICKLE))
    rules = ("integrity/content-absent", "weights/pickle-format", "dbom/no-license", "signatures/missing")
    pickled.write("gate-waivers.yaml", waivers(*(entry(rule=rule) for rule in rules)))
    assert {one.ruling for one in pickled.findings() if one.rule in rules} <= {"block", "warn"}
    pickled.delete(PATH)
    assert "waived" not in {one.ruling for one in pickled.findings()}


def test_what_is_off_stays_off(pickled: Repo) -> None:
    pickled.write("gate-policy.yaml", f"policy: 1\nrules:\n  {RULE}: {{enforce: 'off'}}\n")
    pickled.write("gate-waivers.yaml", waivers(entry()))
    assert ruling(pickled) == "off"


def test_a_warning_can_be_waived_and_a_waiver_goes_before_an_adoption(pickled: Repo) -> None:
    rule = "dbom/undeclared-weights"
    pickled.write("gate-waivers.yaml", waivers(entry(rule=rule)))
    pickled.write("gate-adopted.yaml", adopted((rule, PATH, sha256(PICKLE)), (RULE, PATH, sha256(PICKLE))))
    assert ruling(pickled, rule=rule) == "waived"
    assert ruling(pickled) == "adopted"


def test_part_of_a_run_cannot_tell_that_a_waiver_is_unused(pickled: Repo) -> None:
    pickled.write("other.safetensors", WEIGHTS)
    pickled.write("gate-waivers.yaml", waivers(entry(), entry(path="gone.pt")))
    assert told(pickled) == {"waiver-unused"}
    assert told(pickled, "other.safetensors") == set()
    assert told(pickled, "--only", "integrity") == set()
    assert told(pickled, "--only", "weights") == {"waiver-unused"}


def test_what_could_not_be_judged_leaves_open_whether_a_waiver_is_of_use(pickled: Repo) -> None:
    blinded(pickled)
    pickled.write("gate-waivers.yaml", waivers(entry(rule="poisoning/found", path="rows.csv"), entry()))
    assert told(pickled) == set()
    pickled.write("gate-waivers.yaml", waivers(entry(rule="poisoning/found", path="gone.csv"), entry()))
    assert told(pickled) == {"waiver-unused"}


def test_waivers_of_another_case_of_digest_are_the_same(pickled: Repo) -> None:
    pickled.write("gate-waivers.yaml", waivers(entry(sha256=sha256(PICKLE).upper())))
    assert ruling(pickled) == "waived"


def test_json_is_yaml(pickled: Repo) -> None:
    pickled.write("gate-waivers.yaml", json.dumps({"waivers": 1, "entries": [entry()]}))
    assert ruling(pickled) == "waived"


def test_the_files_are_documents_and_not_judged_as_content(pickled: Repo) -> None:
    before = pickled.report()["files"]
    pickled.write("gate-waivers.yaml", waivers(entry()))
    pickled.write("gate-adopted.yaml", adopted((RULE, PATH, sha256(PICKLE))))
    assert pickled.report()["files"] == before
    assert pickled.gate("check", "--report", "json=gate-waivers.yaml").code == 2, "no report replaces them"
