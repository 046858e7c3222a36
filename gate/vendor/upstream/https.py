"""One file over HTTPS, from a server that is not trusted.

Proxies are taken from the environment, for the job that vendors is often the only one that is let out; credentials
are not. Redirects are followed on the same host, and to hosts that the policy lists.
https://www.rfc-editor.org/rfc/rfc9110#section-14 (ranges)
"""

from __future__ import annotations

import contextlib
import http.client
import re
import ssl
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import unquote, urljoin, urlsplit

from gate import __version__
from gate.core.bounded import bounded
from gate.core.errors import AbsentError, GateError, UnableError, UsageError
from gate.core.text import printable, shorten
from gate.vendor.interface import Entry, Reader, Upstream

SECONDS = 60.0
"""Without a byte."""
MAX_REDIRECTS = 5
_URL = re.compile(r"https://[a-z0-9.-]+(:[1-9][0-9]{0,4})?/[!-~]{0,4096}")
_AGAIN = "what has come stays in quarantine: run the command again to go on"

Listed = Callable[[str], bool]
"""Whether the policy lists a host."""


def find(url: str, listed: Listed) -> Upstream:
    """The file at `url`; raises `UsageError`."""
    url = url.partition("#")[0]
    if not _URL.fullmatch(url):
        fix = "write https://HOST/PATH in ASCII, with a host in lower case"
        raise UsageError(f"{shorten(url)} is no https:// address of a file", fix)
    name = unquote(urlsplit(url).path.rpartition("/")[2]) or "file"
    note = "no digest was given: what the server sent now is trusted; pass --sha256 where its maker publishes one"
    return Upstream(url, name, None, (Entry(name),), False, partial(_open, url, listed), notes=(note,))


@contextlib.contextmanager
def _open(url: str, listed: Listed, entry: Entry, offset: int) -> Iterator[Reader]:
    host = urlsplit(url).hostname
    asking = urllib.request.Request(url, headers={"User-Agent": f"dbom-gate/{__version__}"})  # noqa: S310 - https only
    if offset:
        asking.add_header("Range", f"bytes={offset}-")
    with _answered(asking, str(host), listed) as response:
        reader = _Body(response, str(host))
        if offset and response.status != 206:  # a server without ranges sends all of it
            reader.skip(offset)
        yield reader


def _answered(asking: urllib.request.Request, host: str, listed: Listed) -> Any:
    """The answer, with its head read."""
    context = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    opener = urllib.request.build_opener(context, _Redirects(listed))
    try:  # a head may drip in, and a name may take its time to be resolved
        return bounded(lambda: opener.open(asking, timeout=SECONDS), SECONDS)
    except HTTPError as error:
        error.close()
        raise _refused(error.code, host) from None
    except (OSError, http.client.HTTPException) as error:
        raise _unable(host, error) from None


def _unable(host: str, error: Exception) -> UnableError:
    reason = getattr(error, "reason", None) or error
    message = f"{host} could not be asked: {printable(str(reason) or type(reason).__name__)[:200]}"
    return UnableError(message, _AGAIN)


def _refused(status: int, host: str) -> GateError:
    if status < 400:
        fix = "name the place where it lies"
        return UsageError(f"{host} redirects it without end, or to what is no address ({status})", fix)
    if status in (404, 410):
        return AbsentError(f"{host} does not have it ({status})", "see that the address is right")
    if status in (401, 403):
        return UnableError(f"{host} asks who wants it ({status})", "fetch it by hand, and vendor the file")
    return UnableError(f"{host} answered {status}", "try again later")


class _Body:
    """The body of an answer, which must be as long as was announced."""

    def __init__(self, response: Any, host: str) -> None:
        self._response, self._host = response, host
        if (response.headers.get("Content-Encoding") or "identity").lower() != "identity":
            raise UsageError(f"{host} sends it compressed, which was not asked for", "use another server")
        if response.length is None and not response.chunked:
            raise UsageError(f"{host} does not say how long it is, so it could be cut off", "use another server")

    def read(self, size: int, /) -> bytes:
        """What has come, at most `size` bytes."""
        try:
            data: bytes = self._response.read1(size)
        except (OSError, http.client.HTTPException) as error:
            raise _unable(self._host, error) from None
        if not data and self._response.length:
            raise UnableError(f"{self._host} ended before all that it announced", _AGAIN)
        return data

    def skip(self, number: int) -> None:
        """Reads past the first `number` bytes."""
        while number and (data := self.read(min(number, 1 << 20))):
            number -= len(data)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect on the same host, and to hosts that the policy lists."""

    max_redirections = MAX_REDIRECTS

    def __init__(self, listed: Listed) -> None:
        self._listed = listed

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The next request."""
        target = urlsplit(urljoin(req.full_url, newurl))
        host = target.hostname or ""
        here = urlsplit(req.full_url).netloc
        if target.scheme != "https" or (target.netloc != here and not self._listed(host)):
            fp.close()
            fix = "vendor it from there, or have those who own the policy list that host under `sources: {hosts: ...}`"
            place = newurl.partition("?")[0]  # what follows may give access
            raise UsageError(f"{printable(here)} redirects to another host: {shorten(place)}", fix)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
