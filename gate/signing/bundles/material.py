"""The file that an entry declares as its signature: bundles, or a bare signature; and what verifying it will need.

Nothing here needs a library, for it is asked before the one pass over the bytes.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache

from gate.files.root import BUNDLE_SUFFIX
from gate.signing.bundles import oms
from gate.signing.bundles.bundle import Bundle, MessageSignature, parse_bundle
from gate.signing.bundles.envelope import Envelope
from gate.signing.bundles.statement import Statement, parse_statement, read_statement
from gate.signing.errors import InvalidError

SUFFIXES = (BUNDLE_SUFFIX, ".sigstore", ".sig")
"""What names of signatures end with. Only such a file may lie unsigned in a signed directory, as its own signature:
some of a bundle is free text, which another name could make a template or a configuration of."""
MAX_BUNDLES = 100
MAX_BARE = 8 * 1024
"""Bytes of a bare signature; one of RSA with 8192 bits has 1,400 characters."""
_BARE_LENGTHS = range(64, 1025)
"""Bytes of the signatures of all accepted keys: Ed25519 has 64, RSA with 8192 bits 1,024."""
_NEEDED = ("sha384", "sha512")


@lru_cache(maxsize=8)
def parse_signatures(data: bytes) -> tuple[Bundle, ...]:
    """The signatures in a file: one bundle, one on each line (`gh attestation download`), or one by a key as it is.

    Raises `InvalidError` where the file is something else.
    """
    if not data.strip():
        raise InvalidError("it is empty", "malformed")
    if not data.lstrip().startswith(b"{"):
        return (_bare(data),)
    lines = [line.strip() for line in data.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.startswith(b"{") and line.endswith(b"}") for line in lines):
        if len(lines) > MAX_BUNDLES:
            raise InvalidError(f"it holds {len(lines)} bundles; more than {MAX_BUNDLES} are not read", "malformed")
        return tuple(map(parse_bundle, lines))
    return (parse_bundle(data),)


def _bare(data: bytes) -> Bundle:
    """A signature as `openssl` or `cosign sign-blob` writes it: raw, or in base64."""
    if b"-----BEGIN" in data[:MAX_BARE]:
        raise InvalidError("it is a PEM file, such as a key or a certificate, and no signature", "malformed")
    compact = re.sub(rb"\s", b"", data[:MAX_BARE])
    try:
        signature = base64.b64decode(compact, validate=True) if compact.isascii() else data
    except (binascii.Error, ValueError):
        signature = b""  # text, such as the page that a server sent in place of the file
    if len(data) > MAX_BARE or len(signature) not in _BARE_LENGTHS:
        raise InvalidError("it is neither a Sigstore bundle nor a bare signature", "malformed")
    return Bundle(3, MessageSignature(signature, None, None), (), "", (), ())


@lru_cache(maxsize=8)
def needed(data: bytes) -> frozenset[str]:
    """The digests beside SHA-256 that verifying the signatures in `data` needs; none for what cannot be read."""
    try:
        return frozenset[str]().union(*map(_needed, parse_signatures(data)))
    except InvalidError:
        return frozenset()


def _needed(bundle: Bundle) -> frozenset[str]:
    content = bundle.content
    if isinstance(content, Envelope):
        return _named(read_statement(content).statement)
    if content.algorithm is None:
        return frozenset(_NEEDED)
    return frozenset((content.algorithm,)) - {"sha256"}


def _named(statement: Statement) -> frozenset[str]:
    if statement.predicate_type in oms.PREDICATE_TYPES:
        listed = {algorithm for algorithm, _ in oms.read_manifest(statement).files.values()}
        return frozenset(listed - {"sha256"})
    algorithms = {algorithm for subject in statement.subjects for algorithm in subject.digests}
    return frozenset(algorithms.intersection(_NEEDED))  # beside a SHA-256 too: all that is said must be true


def predicate_types(data: bytes) -> tuple[str, ...]:
    """The types of the statements in a file of signatures; raises `InvalidError` for what is none."""
    envelopes = (bundle.content for bundle in parse_signatures(data) if isinstance(bundle.content, Envelope))
    return tuple(dict.fromkeys(parse_statement(envelope).predicate_type for envelope in envelopes))
