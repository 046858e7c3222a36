"""`policy.lock`: the digest of every remote policy that the policies beside it extend, as it was when it was locked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from gate.core.errors import AbsentError, DocumentError, Problem
from gate.core.model import Location
from gate.core.text import shorten
from gate.documents.dates import DATE
from gate.documents.kinds import SHA256, Constant, Field, Fields, ListOf, Reading, Record, Text
from gate.documents.nodes import decode, parse
from gate.policy.files import Files

NAME = "policy.lock"
MAX_LOCKED = 1000
_HEAD = "# Written by `gate policy lock`: review what changed, and commit it beside the policy.\nlock: 1\n"


class Locked(NamedTuple):
    """One remote policy: its reference, its SHA-256 in lower case, and until when it holds if it says so."""

    url: str
    sha256: str
    expires: str = ""
    location: Location = Location("")


def _locked(fields: Fields) -> Locked:
    values = fields.values
    return Locked(values["url"], values["sha256"].lower(), values.get("expires") or "", fields.at["sha256"])


ENTRY = Record(
    {
        "url": Field(Text(), "The reference of a remote policy, as `extends:` has it.", required=True),
        "sha256": Field(SHA256, "The SHA-256 that it has.", required=True),
        "expires": Field(DATE, "The last day on which it holds."),
    },
    _locked,
)
LOCK = Record(
    {
        "lock": Field(Constant("1", "this gate reads `lock: 1`"), "The version of this format.", required=True),
        "policies": Field(ListOf(ENTRY, most=MAX_LOCKED), "The remote policies."),
    }
)


class Lock:
    """A lock in use: remembers what was looked up."""

    def __init__(self, entries: Mapping[str, Locked]) -> None:
        self._entries, self._used = entries, set[str]()

    def get(self, url: str) -> Locked | None:
        """What it has of a remote policy."""
        self._used.add(url)
        return self._entries.get(url)

    def unused(self) -> Iterator[str]:
        """A note for every entry that nobody asked for."""
        for url, entry in self._entries.items():
            if url not in self._used:
                yield f"{entry.location}: no policy extends {shorten(url)}: `gate policy lock` drops it"


def beside(policy: str) -> str:
    """The lock of the policy at the path `policy`."""
    return os.path.join(os.path.dirname(policy), NAME)


def read_lock(files: Files, path: str) -> dict[str, Locked]:
    """What the lock at `path` has, by reference; nothing where there is none. Raises `GateError`."""
    try:
        document = decode(files.read(path, follow=False), path)
    except AbsentError:
        return {}
    reading = Reading(document)
    fields: Fields | None = LOCK.read(parse(document, reading.problems), reading)
    reading.finish()
    assert fields is not None  # a record that is not read has noted why
    found: dict[str, Locked] = {}
    for entry in fields.get("policies") or ():
        if entry.url in found:
            message = f"{shorten(entry.url)} is locked twice, before at {found[entry.url].location}"
            raise DocumentError([Problem(entry.location, message, "run `gate policy lock`")])
        found[entry.url] = entry
    return found


def format_lock(entries: Iterable[Locked]) -> bytes:
    """The text of a lock: sorted, one line for each value, so that a change of it reads well."""
    lines = [_HEAD, "policies:\n"]
    for entry in sorted(entries):
        lines.append(f"  - url: {entry.url}\n    sha256: {entry.sha256}\n")
        lines += [f"    expires: {entry.expires}\n"] if entry.expires else []
    return "".join(lines if len(lines) > 2 else [_HEAD, "policies: []\n"]).encode()


def changes(before: Mapping[str, Locked], now: Mapping[str, Locked]) -> Iterator[str]:
    """One line for each remote policy that is new, gone, or has other bytes."""
    for url in sorted({*before, *now}):
        old, new = before.get(url), now.get(url)
        if old is None and new is not None:
            yield f"+ {url} {new.sha256}"
        elif new is None and old is not None:
            yield f"- {url} {old.sha256}"
        elif old and new and old.sha256 != new.sha256:
            yield f"~ {url} {old.sha256} -> {new.sha256}"
        elif old and new and old.expires != new.expires:
            yield f"~ {url} expires {old.expires or 'never'} -> {new.expires or 'never'}"
