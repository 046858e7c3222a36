"""Thousands of mutants of good bundles: each is refused with a reason, or says nothing else than the original."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509

from gate.policy.trust import Group
from gate.signing.artifact import Artifact
from gate.signing.bundles.bundle import MessageSignature, parse_bundle
from gate.signing.bundles.envelope import Envelope
from gate.signing.errors import InvalidError
from gate.signing.facts import describe
from gate.signing.judge import Accepted, UntrustedError, judge
from tests.localsigstore import Instance, mint
from tests.localsigstore.authority import authority, certify, name, pem_of, usage
from tests.localsigstore.keys import generate, pem

from . import judging
from .judging import DATA, NOON, PERSON, WORKFLOW, statement
from .mutants import mutants
from .test_corpus import CORPUS, rows

EACH = 400
"""Mutants of every sample."""


class Sample(NamedTuple):
    """A good bundle, and what accepts it."""

    bundle: bytes
    artifact: Artifact
    group: Group
    now: dt.datetime = dt.datetime.now(dt.timezone.utc)


MINTED: Mapping[str, dict[str, Any]] = {
    "promise and proof": {"claims": PERSON, "artifact": DATA},
    "promise alone": {"claims": PERSON, "artifact": DATA, "version": "0.1", "proof": False},
    "two of each": {"claims": PERSON, "artifact": DATA, "rekor": [1, 2], "at": NOON, "timestamp": [NOON, NOON]},
    "rekor 2": {"claims": WORKFLOW, "artifact": DATA, "rekor": 2},
    "dsse": {"claims": WORKFLOW, "statement": statement()},
    "dsse as intoto": {"claims": WORKFLOW, "statement": statement(), "entry_kind": "intoto"},
    "dsse in rekor 2": {"claims": WORKFLOW, "statement": statement(), "rekor": 2, "entry_kind": "dsse"},
    "P-384": {"claims": PERSON, "artifact": DATA, "algorithm": "P-384"},
    "Ed25519": {"claims": PERSON, "artifact": DATA, "algorithm": "Ed25519"},
    "RSA": {"claims": PERSON, "artifact": DATA, "algorithm": "RSA"},
}  # fmt: skip


def _minted(which: str, instance: Instance) -> Sample:
    bundle = mint(instance, **MINTED[which])
    return Sample(json.dumps(bundle).encode(), judging.artifact(), judging.trusting(instance))


def _keyed(kind: str, instance: Instance) -> Sample:
    key = generate(kind)
    bundle = mint(instance, key=key, statement=statement(), timestamp=True)
    who = judging.group((judging.key(pem(key)),), instance.trusted_root())
    return Sample(json.dumps(bundle).encode(), judging.artifact(), who)


def _certified(_: Instance) -> Sample:
    """A certificate of an organisation's own authority, below an intermediate."""
    start = judging.NOON - dt.timedelta(days=1)
    above = authority("the root", start)
    between = authority("the issuer", start, above=above, path_length=0)
    key = generate()
    leaf = certify(
        between,
        key.public_key(),
        name("dev"),
        start=start,
        end=start + dt.timedelta(days=30),
        extensions=[
            (usage("digital_signature"), True),
            (x509.SubjectAlternativeName([x509.DNSName("a.example")]), False),
        ],
    )
    assert between.certificate
    assert above.certificate
    bundle = mint(
        Instance(), key=key, chain=(leaf, between.certificate), statement=statement(), rekor=None, timestamp=False
    )
    who = judging.group((judging.authority(pem_of(above.certificate), "a.example"),))
    return Sample(json.dumps(bundle).encode(), judging.artifact(), who)


def _corpus(row: Mapping[str, str]) -> Sample:
    path = CORPUS / row["artifact"].removeprefix("dir:")
    bundle = (CORPUS / row["bundle"]).read_bytes()
    if row["key"] == "-":
        signer, roots = judging.person(row["identity"], row["issuer"]), [(CORPUS / row["trusted_root"]).read_bytes()]
        return Sample(bundle, _artifact(path), judging.group((signer,), *roots))
    held = (CORPUS / row["key"]).read_bytes()
    if b"BEGIN CERTIFICATE" not in held:
        return Sample(bundle, _artifact(path), judging.group((judging.key(held),)))
    chain = parse_bundle(bundle).chain
    then = x509.load_der_x509_certificate(chain[0]).not_valid_before_utc
    return Sample(bundle, _artifact(path), judging.group((judging.authority(held),)), then + dt.timedelta(days=1))


def _artifact(path: Path) -> Artifact:
    if path.is_file():
        return judging.artifact(path.read_bytes())
    held = {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}
    digests = {name: {"sha256": hashlib.sha256(data).digest()} for name, data in held.items()}
    empty = frozenset(name for name, data in held.items() if not data)
    return Artifact(path.name, {"sha256": bytes(32)}, files=digests, empty=empty)


def _compare(mutant: bytes, sample: Sample, original: Accepted) -> bool:
    """Whether the mutant is accepted, for nothing else than the original; raises whatever else `judge` raises."""
    try:
        parsed = parse_bundle(mutant)
        found = judge(parsed, sample.artifact, sample.group, sample.now)
    except (InvalidError, UntrustedError) as error:
        _presentable(error.message)
        return False
    meant = parse_bundle(sample.bundle)
    assert _signed(parsed.content) == _signed(meant.content), mutant
    assert parsed.chain[:1] == meant.chain[:1], mutant
    assert found.bound == original.bound, mutant
    assert set(found.signer.times) <= set(original.signer.times), mutant
    assert _places(found) <= _places(original), mutant
    said, true = describe(parsed, found.signer, found.bound), describe(meant, original.signer, original.bound)
    for part in said.keys() - {"log", "signed_at"}:
        assert said[part] == true[part], mutant
    return True


def _presentable(message: str) -> None:
    assert message
    assert message.isprintable()


def _places(found: Accepted) -> set[tuple[bytes, int]]:
    """Where in which log the signature is, in either way of counting: without a promise the proof's is stated."""
    proofs = {(one.log.key_id, one.entry.proof.position) for one in found.signer.logged if one.entry.proof}
    return proofs | {(one.log.key_id, one.number) for one in found.signer.logged}


def _signed(content: MessageSignature | Envelope) -> tuple[object, ...]:
    """What is signed and by which signature; what a bundle says of the digest proves nothing and may be left out."""
    return tuple(content) if isinstance(content, Envelope) else (content.signature,)


def _survivors(sample: Sample, seed: str, count: int = EACH) -> Iterator[bytes]:
    original = judge(parse_bundle(sample.bundle), sample.artifact, sample.group, sample.now)
    for mutant in mutants(sample.bundle, count, seed):
        if _compare(mutant, sample, original):
            yield mutant


def _few(sample: Sample, seed: str) -> None:
    """Some mutants change what nothing rests on; most must not be accepted, or the mutants are none."""
    survivors = sum(1 for _ in _survivors(sample, seed))
    assert survivors < EACH / 2, survivors


@pytest.mark.parametrize("which", MINTED)
def test_no_mutant_of_a_minted_bundle_deceives(which: str, sigstore_instance: Instance) -> None:
    _few(_minted(which, sigstore_instance), which)


@pytest.mark.parametrize("kind", ["P-256", "Ed25519", "RSA"])
def test_no_mutant_of_a_bundle_by_key_deceives(kind: str, sigstore_instance: Instance) -> None:
    _few(_keyed(kind, sigstore_instance), kind)


def test_no_mutant_of_a_bundle_with_an_own_authority_deceives(sigstore_instance: Instance) -> None:
    _few(_certified(sigstore_instance), "authority")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
@pytest.mark.parametrize("row", [row for row in rows() if row["expected"] == "pass"], ids=lambda row: row["name"])
def test_no_mutant_of_a_real_bundle_deceives(row: Mapping[str, str]) -> None:
    _few(_corpus(row), row["name"])
