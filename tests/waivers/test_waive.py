"""`gate waive`: writes what counts, and refuses what could not."""

from __future__ import annotations

import pytest

from tests.support import PICKLE, WEIGHTS, Repo, sha256
from tests.waivers.support import PATH, RULE, day, entry, ruling, told, waivers

WORDS = ("--reason", "accepted-risk", "--why", "read by hand: builds a dictionary", "--approver", "@alice")


def waive(repo: Repo, *arguments: str, code: int = 0) -> str:
    """Runs it; in vain it writes nothing."""
    before = repo.tree()
    result = repo.gate("waive", *arguments)
    assert result.code == code, result.err
    if code:
        assert repo.tree() == before
        assert result.out == ""
        assert "= fix:" in result.err
    return result.err if code else result.out


def test_it_writes_what_then_counts(pickled: Repo) -> None:
    said = waive(pickled, RULE, PATH, *WORDS)
    assert f"sha256: {sha256(PICKLE)}" in said
    assert ruling(pickled) == "waived"
    text = pickled.text("gate-waivers.yaml")
    assert f'created: "{day(0)}"' in text
    assert f'expires: "{day(90)}"' in text
    assert told(pickled) == set()


@pytest.mark.parametrize(("option", "end"), [(("--days", "30"), 30), (("--expires", day(45)), 45)])
def test_the_end_can_be_said(pickled: Repo, option: tuple[str, str], end: int) -> None:
    waive(pickled, RULE, PATH, *WORDS, *option)
    assert day(end) in pickled.text("gate-waivers.yaml")


def test_the_default_is_no_longer_than_the_policy_allows(pickled: Repo) -> None:
    pickled.write("gate-policy.yaml", "policy: 1\nwaivers: {max_days: 20}\n")
    waive(pickled, RULE, PATH, *WORDS)
    assert ruling(pickled) == "waived"


def test_a_second_time_nothing_is_written(pickled: Repo) -> None:
    waive(pickled, RULE, PATH, *WORDS)
    before = pickled.text("gate-waivers.yaml")
    assert f"gate-waivers.yaml:4:11: it is waived already, until {day(90)}" in waive(pickled, RULE, PATH, *WORDS)
    assert pickled.text("gate-waivers.yaml") == before


def test_comments_and_other_entries_stay(pickled: Repo) -> None:
    other = entry(rule="dbom/undeclared-weights")
    before = "# ours\n" + waivers(other).replace("reason:", "# because\n    reason:")
    pickled.write("gate-waivers.yaml", before)
    waive(pickled, RULE, PATH, *WORDS)
    after = pickled.text("gate-waivers.yaml")
    assert after.startswith(before.rstrip("\n"))
    assert {one.ruling for one in pickled.findings() if one.rule in (RULE, other["rule"])} == {"waived"}


@pytest.mark.parametrize("content", ["waivers: 1\nentries: []  # none\n", '{"waivers": 1, "entries": []}\n'])
def test_a_file_without_entries_is_filled(pickled: Repo, content: str) -> None:
    pickled.write("gate-waivers.yaml", content)
    waive(pickled, RULE, PATH, *WORDS)
    assert ruling(pickled) == "waived"


def test_one_that_does_not_count_any_more_is_renewed_in_its_place(pickled: Repo) -> None:
    other = entry(path="b.pt", expires=day(50))
    pickled.write("gate-waivers.yaml", waivers(entry(expires=day(-1), approver="@bob"), other) + "# the end\n")
    assert "renewed in gate-waivers.yaml" in waive(pickled, RULE, PATH, *WORDS)
    assert ruling(pickled) == "waived"
    text = pickled.text("gate-waivers.yaml")
    assert text.count(f'path: "{PATH}"') == 1
    assert "@bob" not in text
    assert text.endswith("# the end\n")


def test_a_file_in_a_directory_and_the_directory_itself(pickled: Repo) -> None:
    for name in ("a.pt", "b.pt"):
        pickled.write(f"models/{name}", PICKLE)
    pickled.gate("add", "models", "--kind", "model", "--name", "m")
    said = waive(pickled, RULE, "models", *WORDS, code=2)
    assert "is found in 2 files of models" in said
    assert "models/a.pt, models/b.pt" in said
    said = waive(pickled, "dbom/no-license", "models/a.pt", *WORDS, code=2)
    assert "there is no finding" in said or "name it: models" in said
    waive(pickled, RULE, "models/a.pt", *WORDS)
    waive(pickled, "dbom/no-license", "models", *WORDS)
    found = {(one.rule, one.related): one.ruling for one in pickled.findings() if one.ruling == "waived"}
    assert found == {(RULE, ("models/a.pt",)): "waived", ("dbom/no-license", ()): "waived"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("weights/pickel-format", PATH, *WORDS), 'did you mean "weights/pickle-format"?'),
        (("acme/none", PATH, *WORDS), 'unknown rule "acme/none"'),
        (("gate/undecided", PATH, *WORDS), "cannot be waived"),
        (("policy/weakened", PATH, *WORDS), "cannot be waived"),
        (("integrity/digest-mismatch", PATH, *WORDS), "cannot be waived"),
        (("weights/unsafe-pickle", PATH, *WORDS), "there is no finding of weights/unsafe-pickle at old.pt"),
        ((RULE, "ok.safetensors", *WORDS), "found there: dbom/undeclared-weights"),
        ((RULE, "none.pt", *WORDS), "neither a file nor declared"),
        ((RULE, "../none.pt", *WORDS), "outside"),
        ((RULE, PATH, *WORDS, "--days", "181"), "180 days are the most"),
        ((RULE, PATH, *WORDS, "--expires", day(-1)), "is past"),
        ((RULE, PATH, *WORDS[:-1], "@mallory"), "@mallory is no owner of this file: CODEOWNERS has @alice"),
        ((RULE, PATH, *WORDS[:-1], "alice"), "@user"),
        ((RULE, PATH, *WORDS[:3], "ok", *WORDS[4:]), "--why needs"),
        ((RULE, PATH, *WORDS[:3], "a\x1b[2Jbcdefghijk", *WORDS[4:]), "--why needs"),
    ],
)
def test_what_could_not_count_is_refused(pickled: Repo, arguments: tuple[str, ...], says: str) -> None:
    pickled.write("ok.safetensors", WEIGHTS)
    assert says in waive(pickled, *arguments, code=2)


@pytest.mark.parametrize(
    "arguments",
    [
        (RULE, PATH),
        (RULE, PATH, "--reason", "because", *WORDS[2:]),
        (RULE, PATH, *WORDS, "--days", "0"),
        (RULE, PATH, *WORDS, "--days", "1", "--expires", day(2)),
        (RULE, PATH, *WORDS, "--expires", "tomorrow"),
    ],
)
def test_a_command_line_that_cannot_be(pickled: Repo, arguments: tuple[str, ...]) -> None:
    assert pickled.gate("waive", *arguments).code == 2
    assert b"gate-waivers.yaml" not in pickled.tree()


def test_without_an_owner_nobody_can_approve(pickled: Repo) -> None:
    pickled.delete(".github/CODEOWNERS")
    said = waive(pickled, RULE, PATH, *WORDS, code=2)
    assert "nobody owns this file in CODEOWNERS" in said
    assert "/gate-waivers.yaml" in said


def test_what_is_off_and_what_has_no_bytes(pickled: Repo) -> None:
    pickled.write("gate-policy.yaml", f"policy: 1\nrules:\n  {RULE}: {{enforce: 'off'}}\n")
    assert "is off for old.pt" in waive(pickled, RULE, PATH, *WORDS, code=2)
    pickled.delete("gate-policy.yaml")
    pickled.gate("add", PATH)
    pickled.delete(PATH)
    assert "no bytes" in waive(pickled, "dbom/no-license", PATH, *WORDS, code=2)


def test_a_link_is_not_written_through(pickled: Repo) -> None:
    pickled.link("gate-waivers.yaml", "elsewhere.yaml")
    assert pickled.gate("waive", RULE, PATH, *WORDS).code == 2
    assert b"elsewhere.yaml" not in pickled.tree()


def test_names_that_yaml_would_take_for_something_else(pickled: Repo) -> None:
    for name in ("no", "1e5", "a: b.pt", "'q\".pt", "#x.pt", "ä🎉.pt"):
        pickled.write(name, PICKLE)
        waive(pickled, RULE, name, *WORDS)
    pickled.delete(PATH)
    assert {one.ruling for one in pickled.findings() if one.rule == RULE} == {"waived"}
    assert told(pickled) == set()
