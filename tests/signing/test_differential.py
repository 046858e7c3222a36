"""Beside sigstore-python, the reference: what the gate accepts, it accepts as well, but for what is listed here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sigstore.hashes import HashAlgorithm, Hashed
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy

from gate.policy.trust import Group, Identity
from tests.localsigstore import Instance, mint

from . import judging
from .judging import DATA, MINUTE, NOON, PERSON, WORKFLOW, statement
from .mutants import mutants
from .test_corpus import CORPUS, rows

MUTANTS = 200
"""Of every sample."""


class Pair(NamedTuple):
    """Both verifiers, for one signer and one root."""

    reference: Verifier
    group: Group

    def reference_refuses(self, bundle: bytes, data: bytes) -> str:
        """Why the reference does not accept it; empty where it does. It raises more than its own errors."""
        [signer] = self.group.signers
        assert isinstance(signer, Identity)
        who = policy.AllOf([_San(signer.identity), policy.OIDCIssuerV2(signer.issuer)])
        try:
            parsed = Bundle.from_json(bundle)
            if parsed._dsse_envelope:
                _, payload = self.reference.verify_dsse(parsed, who)
                assert any(one["digest"]["sha256"] == _sha256(data) for one in json.loads(payload)["subject"])
            else:
                digest = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=hashlib.sha256(data).digest())
                self.reference.verify_artifact(digest, parsed, who)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return ""

    def refuses(self, bundle: bytes, data: bytes) -> str:
        """Why the gate does not."""
        return judging.refusal(bundle, self.group, judging.artifact(data))


class _San(policy.VerificationPolicy):
    """The SAN alone: `policy.Identity` would look at the deprecated issuer too."""

    def __init__(self, identity: str) -> None:
        self._identity = policy.Identity(identity=identity)

    def verify(self, cert: Any) -> None:
        self._identity.verify(cert)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """sigstore keeps its caches below these."""
    for variable in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    return tmp_path


def _pair(root: bytes, signer: Identity, home: Path) -> Pair:
    path = home / "root.json"
    path.write_bytes(root)
    return Pair(Verifier(trusted_root=TrustedRoot.from_file(str(path))), judging.group((signer,), root))


GOOD: Mapping[str, dict[str, Any]] = {
    "Rekor 1": {"artifact": DATA},
    "Rekor 2": {"artifact": DATA, "rekor": 2},
    "a workflow": {"artifact": DATA, "claims": WORKFLOW},
    "with a timestamp": {"artifact": DATA, "at": NOON, "timestamp": NOON + MINUTE},
    "without promise": {"artifact": DATA, "promise": False, "timestamp": True},
    "0.1": {"artifact": DATA, "version": "0.1"},
    "0.2": {"artifact": DATA, "version": "0.2"},
    "dsse": {"statement": statement()},
    "dsse in Rekor 2": {"statement": statement(), "rekor": 2},
}
BAD: Mapping[str, dict[str, Any]] = {
    "no SCT": {"artifact": DATA, "sct": False},
    "late": {"artifact": DATA, "at": NOON, "logged_at": NOON + 60 * MINUTE},
    "stamped late": {"artifact": DATA, "at": NOON, "timestamp": [NOON, NOON + 60 * MINUTE]},
    "other bytes": {"artifact": b"other"},
    "other bytes in a statement": {"statement": statement(sha256="0" * 64)},
    "no proof": {"artifact": DATA, "proof": False},
    "no checkpoint": {"artifact": DATA, "checkpoint": False},
    "no time": {"artifact": DATA, "rekor": 2, "timestamp": False},
    "no entry": {"artifact": DATA, "rekor": None, "timestamp": True},
}
MORE: Mapping[str, dict[str, Any]] = {
    "promise alone in 0.1": {"artifact": DATA, "version": "0.1", "proof": False},
    "several entries": {"artifact": DATA, "rekor": [1, 2], "timestamp": True},
    "intoto": {"statement": statement(), "entry_kind": "intoto"},
    "dsse 0.0.2": {"statement": statement(), "rekor": 2, "entry_kind": "dsse"},
    "hashedrekord for an envelope": {"statement": statement(), "entry_kind": "hashedrekord"},
    "Ed25519": {"artifact": DATA, "algorithm": "Ed25519"},
    "RSA": {"artifact": DATA, "algorithm": "RSA"},
    "P-384": {"artifact": DATA, "algorithm": "P-384"},
}
"""What the gate accepts and the reference does not know: the differences that are meant."""


def _both(options: Mapping[str, Any], instance: Instance, home: Path) -> tuple[str, str]:
    claims = options.get("claims", PERSON)
    signer = judging.workflow() if claims is WORKFLOW else judging.person()
    signer = signer._replace(source_repository=None)
    pair = _pair(json.dumps(instance.trusted_root()).encode(), signer, home)
    bundle = json.dumps(mint(instance, **{"claims": claims, **options})).encode()
    return pair.refuses(bundle, DATA), pair.reference_refuses(bundle, DATA)


@pytest.mark.parametrize("options", GOOD.values(), ids=GOOD)
def test_both_accept(options: Mapping[str, Any], sigstore_instance: Instance, home: Path) -> None:
    assert _both(options, sigstore_instance, home) == ("", "")


@pytest.mark.parametrize("options", BAD.values(), ids=BAD)
def test_both_refuse(options: Mapping[str, Any], sigstore_instance: Instance, home: Path) -> None:
    assert all(_both(options, sigstore_instance, home))


@pytest.mark.parametrize("options", MORE.values(), ids=MORE)
def test_the_gate_knows_more(options: Mapping[str, Any], sigstore_instance: Instance, home: Path) -> None:
    ours, reference = _both(options, sigstore_instance, home)
    assert ours == ""
    assert reference


MEANT = (
    "InvalidBundle: failed to load bundle",  # it refuses members that it does not know, at every level
    "InvalidBundle: expected certificate chain in bundle",  # 0.1 and 0.2 with the certificate where 0.3 has it
    "InvalidBundle: expected exactly one log entry",
    "InvalidBundle: entry must contain inclusion proof, with checkpoint",  # 0.1 with a promise alone
)
"""Why the reference refuses what the gate accepts: how it is written down, and never a proof that does not hold."""


def _compare(pair: Pair, bundle: bytes, data: bytes, seed: str) -> None:
    assert (pair.refuses(bundle, data), pair.reference_refuses(bundle, data)) == ("", "")
    for mutant in mutants(bundle, MUTANTS, seed):
        if not pair.refuses(mutant, data):
            reason = pair.reference_refuses(mutant, data)
            assert not reason or reason.startswith(MEANT), (reason, mutant)


@pytest.mark.parametrize("which", ["Rekor 1", "Rekor 2", "0.1", "dsse", "dsse in Rekor 2"])
def test_mutants_of_minted_bundles(which: str, sigstore_instance: Instance, home: Path) -> None:
    bundle = json.dumps(mint(sigstore_instance, **{"claims": PERSON, **GOOD[which]})).encode()
    pair = _pair(json.dumps(sigstore_instance.trusted_root()).encode(), judging.person(), home)
    _compare(pair, bundle, DATA, which)


REAL = [row for row in rows() if row["key"] == "-" and not row["artifact"].startswith("dir:")]
UNKNOWN = {"conf-intoto-with-custom-trust-root"}
"""Real ones that the reference cannot verify."""


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
@pytest.mark.parametrize("row", REAL, ids=lambda row: row["name"])
def test_real_bundles(row: Mapping[str, str], home: Path) -> None:
    bundle, data = (CORPUS / row["bundle"]).read_bytes(), (CORPUS / row["artifact"]).read_bytes()
    pair = _pair((CORPUS / row["trusted_root"]).read_bytes(), judging.person(row["identity"], row["issuer"]), home)
    if row["expected"] == "fail":
        assert pair.refuses(bundle, data)
        assert pair.reference_refuses(bundle, data)
    elif row["name"] in UNKNOWN:
        assert pair.reference_refuses(bundle, data)
        assert pair.refuses(bundle, data) == ""
    else:
        _compare(pair, bundle, data, row["name"])
