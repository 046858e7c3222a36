"""`pickles:` in a policy: names that it vouches for, names that it denies, and who may say so."""

from __future__ import annotations

import pytest

from tests.support import Repo

STATE = b"\x80\x04\x8c\x0fproject.trainer\x8c\x05State\x93)\x81}\x8c\x05epochK\x03sb."
SYSTEM = b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04echo\x85R."
DECIMAL = b"\x80\x04cdecimal\nDecimal\n\x8c\x011\x85R."
UNKNOWN, UNSAFE, FORMAT = "weights/unknown-global", "weights/unsafe-pickle", "weights/pickle-format"


def research(pickles: str) -> str:
    return f"policy: 1\nextends: [gate:research]\npickles: {pickles}\n"


@pytest.mark.parametrize(
    ("data", "pickles", "expected"),
    [
        (STATE, "{}", UNKNOWN),
        (STATE, "{allow: [project.trainer.State]}", None),
        (STATE, '{allow: ["project.*"]}', None),
        (STATE, '{allow: ["*.State"]}', None),
        (STATE, '{allow: ["project.trainer"]}', UNKNOWN),
        (STATE, '{allow: ["project.*"], deny: ["*.State"]}', UNKNOWN),
        (SYSTEM, '{allow: ["os.*", "*"]}', UNSAFE),
        (SYSTEM, "{allow: [os.system]}", None),
        (DECIMAL, "{}", None),
        (DECIMAL, '{deny: ["decimal.*"]}', UNSAFE),
        (DECIMAL, '{deny: ["decimal.*"], allow: ["decimal.Decimal"]}', UNSAFE),
    ],
)
def test_names_and_patterns(repo: Repo, data: bytes, pickles: str, expected: str | None) -> None:
    repo.write("m.pkl", data)
    repo.write("gate-policy.yaml", research(pickles))
    assert repo.rules("scan", "m.pkl") - {FORMAT} == ({expected} if expected else set())
    assert repo.gate("scan", "m.pkl").code == (1 if expected else 0)


def test_a_policy_cannot_vouch_for_more_than_a_file_that_it_extends(repo: Repo) -> None:
    repo.write("central.yaml", research("{allow: [project.trainer.State], deny: [decimal.Decimal]}"))
    repo.write("m.pkl", STATE)
    more = "policy: 1\nextends: [central.yaml]\npickles: {allow: [project.trainer.State, os.system]}\n"
    repo.write("gate-policy.yaml", more)
    result = repo.gate("scan", "m.pkl")
    assert result.code == 2
    assert "`pickles:` allows os.system, which" in result.err
    assert "gate-policy.yaml:3" in result.err
    repo.write("gate-policy.yaml", "policy: 1\nextends: [central.yaml]\npickles: {deny: [project.trainer.State]}\n")
    assert UNKNOWN in repo.rules("scan", "m.pkl")
    repo.write("m.pkl", DECIMAL)
    assert UNSAFE in repo.rules("scan", "m.pkl"), "what any of them denies is denied"


def test_a_second_policy_has_to_allow_it_too(repo: Repo) -> None:
    repo.write("m.pkl", STATE)
    repo.write("one.yaml", research("{allow: [project.trainer.State]}"))
    repo.write("two.yaml", research("{}"))
    assert repo.rules("scan", "m.pkl", "--policy", "one.yaml") == {FORMAT}
    assert repo.rules("scan", "m.pkl", "--policy", "one.yaml", "--policy", "two.yaml") == {FORMAT, UNKNOWN}


def test_a_change_cannot_vouch_for_itself(repo: Repo) -> None:
    repo.git("init", "-q", "-b", "main")
    repo.write("gate-policy.yaml", research("{allow: [a.b], deny: [c.d]}"))
    repo.write("README.md", "text")
    repo.track()
    repo.git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "base")
    repo.write("m.pkl", STATE)
    repo.write("gate-policy.yaml", research('{allow: [a.b, "project.*"]}'))
    repo.track()
    found = repo.findings("--base", "main")
    messages = [finding.message for finding in found if finding.rule == "policy/weakened"]
    assert any("allows project.*, which the base does not allow" in message for message in messages)
    assert any("no longer denies c.d" in message for message in messages)
    assert UNKNOWN in {finding.rule for finding in found}


def test_the_effective_lists_are_shown(repo: Repo) -> None:
    repo.write("gate-policy.yaml", research("{allow: [a.b], deny: [c.d]}"))
    out = repo.gate("policy", "show").out
    assert "pickles may have: a.b  gate-policy.yaml:3:10" in out
    assert "pickles may not have: c.d  gate-policy.yaml:3:10" in out
