"""Trust roots: the keys and certificates of one Sigstore instance, from a file that a policy pins.

The format is `dev.sigstore.trustroot.v1.TrustedRoot` of sigstore/protobuf-specs in JSON. A file may hold several,
one on each line, as `gh attestation trusted-root` writes them.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from functools import lru_cache
from importlib.util import find_spec
from typing import NamedTuple

from cryptography import x509

from gate.core.errors import UnableError
from gate.core.model import Json
from gate.signing import keys
from gate.signing.bundles import fields, strictjson
from gate.signing.errors import InvalidError

MEDIA_TYPE = re.compile(r"application/vnd\.dev\.sigstore\.trustedroot(\+json;version=0\.[12]|\.v0\.[12]\+json)")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
_STORE = "_store/https%3A%2F%2Ftuf-repo-cdn.sigstore.dev/trusted_root.json"
"""Where sigstore-python packages the root of the public-good instance; the cache in the home is never read."""


class Period(NamedTuple):
    """When a key was in use, both ends included; `end` is None while it still is."""

    start: dt.datetime
    end: dt.datetime | None

    def holds(self, time: dt.datetime) -> bool:
        """Whether `time` lies in it."""
        return self.start <= time and (self.end is None or time <= self.end)


class Log(NamedTuple):
    """A transparency log, of entries or of certificates."""

    url: str
    key_id: bytes
    key: keys.PublicKey
    period: Period


class Authority(NamedTuple):
    """Who issues certificates or timestamps: `chain` ends with the root."""

    uri: str
    chain: tuple[x509.Certificate, ...]
    period: Period


class TrustedRoot(NamedTuple):
    """One instance: its logs of entries (`tlogs`) and certificates (`ctlogs`), and its authorities."""

    tlogs: tuple[Log, ...]
    ctlogs: tuple[Log, ...]
    authorities: tuple[Authority, ...]
    timestampers: tuple[Authority, ...]


@lru_cache(maxsize=16)
def load_roots(data: bytes) -> tuple[TrustedRoot, ...]:
    """The instances in the file; raises `InvalidError` for what is no trust root."""
    try:
        return (_root(strictjson.loads(data)),)
    except InvalidError:
        lines = [line for line in data.splitlines() if line.strip()]
        if len(lines) < 2 or any(not line.lstrip().startswith(b"{") for line in lines):
            raise
    return tuple(_root(strictjson.loads(line)) for line in lines)


@lru_cache(maxsize=1)
def public_good() -> tuple[TrustedRoot, ...]:
    """The root of the public-good instance as the sigstore package ships it; raises `UnableError` without it."""
    found = find_spec("sigstore")  # which does not import it
    places = found.submodule_search_locations if found else None
    for file in (os.path.join(place, _STORE) for place in places or ()):
        if os.path.isfile(file):
            with open(file, "rb") as opened:
                return load_roots(opened.read())
    message = "the root of the public Sigstore instance comes with the sigstore package, which is not installed"
    raise UnableError(message, 'pip install "dbom-gate[sign]", or name a root under `trust_roots:` of the policy')


def _root(value: Json) -> TrustedRoot:
    document = fields.record(value, "trusted root")
    media_type = document.get("mediaType")
    if not isinstance(media_type, str) or not MEDIA_TYPE.fullmatch(media_type):
        raise InvalidError("it is no trust root: its `mediaType` is not that of one", "root")
    return TrustedRoot(
        _logs(document, "tlogs"),
        _logs(document, "ctlogs"),
        _authorities(document, "certificateAuthorities"),
        _authorities(document, "timestampAuthorities"),
    )


def _logs(document: dict[str, Json], name: str) -> tuple[Log, ...]:
    found = []
    for item in fields.items(document, name):
        log = fields.record(item, name)
        key = fields.inner(log, "publicKey")
        found.append(
            Log(
                fields.optional_text(log, "baseUrl") or "",
                fields.raw(fields.inner(log, "logId"), "keyId"),
                keys.load_der(fields.raw(key, "rawBytes")),
                _period(fields.inner(key, "validFor")),
            )
        )
    return tuple(found)


def _authorities(document: dict[str, Json], name: str) -> tuple[Authority, ...]:
    found = []
    for item in fields.items(document, name):
        authority = fields.record(item, name)
        certificates = fields.items(fields.inner(authority, "certChain"), "certificates")
        chain = tuple(_certificate(fields.record(one, "certificates")) for one in certificates)
        period = _period(fields.inner(authority, "validFor"))
        if chain:  # one without certificates vouches for nothing
            found.append(Authority(fields.optional_text(authority, "uri") or "", chain, period))
    return tuple(found)


def _certificate(value: dict[str, Json]) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(fields.raw(value, "rawBytes"))
    except ValueError:
        raise InvalidError("a certificate of the trust root cannot be read", "root") from None


def _period(value: dict[str, Json]) -> Period:
    end = fields.optional_text(value, "end")
    return Period(_time(fields.text(value, "start")), _time(end) if end else None)


def _time(text: str) -> dt.datetime:
    """RFC 3339, with fractions of any length, which Python reads from 3.11 on only."""
    match = _TIME.fullmatch(text)
    if not match:
        raise InvalidError("a time of the trust root cannot be read", "root")
    fraction = (match[2] or ".0")[:7]
    zone = "+00:00" if match[3] == "Z" else match[3]
    try:
        return dt.datetime.strptime(f"{match[1]}{fraction}{zone}", "%Y-%m-%dT%H:%M:%S.%f%z")
    except ValueError:
        raise InvalidError("a time of the trust root cannot be read", "root") from None
