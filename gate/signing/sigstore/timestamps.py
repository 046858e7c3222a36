"""When a signature existed at the latest, by a timestamp authority (RFC 3161)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from cryptography import x509
from rfc3161_client import VerifierBuilder, decode_timestamp_response
from rfc3161_client.errors import VerificationError
from rfc3161_client.tsp import TimeStampResponse

from gate.signing.errors import InvalidError
from gate.signing.reading import NO_EXTENSION, reading
from gate.signing.sigstore.roots import Authority


def verified_times(
    stamps: Iterable[bytes], signature: bytes, authorities: Iterable[Authority]
) -> Iterator[tuple[dt.datetime, Authority]]:
    """The time of every timestamp over `signature` that one of `authorities` gave while its key was in use.

    Others prove nothing and are passed over, as a root may know fewer authorities than the signer used; what is no
    timestamp at all is `InvalidError`.
    """
    known = tuple(authorities)
    for stamp in stamps:
        with reading("a timestamp in it cannot be read", "timestamp"):
            response = decode_timestamp_response(stamp)
        by = next((authority for authority in known if _verifies(response, signature, authority)), None)
        if by is not None:
            yield response.tst_info.gen_time, by


def _verifies(response: TimeStampResponse, signature: bytes, authority: Authority) -> bool:
    builder = VerifierBuilder().add_root_certificate(authority.chain[-1])
    between = authority.chain[:-1]
    if between and not _issues(between[0]):  # the signer's own; some roots leave it to the response
        builder = builder.tsa_certificate(between[0])
        between = between[1:]
    for certificate in between:
        builder = builder.add_intermediate_certificate(certificate)
    try:
        with reading("a certificate in a timestamp cannot be read", "timestamp"):
            builder.build().verify_message(response, signature)
            return authority.period.holds(response.tst_info.gen_time)
    except (VerificationError, InvalidError):
        return False


def _issues(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except NO_EXTENSION:
        return False
