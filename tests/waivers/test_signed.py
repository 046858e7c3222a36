"""Waivers that a policy wants signed, instead of or beside an owner."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.change.test_base import commit
from tests.signing.signers import private_pem, public_pem
from tests.support import Repo, sha256
from tests.waivers.support import RULE, entry, ruling, told, waivers

POLICY = """\
policy: 1
keys:
  - {{name: ann, file: keys/ann.pub, sha256: {ann}}}
  - {{name: bob, file: keys/bob.pub, sha256: {bob}}}
waivers: {{approved_by: {{signers: [{names}]}}}}
"""
KEYS = {"ann": "p256", "bob": "ed25519"}


def policy(repo: Repo, names: str = "ann") -> None:
    for name, kind in KEYS.items():
        repo.write(f"keys/{name}.pub", public_pem(kind))
    digests = {name: sha256(public_pem(kind)) for name, kind in KEYS.items()}
    repo.write("gate-policy.yaml", POLICY.format(names=names, **digests))


def sign(repo: Repo, by: str = "ann") -> None:
    key = Path(repo.root).parent / f"{by}.pem"
    key.write_bytes(private_pem(KEYS[by]))
    key.chmod(0o600)
    result = repo.gate("sign", "gate-waivers.yaml", "--key", str(key))
    assert result.code == 0, result.err


@pytest.fixture
def signed(pickled: Repo) -> Repo:
    """Waivers that ann has signed; nobody owns the file."""
    pickled.delete(".github/CODEOWNERS")
    policy(pickled)
    pickled.write("gate-waivers.yaml", waivers(entry()))
    sign(pickled)
    return pickled


def test_a_signature_by_who_is_named_approves_all_of_the_file(signed: Repo) -> None:
    assert ruling(signed) == "waived"
    assert "gate-waivers.yaml is signed by ann" in signed.gate("check").out
    assert told(signed, "--only", "weights") == set(), "it is looked at whatever is left out"


def test_without_a_signature_nothing_is_waived(signed: Repo) -> None:
    signed.delete("gate-waivers.yaml.sigstore.json")
    assert ruling(signed) == "block"
    found = next(one for one in signed.findings() if one.rule == "policy/waiver-unapproved")
    assert "gate-waivers.yaml must be signed by ann, as gate-policy.yaml:5:24 asks" in found.message
    assert ruling(signed, "--only", "weights") == "block"


def test_one_more_byte_and_the_signature_does_not_hold(signed: Repo) -> None:
    signed.write("gate-waivers.yaml", signed.text("gate-waivers.yaml") + "# more\n")
    assert ruling(signed) == "block"
    assert told(signed) == {"waiver-unapproved"}


def test_a_signer_who_is_not_named_does_not_do(signed: Repo) -> None:
    sign(signed, "bob")
    assert ruling(signed) == "block"
    assert told(signed) == {"waiver-unapproved"}
    policy(signed, "ann, bob")
    assert ruling(signed) == "waived"


def test_the_policy_and_the_one_that_it_extends_must_both_be_content(signed: Repo) -> None:
    signed.write("central.yaml", signed.text("gate-policy.yaml"))
    signed.write("gate-policy.yaml", "policy: 1\nextends: [central.yaml]\nwaivers: {approved_by: codeowners}\n")
    assert told(signed) == {"waiver-unapproved"}
    signed.write("CODEOWNERS", "* @alice\n")
    assert ruling(signed) == "waived"
    signed.delete("gate-waivers.yaml.sigstore.json")
    assert told(signed) == {"waiver-unapproved"}


def test_a_change_needs_the_signature_of_whom_the_base_names(signed: Repo) -> None:
    commit(signed)
    signed.git("switch", "--quiet", "-c", "change")
    assert ruling(signed, "--base", "main") == "waived"
    policy(signed, "bob")
    sign(signed, "bob")
    assert ruling(signed, "--base", "main") == "block"
    assert {"weakened", "waiver-unapproved"} <= told(signed, "--base", "main")


def test_without_the_library_it_is_undecided_and_nothing_is_waived(
    signed: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "gate.signing.judge", None)
    rulings = {one.rule: one.ruling for one in signed.findings()}
    assert (rulings[RULE], rulings["gate/undecided"]) == ("block", "block")


def test_gate_waive_says_that_it_has_to_be_signed(signed: Repo) -> None:
    arguments = ("dbom/undeclared-weights", "old.pt", "--reason", "fix-pending", "--why", "declared next week")
    result = signed.gate("waive", *arguments, "--approver", "@ann")
    assert "has to be signed again: `gate sign gate-waivers.yaml`" in result.out
    assert ruling(signed) == "block"
    sign(signed)
    assert ruling(signed) == "waived"
