"""The DBOM and the policies themselves, where a policy wants them signed."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from gate.core.errors import GateError
from gate.core.model import UNDECIDED, Finding, Location, Related, Subject
from gate.core.text import printable
from gate.documents.nodes import read_bytes

if TYPE_CHECKING:
    from gate.policy.trust import DocumentDemand, DocumentKind

RULE = "signatures/unsigned-document"
SUFFIX = ".sigstore.json"
"""What the name of the bundle adds to that of the document that it is beside."""


class SignedDocument(NamedTuple):
    """A document as it was read: `path` is relative to the root, `sha256` the digest of its bytes."""

    kind: DocumentKind
    path: str
    sha256: str
    location: Location


def check_documents(
    documents: Iterable[SignedDocument], demands: Iterable[DocumentDemand], root: str, now: dt.datetime
) -> Iterator[Finding]:
    """A finding for every document that does not carry a signature which some policy demands of it.

    A policy has no say about itself: whoever may edit it may also edit the demand.
    """
    known = tuple(documents)
    for demand in demands:
        for document in known:
            own = document.kind == "policy" and document.sha256 == demand.policy.sha256
            if document.kind == demand.kind and not own:
                yield from _judge(document, demand, root, now)


def _judge(document: SignedDocument, demand: DocumentDemand, root: str, now: dt.datetime) -> Iterator[Finding]:
    names = " or ".join(map(printable, demand.names))
    asked = f"{printable(document.path)} must be signed by {names}, as {demand.location} asks"
    fix = f"have {names} review it and run `gate sign {printable(document.path)}`"
    try:
        from gate.signing.errors import InvalidError
        from gate.signing.judge import UntrustedError
    except ModuleNotFoundError as error:
        message = f"{asked}, which was not verified: {printable(error.name or '')} is not installed"
        yield _finding(UNDECIDED, document, message, 'pip install "dbom-gate[sign]"')
        return
    try:
        _verify(document, demand, root, now)
    except (InvalidError, UntrustedError) as error:
        yield _finding(RULE, document, f"{asked}: {error.message}", fix)
    except GateError as error:
        yield _finding(UNDECIDED, document, f"{asked}: {error.message}", error.fix)
    except Exception as error:
        message = f"{asked}, and a library failed: {type(error).__name__}: {printable(str(error)[:200])}"
        yield _finding(UNDECIDED, document, message, "report this as a defect of the gate")


def _verify(document: SignedDocument, demand: DocumentDemand, root: str, now: dt.datetime) -> None:
    """Raises `InvalidError` or `UntrustedError` where no bundle beside the document counts."""
    from gate.signing.artifact import Artifact
    from gate.signing.errors import InvalidError
    from gate.signing.judge import UntrustedError, judge
    from gate.signing.material import parse_signatures

    path = document.path + SUFFIX
    file = os.path.join(root, path)
    if not os.path.lexists(file):
        raise InvalidError(f"there is no {printable(path)}")
    artifact = Artifact(os.path.basename(document.path), {"sha256": bytes.fromhex(document.sha256)})
    *others, last = parse_signatures(read_bytes(file, path, follow=False))
    for bundle in others:
        with suppress(InvalidError, UntrustedError):
            judge(bundle, artifact, demand.group, now)
            return
    judge(last, artifact, demand.group, now)


def _finding(rule: str, document: SignedDocument, message: str, fix: str) -> Finding:
    subject = Subject(None, None, document.path)
    return Finding(rule, subject, message, fix, document.location, (Related(document.path),))
