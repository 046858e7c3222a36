"""A certificate transparency log (RFC 6962): signed certificate timestamps for precertificates."""

from __future__ import annotations

import struct
from datetime import datetime

from cryptography import x509

from tests.localsigstore import der
from tests.localsigstore.keys import generate, key_id, sign

SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
"""The extension of a certificate that holds its timestamps (RFC 6962, 3.3)."""
_V1 = 0
_CERTIFICATE_TIMESTAMP = 0
_PRECERTIFICATE = 1
_SHA256_ECDSA = b"\x04\x03"


class CTLog:
    """The key of a log; what it signs is kept nowhere, as nobody asks for proofs from it."""

    def __init__(self) -> None:
        self.key = generate()
        self.log_id = key_id(self.key)

    def extension(self, tbs: bytes, issuer_key_id: bytes, at: datetime) -> x509.UnrecognizedExtension:
        """The extension with one timestamp for a certificate that is, but for this extension, `tbs`."""
        moment = int(at.timestamp() * 1000)
        entry = issuer_key_id + len(tbs).to_bytes(3, "big") + tbs
        head = struct.pack("!BBQH", _V1, _CERTIFICATE_TIMESTAMP, moment, _PRECERTIFICATE)
        signature = sign(self.key, head + entry + _opaque(b""))
        sct = bytes([_V1]) + self.log_id + struct.pack("!Q", moment) + _opaque(b"") + _SHA256_ECDSA + _opaque(signature)
        return x509.UnrecognizedExtension(SCT_LIST, der.octets(_opaque(_opaque(sct))))


def _opaque(data: bytes) -> bytes:
    """TLS's opaque<0..2^16-1>: the length in two bytes, then the data."""
    return struct.pack("!H", len(data)) + data
