"""Local files beside what the hub publishes.

Large files have a SHA-256 there, and small ones the id that git gives their content, which is a SHA-1: enough to find
what was exchanged, and no proof against somebody who makes two files with one SHA-1. That proof is the DBOM's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, NamedTuple

from gate.checks.interface import Examined
from gate.core.errors import UnableError
from gate.core.text import printable, size
from gate.files.digest import GIT_BLOB, digest
from gate.hub.answers import Entry
from gate.hub.origin import HubOrigin

CLIENT = ".cache/huggingface/"
"""Where the client keeps notes of its own in a directory that it downloads to."""


class Local(NamedTuple):
    """What lies at the path of an artifact: its `files`, and `open`, which opens one of them again by its path."""

    path: str
    is_directory: bool
    files: Sequence[Examined]
    open: Callable[[str], AbstractContextManager[int]]


class Difference(NamedTuple):
    """One file that is not what the hub publishes; `found` and `published` are digests, as far as there are any."""

    kind: Literal["changed", "missing", "extra"]
    path: str
    message: str
    found: str | None = None
    published: str | None = None


class Compared(NamedTuple):
    """What came out: the differences, and the published file that each local one is, by the path of the local one."""

    differences: tuple[Difference, ...]
    same: Mapping[str, Entry]


def published_at(origin: HubOrigin, entries: Sequence[Entry]) -> dict[str, Entry]:
    """The files at the path of `origin`, by their paths beneath it; that of a file itself is empty."""
    if not origin.path:
        return {entry.path: entry for entry in entries}
    lead = origin.path + "/"
    there = {entry.path[len(lead) :]: entry for entry in entries if entry.path.startswith(lead)}
    itself = next((entry for entry in entries if entry.path == origin.path), None)
    return {"": itself} if itself else there


def compare(local: Local, published: Mapping[str, Entry], where: str) -> Compared:
    """Compares every file that could be read; `where` names the repository at its commit.

    Raises `UnableError` for a file that is no longer what was examined.
    """
    if local.is_directory:
        return _directory(local, published, where)
    if not local.files or local.files[0].status != "read":
        return Compared((), {})
    return _file(local, local.files[0], published, where)


def _directory(local: Local, published: Mapping[str, Entry], where: str) -> Compared:
    lead = len(local.path) + 1
    same: dict[str, Entry] = {}
    differences: list[Difference] = []
    for file in local.files:
        entry = published.get(file.path[lead:])
        if file.status != "read":
            continue
        if entry is None:
            what = ", a note of the client," if file.path[lead:].startswith(CLIENT) else ""
            differences.append(_extra(file, f"{printable(file.path)}{what} is not in {where}"))
        elif found := _differs(file, entry, local):
            differences.append(_changed(file, entry, found, where))
        else:
            same[file.path] = entry
    there = {file.path[lead:] for file in local.files}
    return Compared((*differences, *_missing(local, published, there, where)), same)


def _missing(local: Local, published: Mapping[str, Entry], there: set[str], where: str) -> Iterator[Difference]:
    for path in sorted(published.keys() - there):
        full = f"{local.path}/{path}".rstrip("/")
        message = f"{printable(full)} is not there, and {where} has it ({size(published[path].size)})"
        yield Difference("missing", full, message, published=published[path].sha256)


def _file(local: Local, file: Examined, published: Mapping[str, Entry], where: str) -> Compared:
    """A single file may have a name of its own here: it is that of the origin's path, or any with its content."""
    if "" in published:
        candidates = [published[""]]
    else:
        candidates = [entry for entry in published.values() if entry.size == _size(file)]
    for entry in candidates:
        if not _differs(file, entry, local):
            return Compared((), {file.path: entry})
    name = file.path.rpartition("/")[2]
    entry_ = published.get("", published.get(name))
    if entry_ is None:
        return Compared((_extra(file, f"no file of {where} has the content of {printable(file.path)}"),), {})
    found = _differs(file, entry_, local)
    assert found is not None
    return Compared((_changed(file, entry_, found, where),), {})


class _Found(NamedTuple):
    """The digest of a local file that is not that of the published one, and how the two are called."""

    algorithm: str
    digest: str


def _differs(file: Examined, entry: Entry, local: Local) -> _Found | None:
    """None where the file has the published content."""
    sha256 = file.pointer.sha256 if file.pointer else file.sha256 or ""
    if entry.sha256 is not None:
        return _Found("SHA-256", sha256) if sha256 != entry.sha256 or _size(file) != entry.size else None
    found = "" if file.size != entry.size else _blob(file, local)
    if found == entry.git:
        return None
    return _Found("git blob id", found) if found else _Found("SHA-256", sha256)


def _size(file: Examined) -> int:
    return file.pointer.size if file.pointer else file.size


def _blob(file: Examined, local: Local) -> str:
    """The id of the bytes that were examined, which are read again for it."""
    try:
        with local.open(file.path) as descriptor:
            again = digest(descriptor, also=(GIT_BLOB,))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnableError(f"{printable(file.path)} cannot be opened again: {reason}", _STILL) from None
    if again.sha256 != file.sha256:
        raise UnableError(f"{printable(file.path)} was written to while the gate read it", _STILL)
    return again.others[GIT_BLOB]


_STILL = "stop what changes the files, then run the gate again"


def _changed(file: Examined, entry: Entry, found: _Found, where: str) -> Difference:
    published = (entry.sha256 if found.algorithm == "SHA-256" else entry.git) or ""
    sizes = f" of {_size(file):,} bytes" if _size(file) != entry.size else ""
    theirs = f"{published[:16]}…" if published else "a file"
    theirs += f" of {entry.size:,} bytes" if sizes else ""
    message = (
        f"{printable(file.path)} is not what {where} has as {printable(entry.path)}: "
        f"its {found.algorithm} is {found.digest[:16]}…{sizes}, published is {theirs}"
    )
    return Difference("changed", file.path, message, found.digest, published or entry.git)


def _extra(file: Examined, message: str) -> Difference:
    return Difference("extra", file.path, message, found=file.sha256)
