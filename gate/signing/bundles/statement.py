"""in-toto statements: a claim of some type about artifacts that it names by digest.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from gate.core.model import Json
from gate.core.text import printable, shorten
from gate.signing.bundles import fields, strictjson
from gate.signing.bundles.envelope import IN_TOTO, Envelope
from gate.signing.errors import InvalidError

TYPE = "https://in-toto.io/Statement/v1"
TYPES = (TYPE, "https://in-toto.io/Statement/v0.1")
MAX_SUBJECTS = 300_000


class Subject(NamedTuple):
    """What a statement is about: digests in lower-case hexadecimal by algorithm, and perhaps a name."""

    name: str
    digests: Mapping[str, str]


class Statement(NamedTuple):
    """The claim: `predicate` is of the type `predicate_type`."""

    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: dict[str, Json]

    @property
    def builder(self) -> str | None:
        """Who built it, where the statement is a SLSA provenance (https://slsa.dev/provenance/v1, and v0.2)."""
        run = self.predicate.get("runDetails")
        builder = run.get("builder") if isinstance(run, dict) else self.predicate.get("builder")
        found = builder.get("id") if isinstance(builder, dict) else None
        return found if isinstance(found, str) else None


class Read(NamedTuple):
    """A statement, with its subjects by each of their digests: one may be about thousands of artifacts."""

    statement: Statement
    by_digest: Mapping[tuple[str, str], list[Subject]]

    def find(self, digests: Mapping[str, bytes]) -> Iterator[Subject]:
        """The subjects that have one of these digests."""
        for name, digest in digests.items():
            yield from self.by_digest.get((name, digest.hex()), ())


@lru_cache(maxsize=8)
def read_statement(envelope: Envelope) -> Read:
    """The statement in an envelope, read once for all artifacts; raises as `parse_statement`."""
    statement = parse_statement(envelope)
    found: dict[tuple[str, str], list[Subject]] = {}
    for subject in statement.subjects:
        for mark in subject.digests.items():
            found.setdefault(mark, []).append(subject)
    return Read(statement, found)


def parse_statement(envelope: Envelope) -> Statement:
    """The statement in an envelope; raises `InvalidError` where there is none whose meaning is known."""
    if envelope.payload_type != IN_TOTO:
        shown = printable(shorten(envelope.payload_type))
        raise InvalidError(f'the envelope holds "{shown}", not an in-toto statement', "payload-type")
    try:
        document = fields.record(strictjson.loads(envelope.payload), "payload")
    except InvalidError as error:
        raise InvalidError(f"the payload of its envelope cannot be read: {error.message}", error.code) from None
    kind = document.get("_type")
    if kind not in TYPES:
        shown = f'"{printable(shorten(str(kind)))}"' if kind is not None else "missing"
        raise InvalidError(f"the `_type` of its statement is {shown}: its meaning is not known", "statement-type")
    subjects = tuple(_subject(item) for item in fields.items(document, "subject", MAX_SUBJECTS))
    if not subjects:
        raise InvalidError("its statement is about nothing: it has no `subject`", "malformed")
    predicate = document.get("predicate")
    return Statement(
        subjects,
        fields.text(document, "predicateType"),
        fields.record(predicate, "predicate") if predicate is not None else {},
    )


def _subject(value: Json) -> Subject:
    subject = fields.record(value, "subject")
    digests: dict[str, str] = {}
    for algorithm, digest in fields.inner(subject, "digest").items():
        if not isinstance(digest, str):
            raise InvalidError("a digest of its statement is no text", "malformed")
        digests[algorithm] = digest.lower()
    if not digests:
        raise InvalidError("a subject of its statement has no digest", "malformed")
    return Subject(fields.optional_text(subject, "name") or "", digests)
