"""Questions over HTTP to a hub that may be slow, broken or malicious.

Connections are kept and shared by all threads. Only the hub itself is told the token: a redirect to another host, as
large files have, is followed without. No proxy, no cookies, no other credentials.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeVar
from urllib.parse import urljoin, urlsplit

from gate import __version__
from gate.core.bounded import bounded
from gate.core.errors import UnableError, UsageError
from gate.core.text import printable, shorten, size
from gate.hub.endpoint import Endpoint

MAX_BYTES = 16 << 20
"""Of one answer that is read as a whole: parsed JSON takes up to 30 times as much memory."""
MAX_REDIRECTS = 5
MAX_IDLE = 16
"""Connections of one site that are kept for later."""
STALL = 30.0
"""Seconds without a byte, and for one answer to begin."""
_REDIRECTS = (301, 302, 303, 307, 308)
_DRAINED = 64 << 10
_TOKEN = re.compile(r"[!-~]{0,4096}")
_OPEN: Mapping[str, int] = {"https": 443, "http": 80}
T = TypeVar("T")


class NoAnswerError(UnableError):
    """The network, or who is at its other end, gave no answer: a second try may."""


class Site(NamedTuple):
    """Whom a connection is to."""

    scheme: str
    host: str
    port: int


class Answer(NamedTuple):
    """One answer, read as a whole; names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """A client of one hub."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Raises `UsageError` for an endpoint that cannot be asked safely."""
        self.url = endpoint.url
        try:
            self.site = site_of(endpoint.url)
        except ValueError as error:
            raise UsageError(
                f"HF_ENDPOINT cannot be used: {error}", "set it to the https:// address of a hub"
            ) from None
        if not _TOKEN.fullmatch(endpoint.token):
            raise UsageError("HF_TOKEN is no token: it has blanks or characters that no token has", "set it anew")
        self._token = endpoint.token
        self._idle: dict[Site, list[http.client.HTTPConnection]] = {}
        self._lock = threading.Lock()
        self._tls: ssl.SSLContext | None = None
        self._closed = False

    def close(self) -> None:
        """Closes the connections that were kept, and keeps none from now on."""
        with self._lock:
            self._closed = True
            for kept in self._idle.values():
                while kept:
                    kept.pop().close()

    def fetch(self, url: str, end: float) -> Answer:
        """The answer to a GET, by the time `end` of the monotonic clock; raises `NoAnswerError`, `UnableError`."""

        def ask() -> Answer:
            with self._following(url, {}) as response:
                body = response.read(MAX_BYTES + 1)
                if len(body) > MAX_BYTES:
                    raise UnableError(f"{self.site.host} answered with more than {size(MAX_BYTES)}", _REPORT)
                if response.length:
                    raise NoAnswerError(f"{self.site.host} sent less than it announced", _RETRY)
                return Answer(response.status, _headers(response), body)

        return self._bounded(ask, end - time.monotonic())

    @contextlib.contextmanager
    def stream(self, url: str, headers: Mapping[str, str]) -> Iterator[http.client.HTTPResponse]:
        """The answer to a GET, of which the body is still to be read; each part of it within `STALL`."""
        manager = self._following(url, headers)
        response = self._bounded(manager.__enter__, STALL)
        try:
            yield response
        finally:
            manager.__exit__(None, None, None)

    def _bounded(self, work: Callable[[], T], seconds: float) -> T:
        """What `work` returns within `seconds`: also resolving a name, and headers that drip, come to an end."""
        try:
            return bounded(work, seconds)
        except TimeoutError:
            raise NoAnswerError(f"{self.site.host} took too long", _RETRY) from None
        except Exception as error:
            raise self.told(error) from None

    def told(self, error: BaseException) -> BaseException:
        """What went wrong on the way, as an error of the gate."""
        if isinstance(error, (OSError, http.client.HTTPException, ValueError)):
            reason = shorten(str(error) or type(error).__name__, 200)
            fix = "see that it can be reached from here, and that HF_ENDPOINT is right"
            return NoAnswerError(f"{self.site.host} could not be asked: {reason}", fix)
        return error

    @contextlib.contextmanager
    def _following(self, url: str, headers: Mapping[str, str]) -> Iterator[http.client.HTTPResponse]:
        for _ in range(MAX_REDIRECTS + 1):
            site, connection, response = self._send(url, headers)
            if response.status not in _REDIRECTS:
                try:
                    yield response
                finally:
                    self._give(site, connection, response)
                return
            response.read(_DRAINED)
            self._give(site, connection, response)
            url = self._target(url, response.getheader("Location") or "")
        raise UnableError(f"{self.site.host} redirects more than {MAX_REDIRECTS} times", _REPORT)

    def _target(self, url: str, location: str) -> str:
        target = urljoin(url, location)
        try:
            site = site_of(target)
        except ValueError:
            site = None
        if site is None or not location or (site.scheme != "https" and self.site.scheme == "https"):
            raise UnableError(f"{self.site.host} redirects to {shorten(printable(location)) or 'nowhere'}", _REPORT)
        return target

    def _send(
        self, url: str, headers: Mapping[str, str]
    ) -> tuple[Site, http.client.HTTPConnection, http.client.HTTPResponse]:
        site = site_of(url)
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {"User-Agent": f"dbom-gate/{__version__}", "Accept-Encoding": "identity", **headers}
        if self._token and site == self.site:
            sent["Authorization"] = f"Bearer {self._token}"
        while True:
            connection = self._take(site)
            kept = connection.sock is not None
            try:
                connection.request("GET", target, headers=sent)
                return site, connection, connection.getresponse()
            except (OSError, http.client.HTTPException, ValueError):
                connection.close()
                if not kept:  # one that was kept may have been closed by the other side meanwhile
                    raise

    def _take(self, site: Site) -> http.client.HTTPConnection:
        with self._lock:
            if kept := self._idle.get(site):
                return kept.pop()
            if self._tls is None and site.scheme == "https":
                self._tls = ssl.create_default_context()
        if site.scheme == "https":
            return http.client.HTTPSConnection(site.host, site.port, timeout=STALL, context=self._tls)
        return http.client.HTTPConnection(site.host, site.port, timeout=STALL)

    def _give(self, site: Site, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        """Keeps the connection where all of the answer was read."""
        if response.length == 0:
            response.close()  # a stream does not notice that it is at its end
        with self._lock:
            idle = self._idle.setdefault(site, [])
            whole = response.isclosed() and connection.sock is not None
            if whole and len(idle) < MAX_IDLE and not self._closed:
                idle.append(connection)
                return
        response.close()
        connection.close()


_RETRY = "try again later"
_REPORT = "see that HF_ENDPOINT is a hub; if it is one, tell those who run it"


def site_of(url: str) -> Site:
    """Whom `url` is to be asked of; ValueError for anything but https://, and http:// on this machine itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in _OPEN or not host or "@" in parts.netloc:
        raise ValueError("it is no https:// address")
    if parts.scheme == "http" and not _is_this_machine(host):
        raise ValueError("over http:// anybody on the way could change the answers")
    return Site(parts.scheme, host, parts.port or _OPEN[parts.scheme])


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _headers(response: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}
