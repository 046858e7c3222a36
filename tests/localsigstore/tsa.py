"""A timestamp authority (RFC 3161) whose clock says what the test wants."""

from __future__ import annotations

import secrets
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.localsigstore import der
from tests.localsigstore.authority import LIFETIME, authority, certify, der_of, name, usage
from tests.localsigstore.encoding import now, sha256
from tests.localsigstore.keys import digest, generate, sign

_POLICY = "1.3.6.1.4.1.57264.2"
"""The policy that Sigstore's own authority states."""
_HASHES = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3"}
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_TIME = "1.2.840.113549.1.9.5"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2"
_INTEGER, _BOOLEAN = 0x02, 0x01


class TimestampAuthority:
    """A root and the certificate that signs timestamps."""

    def __init__(self, start: datetime) -> None:
        root = authority("timestamp root", start)
        assert root.certificate
        self.key = generate()
        extended = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        self.certificate = certify(
            root,
            self.key.public_key(),
            name("timestamp authority"),
            start=start,
            end=start + LIFETIME,
            extensions=[(usage("digital_signature"), True), (extended, True)],
        )
        self.chain = (self.certificate, root.certificate)

    def stamp(
        self,
        message: bytes,
        at: datetime,
        *,
        hash_name: str = "sha256",
        nonce: int | None = None,
        certificate: bool = True,
    ) -> bytes:
        """The reply (DER) that says: these bytes existed at `at`, in whole seconds.

        `certificate` says whether the reply carries the certificate, which is what `certReq` in a query asks for.
        """
        return self._reply(_HASHES[hash_name], digest(hash_name, message), at, nonce, certificate)

    def answer(self, query: bytes) -> bytes:
        """The reply to a query (DER TimeStampReq), by the real clock; ValueError for a hash that it does not know."""
        [(_, request)] = der.read(query)
        _, (_, imprint), *options = der.read(request)
        (_, algorithm), (_, hashed) = der.read(imprint)
        known = {content: text for text in _HASHES.values() for _, content in der.read(der.oid(text))}
        dotted = known.get(der.read(algorithm)[0][1])
        if dotted is None:
            raise ValueError("the query's hash algorithm is not known here")
        nonce = next((int.from_bytes(content, "big") for tag, content in options if tag == _INTEGER), None)
        wanted = any(tag == _BOOLEAN and content != b"\0" for tag, content in options)
        return self._reply(dotted, hashed, now(), nonce, wanted)

    def _reply(self, algorithm: str, hashed: bytes, at: datetime, nonce: int | None, certificate: bool) -> bytes:
        granted = der.sequence(der.integer(0))
        info = _info(algorithm, hashed, at, nonce)
        held = [der.explicit(0, der_of(self.certificate))] if certificate else []
        signed = der.sequence(
            der.integer(3),
            der.set_of(_algorithm("sha256")),
            der.sequence(der.oid(_TST_INFO), der.explicit(0, der.octets(info))),
            *held,
            der.set_of(self._signer(info, at)),
        )
        return der.sequence(granted, der.sequence(der.oid(_SIGNED_DATA), der.explicit(0, signed)))

    def _signer(self, info: bytes, at: datetime) -> bytes:
        """CMS's SignerInfo (RFC 5652, 5.3). Its attributes are signed as a SET and sent under the tag [0]."""
        issuer, serial = self.certificate.issuer.public_bytes(), der.integer(self.certificate.serial_number)
        named = der.sequence(der.sequence(der.explicit(4, issuer)), serial)
        held = der.sequence(der.sequence(der.sequence(der.octets(sha256(der_of(self.certificate))), named)))
        attributes = der.set_of(
            _attribute(_CONTENT_TYPE, der.oid(_TST_INFO)),
            _attribute(_SIGNING_TIME, der.utc_time(at)),
            _attribute(_MESSAGE_DIGEST, der.octets(sha256(info))),
            _attribute(_SIGNING_CERTIFICATE_V2, held),
        )
        return der.sequence(
            der.integer(1),
            der.sequence(issuer, serial),
            _algorithm("sha256"),
            bytes([0xA0]) + attributes[1:],
            der.sequence(der.oid(_ECDSA_WITH_SHA256)),
            der.octets(sign(self.key, attributes)),
        )


def _info(algorithm: str, hashed: bytes, at: datetime, nonce: int | None) -> bytes:
    """TSTInfo (RFC 3161, 2.4.2): what was stamped, and when, to the second."""
    one_second = der.sequence(der.integer(1))
    imprint = der.sequence(der.sequence(der.oid(algorithm), der.null()), der.octets(hashed))
    serial = der.integer(secrets.randbits(64))
    moment = der.generalized_time(at)
    echoed = [] if nonce is None else [der.integer(nonce)]
    return der.sequence(der.integer(1), der.oid(_POLICY), imprint, serial, moment, one_second, *echoed)


def _algorithm(hash_name: str) -> bytes:
    return der.sequence(der.oid(_HASHES[hash_name]))


def _attribute(kind: str, value: bytes) -> bytes:
    return der.sequence(der.oid(kind), der.set_of(value))
