"""What a signature is over: an envelope, or an artifact that is known by its digests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from gate.signing import keys
from gate.signing.artifact import Artifact
from gate.signing.bundles.bundle import Bundle, MessageSignature
from gate.signing.bundles.envelope import OLD_PREDICATE_TYPE, Envelope, old_pae
from gate.signing.bundles.statement import read_statement
from gate.signing.errors import InvalidError


class Target(NamedTuple):
    """The signed message: its digests by algorithm, and a way to all of it.

    `old` is another encoding of the message, which an older signer used.
    """

    digests: Mapping[str, bytes]
    message: Callable[[], bytes | None]
    old: bytes | None = None

    def verify(self, key: keys.PublicKey, signature: bytes) -> None:
        """Whether `key` signed it; raises `InvalidError`."""
        if self.old is not None:
            with suppress(InvalidError):
                return keys.verify(key, signature, self.old)
        if not keys.algorithms(key):
            return self._verify_message(key, signature)
        for algorithm in keys.algorithms(key):
            if algorithm in self.digests:
                with suppress(InvalidError):
                    return keys.verify_digest(key, signature, algorithm, self.digests[algorithm])
        raise InvalidError("the signature does not match what is signed", "signature")

    def _verify_message(self, key: keys.PublicKey, signature: bytes) -> None:
        """Ed25519 (RFC 8032) signs the message itself, not its digest."""
        message = self.message()
        if message is None:
            raise InvalidError("Ed25519 signs the whole file, which is too large to read: sign a statement", "size")
        if hashlib.sha256(message).digest() != self.digests["sha256"]:
            raise InvalidError("the file changed while it was judged", "changed")
        return keys.verify(key, signature, message)


def target(bundle: Bundle, artifact: Artifact) -> Target:
    """The message that the signature of `bundle` must be over; raises `InvalidError` where it is another one."""
    content = bundle.content
    if isinstance(content, Envelope):
        signed = content.signed
        digests = {name: hashlib.new(name, signed).digest() for name in ("sha256", "sha384", "sha512")}
        return Target(digests, lambda: signed, old_pae(content) if _is_old(content) else None)
    if artifact.files is not None:
        raise InvalidError(
            "it is over a single file, and this is a directory: `gate sign` lists its files", "directory"
        )
    _compare(content, artifact)
    return Target(artifact.digests, artifact.message)


def _is_old(envelope: Envelope) -> bool:
    """Whether it holds a statement as only model_signing 0.2 wrote it; no other may be signed in the old way."""
    if OLD_PREDICATE_TYPE.encode() not in envelope.payload:
        return False
    with suppress(InvalidError):
        return read_statement(envelope).statement.predicate_type == OLD_PREDICATE_TYPE
    return False


def _compare(content: MessageSignature, artifact: Artifact) -> None:
    """The digest in a bundle proves nothing, and still it tells a changed artifact from a forged signature."""
    if content.algorithm is None:
        return
    found = artifact.digests.get(content.algorithm)
    if found is None:
        raise InvalidError(f"the signature is over a {content.algorithm} digest, which was not computed", "unsupported")
    if found != content.digest:
        raise InvalidError("the signature is over other bytes: the digest in it is not that of the artifact", "digest")
