"""The packs that ship, by their own tests in `policies/tests`."""

from __future__ import annotations

import pytest

from gate.core.catalogue import rule_ids
from gate.policy.packs import PACKS
from tests.support import PROJECT, Repo


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_decides_as_its_tests_say_and_no_rule_is_left_out(repo: Repo, pack: str) -> None:
    result = repo.gate("policy", "test", str(PROJECT / "policies/tests" / f"{pack}.yaml"), "--coverage")
    assert result.code == 0, result.out + result.err
    assert "note:" not in result.out


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_that_changes_fails_its_tests(repo: Repo, pack: str) -> None:
    """With every rule on a word of its own, each one fails: the tests are about all of them."""
    text = (PROJECT / "policies/tests" / f"{pack}.yaml").read_text("utf-8")
    lines = "".join(f"  {rule}: {{enforce: {_other(text, rule)}}}\n" for rule in rule_ids())
    repo.write("changed.yaml", f"policy: 1\nextends: [gate:{pack}]\nrules:\n{lines}")
    repo.write("tests/changed.yaml", text.replace(f"policy: gate:{pack}", "policy: ../changed.yaml"))
    result = repo.gate("policy", "test", "tests", "--root", ".")
    assert result.code == 1
    for rule in rule_ids():
        assert f"for {rule}, found" in result.out, rule


def _other(text: str, rule: str) -> str:
    return "off" if f"  {rule}: block\n" in text else "block"
