"""The schema of the keys of `gate-policy.yaml` that speak of signers and signatures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gate.core.model import STAGES, Json, Location
from gate.core.text import shorten
from gate.documents.dates import DATE
from gate.documents.kinds import SHA256, Field, Fields, Kind, ListOf, Reading, Record, Text
from gate.documents.nodes import Node, Scalar, Sequence
from gate.policy.model import Selector
from gate.policy.scope_schema import FOR, FROM_STAGE
from gate.policy.trust import (
    MAX_DAYS,
    MAX_SIGNERS,
    RETIRED,
    Certificate,
    Identity,
    Key,
    Requirement,
    Revoked,
    Root,
    Signer,
    SummaryDemand,
)

MAX_TEXT = 2048
"""Characters in a name, an address or a glob; no certificate has longer ones."""
_ONE_LETTER = r"[^\x00-\x1f\x7f]*[A-Za-z0-9][^\x00-\x1f\x7f]*"


class Declared(NamedTuple):
    """A signer or a trust root as the document has it, before its file is read; `at` has the place of each key."""

    entry: Signer | Root
    at: Mapping[str, Location]
    sha256: str = ""


class Placed(NamedTuple):
    """A name that stands for an entry elsewhere in the document, and its own place."""

    name: str
    location: Location


class Demanded(NamedTuple):
    """A demand for verification summaries whose signers are not looked up yet."""

    demand: SummaryDemand
    signed_by: tuple[Placed, ...]


def _text_problem(text: str) -> str | None:
    """Why `text` can be no part of a certificate or a name, or None."""
    if not text.strip():
        return "the text is empty"
    if not text.isprintable():
        return "a line break or another control character, which no certificate has"
    return f"longer than {MAX_TEXT:,} characters" if len(text) > MAX_TEXT else None


def _vague(why: str) -> Callable[[str], str | None]:
    """A check that refuses a glob of wildcards and punctuation alone, for it would match everything."""

    def check(text: str) -> str | None:
        if problem := _text_problem(text):
            return problem
        return None if re.search("[A-Za-z0-9]", text) else f'"{shorten(text)}" {why}'

    return check


def _issuer_problem(text: str) -> str | None:
    if problem := _text_problem(text):
        return problem
    if "*" in text:
        return "the issuer is compared as it stands: write it out, without wildcards"
    if not re.match("https?://.", text):
        return f'"{shorten(text)}" is no issuer: it is an address, such as https://token.actions.githubusercontent.com'
    return None


def _word(pattern: str, expected: str) -> Text:
    return Text(pattern=pattern, expected=expected)


NAME = Text(check=_text_problem, pattern=r"[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*", expected="a name")
_GLOB = Text(
    check=_vague("lets everything through: narrow it, or leave it out"), pattern=_ONE_LETTER, expected="a glob"
)
_VERIFIER = Text(check=_vague("lets any verifier through: name it"), pattern=_ONE_LETTER, expected="a glob")
_SAN = Text(
    check=_vague("trusts anyone who can log in at the issuer: say who signs"), pattern=_ONE_LETTER, expected="a glob"
)
_SUBJECT = Text(
    check=_vague("trusts whoever has a certificate of the CA: say who signs"), pattern=_ONE_LETTER, expected="a glob"
)
_ISSUER = Text(check=_issuer_problem, pattern=r"https?://[^\x00-\x1f\x7f*]+", expected="an address")
_TYPE = _word(
    r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]{1,2000}", "the URI of a predicate type, as https://slsa.dev/provenance/v1"
)
_COMMIT = _word("[0-9a-fA-F]{40}|[0-9a-fA-F]{64}", "a digest of 40 or 64 hexadecimal digits")
_TRIGGER = _word("[a-z][a-z_]{0,63}", "an event such as push or workflow_dispatch")
_RUNNER = _word("[a-z]{1,32}-hosted", "github-hosted, gitlab-hosted or self-hosted")


class _Number:
    """A text of digits, such as the id of a repository; YAML may take it for a number."""

    def read(self, node: Node, reading: Reading) -> str | None:
        return _word("[0-9]{1,20}", "a number").read(node, reading)

    def schema(self) -> dict[str, Json]:
        return {"anyOf": [{"type": "string", "pattern": "^[0-9]{1,20}$"}, {"type": "integer", "minimum": 0}]}


class Within:
    """A whole number from 1 to `maximum`."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum

    def read(self, node: Node, reading: Reading) -> int | None:
        """The number."""
        text = node.text if isinstance(node, Scalar) else ""
        if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= self._maximum:
            found = f', found "{shorten(text)}"' if text else ""
            reading.note(node.span, f"expected a whole number from 1 to {self._maximum:,}{found}")
            return None
        return int(text)

    def schema(self) -> dict[str, Json]:
        """An integer."""
        return {"type": "integer", "minimum": 1, "maximum": self._maximum}


class Some:
    """One item, or a list of at least one: an empty list would mean nothing, or everything."""

    def __init__(self, item: Kind) -> None:
        self._item = item

    def read(self, node: Node, reading: Reading) -> tuple[Any, ...] | None:
        """The items, of which there is at least one."""
        if isinstance(node, Sequence) and not node.items:
            reading.note(node.span, "the list is empty", "name at least one, or remove the key")
            return None
        found = ListOf(self._item, or_one=True).read(node, reading)
        return None if found is None else tuple(found)

    def schema(self) -> dict[str, Json]:
        """The item itself, or an array."""
        item = self._item.schema()
        return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


class _Placed:
    """The name of an entry of the same document, with its place."""

    def read(self, node: Node, reading: Reading) -> Placed | None:
        text = NAME.read(node, reading)
        return None if text is None else Placed(text, reading.document.locate(node.span))

    def schema(self) -> dict[str, Json]:
        return NAME.schema()


NAMES = Some(_Placed())


def _scoped(fields: Fields) -> dict[str, Any]:
    """The values as arguments: `for` as a selector, and the stage from which on they count."""
    values = {key: value for key, value in fields.values.items() if key not in ("for", "sha256")}
    return {**values, "selector": fields.get("for") or Selector()}


def _identity(fields: Fields) -> Declared:
    values = _scoped(fields)
    for key in ("source_commit", "build_signer_digest"):
        if values.get(key):
            values[key] = values[key].lower()
    return Declared(Identity(location=fields.at["name"], **values), fields.at)


def _key(fields: Fields) -> Declared:
    key = Key(pem=b"", location=fields.at["name"], **_scoped(fields))
    return Declared(key, fields.at, fields.values["sha256"].lower())


def _certificate(fields: Fields) -> Declared:
    certificate = Certificate(pem=b"", location=fields.at["name"], **_scoped(fields))
    return Declared(certificate, fields.at, fields.values["sha256"].lower())


def _root(fields: Fields) -> Declared:
    name, file, sha256 = (fields.values[key] for key in ("name", "file", "sha256"))
    return Declared(Root(name, file, b"", sha256.lower(), fields.at["name"]), fields.at, sha256.lower())


def _requirement(fields: Fields) -> Requirement:
    values = {"signers": 1, "from_stage": STAGES[0], **{k: v for k, v in _scoped(fields).items() if v is not None}}
    return Requirement(location=fields.location, **values)


def _revoked(fields: Fields) -> Revoked:
    digests, keys = ({text.lower() for text in fields.get(key) or ()} for key in ("digests", "keys"))
    return Revoked(frozenset(digests), frozenset(fields.get("identities") or ()), frozenset(keys), fields.location)


def _demanded(fields: Fields) -> Demanded:
    policy = tuple(text.lower() for text in fields.get("policy") or ())
    demand = SummaryDemand(
        fields.values["verifier"],
        fields.at["verifier"],
        policy,
        (),
        fields.get("max_age"),
        fields.get("for") or Selector(),
        fields.get("from_stage") or STAGES[0],
    )
    return Demanded(demand, fields.values["signed_by"])


_NAME = Field(NAME, "How the other parts of the policy, and reports, call it; unique in the document.", required=True)
_FILE = Field(NAME, "The file, relative to this one; it lies in the repository.", required=True)
_PIN = Field(SHA256, "The SHA-256 that the file must have, as `sha256sum` prints it.", required=True)
_PREDICATES = Field(Some(_TYPE), "The predicate types of the attestations that may be signed so, one or a list.")
_DAYS = Field(Within(MAX_DAYS), "How many days a signature may be old.")

IDENTITY = Record(
    {
        "name": _NAME,
        "identity": Field(
            _SAN, "The certificate's subject (SAN): an e-mail or a workflow's address; exact, or a glob.", required=True
        ),
        "issuer": Field(_ISSUER, "The address of who vouched for it (OIDC), exactly.", required=True),
        "source_repository": Field(_GLOB, "The address of the repository that the build ran in, or a glob."),
        "source_repository_id": Field(_Number(), "The number of that repository, which outlives its name."),
        "source_owner_id": Field(_Number(), "The number of the owner of that repository."),
        "source_ref": Field(_GLOB, "The branch or tag that was built, such as `refs/tags/v*`."),
        "source_commit": Field(_COMMIT, "The commit that was built."),
        "build_signer": Field(_GLOB, "The address of the workflow that signed, which may be of another repository."),
        "build_signer_digest": Field(_COMMIT, "The commit of the workflow that signed."),
        "build_trigger": Field(
            Some(_TRIGGER), "What started the build; all but pull_request and pull_request_target if left out."
        ),
        "runner_environment": Field(_RUNNER, "Where the build ran, such as `github-hosted`."),
        "predicate_type": _PREDICATES,
        "builder_id": Field(_GLOB, "The builder that the provenance names (`builder.id`), or a glob."),
        "trust_root": Field(NAME, "The name of one of `trust_roots`; any of them if left out."),
        "for": FOR,
    },
    _identity,
)

KEY = Record({"name": _NAME, "file": _FILE, "sha256": _PIN, "predicate_type": _PREDICATES, "for": FOR}, _key)

CERTIFICATE = Record(
    {
        "name": _NAME,
        "file": _FILE,
        "sha256": _PIN,
        "identity": Field(_SUBJECT, "The signer's SAN or common name; exact, or a glob.", required=True),
        "for": FOR,
    },
    _certificate,
)

ROOT = Record({"name": _NAME, "file": _FILE, "sha256": _PIN}, _root)

REQUIREMENT = Record(
    {
        "signers": Field(Within(MAX_SIGNERS), "How many different signers must have signed; 1 if left out."),
        "max_age": _DAYS,
        "not_before": Field(DATE, "The day (UTC) since which it must be signed, such as 2026-01-31."),
        "retired_keys": Field(
            Text(choices=RETIRED),
            "Whether a signature counts whose log or CA has retired its key; `accept` if left out.",
        ),
        "for": FOR,
        "from_stage": FROM_STAGE,
    },
    _requirement,
)

REVOKED = Record(
    {
        "digests": Field(ListOf(SHA256), "SHA-256 of artifacts that no signature makes good."),
        "identities": Field(
            ListOf(Text(check=_text_problem, pattern=r"[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*")),
            "Globs of the subjects (SAN) of certificates that no longer count.",
        ),
        "keys": Field(ListOf(SHA256), "Fingerprints of public keys: the SHA-256 of their DER (SubjectPublicKeyInfo)."),
    },
    _revoked,
)

DOCUMENTS = Record(
    {
        "dbom": Field(NAMES, "Signers of this document, one of whom must have signed `dbom.yaml`."),
        "policy": Field(NAMES, "Signers of this document, one of whom must have signed the policy."),
    },
    narrowing=True,
)

SUMMARY = Record(
    {
        "verifier": Field(_VERIFIER, "The id of the verifier, or a glob.", required=True),
        "policy": Field(Some(SHA256), "The SHA-256 of the policy that it must have judged by; one of them is enough."),
        "signed_by": Field(NAMES, "Signers of this document, one of whom must have signed it.", required=True),
        "max_age": _DAYS,
        "for": FOR,
        "from_stage": FROM_STAGE,
    },
    _demanded,
)

TRUST = {
    "identities": Field(ListOf(IDENTITY), "Who may sign with a certificate of Sigstore."),
    "keys": Field(ListOf(KEY), "Public keys that may sign."),
    "certificates": Field(ListOf(CERTIFICATE), "CAs, and whose certificates of theirs may sign."),
    "trust_roots": Field(ListOf(ROOT), "The Sigstore instances that count, instead of the public one."),
    "signatures": Field(
        ListOf(REQUIREMENT, or_one=True), "How many signers, and how old; the strictest of all that match."
    ),
    "revoked": Field(REVOKED, "What no longer counts, whoever signed it."),
    "signed_documents": Field(DOCUMENTS, "Which of the gate's own documents must be signed, and by whom."),
    "verification_summaries": Field(
        ListOf(SUMMARY, or_one=True), "What must have passed the gate before, attested by whom."
    ),
}
"""The keys of a policy that `gate.policy.trust.Trust` is made from."""
