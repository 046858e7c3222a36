"""One small file over HTTPS, from a server that is not trusted.

The connection is this module's own: no proxy, no cookies, no credentials but those of `~/.netrc` for hosts that the
policy lists. The certificate is verified against the name, the connection made to an address that was checked
before, for each redirect anew. A watchdog ends what takes too long, however slowly it drips.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from typing import NamedTuple

from gate import __version__
from gate.core.errors import AbsentError, GateError, UnableError, UsageError
from gate.core.text import printable, shorten, size
from gate.policy.remote.addresses import Resolve, refuse_private, resolve, system
from gate.policy.remote.reference import HOST, HTTPS_PORT

MAX_BYTES = 1 << 20
MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_ABSENT = (404, 410)
_TARGET = re.compile(rf"https://(?P<host>{HOST})(?::(?P<port>[1-9][0-9]{{0,4}}))?(?P<path>/[!-\[\]-~]{{0,4096}})?")
"""Where a redirect may lead: a server's own signed addresses have queries and escapes, which a policy has not."""


class Url(NamedTuple):
    """A place on a server; `path` begins with a slash."""

    host: str
    port: int
    path: str

    def __str__(self) -> str:
        port = "" if self.port == HTTPS_PORT else f":{self.port}"
        return f"https://{self.host}{port}{self.path}"


class Network(NamedTuple):
    """What a fetch may use.

    `own` are the hosts that the policy lists under `credentials:`: they may have a private address, and are told who
    asks. `home` has the `.netrc`. `resolver` and `trusted`, addresses that pass as public, are for tests.
    """

    home: str = ""
    own: frozenset[str] = frozenset()
    resolver: Resolve = system
    trusted: frozenset[str] = frozenset()


def fetch(url: Url, network: Network, seconds: float) -> bytes:
    """The bytes at `url`, at most `MAX_BYTES`, within `seconds`.

    Raises `UsageError` for what no second try would change, and `UnableError` where the server cannot be asked.
    """
    end = time.monotonic() + seconds
    for hop in range(MAX_REDIRECTS + 1):
        found = _ask(url, network, end, first=hop == 0)
        if isinstance(found, bytes):
            return found
        url = found
    raise UsageError(f"it is redirected more than {MAX_REDIRECTS} times", "name the place where it lies")


def _ask(url: Url, network: Network, end: float, *, first: bool) -> bytes | Url:
    """The answer of one server: the content, or where it sends us."""
    addresses = resolve(url.host, url.port, end - time.monotonic(), network.resolver)
    if not first or url.host not in network.own:
        refuse_private(url.host, addresses, network.trusted)
    try:
        with _connected(url, addresses, end) as connection:
            connection.putrequest("GET", url.path, skip_accept_encoding=True)
            connection.putheader("User-Agent", f"dbom-gate/{__version__}")
            if login := _login(url, network):
                connection.putheader("Authorization", login)
            connection.endheaders()
            with connection.getresponse() as response:
                return _answer(response, url)
    except (OSError, http.client.HTTPException, GateError) as error:
        if time.monotonic() >= end:  # whatever went wrong, it did when the connection was cut
            raise UnableError(f"{url.host} took too long", "try again, or use a server that is faster") from None
        if isinstance(error, GateError):
            raise
        reason = printable(str(error) or type(error).__name__)[:200]
        raise UnableError(f"{url.host} could not be asked: {reason}", "see that it can be reached from here") from None


@contextlib.contextmanager
def _connected(url: Url, addresses: list[str], end: float) -> Iterator[http.client.HTTPSConnection]:
    """A connection that is cut off at `end`."""
    plain = _first(addresses, url.port, end)
    cut = plain.dup()  # the TLS layer takes the socket over, and may be busy with it when time is up
    watchdog = threading.Timer(max(end - time.monotonic(), 0.0), _cut, (cut,))
    watchdog.daemon = True
    watchdog.start()
    connection = http.client.HTTPSConnection(url.host, url.port)
    try:
        connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=url.host)
        yield connection
    finally:
        watchdog.cancel()
        connection.close()
        plain.close()
        cut.close()


def _first(addresses: list[str], port: int, end: float) -> socket.socket:
    """A connection to the first address that takes one."""
    failure: OSError = TimeoutError("timed out")
    for address in addresses:
        if (left := end - time.monotonic()) <= 0:
            break
        try:
            found = socket.create_connection((address, port), timeout=left)
        except OSError as error:
            failure = error
        else:
            found.settimeout(None)  # the watchdog counts the whole, not each piece
            return found
    raise failure


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _login(url: Url, network: Network) -> str | None:
    """What `~/.netrc` says for a host that the policy lists."""
    import netrc

    file = os.path.join(network.home, ".netrc")
    if url.host not in network.own or not network.home or not os.path.exists(file):
        return None
    try:
        entry = netrc.netrc(file).hosts.get(url.host)
    except (netrc.NetrcParseError, UnicodeDecodeError) as error:
        raise UnableError(f"~/.netrc cannot be read: {printable(str(error))[:200]}", "mend it") from None
    if entry is None:
        return None
    return "Basic " + base64.b64encode(f"{entry[0]}:{entry[2]}".encode()).decode()


def _answer(response: http.client.HTTPResponse, url: Url) -> bytes | Url:
    if response.status in _REDIRECTS:
        return _target(response.getheader("Location") or "", url)
    if response.status in _ABSENT:
        raise AbsentError(f"{url.host} does not have it ({response.status})", "see that the address is right")
    if response.status in (401, 403):
        fix = "if the server is yours, list it under `credentials:` of the policy that is named, and in ~/.netrc"
        raise UnableError(f"{url.host} asks who wants it ({response.status})", fix)
    if response.status != 200:
        raise UnableError(f"{url.host} answered {response.status}", "try again later")
    if (response.getheader("Content-Encoding") or "identity").lower() != "identity":
        raise UsageError(f"{url.host} sent it compressed, which was not asked for", "have it served as it is")
    if response.length is None and not response.chunked:
        raise UsageError(f"{url.host} does not say how long it is, so it could be cut off", "use another server")
    data = response.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UsageError(f"it is larger than {size(MAX_BYTES)}", "is it the right file?")
    if response.length:
        raise UnableError(f"{url.host} sent less than it announced", "try again later")
    return data


def _target(text: str, url: Url) -> Url:
    """Where a redirect leads: to another place on this server, or to another server over HTTPS."""
    if text.startswith("/") and not text.startswith("//"):
        text = str(url._replace(path=text))
    match = _TARGET.fullmatch(text.partition("#")[0])
    port = int(match["port"] or HTTPS_PORT) if match else 0
    if match is None or port > 65535:
        raise UsageError(f"{url.host} redirects it to {shorten(text) or 'nowhere'}", "only https:// is followed")
    return Url(match["host"], port, match["path"] or "/")
