"""What a policy revokes no longer counts, however valid its signature is."""

from __future__ import annotations

from gate.core.globs import matches
from gate.core.text import printable, shorten
from gate.policy.trust import Revoked
from gate.signing.authenticate import Authenticated


def revocation(signer: Authenticated, revoked: Revoked) -> str | None:
    """Why what `signer` signed no longer counts; None where it does. Revoked bytes are found without any signature."""
    if signer.fingerprint in revoked.keys:
        return f"the policy revokes its key {signer.fingerprint[:16]}…"
    for name in signer.names:
        if any(matches(glob.lower(), name.lower()) for glob in revoked.identities):  # mail is delivered either way
            return f"the policy revokes its signer {printable(shorten(name, 250))}"
    return None
