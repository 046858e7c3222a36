"""DSSE: a signature over a payload and its type (https://github.com/secure-systems-lab/dsse, protocol v1)."""

from __future__ import annotations

from typing import NamedTuple

IN_TOTO = "application/vnd.in-toto+json"
OLD_PREDICATE_TYPE = "https://model_signing/Digests/v0.1"
"""Of the statements that model_signing 0.2 wrote."""


class Envelope(NamedTuple):
    """A payload with one signature over it and its type."""

    payload_type: str
    payload: bytes
    signature: bytes

    @property
    def signed(self) -> bytes:
        """The bytes that the signature is over."""
        return pae(self.payload_type, self.payload)


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding, which binds the payload to its type."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def old_pae(envelope: Envelope) -> bytes:
    """What model_signing 0.2 signed in place of the right encoding: a Python literal of the payload.

    The literal says no less than the payload, so it is as good.
    """
    kind, payload = envelope.payload_type, envelope.payload
    return f"DSSEV1 {len(kind)} {kind} {len(payload)} {payload!r}".encode()
