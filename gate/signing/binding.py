"""That what was signed is the artifact at hand."""

from __future__ import annotations

from typing import NamedTuple

from gate.signing.artifact import Artifact
from gate.signing.bundles import oms
from gate.signing.bundles.bundle import Bundle
from gate.signing.bundles.envelope import Envelope
from gate.signing.bundles.statement import Statement, Subject, read_statement
from gate.signing.errors import InvalidError


class Bound(NamedTuple):
    """What a signature says of the artifact: a statement, None for a plain one; and what it leaves out."""

    statement: Statement | None = None
    uncovered: oms.Uncovered = oms.Uncovered()

    @property
    def is_model_signature(self) -> bool:
        """Whether it lists the files of a model (OMS)."""
        return self.statement is not None and self.statement.predicate_type in oms.PREDICATE_TYPES


def bind(bundle: Bundle, artifact: Artifact) -> Bound:
    """What the content of `bundle` says of `artifact`; raises `InvalidError` where it is about something else.

    A plain signature was compared with the digest of the artifact when it was verified. A statement is about a
    directory where it has the digest of its listing, or its files for subjects, as `subject-checksums` of GitHub's
    attestations gives.
    """
    if not isinstance(bundle.content, Envelope):
        return Bound()
    read = read_statement(bundle.content)
    statement = read.statement
    if statement.predicate_type in oms.PREDICATE_TYPES:
        return Bound(statement, oms.compare(oms.read_manifest(statement), artifact))
    if any(_is(subject, artifact) for subject in read.find(artifact.digests)):
        return Bound(statement)
    if artifact.files is not None:
        return Bound(statement, oms.compare(oms.by_subject(statement), artifact))
    raise InvalidError("it is about other bytes: no subject of its statement has the artifact's digest", "digest")


def _is(subject: Subject, artifact: Artifact) -> bool:
    """Whether all that a subject says of digests is true, as far as they were computed."""
    known = [name for name in subject.digests if name in artifact.digests]
    return bool(known) and all(subject.digests[name] == artifact.digests[name].hex() for name in known)
