"""The HTTP APIs of an instance: Fulcio v2, Rekor v1 and v2, RFC 3161, and OpenID Connect discovery."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509

from tests.localsigstore import entries
from tests.localsigstore.authority import pem_of
from tests.localsigstore.claims import read_token, token
from tests.localsigstore.encoding import Json, now
from tests.localsigstore.keys import PublicKey

if TYPE_CHECKING:
    from tests.localsigstore.instance import Instance

JSON = "application/json"
TIMESTAMP = "application/timestamp-reply"


class Request(NamedTuple):
    """What a handler gets: the body, and the bearer's token if one was sent."""

    body: bytes
    bearer: str


class Answer(NamedTuple):
    """What a handler gives back."""

    body: bytes
    status: HTTPStatus = HTTPStatus.CREATED
    kind: str = JSON


Handler = Callable[["Instance", Request], Answer]


def _certificate(instance: Instance, request: Request) -> Answer:
    """Fulcio's signingCert: a certificate for whoever the token names, and the key of the signing request."""
    try:
        claims = read_token(request.bearer)
    except ValueError as error:
        return _refusal(HTTPStatus.UNAUTHORIZED, str(error))
    signing = x509.load_pem_x509_csr(base64.b64decode(json.loads(request.body)["certificateSigningRequest"]))
    key = signing.public_key()
    if not isinstance(key, PublicKey) or not signing.is_signature_valid:
        return _refusal(HTTPStatus.BAD_REQUEST, "the signing request is not signed with its key")
    issued = instance.fulcio.issue(key, claims, at=now(), ct=instance.ct)
    chain = [pem_of(certificate).decode() for certificate in (issued, *instance.fulcio.chain)]
    return _json({"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}})


def _entry1(instance: Instance, request: Request) -> Answer:
    """Rekor v1: what is sent is the entry's body, but for the kind dsse, whose envelope is kept as digests."""
    proposed = _without_nulls(json.loads(request.body))
    if proposed["kind"] == "dsse":
        proposed = _digested(proposed["spec"]["proposedContent"])
    return _json(entries.for_v1(instance.rekor1.append(proposed, now())))


def _entry2(instance: Instance, request: Request) -> Answer:
    """Rekor v2: a hashedrekord, which envelopes are sent as too."""
    proposed = json.loads(request.body).get("hashedRekordRequestV002")
    if proposed is None:
        return _refusal(HTTPStatus.BAD_REQUEST, "only a hashedRekordRequestV002 is taken")
    details = proposed["signature"]["verifier"]["keyDetails"]
    algorithm = "SHA2_" + details.rpartition("SHA_")[2] if "_SHA_" in details else "SHA2_256"
    body = entries.hashedrekord2_body(algorithm, proposed["digest"], proposed["signature"])
    return _json(entries.for_bundle(instance.rekor2.append(body, now())))


def _timestamp(instance: Instance, request: Request) -> Answer:
    return Answer(instance.tsa.answer(request.body), kind=TIMESTAMP)


def _discovery(instance: Instance, request: Request) -> Answer:
    url = instance.url
    known = {"issuer": url, "authorization_endpoint": f"{url}/auth", "token_endpoint": f"{url}/token"}
    return _json(known, HTTPStatus.OK)


def _ambient(instance: Instance, request: Request) -> Answer:
    """The token endpoint that a workflow's run finds in ACTIONS_ID_TOKEN_REQUEST_URL."""
    if instance.ambient is None:
        return _refusal(HTTPStatus.NOT_FOUND, "this instance has no ambient identity")
    return _json({"value": token(**instance.ambient)}, HTTPStatus.OK)


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/.well-known/openid-configuration"): _discovery,
    ("GET", "/ambient"): _ambient,
    ("POST", "/api/v2/signingCert"): _certificate,
    ("POST", "/api/v1/log/entries"): _entry1,
    ("POST", "/api/v2/log/entries"): _entry2,
    ("POST", "/api/v1/timestamp"): _timestamp,
}


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for the requests that are being answered

    def server_bind(self) -> None:
        """As above, but without asking a name server who 127.0.0.1 is."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]


@contextmanager
def serving(instance: Instance) -> Generator[str, None, None]:
    """Listens on a free port of loopback; after the context nothing listens and no thread is left."""
    server = _Server(("127.0.0.1", 0), _handler(instance))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(instance: Instance) -> type[BaseHTTPRequestHandler]:
    class Requests(BaseHTTPRequestHandler):
        timeout = 10  # a client that sends nothing does not keep the server from ending

        def do_GET(self) -> None:
            self._answer("GET", b"")

        def do_POST(self) -> None:
            self._answer("POST", self.rfile.read(int(self.headers.get("content-length", 0))))

        def _answer(self, method: str, body: bytes) -> None:
            handler = ROUTES.get((method, self.path.partition("?")[0]))
            bearer = self.headers.get("authorization", "").partition(" ")[2]
            answer = _refusal(HTTPStatus.NOT_FOUND, "no such address")
            if handler is not None:
                try:
                    answer = handler(instance, Request(body, bearer))
                except (ValueError, LookupError, TypeError, AttributeError) as error:
                    answer = _refusal(HTTPStatus.BAD_REQUEST, repr(error))
            self.send_response(answer.status)
            self.send_header("content-type", answer.kind)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class names it so
            """Says nothing: tests read what the gate prints."""

    return Requests


def _json(value: object, status: HTTPStatus = HTTPStatus.CREATED) -> Answer:
    return Answer(json.dumps(value).encode(), status)


def _refusal(status: HTTPStatus, message: str) -> Answer:
    return _json({"code": int(status), "message": message}, status)


def _digested(content: Json) -> Json:
    """The body of dsse 0.0.1 for an envelope that was sent, as its text, with the certificate that checks it."""
    envelope = json.loads(content["envelope"])
    signatures = [
        {"signature": signature["sig"], "verifier": content["verifiers"][0]} for signature in envelope["signatures"]
    ]
    payload = base64.b64decode(envelope["payload"])
    return entries.dsse1_body(entries.stated(content["envelope"].encode()), entries.stated(payload), signatures)


def _without_nulls(value: object) -> Json:
    """Clients send null for what they leave out; a log does not keep that."""

    def kept(item: object) -> object:
        if isinstance(item, dict):
            return {key: kept(part) for key, part in item.items() if part is not None}
        return [kept(part) for part in item] if isinstance(item, list) else item

    result = kept(value)
    if not isinstance(result, dict):
        raise ValueError("an entry is an object")
    return result
