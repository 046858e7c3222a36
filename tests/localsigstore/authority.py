"""Certificate authorities, and Fulcio: certificates that last minutes and name who asked for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.localsigstore import der
from tests.localsigstore.claims import Claims
from tests.localsigstore.ctlog import CTLog
from tests.localsigstore.keys import HASHES, PrivateKey, PublicKey, generate, key_id, scheme

ORGANISATION = "local sigstore"
LIFETIME = timedelta(days=3650)
"""How long authorities live; the certificates that Fulcio issues live for seconds."""
CODE_SIGNING = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])

_ARC = "1.3.6.1.4.1.57264.1."
"""The object identifiers of Fulcio's extensions (its docs/oid-info.md)."""
_RAW = {"event_name": 2, "sha": 3, "workflow": 4, "repository": 5, "ref": 6}
"""Claim to number, for the deprecated extensions whose value is the bare text."""
_UTF8 = {
    "job_workflow_ref": 9,
    "job_workflow_sha": 10,
    "runner_environment": 11,
    "repository": 12,
    "sha": 13,
    "ref": 14,
    "repository_id": 15,
    "repository_owner": 16,
    "repository_owner_id": 17,
    "workflow_ref": 18,
    "workflow_sha": 19,
    "event_name": 20,
    "repository_visibility": 22,
}
"""Claim to number, for the extensions whose value is a UTF8String."""
_URIS = {9, 12, 16, 18}
_RUN = 21
_GITHUB = "https://github.com/"

Extension = tuple[x509.ExtensionType, bool]
"""An extension, and whether it is critical."""


class Issuer(NamedTuple):
    """Who signs a certificate: the own certificate (None: it signs itself) and the key."""

    certificate: x509.Certificate | None
    key: PrivateKey


def name(common: str) -> x509.Name:
    """The name of an authority."""
    parts = [(NameOID.ORGANIZATION_NAME, ORGANISATION), (NameOID.COMMON_NAME, common)]
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


def usage(*flags: str) -> x509.KeyUsage:
    """A key usage with these of its flags set, such as digital_signature."""
    known = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    every = (*known, "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{flag: flag in flags for flag in every})


def certify(
    issuer: Issuer,
    key: PublicKey,
    subject: x509.Name,
    *,
    start: datetime,
    end: datetime,
    extensions: Iterable[Extension] = (),
    serial: int | None = None,
) -> x509.Certificate:
    """A certificate with the two key identifiers and whatever else is given; tests build authorities of their own."""
    parent = issuer.certificate.subject if issuer.certificate else subject
    builder = x509.CertificateBuilder(parent, subject, key, serial or x509.random_serial_number(), start, end)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    if issuer.certificate:
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        builder = builder.add_extension(above, critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer.key, HASHES[scheme(issuer.key).hash_name])


def authority(common: str, start: datetime, *, above: Issuer | None = None, path_length: int = 1) -> Issuer:
    """A new authority: a root, or one below `above`; good for ten years from `start`."""
    key = generate()
    extensions: list[Extension] = [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (usage("key_cert_sign", "crl_sign"), True),
    ]
    issuer = above or Issuer(None, key)
    end = start + LIFETIME
    return Issuer(certify(issuer, key.public_key(), name(common), start=start, end=end, extensions=extensions), key)


class Fulcio:
    """A root, an intermediate below it, and certificates by the intermediate."""

    def __init__(self, start: datetime) -> None:
        root = authority("fulcio root", start)
        self._issuer = authority("fulcio intermediate", start, above=root, path_length=0)
        assert root.certificate
        assert self._issuer.certificate
        self.chain = (self._issuer.certificate, root.certificate)

    def issue(
        self, key: PublicKey, claims: Claims, *, at: datetime, ttl: int = 600, ct: CTLog | None = None
    ) -> x509.Certificate:
        """A certificate for who the claims name, good for `ttl` seconds from `at`, with an SCT by `ct` if given."""
        extensions: list[Extension] = [
            (usage("digital_signature"), True),
            (CODE_SIGNING, False),
            (x509.SubjectAlternativeName([_subject(claims)]), True),
            *((extension, False) for extension in _identity(claims)),
        ]
        serial = x509.random_serial_number()

        def certificate() -> x509.Certificate:
            end = at + timedelta(seconds=ttl)
            return certify(self._issuer, key, x509.Name([]), start=at, end=end, extensions=extensions, serial=serial)

        if ct:
            tbs = certificate().tbs_certificate_bytes
            extensions.append((ct.extension(tbs, key_id(self._issuer.key), at), False))
        return certificate()


def der_of(certificate: x509.Certificate) -> bytes:
    """The certificate as DER."""
    return certificate.public_bytes(Encoding.DER)


def pem_of(certificate: x509.Certificate) -> bytes:
    """The certificate as PEM."""
    return certificate.public_bytes(Encoding.PEM)


def _subject(claims: Claims) -> x509.GeneralName:
    """What the SAN names: an address, the workflow that runs (the called one), or else the token's subject."""
    if "email" in claims:
        return x509.RFC822Name(claims["email"])
    if "job_workflow_ref" in claims:
        return x509.UniformResourceIdentifier(_GITHUB + claims["job_workflow_ref"])
    return x509.UniformResourceIdentifier(claims["sub"])


def _identity(claims: Claims) -> list[x509.UnrecognizedExtension]:
    """Fulcio's extensions, in the order of their numbers."""
    raw = {number: claims[claim].encode() for claim, number in _RAW.items() if claim in claims}
    texts = {number: claims[claim] for claim, number in _UTF8.items() if claim in claims}
    values = {number: der.utf8(_GITHUB + text if number in _URIS else text) for number, text in texts.items()}
    if "run_id" in claims:
        run = f"{_GITHUB}{claims['repository']}/actions/runs/{claims['run_id']}/attempts/{claims['run_attempt']}"
        values[_RUN] = der.utf8(run)
    issuer = {1: claims["iss"].encode(), 8: der.utf8(claims["iss"])}
    every = sorted({**issuer, **raw, **values}.items())
    return [x509.UnrecognizedExtension(x509.ObjectIdentifier(f"{_ARC}{number}"), value) for number, value in every]
