"""Judging minted bundles without any file: an artifact, a policy's group of signers, and what came of a bundle."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from gate.core.model import Location
from gate.policy.trust import Certificate, Group, Identity, Key, Root, Signer
from gate.signing.artifact import Artifact
from gate.signing.bundles.material import parse_signatures
from gate.signing.errors import InvalidError
from gate.signing.judge import Accepted, UntrustedError, judge
from tests.localsigstore import GITHUB, ISSUER, Instance, email_claims, workflow_claims
from tests.localsigstore.encoding import Json

DATA = b"weights"
SHA256 = hashlib.sha256(DATA).hexdigest()
PERSON = email_claims("dev@example.com")
WORKFLOW = workflow_claims("acme/train", ref="refs/tags/v1")
WORKFLOW_URI = "https://github.com/acme/train/.github/workflows/release.yml@refs/tags/v1"
PROVENANCE = "https://slsa.dev/provenance/v1"
NOON = dt.datetime.now(dt.timezone.utc).replace(microsecond=0) - dt.timedelta(hours=2)
"""When things are signed in tests that choose other times around it; within the life of an instance."""
MINUTE = dt.timedelta(minutes=1)
HERE = Location("gate-policy.yaml", 1)


def artifact(data: bytes = DATA) -> Artifact:
    """A file as one pass over its bytes leaves it."""
    digests = {name: hashlib.new(name, data).digest() for name in ("sha256", "sha384", "sha512")}
    return Artifact("weights", digests, lambda: data)


def person(identity: str = "dev@example.com", issuer: str = ISSUER) -> Identity:
    return Identity("dev", identity, issuer, HERE)


def workflow() -> Identity:
    return Identity("release", WORKFLOW_URI, GITHUB, HERE, source_repository="https://github.com/acme/train")


def key(pem: bytes, name: str = "key") -> Key:
    return Key(name, f"{name}.pub", pem, HERE)


def authority(pem: bytes, identity: str = "**") -> Certificate:
    return Certificate("ca", "ca.pem", pem, identity, HERE)


def root(document: Json | bytes) -> Root:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Root("local", "local.json", data, hashlib.sha256(data).hexdigest(), HERE)


def group(signers: tuple[Signer, ...], *documents: Json | bytes) -> Group:
    return Group("gate-policy.yaml", signers, tuple(map(root, documents)))


def trusting(instance: Instance, *signers: Signer) -> Group:
    """The signers (by default both of this module) with the root of `instance`."""
    return group(signers or (person(), workflow()), instance.trusted_root())


def statement(kind: str = PROVENANCE, sha256: str = SHA256, **more: Any) -> bytes:
    """An in-toto statement about the artifact; further arguments are members of it."""
    subject = [{"name": "weights", "digest": {"sha256": sha256}}]
    document = {"_type": "https://in-toto.io/Statement/v1", "subject": subject, "predicateType": kind, "predicate": {}}
    return json.dumps({**document, **more}).encode()


def accepted(
    bundle: Json | bytes, who: Group, what: Artifact | None = None, now: dt.datetime | None = None
) -> Accepted:
    """The judgement on the first bundle of the file, where all hold; raises what `judge` raises."""
    data = bundle if isinstance(bundle, bytes) else json.dumps(bundle).encode()
    at = now or dt.datetime.now(dt.timezone.utc)
    first, *_ = [judge(parsed, what or artifact(), who, at) for parsed in parse_signatures(data)]
    return first


def refusal(bundle: Json | bytes, who: Group, what: Artifact | None = None, now: dt.datetime | None = None) -> str:
    """Why it is not accepted; empty where it is. Any other error than the two is the test's failure."""
    try:
        accepted(bundle, who, what, now)
    except (InvalidError, UntrustedError) as error:
        return error.message or "without a word"
    return ""
