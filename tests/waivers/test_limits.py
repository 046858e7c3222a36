"""Policies limit what may be waived and adopted, and only ever further."""

from __future__ import annotations

import pytest

from tests.change.test_base import commit
from tests.support import PICKLE, Repo, sha256
from tests.waivers.support import PATH, RULE, adopted, day, entry, owned, ruling, told, waivers

KEY = (RULE, PATH, sha256(PICKLE))
OTHER = ("dbom/undeclared-weights", PATH, sha256(PICKLE))


def policy(repo: Repo, text: str, name: str = "gate-policy.yaml") -> None:
    repo.write(name, f"policy: 1\n{text}\n")


@pytest.mark.parametrize(
    ("limits", "counts"),
    [
        ("max_days: 70", True),
        ("max_days: 69", False),
        ("rules: ['weights/*']", True),
        ("rules: ['weights/pickle-*', 'dbom/*']", True),
        ("rules: ['dbom/*']", False),
        ("rules: []", False),
        ("never: ['weights/*']", False),
        ("never: ['weights/unsafe-pickle']", True),
        ("approved_by: codeowners", True),
    ],
)
def test_limits_of_waivers(pickled: Repo, limits: str, counts: bool) -> None:
    policy(pickled, f"waivers: {{{limits}}}")
    pickled.write("gate-waivers.yaml", waivers(entry()))
    assert ruling(pickled) == ("waived" if counts else "block")
    assert told(pickled) == (set() if counts else {"waiver-too-broad"})


def test_a_policy_of_ones_own_may_allow_longer_than_the_default(pickled: Repo) -> None:
    policy(pickled, "waivers: {max_days: 400}")
    pickled.write("gate-waivers.yaml", waivers(entry(expires=day(390))))
    assert ruling(pickled) == "waived"


def test_no_policy_can_allow_what_is_never_waived(pickled: Repo) -> None:
    policy(pickled, "waivers: {rules: ['integrity/*', 'gate/*', 'policy/*']}")
    pickled.gate("add", PATH)
    pickled.write(PATH, PICKLE + b"x")
    found = entry(rule="integrity/digest-mismatch", sha256=sha256(PICKLE + b"x"))
    pickled.write("gate-waivers.yaml", waivers(found))
    assert ruling(pickled, rule="integrity/digest-mismatch") == "block"
    assert told(pickled) == {"waiver-too-broad"}


@pytest.mark.parametrize(
    ("limits", "counts"),
    [
        ("max_days: 70", True),
        ("max_days: 69", False),
        ("max_findings: 2", True),
        ("max_findings: 1", False),
        ("allow: true", True),
        ("allow: false", False),
        ("rules: ['weights/*', 'dbom/*']", True),
        ("rules: ['dbom/*']", False),
        ("never: ['*/pickle-format']", False),
    ],
)
def test_limits_of_adopted_findings(pickled: Repo, limits: str, counts: bool) -> None:
    policy(pickled, f"adopted: {{{limits}}}")
    pickled.write("gate-adopted.yaml", adopted(KEY, OTHER))
    assert ruling(pickled) == ("adopted" if counts else "block")
    assert told(pickled) == (set() if counts else {"adopted-too-broad"})


@pytest.mark.parametrize(
    ("central", "own", "says"),
    [
        ("waivers: {max_days: 90}", "waivers: {max_days: 91}", "the 90 at central.yaml:2:21"),
        ("name: silent", "waivers: {max_days: 181}", "the 180 days that hold by default"),
        ("waivers: {rules: ['dbom/*']}", "waivers: {rules: ['dbom/*', 'weights/*']}", "at central.yaml:2:18"),
        ("adopted: {max_days: 90}", "adopted: {max_days: 91}", "the 90 at central.yaml:2:21"),
        ("adopted: {max_findings: 5}", "adopted: {max_findings: 6}", "the 5 at central.yaml:2:25"),
        ("adopted: {allow: false}", "adopted: {allow: true}", "at central.yaml:2:18"),
        ("adopted: {rules: ['dbom/*']}", "adopted: {rules: ['*/*']}", "at central.yaml:2:18"),
    ],
)
def test_what_extends_a_policy_by_file_cannot_loosen_it(repo: Repo, central: str, own: str, says: str) -> None:
    policy(repo, central, "central.yaml")
    policy(repo, f"extends: [central.yaml]\n{own}")
    result = repo.gate("check")
    assert result.code == 2
    assert "gate-policy.yaml:3:" in result.err
    assert says in result.err


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ("waivers: {max_days: 0}", ":2:21: error: expected a whole number from 1"),
        ("waivers: {max_days: 99999}", ":2:21: error: expected a whole number from 1"),
        ("waivers: {}", ":2:10: error: selects nothing"),
        ("waivers: {never: ['weigths/*']}", ':2:19: error: no rule matches "weigths/*": did you mean "weights"?'),
        ("waivers: {never: ['weights/pickel-*']}", ":2:19: error: no rule matches"),
        ("waivers: {never: ['weights']}", ':2:19: error: "weights" is no glob of rules'),
        ("waivers: {approved_by: anybody}", ":2:24: error:"),
        ("waivers: {approved_by: {signers: []}}", "the list is empty"),
        ("waivers: {approved_by: {signers: [ann]}}", ':2:35: error: there is no signer "ann" here'),
        ("adopted: {allow: 'no'}", ":2:18: error: expected true or false"),
        ("adopted: {approved_by: codeowners}", 'unknown key "approved_by"'),
    ],
)
def test_limits_that_cannot_be(repo: Repo, own: str, message: str) -> None:
    policy(repo, own)
    result = repo.gate("check")
    assert result.code == 2
    assert message in result.err


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("waivers: {max_days: 90}", ""),
        ("waivers: {max_days: 90}", "waivers: {max_days: 100}"),
        ("", "waivers: {max_days: 200}"),
        ("waivers: {rules: ['dbom/*']}", ""),
        ("waivers: {rules: ['dbom/no-*']}", "waivers: {rules: ['dbom/*']}"),
        ("waivers: {never: ['weights/*']}", ""),
        ("adopted: {allow: false}", ""),
        ("adopted: {max_findings: 5}", "adopted: {max_findings: 6}"),
        ("adopted: {max_days: 5}", "adopted: {max_days: 6}"),
        ("adopted: {never: ['weights/*']}", "adopted: {never: ['dbom/*']}"),
    ],
)
def test_a_change_that_loosens_them_is_told_and_has_no_effect(pickled: Repo, before: str, now: str) -> None:
    policy(pickled, before)
    pickled.write("gate-waivers.yaml", waivers(entry()))
    commit(pickled)
    pickled.git("switch", "--quiet", "-c", "change")
    policy(pickled, now)
    assert "weakened" in told(pickled, "--base", "main")
    pickled.git("stash", "--quiet")
    assert ruling(pickled, "--base", "main") == ruling(pickled)


def test_a_change_that_tightens_them_counts_at_once(pickled: Repo) -> None:
    pickled.write("gate-waivers.yaml", waivers(entry()))
    commit(pickled)
    pickled.git("switch", "--quiet", "-c", "change")
    policy(pickled, "waivers: {max_days: 9}")
    assert told(pickled, "--base", "main") == {"waiver-too-broad"}


def test_of_several_policies_the_strictest_counts(pickled: Repo) -> None:
    policy(pickled, "waivers: {max_days: 300, rules: ['weights/*']}", "a.yaml")
    policy(pickled, "waivers: {max_days: 100, never: ['dbom/*']}", "b.yaml")
    pickled.write("gate-waivers.yaml", waivers(entry(), entry(path="b.pt", expires=day(95))))
    messages = [one.message for one in pickled.findings("--policy", "a.yaml", "--policy", "b.yaml")]
    assert any("lasts 105 days, and 100 are the most, says b.yaml:2:21" in message for message in messages)
    assert ruling(pickled, "--policy", "a.yaml", "--policy", "b.yaml") == "waived"


def test_packs_have_no_say(pickled: Repo) -> None:
    policy(pickled, "waivers: {max_days: 300}", "a.yaml")
    pickled.write("gate-waivers.yaml", waivers(entry(expires=day(280))))
    assert ruling(pickled, "--policy", "a.yaml", "--policy", "gate:strict") == "waived"


def test_a_change_cannot_swap_the_owners_for_a_signer_of_its_own(pickled: Repo) -> None:
    owned(pickled, "# nobody\n")
    pickled.write("gate-waivers.yaml", waivers(entry()))
    commit(pickled)
    pickled.git("switch", "--quiet", "-c", "change")
    body = "MCowBQYDK2VwAyEAF0JU9/0m3x27oV8UWkWK1Er9kKhCpKowZ6wUiabi+no="
    key = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
    pickled.write("me.pub", key)
    policy(
        pickled,
        f"keys: [{{name: me, file: me.pub, sha256: {sha256(key)}}}]\nwaivers: {{approved_by: {{signers: [me]}}}}",
    )
    assert ruling(pickled, "--base", "main") == "block"
    assert {"weakened", "waiver-unapproved"} <= told(pickled, "--base", "main")
    messages = [one.message for one in pickled.findings("--base", "main")]
    assert any("need no approval by the owners in CODEOWNERS any more" in message for message in messages)


def test_the_effective_limits_are_shown_with_their_places(repo: Repo) -> None:
    policy(repo, "waivers: {max_days: 30, never: ['weights/*']}\nadopted: {allow: false}")
    shown = repo.gate("policy", "show").out
    assert "waivers max_days: 30  gate-policy.yaml:2:21" in shown
    assert "waivers never: weights/*  gate-policy.yaml:2:32" in shown
    assert "adopted allow: false  gate-policy.yaml:3:18" in shown
