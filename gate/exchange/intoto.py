"""A DBOM as an in-toto statement: about each artifact by its digest, with its CycloneDX document as the predicate.

The predicate type is that of in-toto's list (https://in-toto.io/, `spec/predicates/cyclonedx.md`): what attaches
bills of materials to artifacts, cosign for one, knows it.
"""

from __future__ import annotations

from gate.core.errors import UsageError
from gate.core.model import Json
from gate.dbom.model import Artifact, Dbom
from gate.exchange.cyclonedx.write import write as cyclonedx
from gate.exchange.interface import Made
from gate.signing.bundles.statement import TYPE

PREDICATE_TYPE = "https://cyclonedx.org/bom"


def write(dbom: Dbom, made: Made) -> dict[str, Json]:
    """The statement; raises `UsageError` where no artifact has a digest, for it would be about nothing."""
    subjects: list[Json] = [subject for artifact in dbom.artifacts if (subject := _subject(artifact))]
    if not subjects:
        raise UsageError("no artifact has a digest, so a statement would be about nothing", "run `gate update`")
    return {"_type": TYPE, "subject": subjects, "predicateType": PREDICATE_TYPE, "predicate": cyclonedx(dbom, made)}


def _subject(artifact: Artifact) -> dict[str, Json] | None:
    """The file; of a directory its listing, which is the file that has this digest."""
    if artifact.sha256 is None:
        return None
    return {"name": artifact.listing or artifact.name, "digest": {"sha256": artifact.sha256}}
