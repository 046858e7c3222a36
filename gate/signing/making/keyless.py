"""Signing without a key: with an OIDC identity, through the reference client of Sigstore.

The client asks for a certificate over a key that lives for minutes, signs, and has the signature logged or
timestamped. It writes nothing to the log of a public instance but the certificate, the signature and the digest.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Literal, TypeVar

from cryptography.x509 import Certificate, RFC822Name, SubjectAlternativeName, UniformResourceIdentifier
from sigstore import dsse
from sigstore.errors import NetworkError, TUFError
from sigstore.hashes import Hashed
from sigstore.models import Bundle, ClientTrustConfig
from sigstore.oidc import ExpiredIdentity, IdentityError, IdentityToken, detect_credential
from sigstore.sign import Signer as Client
from sigstore.sign import SigningContext
from sigstore.verify import Verifier
from sigstore.verify.policy import UnsafeNoOp
from sigstore_models.common.v1 import HashAlgorithm

from gate.core.errors import GateError, UnableError, UsageError
from gate.core.text import shorten
from gate.signing.bundles.envelope import IN_TOTO
from gate.signing.making.sign import Algorithm, Signer

logging.getLogger("sigstore").addHandler(logging.NullHandler())  # what matters of its warnings becomes an error here

PATIENCE: float = 300
"""Seconds for one signature: certificate, log and timestamp; Rekor v2 answers when the entry is in its tree.

The client itself waits for a service without end."""

_Result = TypeVar("_Result")


def keyless_signer(trust_config: bytes | None = None, token: str | None = None) -> Signer:
    """A signer with the identity in `token`, or in the credential that the CI system gives to the job.

    `trust_config` is the JSON of a ClientTrustConfig; None means the public-good instance, whose configuration
    comes through TUF. Raises `UsageError` for a configuration or a credential that will not do, and `UnableError`
    where a service does not answer.
    """
    identity = _identity(token)  # first: most runs outside of CI end here, without a network
    return _KeylessSigner(_context(trust_config), identity, ambient=token is None)


class _Context:
    """An instance of Sigstore: where to sign, and what verifies there."""

    def __init__(self, config: ClientTrustConfig) -> None:
        self.signing = SigningContext.from_trust_config(config)
        self.verifier = Verifier(trusted_root=config.trusted_root)


class _KeylessSigner:
    """Signs with an identity; the certificate is asked for at the first signature, and serves for all."""

    kind: Literal["sigstore"] = "sigstore"
    algorithm: Algorithm = "sha256"

    def __init__(self, context: _Context, identity: IdentityToken, *, ambient: bool) -> None:
        self._context = context
        self._ambient = ambient
        self._identity = identity
        self._client: Client | None = None
        self._signed_by: Certificate | None = None

    def sign_digest(self, digest: bytes, name: str) -> bytes:  # noqa: ARG002 - only statements have names
        """A signature over the digest."""
        hashed = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=digest)

        def sign(client: Client) -> Bundle:
            bundle = client.sign_artifact(hashed)
            self._context.verifier.verify_artifact(hashed, bundle, UnsafeNoOp())
            return bundle

        return self._run(sign)

    def sign_statement(self, statement: bytes) -> bytes:
        """An envelope with one signature."""

        def sign(client: Client) -> Bundle:
            bundle = client.sign_dsse(dsse.Statement(statement))
            if self._context.verifier.verify_dsse(bundle, UnsafeNoOp()) != (IN_TOTO, statement):
                raise ValueError("the envelope has another statement")
            return bundle

        return self._run(sign)

    def sign_model(self, statement: bytes) -> bytes:
        """As any other statement: the hint that OMS knows is for keys."""
        return self.sign_statement(statement)

    def describe(self) -> str:
        """The identity and who vouches for it: as the certificate has it; before there is one, as the token has it."""
        names = [self._identity.identity] if self._signed_by is None else _names(self._signed_by)
        identity, issuer = shorten(", ".join(names), 300), shorten(self._identity.federated_issuer, 300)
        return f"the identity {identity} of the issuer {issuer}"

    def _run(self, sign: Callable[[Client], Bundle]) -> bytes:
        """The bundle, which verifies against the root of its own instance: what does not is never written."""

        def run() -> bytes:
            if self._client is None:
                if self._ambient and not self._identity.in_validity_period():  # hashing took longer than it lives
                    self._identity = _identity(None)
                self._client = Client(self._identity, self._context.signing)
            bundle = sign(self._client)
            self._signed_by = bundle.signing_certificate
            return bundle.to_json().encode()

        return _guarded(run, str(self._identity))


def _names(certificate: Certificate) -> list[str]:
    """The subject alternative names: a URI or an e-mail address, as Fulcio issues them."""
    found = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    kinds: tuple[type[UniformResourceIdentifier | RFC822Name], ...] = (UniformResourceIdentifier, RFC822Name)
    return [name for kind in kinds for name in found.get_values_for_type(kind)]


def _identity(token: str | None) -> IdentityToken:
    """Raises `UsageError` where there is no token, or one that is none."""
    try:
        found = token or detect_credential()
    except IdentityError as error:
        reason = _reason(error)
        if "GitHub" in type(error.__cause__).__name__ or "GitHub" in reason:
            fix = "give the job `permissions: id-token: write`; a pull request from a fork cannot have it"
        else:
            fix = "see that the job may ask for an OIDC token, or sign with --key FILE"
        raise UsageError(f"the CI system gives this job no OIDC token: {reason}", fix) from None
    if not found:
        raise UsageError(
            "there is nobody to sign as: no --key, and no OIDC credential of a CI job",
            "pass --key FILE, or run it in a CI job that may ask for an OIDC token (on GitHub: `permissions: id-token: "
            "write`); a token from elsewhere goes into SIGSTORE_ID_TOKEN",
        )
    try:
        return IdentityToken(found)
    except IdentityError:  # never its text: it may quote the token
        raise UsageError(
            "the OIDC token cannot be used: it is expired, damaged, or not made out to the audience `sigstore`",
            "ask for a new one with the audience `sigstore`, right before signing",
        ) from None


def _context(trust_config: bytes | None) -> _Context:
    if trust_config is None:
        return _guarded(lambda: _Context(ClientTrustConfig.production()))
    try:
        return _Context(ClientTrustConfig.from_json(trust_config.decode()))
    except Exception as error:  # whatever a file may make of the client
        raise UsageError(
            f"the trust configuration cannot be used: {_reason(error)}",
            "get it from those who run the instance: a ClientTrustConfig in JSON, as `sigstore --trust-config` takes",
        ) from None


def _guarded(run: Callable[[], _Result], secret: str = "") -> _Result:
    """What `run` gives; anything that a service answered, or did not, becomes an `UnableError` without `secret`."""
    try:
        return _within(PATIENCE, run)
    except GateError:
        raise
    except ExpiredIdentity:
        fix = "ask for a new one right before signing"
        raise UsageError("the OIDC token expired before the signature was made", fix) from None
    except (NetworkError, TUFError, OSError) as error:  # the errors of requests are OSErrors
        message = f"the services of Sigstore cannot be reached: {_reason(error, secret)}"
        raise UnableError(message, "run it again with a network, or sign with --key FILE") from None
    except Exception as error:  # certificate, log and timestamp clients each have errors of their own
        message = f"Sigstore did not make a signature: {_reason(error, secret)}"
        raise UnableError(message, "run it again; for a private instance, see that --trust-config is the one") from None


def _within(seconds: float, run: Callable[[], _Result]) -> _Result:
    """What `run` gives or raises; a `TimeoutError` where it takes longer, and its thread ends with the process."""
    results: list[_Result] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(run())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError(f"no answer in {seconds:g} seconds")
    return results[0]


def _reason(error: BaseException, secret: str = "") -> str:
    """The text of an error, or of what caused it where it has none; a token in it is struck out."""
    if callable(each := getattr(error, "errors", None)):  # pydantic's, whose own text has an address for each line
        text = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in each()[:3])
    else:
        text = str(error) or (str(error.__cause__) if error.__cause__ else "") or type(error).__name__
    text = text.replace(secret, "[token]") if secret else text
    return shorten(" ".join(text.split()), 300)
