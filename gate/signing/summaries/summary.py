"""Verification summaries: what a verifier found about artifacts, as an in-toto statement.

The predicate is https://slsa.dev/spec/v1.1/verification_summary. Fields of our own go into one object whose name is
a URI, as its parsing rules ask.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from gate.core.model import Json, Stage
from gate.core.text import printable, shorten
from gate.policy.model import Policies, Policy
from gate.signing.bundles import fields
from gate.signing.bundles.statement import TYPE, Statement
from gate.signing.errors import InvalidError

PREDICATE_TYPE = "https://slsa.dev/verification_summary/v1"
EXTENSION = "https://github.com/dbom-gate/gate/verification-summary/v1"
"""Our own field: the stage, and each policy document. As the URI of a policy it means: all that are listed there."""
SLSA_VERSION = "1.1"
FAILED = "FAILED"
INTEGRITY = "GATE_INTEGRITY"
"""The level at which every artifact among the subjects has the bytes that the DBOM declares."""
SIGNED = "GATE_SIGNED"
"""The level at which every artifact among the subjects carries signatures that the policy accepts."""
MAX_POLICIES = 1000
MAX_LEVELS = 100

_SHA256 = re.compile("[0-9a-f]{64}")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
"""A timestamp as RFC 3339, section 5.6, has it."""


class Resource(NamedTuple):
    """Something with a digest: `uri` is a name where it is a subject; `kind` is `LISTING` for a directory."""

    uri: str
    digest: str
    kind: str = "sha256"


class Document(NamedTuple):
    """One policy document, and whether all that it says held: what extends a pack may loosen the pack."""

    uri: str
    sha256: str
    upheld: bool


class Verification(NamedTuple):
    """What is to be attested: somebody of the URI `verifier` judged `subjects` by `policies`, from `time` on."""

    verifier: str
    version: str
    time: dt.datetime
    resource: str
    stage: Stage
    subjects: tuple[Resource, ...]
    policies: tuple[Document, ...]
    inputs: tuple[Resource, ...]
    passed: bool
    levels: tuple[str, ...]


class Summary(NamedTuple):
    """What a summary says; `policies` are the digests of those that it says were upheld."""

    verifier: str
    version: Mapping[str, str]
    time: dt.datetime
    resource: str
    policies: tuple[str, ...]
    passed: bool
    levels: tuple[str, ...]
    stage: str | None


def statement(found: Verification) -> bytes:
    """The JSON of the statement."""
    predicate: dict[str, Json] = {
        "verifier": {"id": found.verifier, "version": {"gate": found.version}},
        "timeVerified": f"{found.time.astimezone(dt.timezone.utc):%Y-%m-%dT%H:%M:%SZ}",
        "resourceUri": found.resource,
        "policy": _policy(found.policies),
        "inputAttestations": [{"uri": item.uri, "digest": {item.kind: item.digest}} for item in found.inputs],
        "verificationResult": "PASSED" if found.passed else FAILED,
        "verifiedLevels": [*found.levels] if found.passed else [FAILED],
        "slsaVersion": SLSA_VERSION,
        EXTENSION: {
            "stage": found.stage,
            "policies": [
                {"uri": one.uri, "digest": {"sha256": one.sha256}, "upheld": one.upheld} for one in found.policies
            ],
        },
    }
    subjects = [{"name": item.uri, "digest": {item.kind: item.digest}} for item in found.subjects]
    content = {"_type": TYPE, "subject": subjects, "predicateType": PREDICATE_TYPE, "predicate": predicate}
    return json.dumps(content, separators=(",", ":")).encode()


def _policy(policies: tuple[Document, ...]) -> dict[str, Json]:
    if len(policies) == 1:
        return {"uri": policies[0].uri, "digest": {"sha256": policies[0].sha256}}
    return {"uri": EXTENSION, "digest": {"sha256": joint_digest(one.sha256 for one in policies)}}


def joint_digest(digests: Iterable[str]) -> str:
    """One digest for several: that of the sorted digests, each on a line; `sort -u | sha256sum` gives it too."""
    return hashlib.sha256("".join(f"{digest}\n" for digest in sorted(set(digests))).encode()).hexdigest()


def documents(policies: Policies) -> tuple[Document, ...]:
    """Every document that judged, once for each content, with what it extends.

    Upheld are the trusted members and the files that they extend, for nothing loosens those. A pack is upheld where
    packs alone judge: a file may loosen the pack that it extends, and pickles that a file allows are allowed to all.
    """
    trusted = policies.members if policies.trusted is None else policies.trusted
    packs_alone = all(member.is_pack for member in policies.members)
    found: dict[str, Document] = {}
    for member in (*trusted, *policies.members):
        for policy in _tree(member):
            upheld = packs_alone if policy.is_pack else member in trusted
            found.setdefault(policy.sha256, Document(_uri(policy), policy.sha256, upheld))
    return tuple(found.values())


def _tree(policy: Policy) -> Iterator[Policy]:
    yield policy
    for base in policy.extends:
        yield from _tree(base)


def _uri(policy: Policy) -> str:
    if policy.remote is not None:
        return policy.remote.reference
    return policy.name if policy.is_pack else relative_uri(policy.location.path)


def relative_uri(path: str) -> str:
    """A path as a relative reference (RFC 3986); of one out of the repository only its name, for the rest tells
    nobody but the machine anything.
    """
    import os
    from urllib.parse import quote

    outside = os.path.isabs(path) or path.split("/", maxsplit=1)[0] == os.pardir
    shown = quote(os.fsencode(os.path.basename(path) if outside else path))
    return f"./{shown}" if ":" in shown.split("/")[0] else shown


def read_summary(found: Statement) -> Summary:
    """What the summary says; raises `InvalidError` for a statement that is none."""
    if found.predicate_type != PREDICATE_TYPE:
        shown = printable(shorten(found.predicate_type))
        raise InvalidError(f'it is a statement of the type "{shown}", not a verification summary', "predicate-type")
    predicate = found.predicate
    verifier = fields.inner(predicate, "verifier")
    result = fields.text(predicate, "verificationResult")
    levels = tuple(_texts(fields.items(predicate, "verifiedLevels", MAX_LEVELS), "verifiedLevels"))
    if result not in ("PASSED", FAILED):
        shown = printable(shorten(result))
        raise InvalidError(f'its `verificationResult` is "{shown}", neither PASSED nor FAILED', "malformed")
    if result == "PASSED" and FAILED in levels:
        raise InvalidError("its `verificationResult` is PASSED, and its `verifiedLevels` say FAILED", "malformed")
    own = predicate.get(EXTENSION)
    extension = fields.record(own, EXTENSION) if own is not None else {}
    return Summary(
        verifier=fields.text(verifier, "id"),
        version=_versions(verifier),
        time=_time(fields.text(predicate, "timeVerified")),
        resource=fields.text(predicate, "resourceUri"),
        policies=tuple(dict.fromkeys((*_digest(fields.inner(predicate, "policy")), *_upheld(extension)))),
        passed=result == "PASSED",
        levels=levels,
        stage=fields.optional_text(extension, "stage"),
    )


def _versions(verifier: dict[str, Json]) -> dict[str, str]:
    given = verifier.get("version")
    versions = fields.record(given, "version") if given is not None else {}
    return {name: fields.text(versions, name) for name in list(versions)[: fields.MAX_ITEMS]}


def _texts(items: list[Json], name: str) -> Iterator[str]:
    for item in items:
        if not isinstance(item, str):
            raise InvalidError(f"`{name}` holds something other than text", "malformed")
        yield item


def _upheld(extension: dict[str, Json]) -> Iterator[str]:
    for item in fields.items(extension, "policies", MAX_POLICIES):
        document = fields.record(item, "policies")
        if document.get("upheld") is True:
            yield from _digest(document)


def _digest(descriptor: dict[str, Json]) -> Iterator[str]:
    """The SHA-256 of a resource descriptor, if it has one."""
    given = descriptor.get("digest")
    found = fields.optional_text(fields.record(given, "digest"), "sha256") if given is not None else None
    if found is not None:
        if not _SHA256.fullmatch(found.lower()):
            raise InvalidError("the digest of a policy in it is no SHA-256", "malformed")
        yield found.lower()


def _time(text: str) -> dt.datetime:
    parts = _TIME.fullmatch(text)
    try:
        if parts is None:
            raise ValueError
        zone = "+00:00" if parts[3] in "Zz" else parts[3]
        return dt.datetime.fromisoformat(f"{parts[1]}T{parts[2]}{zone}").astimezone(dt.timezone.utc)
    except (ValueError, OverflowError):
        shown = printable(shorten(text))
        raise InvalidError(
            f'its `timeVerified` is "{shown}", which is no time as RFC 3339 has it', "malformed"
        ) from None
