"""The three questions to a hub: which commit a revision is, which files a commit has, and what is in one of them."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from urllib.parse import quote

from gate.core.errors import AbsentError, UnableError
from gate.core.text import printable, shorten
from gate.hub.answers import LIE, Card, Entry, card, entries, next_page, parsed
from gate.hub.endpoint import Endpoint
from gate.hub.http import STALL, Answer, Http, NoAnswerError
from gate.hub.origin import HubOrigin

MAX_ENTRIES = 200_000
MAX_PAGES = 4_000
MAX_SECONDS = 600.0
"""For all pages of one list; a page with the results of scans has about 100 files."""
REQUEST_SECONDS = 30.0
RUN_SECONDS = 900.0
"""For all answers of a run together: a hub that is slow with each of many artifacts is not waited for all day."""
ATTEMPTS = 3
PAUSE = 1.0
"""Seconds before the second attempt; twice that before the third."""
MAX_WAIT = 20.0
"""Seconds that a hub may ask to wait before another attempt."""
SLOWEST = 10_000
"""Bytes a second: a stream that is slower for longer than `STALL` ends."""
_BUSY = (429, 500, 502, 503, 504)
_ABSENT = ("RepoNotFound", "RevisionNotFound", "EntryNotFound")
_DISABLED = "Access to this resource is disabled."


class Hub:
    """One hub. Threads may share it; what it said about a commit, and that it cannot be asked, is remembered."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Raises `UsageError` for an endpoint that cannot be asked safely."""
        self._http = Http(endpoint)
        self._cards: dict[tuple[str, str, str], Card] = {}
        self._trees: dict[tuple[str, str, str, bool], tuple[Entry, ...]] = {}
        self._down: NoAnswerError | None = None
        self._left = RUN_SECONDS
        self._lock = threading.Lock()

    @property
    def host(self) -> str:
        """The host that is asked."""
        return self._http.site.host

    def __enter__(self) -> Hub:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes what is open to the hub."""
        self._http.close()

    def resolve(self, origin: HubOrigin, revision: str) -> Card:
        """What the hub says of the repository at `revision`, a name or a commit.

        Raises `AbsentError` where there is none, and `UnableError` where that cannot be known.
        """
        key = (origin.kind, origin.repository, revision)
        if key not in self._cards:
            address = f"{self._api(origin)}/revision/{quote(revision, safe='')}?securityStatus=true"
            end = time.monotonic() + MAX_SECONDS
            what = f"{origin._replace(path='')} at {shorten(revision, 80)}"
            self._cards[key] = card(parsed(self._ask(address, what, end).body, what), what)
        return self._cards[key]

    def tree(self, origin: HubOrigin, commit: str, *, scans: bool = False) -> tuple[Entry, ...]:
        """Every file of the repository at `commit`, with the results of scans on demand, which takes longer.

        Raises as `resolve`; of a list that is too long, or says two things of a file, nothing is returned.
        """
        key = (origin.kind, origin.repository, commit, scans)
        if key not in self._trees:
            self._trees[key] = tuple(self._pages(origin, commit, scans=scans))
        return self._trees[key]

    def _pages(self, origin: HubOrigin, commit: str, *, scans: bool) -> list[Entry]:
        what = f"{origin._replace(path='')} at {commit[:12]}"
        address: str | None = f"{self._api(origin)}/tree/{commit}?recursive=true&expand={str(scans).lower()}"
        end = time.monotonic() + MAX_SECONDS
        found: dict[str, Entry] = {}
        for _ in range(MAX_PAGES):
            if address is None:
                return list(found.values())
            answer = self._ask(address, what, end)
            for entry in entries(parsed(answer.body, what), what):
                if entry.path in found:
                    message = f"the hub is not to be believed: {shorten(entry.path, 80)} is in {what} twice"
                    raise UnableError(message, LIE)
                found[entry.path] = entry
            if len(found) > MAX_ENTRIES:
                break
            address = next_page(answer.headers.get("link", ""), self._http.url)
        raise UnableError(
            f"{what} has more files than the gate compares ({MAX_ENTRIES:,} files, {MAX_PAGES:,} pages)",
            "keep a copy whose digests the DBOM has, and let no policy ask for the comparison of this one",
        )

    @contextlib.contextmanager
    def open(self, origin: HubOrigin, commit: str, entry: Entry, offset: int = 0) -> Iterator[Stream]:
        """The content of a file from `offset` on, of exactly the size that the hub publishes; its digests are not
        compared here.

        Raises `AbsentError` and `UnableError`, while it is read too.
        """
        lead = "datasets/" if origin.kind == "dataset" else ""
        address = f"{self._http.url}/{lead}{origin.repository}/resolve/{commit}/{quote(entry.path)}"
        what = f"{origin._replace(path=entry.path)} at {commit[:12]}"
        headers = {"Range": f"bytes={offset}-"} if offset else {}
        if offset == entry.size:  # nothing is left, and a server could only refuse the range
            yield Stream(None, what, 0, self._http)
            return
        with self._http.stream(address, headers) as response:
            named = {name.lower(): value for name, value in response.getheaders()}
            self._refuse(Answer(response.status, named, b""), what)
            begins = named.get("content-range", "").startswith(f"bytes {offset}-")
            if response.status != (206 if offset else 200) or (offset and not begins):
                raise NoAnswerError(f"{self.host} does not continue {what} at byte {offset:,}", "begin it anew")
            yield Stream(response, what, entry.size - offset, self._http)

    def _api(self, origin: HubOrigin) -> str:
        return f"{self._http.url}/api/{origin.kind}s/{origin.repository}"

    def _ask(self, address: str, what: str, end: float) -> Answer:
        """One answer; a hub that is busy is asked again, and one that does not answer only once in a run."""
        if self._left <= 0:
            message = f"{self.host} took more than {RUN_SECONDS:g} seconds for the answers of this run"
            raise NoAnswerError(message, "ask again later, or about fewer artifacts at a time")
        if self._down is not None:
            raise self._down
        for attempt in range(1, ATTEMPTS + 1):
            wait = PAUSE * attempt
            try:
                answer = self._fetch(address, end)
            except NoAnswerError as error:
                problem = error
            else:
                if answer.status not in _BUSY:
                    self._refuse(answer, what)
                    return answer
                problem = NoAnswerError(f"{self.host} answered {answer.status}: {_WORD[answer.status]}", "try later")
                wait = _pause(answer, wait)
            if wait > MAX_WAIT or attempt == ATTEMPTS or time.monotonic() + wait >= end or wait >= self._left:
                break
            time.sleep(wait)
            self._spend(wait)
        self._down = problem
        raise problem

    def _fetch(self, address: str, end: float) -> Answer:
        begun = time.monotonic()
        try:
            return self._http.fetch(address, min(end, begun + REQUEST_SECONDS, begun + max(self._left, 0.0)))
        finally:
            self._spend(time.monotonic() - begun)

    def _spend(self, seconds: float) -> None:
        with self._lock:
            self._left -= seconds

    def _refuse(self, answer: Answer, what: str) -> None:
        """Raises for an answer that is none."""
        code, message = answer.headers.get("x-error-code", ""), answer.headers.get("x-error-message", "")
        if message == _DISABLED:
            raise AbsentError(f"{what} is disabled: {self.host} no longer hands it out", "find out why, and replace it")
        if answer.status in (404, 410) and code in _ABSENT:
            raise AbsentError(f"{self.host} has no {what} ({code})", "see that name, revision and path are right")
        if answer.status in (401, 403):
            gated = "is gated" if code == "GatedRepo" else "is private, gated or gone"
            fix = "set HF_TOKEN to a token of somebody who may read it (`hf auth token` prints one)"
            raise UnableError(f"{what} {gated}: {self.host} answered {answer.status}", fix)
        if answer.status not in (200, 206):
            said = f" ({shorten(printable(code), 60)})" if code else ""
            fix = "see that HF_ENDPOINT is the address of a hub"
            raise UnableError(f"{self.host} answered {answer.status}{said} about {what}", fix)


class Stream:
    """What is left of a file; `read` as of any file."""

    def __init__(self, response: http.client.HTTPResponse | None, what: str, left: int, client: Http) -> None:
        self._response, self._what, self._left, self._client = response, what, left, client
        self._begun, self._size = time.monotonic(), 0

    def read(self, size: int) -> bytes:
        """At most `size` bytes, none at the end; raises `UnableError` for less, or more, than was announced."""
        if self._response is None:
            return b""
        try:
            data = self._response.read1(min(size, self._left) if self._left else 1)
        except (OSError, http.client.HTTPException) as error:
            raise self._client.told(error) from None
        self._size += len(data)
        if len(data) > self._left or (not data and self._left):
            than = "more" if data else "less"
            raise NoAnswerError(
                f"{self._client.site.host} sent {than} of {self._what} than it publishes", "try again later"
            )
        self._left -= len(data)
        took = time.monotonic() - self._begun - STALL
        if took > 0 and self._size < took * SLOWEST:
            raise NoAnswerError(f"{self._client.site.host} sends {self._what} too slowly", "try again later")
        return data


_WORD = {429: "it has had too many questions"} | dict.fromkeys((500, 502, 503, 504), "something in it is broken")


def _pause(answer: Answer, otherwise: float) -> float:
    """The seconds that a hub asks to wait."""
    said = answer.headers.get("retry-after", "").strip()
    return float(said) if said.isascii() and said.isdigit() and len(said) < 10 else otherwise
