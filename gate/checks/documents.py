"""The DBOM and the policies themselves, where a policy wants them signed."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from gate.core.errors import GateError
from gate.core.model import UNDECIDED, Finding, Location, Related, Subject
from gate.core.text import printable
from gate.documents.nodes import read_bytes
from gate.files.root import BUNDLE_SUFFIX

if TYPE_CHECKING:
    from gate.policy.model import Remote
    from gate.policy.trust import DocumentDemand, DocumentKind, Revoked
    from gate.signing.artifact import Artifact
    from gate.signing.errors import InvalidError
    from gate.signing.judge import Accepted, UntrustedError

RULE = "signatures/unsigned-document"


class SignedDocument(NamedTuple):
    """A document as it was read: `path` is relative to the root, `sha256` the digest of its bytes.

    `remote` has what was fetched, where it was; `path` is then its reference, `location` the place that led to it.
    """

    kind: DocumentKind
    path: str
    sha256: str
    location: Location
    remote: Remote | None = None


def check_documents(
    documents: Iterable[SignedDocument],
    demands: Iterable[DocumentDemand],
    revoked: Revoked,
    root: str,
    now: dt.datetime,
) -> Iterator[Finding | str]:
    """A finding for every document that does not carry a signature which some policy demands of it, a note if it does.

    A policy has no say about itself: whoever may edit it may also edit the demand.
    """
    known = tuple(documents)
    for demand in demands:
        if demand.kind == "dbom" and not any(document.kind == "dbom" for document in known):
            message = f"{demand.location} asks for a signed DBOM, and there is none"
            yield Finding(RULE, Subject(None, None, ""), message, "`gate add PATH` begins one", demand.location)
        for document in known:
            own = document.kind == "policy" and document.sha256 == demand.policy.sha256
            meant = not demand.only or document.sha256 in demand.only
            if document.kind == demand.kind and meant and not own:
                yield from _judge(document, demand, revoked, root, now)


def _judge(
    document: SignedDocument, demand: DocumentDemand, revoked: Revoked, root: str, now: dt.datetime
) -> Iterator[Finding | str]:
    names = " or ".join(map(printable, demand.names))
    asked = f"{printable(document.path)} must be signed by {names}, as {demand.location} asks"
    fix = f"have {names} review it and run `gate sign {printable(document.path)}`"
    if document.remote:
        fix = f"have {names} review it, and put what `gate sign` writes beside it, where it lies"
    try:
        from gate.signing.errors import InvalidError
        from gate.signing.judge import UntrustedError
    except ModuleNotFoundError as error:
        message = f"{asked}, which was not verified: {printable(error.name or '')} is not installed"
        yield _finding(UNDECIDED, document, message, 'pip install "dbom-gate[sign]"')
        return
    try:
        accepted = _verify(document, demand, revoked, root, now)
    except (InvalidError, UntrustedError) as error:
        yield _finding(RULE, document, f"{asked}: {error.message}", fix)
    except GateError as error:
        yield _finding(UNDECIDED, document, f"{asked}: {error.message}", error.fix)
    except Exception as error:
        message = f"{asked}, and a library failed: {type(error).__name__}: {printable(str(error)[:200])}"
        yield _finding(UNDECIDED, document, message, "report this as a defect of the gate")
    else:
        from gate.signing.judge import described

        when = f", at {min(accepted.signer.times):%Y-%m-%d %H:%M} UTC at the latest" if accepted.signer.times else ""
        yield f"{document.path} is signed by {accepted.name}: {described(accepted.signer)}{when}"


def _verify(
    document: SignedDocument, demand: DocumentDemand, revoked: Revoked, root: str, now: dt.datetime
) -> Accepted:
    """The signature that counts; raises `InvalidError` or `UntrustedError` where no bundle beside the document does."""
    from gate.signing.bundles.material import parse_signatures
    from gate.signing.judge import UntrustedError, judge
    from gate.signing.revocation import revocation

    signatures = _signatures(document, root)
    artifact = _artifact(document, root)
    refusals: list[InvalidError | UntrustedError] = []
    for bundle in parse_signatures(signatures):
        with _noting(refusals):
            accepted = judge(bundle, artifact, demand.group, now)
            reason = revocation(accepted.signer, revoked)
            if reason is None:
                return accepted
            raise UntrustedError(reason, accepted.signer, accepted.bound)
    raise refusals[0]


def _signatures(document: SignedDocument, root: str) -> bytes:
    """What stands beside the document; raises `InvalidError` where there is nothing."""
    from gate.signing.errors import InvalidError

    path = document.path + BUNDLE_SUFFIX
    if document.remote and not document.remote.signed_by:
        raise InvalidError("its signatures were not fetched, for its entry under `extends:` has no `signed_by:`")
    if document.remote:
        found = document.remote.bundle
    else:
        full = os.path.join(root, path)
        found = read_bytes(full, path, follow=False) if os.path.lexists(full) else None
    if found is None:
        raise InvalidError(f"there is no {printable(path)}")
    return found


@contextmanager
def _noting(refusals: list[InvalidError | UntrustedError]) -> Iterator[None]:
    from gate.signing.errors import InvalidError
    from gate.signing.judge import UntrustedError

    try:
        yield
    except (InvalidError, UntrustedError) as error:
        refusals.append(error)


def _artifact(document: SignedDocument, root: str) -> Artifact:
    """The bytes that were judged, read once more for the digests that the keys of some curves want."""
    from gate.signing.artifact import Artifact
    from gate.signing.errors import InvalidError

    if document.remote:
        data = document.remote.data
    else:
        data = read_bytes(os.path.join(root, document.path), document.path, follow=True)
    digests = {name: hashlib.new(name, data).digest() for name in ("sha256", "sha384", "sha512")}
    if digests["sha256"].hex() != document.sha256:
        raise InvalidError("it was written to while it was judged")
    return Artifact(os.path.basename(document.path), digests, lambda: data)


def _finding(rule: str, document: SignedDocument, message: str, fix: str) -> Finding:
    subject = Subject(None, None, document.path)
    related = () if document.remote else (Related(document.path),)
    return Finding(rule, subject, message, fix, document.location, related)
