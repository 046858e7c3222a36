"""The way from a signer's certificate to a root, at the time of signing, by cryptography's path validation."""

from __future__ import annotations

import datetime as dt

from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID

from gate.core.text import printable, shorten
from gate.signing.errors import InvalidError
from gate.signing.reading import NO_EXTENSION, UNREADABLE, reading

_UNUSED = verification.ExtensionPolicy.permit_all()
"""For the signer's certificate: `code_signing` below looks at what matters, the rest of the web's profile does not."""
_ISSUER = verification.ExtensionPolicy.webpki_defaults_ca().may_be_present(
    x509.ExtendedKeyUsage, verification.Criticality.AGNOSTIC, None
)


def load(der: bytes) -> x509.Certificate:
    """The certificate in `der`; raises `InvalidError`."""
    with reading("a certificate in it cannot be read", "certificate"):
        return x509.load_der_x509_certificate(der)


def validate(
    leaf: x509.Certificate, between: tuple[x509.Certificate, ...], roots: tuple[x509.Certificate, ...], at: dt.datetime
) -> x509.Certificate:
    """The certificate that issued `leaf`, once a chain to one of `roots` held at the time `at`.

    Raises `InvalidError` where there is no such chain, or a certificate in it was not valid at that time (RFC 5280).
    """
    no_way = "its certificate leads to no trusted root"
    with reading(no_way, "chain"):
        builder = verification.PolicyBuilder().store(verification.Store(list(roots))).time(at.replace(tzinfo=None))
        policies = builder.extension_policies(ca_policy=_ISSUER, ee_policy=_UNUSED)
        try:
            chain = policies.build_client_verifier().verify(leaf, list(between)).chain
        except verification.VerificationError as error:
            raise InvalidError(f"{no_way}: {_plain(str(error))}", "chain") from None
    return chain[1] if len(chain) > 1 else chain[0]


def _plain(said: str) -> str:
    """The library's word on it; the one that people meet with authorities of their own is put more plainly."""
    if "2.5.29.15" in said and "missing" in said:
        return "an authority in its chain has no keyUsage, and must have `keyCertSign` (RFC 5280, section 4.2.1.3)"
    return printable(shorten(said.removeprefix("validation failed: ")))


def code_signing(leaf: x509.Certificate) -> None:
    """Whether a certificate of Sigstore is for signing code, as its profile demands; raises `InvalidError`."""
    if not _for_signatures(leaf) or ExtendedKeyUsageOID.CODE_SIGNING not in (_purposes(leaf) or ()):
        raise InvalidError("its certificate is not for signing code", "certificate")


def may_sign(leaf: x509.Certificate) -> None:
    """Whether an organisation's own certificate may sign: it says so, or says nothing else; raises `InvalidError`."""
    purposes = _purposes(leaf)
    if not _for_signatures(leaf) or (purposes is not None and ExtendedKeyUsageOID.CODE_SIGNING not in purposes):
        raise InvalidError("its certificate is not for signing code", "certificate")


def is_constrained(certificate: x509.Certificate) -> bool:
    """Whether an authority may issue for some names only (RFC 5280, section 4.2.1.10)."""
    try:
        certificate.extensions.get_extension_for_class(x509.NameConstraints)
    except x509.ExtensionNotFound:
        return False
    except UNREADABLE:
        return True
    return True


def _for_signatures(leaf: x509.Certificate) -> bool:
    try:
        return leaf.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    except NO_EXTENSION:
        return False


def _purposes(leaf: x509.Certificate) -> x509.ExtendedKeyUsage | None:
    try:
        return leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return None
    except UNREADABLE:
        raise InvalidError("the extensions of its certificate cannot be read", "certificate") from None
