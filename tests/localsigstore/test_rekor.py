"""What the stand-in's logs have in common with the public ones, beyond what the reference client looks at."""

from __future__ import annotations

import base64
import hashlib

from tests.localsigstore import Instance, email_claims, mint
from tests.localsigstore.encoding import Json


def _entry(instance: Instance, rekor: int) -> Json:
    bundle = mint(instance, claims=email_claims("dev@example.com"), artifact=b"weights", rekor=rekor)
    [entry] = bundle["verificationMaterial"]["tlogEntries"]
    assert isinstance(entry, dict)
    return entry


def test_the_id_of_an_ed25519_log_is_made_of_its_name_and_key() -> None:
    """As on the public Rekor v2, whose checkpoints begin their signatures with the first four bytes of it."""
    instance = Instance()
    log = instance.trusted_root()["tlogs"][1]
    assert log["publicKey"]["keyDetails"] == "PKIX_ED25519"
    entry = _entry(instance, 2)
    note, _, lines = entry["inclusionProof"]["checkpoint"]["envelope"].partition("\n\n")
    origin, size, root = note.split("\n")
    _, name, signature = lines.split()
    raw = base64.b64decode(log["publicKey"]["rawBytes"])[-32:]
    expected = hashlib.sha256(origin.encode() + b"\n\x01" + raw).digest()
    assert log["baseUrl"] == f"https://{origin}"
    assert base64.b64decode(log["logId"]["keyId"]) == expected
    assert entry["logId"] == log["logId"]
    assert base64.b64decode(signature)[:4] == expected[:4]
    assert (name, size, root) == (origin, entry["inclusionProof"]["treeSize"], entry["inclusionProof"]["rootHash"])


def test_the_tree_of_rekor_v1_is_a_shard_so_its_indices_are_not_those_of_the_log() -> None:
    instance = Instance()
    _entry(instance, 1)
    entry = _entry(instance, 1)
    assert (entry["logIndex"], entry["inclusionProof"]["logIndex"]) == ("1000001", "1")
