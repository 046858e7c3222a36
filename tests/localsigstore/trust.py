"""What clients are told about an instance: its trusted root, and where its services are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from cryptography import x509

from tests.localsigstore.authority import ORGANISATION, der_of
from tests.localsigstore.encoding import Json, b64, iso
from tests.localsigstore.keys import PrivateKey, scheme, spki

Validity = Mapping[str, str]


def validity(start: datetime, end: datetime | None) -> Json:
    """A `validFor`, open where there is no end."""
    return {"start": iso(start)} | ({"end": iso(end)} if end else {})


def log(host: str, key: PrivateKey, log_id: bytes, valid: Validity) -> Json:
    """A TransparencyLogInstance of sigstore_trustroot.proto."""
    public = {"rawBytes": b64(spki(key)), "keyDetails": scheme(key).details, "validFor": dict(valid)}
    return {
        "baseUrl": f"https://{host}",
        "hashAlgorithm": "SHA2_256",
        "publicKey": public,
        "logId": {"keyId": b64(log_id)},
    }


def authority(host: str, chain: Sequence[x509.Certificate], valid: Validity) -> Json:
    """A CertificateAuthority of sigstore_trustroot.proto: the chain from the lowest certificate to the root."""
    return {
        "subject": {"organization": ORGANISATION, "commonName": host},
        "uri": f"https://{host}",
        "certChain": {"certificates": [{"rawBytes": b64(der_of(certificate))} for certificate in chain]},
        "validFor": dict(valid),
    }


def root(**parts: Sequence[Json]) -> Json:
    """A trusted root; a part that is left out is absent."""
    version = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
    return {"mediaType": version, **{part: list(every) for part, every in parts.items()}}


def signing_config(url: str, rekor: int, timestamps: bool) -> Json:
    """Where the services are; `rekor` is the version of the log's API that clients are to use."""

    def service(place: str, version: int = 1) -> list[Json]:
        valid = {"start": "2020-01-01T00:00:00Z"}
        return [{"url": place, "majorApiVersion": version, "operator": ORGANISATION, "validFor": valid}]

    return {
        "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
        "caUrls": service(url),
        "oidcUrls": service(url),
        "rekorTlogUrls": service(url, rekor),
        "rekorTlogConfig": {"selector": "ANY"},
        "tsaUrls": service(f"{url}/api/v1/timestamp") if timestamps else [],
        "tsaConfig": {"selector": "ANY"},
    }


def client_config(trusted_root: Json, config: Json) -> Json:
    """Both in one file, as `--trust-config` of sigstore-python and model-signing take it."""
    version = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"
    return {"mediaType": version, "trustedRoot": trusted_root, "signingConfig": config}
