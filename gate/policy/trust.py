"""Whom a policy trusts to sign, and what it asks of signatures: plain data, read from the document by `load`.

Key and certificate files are held as the bytes that were read and compared with their pin; what is in them is the
business of `gate.signing`. Nothing here, and nothing that this imports, needs a library.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

from gate.core.model import STAGES, Location, Stage, Subject
from gate.policy.model import Selector

if TYPE_CHECKING:
    from gate.policy.model import Policy

Retired = Literal["accept", "reject"]
"""What becomes of a signature by a key of the trust root whose validity has ended since."""
RETIRED: tuple[Retired, ...] = get_args(Retired)
"""Loosest first."""
DocumentKind = Literal["dbom", "policy", "waivers"]
"""A document that can be signed itself; the last one where `waivers: {approved_by: ...}` asks for it."""
DOCUMENTS: tuple[DocumentKind, ...] = get_args(DocumentKind)
UNTRUSTED_TRIGGERS = ("pull_request", "pull_request_target", "merge_request_event", "external_pull_request_event")
"""Runs, on GitHub and GitLab, in which whoever proposes a change has a say; no identity accepts them by default."""
VOUCHING = (
    "https://slsa.dev/provenance/v0.2",
    "https://slsa.dev/provenance/v1",
    "https://sigstore.dev/cosign/sign/v1",
)
"""Statements that say where an artifact comes from, or no more than that it was signed.

Another one, such as a scan that found something, is no word for the artifact unless the policy asks for its type.
"""
MAX_SIGNERS = 32
"""The most signers that a policy may ask for."""
MAX_DAYS = 36500
"""The longest `max_age`: a hundred years, so that no date overflows."""


class Identity(NamedTuple):
    """A signer by certificate of a Sigstore CA: `identity` is its SAN and `issuer` who vouched for it.

    Every part that is not None must hold. `identity`, `source_repository`, `source_ref`, `build_signer` and
    `builder_id` are anchored globs (`gate.core.globs.matches`), the rest is exact. Where `build_trigger` is
    None, every trigger is accepted but `pull_request` and `pull_request_target`. `trust_root` names a `Root` of
    the same document.
    """

    name: str
    identity: str
    issuer: str
    location: Location
    source_repository: str | None = None
    source_repository_id: str | None = None
    source_owner_id: str | None = None
    source_ref: str | None = None
    source_commit: str | None = None
    build_signer: str | None = None
    build_signer_digest: str | None = None
    build_trigger: tuple[str, ...] | None = None
    runner_environment: str | None = None
    predicate_type: tuple[str, ...] | None = None
    builder_id: str | None = None
    trust_root: str | None = None
    selector: Selector = Selector()


class Key(NamedTuple):
    """A signer by public key: `pem` is what stands in `file`, which had the pinned digest."""

    name: str
    file: str
    pem: bytes
    location: Location
    predicate_type: tuple[str, ...] | None = None
    selector: Selector = Selector()


class Certificate(NamedTuple):
    """Signers with a certificate of the CAs in `pem`; `identity` is a glob of a SAN or of the subject's common name."""

    name: str
    file: str
    pem: bytes
    identity: str
    location: Location
    selector: Selector = Selector()


Signer: TypeAlias = "Identity | Key | Certificate"
"""Whoever may sign; the name is unique among the signers of a document."""


class Root(NamedTuple):
    """A Sigstore trust root: `data` is the JSON in `file`, `sha256` its digest in lower case."""

    name: str
    file: str
    data: bytes
    sha256: str
    location: Location


class Requirement(NamedTuple):
    """How many different signers, and how old a signature may be: `max_age` in days, `not_before` as YYYY-MM-DD.

    None says nothing about it; a retired key of a trust root is then accepted for what was signed in its time.
    """

    location: Location
    signers: int = 1
    max_age: int | None = None
    not_before: str | None = None
    retired_keys: Retired | None = None
    selector: Selector = Selector()
    from_stage: Stage = STAGES[0]

    def applies(self, subject: Subject, stage: Stage) -> bool:
        """Whether it is about `subject` at `stage`."""
        return STAGES.index(stage) >= STAGES.index(self.from_stage) and self.selector.matches(subject)


class Revoked(NamedTuple):
    """What no longer counts, whoever signed it.

    `digests` are SHA-256 of artifacts, `keys` those of public keys (DER, SubjectPublicKeyInfo), both in lower case;
    `identities` are globs of SANs. `location` is where one document says so.
    """

    digests: frozenset[str] = frozenset()
    identities: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    location: Location = Location("")


class SummaryDemand(NamedTuple):
    """What is to carry a verification summary: of a `verifier` (a glob), signed by one of `signed_by`.

    `policy` are SHA-256 digests of which one must be among those of the summary; empty where any will do. `max_age`
    counts days.
    """

    verifier: str
    location: Location
    policy: tuple[str, ...]
    signed_by: tuple[str, ...]
    max_age: int | None = None
    selector: Selector = Selector()
    from_stage: Stage = STAGES[0]

    def applies(self, subject: Subject, stage: Stage) -> bool:
        """Whether it is about `subject` at `stage`."""
        return STAGES.index(stage) >= STAGES.index(self.from_stage) and self.selector.matches(subject)


class Trust(NamedTuple):
    """What one document says. `roots` is None where it has no `trust_roots:`.

    `documents` has the names of the signers of each kind of document that must be signed, `places` where it says so.
    """

    signers: tuple[Signer, ...] = ()
    roots: tuple[Root, ...] | None = None
    requirements: tuple[Requirement, ...] = ()
    revoked: Revoked = Revoked()
    documents: Mapping[DocumentKind, tuple[str, ...]] = {}
    summaries: tuple[SummaryDemand, ...] = ()
    places: Mapping[DocumentKind, Location] = {}


NO_TRUST = Trust()
"""What a document says that speaks of no signature."""


class Group(NamedTuple):
    """The signers of one document that count; a signature of one of them satisfies it.

    `roots` are the trust roots against which their certificates hold: the packaged public-good root where it is
    None, and none at all, so that no certificate of Sigstore holds, where it is empty. An identity's `trust_root`
    is the name of one of them.
    """

    policy_name: str
    signers: tuple[Signer, ...]
    roots: tuple[Root, ...] | None


class DocumentDemand(NamedTuple):
    """A document of `kind` must be signed by one of the signers called `names`, who are those of `group`.

    `policy` is the document that demands it, at `location`. `only` are the SHA-256 digests of the documents that it is
    about; empty where it is about every one of `kind`.
    """

    kind: DocumentKind
    names: tuple[str, ...]
    group: Group
    policy: Policy
    location: Location
    only: frozenset[str] = frozenset()
