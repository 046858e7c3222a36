"""What a hub answers, as plain data, with nothing in it that was not looked at: a hub may lie."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, cast

from gate.core.errors import UnableError
from gate.core.model import Json
from gate.core.text import shorten
from gate.hub.origin import is_commit, is_inner
from gate.signing.bundles.strictjson import loads
from gate.signing.errors import InvalidError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NEXT = re.compile(r'<([!-~]{1,4096})>\s*;\s*rel="?next"?', re.I)
LIE = "nothing was compared with it; see that HF_ENDPOINT is a hub, and if it is one, tell those who run it"


class Entry(NamedTuple):
    """One file that the hub publishes: `sha256` where it is large, else `git`, the id of its blob.

    `scan` is the word of the hub's own security scan, None where it was not asked for or has none.
    """

    path: str
    size: int
    sha256: str | None
    git: str | None
    scan: str | None = None


class Card(NamedTuple):
    """What the hub says of a repository at a commit.

    `license` is as its authors wrote it. `issues` maps paths to what the security scan says of them; None where the
    hub did not say, or has not finished.
    """

    commit: str
    license: str | None = None
    issues: Mapping[str, str] | None = None


def _word(said: Json) -> str:
    """What a scan says of a file; one that is no word is quoted as far as it helps."""
    return shorten(said if isinstance(said, str) else type(said).__name__, 40)


def parsed(body: bytes, asked: str) -> Json:
    """The JSON in `body`; `asked` is the question, for the message."""
    try:
        return loads(body)
    except InvalidError as error:
        raise _lie(f"the answer about {asked} cannot be read: {error.message}") from None


def card(answer: Json, asked: str) -> Card:
    """The answer about a repository at a revision."""
    if not isinstance(answer, dict) or not isinstance(commit := answer.get("sha"), str) or not is_commit(commit):
        raise _lie(f"the answer about {asked} names no commit")
    about = answer.get("cardData")
    said = about.get("license") if isinstance(about, dict) else None
    if isinstance(said, list) and len(said) == 1:
        said = said[0]
    return Card(commit, said if isinstance(said, str) else None, _issues(answer.get("securityRepoStatus")))


def _issues(status: Json) -> Mapping[str, str] | None:
    """`{"scansDone": true, "filesWithIssues": [{"path": ..., "level": "unsafe"}]}`; what is found counts at once."""
    if not isinstance(status, dict) or not isinstance(files := status.get("filesWithIssues"), list):
        return None
    found: dict[str, str] = {}
    for one in files:
        if isinstance(one, dict) and isinstance(path := one.get("path"), str):
            found[path] = _word(one.get("level"))
    return found if found or status.get("scansDone") is True else None


def entries(answer: Json, asked: str) -> Iterable[Entry]:
    """The files of one page of a tree."""
    if not isinstance(answer, list):
        raise _lie(f"the files of {asked} are not a list")
    for one in answer:
        if not isinstance(one, dict) or one.get("type") not in ("file", "directory"):
            raise _lie(f"one of the files of {asked} is none")
        if one["type"] == "file":
            yield _entry(one, asked)


def _entry(one: dict[str, Json], asked: str) -> Entry:
    path, size, large = one.get("path"), one.get("size"), one.get("lfs")
    if not isinstance(path, str) or not is_inner(path):
        raise _lie(f"the path {shorten(str(path), 80)} in {asked} is none of a repository")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise _lie(f"{shorten(path, 80)} in {asked} has no size")
    status = one.get("securityFileStatus")
    scan = _word(status.get("status")) if isinstance(status, dict) else None
    if large is None:
        oid = one.get("oid")
        if not isinstance(oid, str) or not is_commit(oid):
            raise _lie(f"{shorten(path, 80)} in {asked} has no digest")
        return Entry(path, size, None, oid, scan)
    digest = large.get("oid") if isinstance(large, dict) else None
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise _lie(f"{shorten(path, 80)} in {asked} has no SHA-256")
    if cast("dict[str, Json]", large).get("size") != size:
        raise _lie(f"{shorten(path, 80)} in {asked} has two sizes")
    return Entry(path, size, digest, None, scan)


def next_page(link: str, base: str) -> str | None:
    """The address of the page after this one, which only the hub at `base` has."""
    found = _NEXT.search(link)
    if found is None:
        return None
    if not found[1].startswith(f"{base}/api/"):
        raise _lie(f"it continues its list of files elsewhere, at {shorten(found[1])}")
    return found[1]


def _lie(message: str) -> UnableError:
    return UnableError(f"the hub is not to be believed: {message}", LIE)
