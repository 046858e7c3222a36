"""Who a certificate is for, and what its issuer says of them.

The extensions of Fulcio: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
"""

from __future__ import annotations

from typing import NamedTuple

from cryptography import x509
from cryptography.x509.oid import NameOID

from gate.signing.errors import InvalidError
from gate.signing.reading import NO_EXTENSION, reading

_ARC = "1.3.6.1.4.1.57264.1."
_USERNAME = "1.3.6.1.4.1.57264.1.7"
_GITHUB = "https://token.actions.githubusercontent.com"
_MAX = 2048
"""Bytes of one extension that are read; the longest are URIs."""


class Claims(NamedTuple):
    """What a certificate says of its holder; the names are those of the certificate authority's documentation."""

    identity: str
    issuer: str | None = None
    source_repository: str | None = None
    source_repository_id: str | None = None
    source_owner_id: str | None = None
    source_ref: str | None = None
    source_commit: str | None = None
    build_signer: str | None = None
    build_signer_digest: str | None = None
    build_trigger: str | None = None
    runner_environment: str | None = None


_TEXTS = {
    "build_signer": 9,
    "build_signer_digest": 10,
    "runner_environment": 11,
    "source_repository": 12,
    "source_commit": 13,
    "source_ref": 14,
    "source_repository_id": 15,
    "source_owner_id": 17,
    "build_trigger": 20,
}
"""Extensions in DER, as all since number 8 are."""
_OLD = {"build_trigger": 2, "source_commit": 3, "source_ref": 6}
"""Deprecated ones, in plain bytes, which certificates of before 2023 have alone."""


def read_claims(certificate: x509.Certificate) -> Claims:
    """What `certificate` says; raises `InvalidError` where it is malformed or contradicts itself."""
    with reading("the extensions of its certificate cannot be read", "certificate"):
        extensions = {extension.oid.dotted_string: extension.value for extension in certificate.extensions}
    raw = {
        int(oid[len(_ARC) :]): value.value
        for oid, value in extensions.items()
        if oid.startswith(_ARC) and isinstance(value, x509.UnrecognizedExtension) and oid[len(_ARC) :].isdigit()
    }
    issuer = _agreed(_plain(raw.get(1)), _der(raw.get(8)), "issuer")
    found = {name: _der(raw.get(number)) for name, number in _TEXTS.items()}
    for name, number in _OLD.items():
        found[name] = _agreed(_plain(raw.get(number)), found[name], name)
    repository = _plain(raw.get(5))
    if found["source_repository"] is None and repository and issuer == _GITHUB:
        found["source_repository"] = f"https://github.com/{repository}"
    return Claims(_identity(certificate), issuer, **found)


def _agreed(old: str | None, new: str | None, name: str) -> str | None:
    if old is not None and new is not None and old != new:
        raise InvalidError(f"its certificate contradicts itself about the {name.replace('_', ' ')}", "certificate")
    return new if new is not None else old


def _identity(certificate: x509.Certificate) -> str:
    """The one subject alternative name."""
    try:
        names = list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except NO_EXTENSION:
        names = []
    if len(names) != 1:
        raise InvalidError(f"its certificate is for {len(names)} identities; it must be for one", "certificate")
    name = names[0]
    if isinstance(name, (x509.RFC822Name, x509.UniformResourceIdentifier, x509.DNSName)):
        return name.value
    if isinstance(name, x509.OtherName) and name.type_id.dotted_string == _USERNAME:
        return _der(name.value) or ""
    raise InvalidError("its certificate is for an identity of a kind that is not known here", "certificate")


def own_names(certificate: x509.Certificate, *, constrained: bool) -> tuple[str, ...]:
    """Who a certificate of an organisation's own is for: its alternative names, or else its common name (RFC 6125).

    Name constraints bind the alternative names alone, so below a `constrained` authority no common name counts.
    """
    try:
        names = list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except NO_EXTENSION:
        names = []
    if names or constrained:
        known = (x509.RFC822Name, x509.UniformResourceIdentifier, x509.DNSName)
        return tuple(name.value for name in names if isinstance(name, known))
    subject = [attribute.value for attribute in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return tuple(text for text in subject if isinstance(text, str))


def _plain(value: bytes | None) -> str | None:
    return _text(value) if value is not None else None


def _der(value: bytes | None) -> str | None:
    """The UTF8String in DER (X.690)."""
    if value is None:
        return None
    if len(value) < 2 or value[0] != 0x0C:
        raise InvalidError("an extension of its certificate is malformed", "certificate")
    length, start = value[1], 2
    if length & 0x80:
        start = 2 + (length & 0x7F)
        length = int.from_bytes(value[2:start], "big")
    if start > 4 or start + length != len(value):
        raise InvalidError("an extension of its certificate is malformed", "certificate")
    return _text(value[start:])


def _text(value: bytes) -> str:
    try:
        text = value[: _MAX + 1].decode()
    except UnicodeDecodeError:
        text = ""
    if len(value) > _MAX or not text.isprintable():
        raise InvalidError("an extension of its certificate is malformed", "certificate")
    return text
