"""What signatures have to do with the documents of a run: which must be signed, and whether their keys can be used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from gate.basis import Basis, Request
from gate.core.model import Finding
from gate.policy.groups import documents


def refuse_unusable_keys(basis: Basis) -> None:
    """Raises `DocumentError` for a key of a policy that cannot be read, before anything is judged by it."""
    said = [document.trust for document in documents(basis.policies.members)]
    signers = [signer for trust in said for signer in trust.signers]
    roots = [root for trust in said for root in trust.roots or ()]
    if not signers and not roots:
        return
    try:
        from gate.signing.usable import refuse_unusable
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "gate":
            raise
        return  # what needs the library that is missing says so, artifact by artifact
    refuse_unusable(signers, roots)


def signed_documents(request: Request, basis: Basis, now: datetime) -> Iterator[Finding | str]:
    """The DBOM and the policies of the work tree, as far as a policy wants them signed."""
    demands = basis.policies.document_demands() if "signatures" in request.families else ()
    if not demands:
        return
    from gate.checks.documents import SignedDocument, check_documents

    dbom = basis.dbom
    signed = [SignedDocument("dbom", dbom.path, dbom.sha256, dbom.location)] if dbom.path else []
    local = [policy for policy in documents(basis.named.members) if policy.remote is None]
    files = {policy.sha256: policy.location for policy in local}
    signed += (SignedDocument("policy", place.path, sha256, place) for sha256, place in files.items())
    fetched = {policy.sha256: policy.remote for policy in documents(basis.policies.members) if policy.remote}
    signed += (SignedDocument("policy", r.reference, sha256, r.named, r) for sha256, r in fetched.items())
    yield from check_documents(signed, demands, basis.policies.revoked(), request.root, now)
