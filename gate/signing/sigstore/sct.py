"""That a certificate is in a public log of certificates: its signed certificate timestamp (RFC 6962)."""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
from collections.abc import Iterable

from cryptography import x509
from cryptography.x509.certificate_transparency import LogEntryType, SignedCertificateTimestamp

from gate.signing import keys
from gate.signing.errors import InvalidError
from gate.signing.reading import NO_EXTENSION, reading
from gate.signing.sigstore.roots import Log

MAX_TIMESTAMPS = 32


def verify_logged(leaf: x509.Certificate, issuer: x509.Certificate, logs: Iterable[Log]) -> list[Log]:
    """The known logs that promised to list `leaf`; raises `InvalidError` where none did.

    Promises of unknown logs prove nothing and are passed over; one of a known log that does not verify is an error.
    """
    try:
        extension = leaf.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps)
        promises = list(extension.value)[:MAX_TIMESTAMPS]
    except NO_EXTENSION:
        raise InvalidError("its certificate has no proof of a certificate log (SCT)", "sct") from None
    known = {log.key_id: log for log in logs}
    own = [promise for promise in promises if promise.log_id in known]
    for promise in own:
        _verify(promise, leaf, issuer, known[promise.log_id])
    if not own:
        raise InvalidError(
            "its certificate was logged in no certificate log of the trust root: the root is too old, or not its root",
            "unknown-log",
        )
    return [known[promise.log_id] for promise in own]


def _verify(promise: SignedCertificateTimestamp, leaf: x509.Certificate, issuer: x509.Certificate, log: Log) -> None:
    if promise.entry_type != LogEntryType.PRE_CERTIFICATE:
        raise InvalidError("the proof of the certificate log is of another kind (SCT)", "sct")
    if not log.period.holds(promise.timestamp.replace(tzinfo=dt.timezone.utc)):
        raise InvalidError("the certificate log's key was not in use when the certificate was logged", "retired-key")
    try:
        keys.verify(log.key, promise.signature, _signed(promise, leaf, issuer))
    except InvalidError:
        raise InvalidError("the proof of the certificate log does not match its certificate (SCT)", "sct") from None


def _signed(promise: SignedCertificateTimestamp, leaf: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """What the log signed, by RFC 6962, section 3.2, for a precertificate."""
    with reading("its certificate cannot be compared with the certificate log (SCT)", "sct"):
        issuer_key = hashlib.sha256(keys.der(keys.supported(issuer.public_key()))).digest()
        certificate = leaf.tbs_precertificate_bytes
    milliseconds = round(promise.timestamp.replace(tzinfo=dt.timezone.utc).timestamp() * 1000)
    extensions = promise.extension_bytes
    return b"".join(
        (
            struct.pack("!BBQH", 0, 0, milliseconds, 1),
            issuer_key,
            struct.pack("!I", len(certificate))[1:],
            certificate,
            struct.pack("!H", len(extensions)),
            extensions,
        )
    )
