"""Follows `extends:` from the policies that are named: packs, files beside them, and what has to be fetched.

Whatever is extended is read from the place that its document came from. What is remote must be what a pin or
`policy.lock` says; where neither speaks of it, it is used with a note, and with `--locked` not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from gate.core.errors import AbsentError, DocumentError, Problem, UnableError, UsageError
from gate.core.model import Location
from gate.core.text import did_you_mean, printable, size
from gate.documents.kinds import Fields, Reading
from gate.documents.nodes import Node, decode, parse
from gate.files.root import BUNDLE_SUFFIX
from gate.policy.expiry import Expiry
from gate.policy.extend_schema import Extension
from gate.policy.files import Fetching, Files
from gate.policy.lock import Lock, beside, read_lock
from gate.policy.model import Policy, Remote
from gate.policy.origin import Origin, elsewhere, local
from gate.policy.packs import PACKS, PREFIX, load_pack
from gate.policy.remote.reference import is_reference
from gate.policy.remote.reference import parse as parse_reference
from gate.policy.schema import POLICY
from gate.policy.tighten import refuse_weakening

if TYPE_CHECKING:
    from gate.policy.remote.files import Fetcher

MAX_DEPTH = 16
MAX_FILES = 200
MAX_TOTAL = 4 << 20
"""Bytes of all documents of one resolution: reading more takes longer than ten seconds."""


class Source(NamedTuple):
    """One document: its `path` in a place, what messages call it, the entry that names it, and the way to it.

    `real` is the path behind links and `..`, which the way is made of.
    """

    origin: Origin
    path: str
    real: str
    shown: str
    entry: Extension | None
    way: tuple[str, ...]


Build = Callable[[Fields, Node, Source, tuple[Policy, ...]], Policy]
"""Makes a policy of what was read, also as a tree, and of the policies that it extends."""


class Resolver:
    """One resolution: counts files and remembers the way, so that a circle or a flood ends in an error."""

    def __init__(self, files: Files, fetching: Fetching, home: str, build: Build) -> None:
        self._local, self._fetching, self._home, self._build = local(files), fetching, home, build
        self._expiry = Expiry(fetching)
        self._locks: dict[str, Lock] = {}
        self._lock = Lock({})
        self._fetcher: Fetcher | None = None
        self._notes: list[str] = []
        self._read = self._size = 0

    def close(self) -> None:
        """Removes what was fetched for a while."""
        if self._fetcher is not None:
            self._fetcher.close()

    def notes(self) -> tuple[str, ...]:
        """What a person should know of how the policies were read, each once."""
        unused = (note for lock in self._locks.values() for note in lock.unused())
        return tuple(dict.fromkeys((*self._notes, *self._expiry.notes, *unused)))

    def named(self, reference: str) -> Policy:
        """A policy that the command line names."""
        if reference.startswith(PREFIX):
            name = reference.removeprefix(PREFIX)
            if name not in PACKS:
                raise UsageError(f'there is no pack "{printable(reference)}"', _pack_hint(name))
            return load_pack(name)
        path = os.path.normpath(reference)
        is_beneath = not os.path.isabs(path) and path.partition(os.sep)[0] != os.pardir
        if is_beneath and not self._local.homes.has(self._local.files.real(path)):
            message = f"{printable(path)} is a link out of the repository, which could lead to anything on the machine"
            raise UsageError(message, "put the file itself there, or name the one that it leads to")
        self._local.homes.add(reference)
        data = self._local.files.read(path, follow=True)
        place = beside(path)
        if place not in self._locks:
            self._locks[place] = Lock({} if self._fetching.relock else read_lock(self._local.files, place))
        self._lock = self._locks[place]
        return self._document(Source(self._local, path, self._local.files.real(path), path, None, ()), data)

    def _document(self, source: Source, data: bytes) -> Policy:
        """The policy in `data`, with all that it extends."""
        self._read += 1
        self._size += len(data)
        if self._size > MAX_TOTAL:
            message = f"with this policy, more than {size(MAX_TOTAL)} are read"
            raise _error(Location(source.shown), message, "join entries with globs, or extend fewer policies")
        document = decode(data, source.shown)
        reading = Reading(document)
        root = parse(document, reading.problems)
        fields: Fields | None = POLICY.read(root, reading)
        reading.finish()
        assert fields is not None  # a record that is not read has noted why
        self._expiry.judge(fields, source.shown)
        if source.entry is None:
            self._trust(frozenset(fields.get("credentials") or ()))
        inner = source._replace(way=(*source.way, source.real))
        entries: list[Extension] = fields.get("extends") or []
        extends = tuple(self._extended(entry, inner) for entry in entries)
        policy = self._build(fields, root, inner, extends)
        policy = policy._replace(file_sha256=hashlib.sha256(data).hexdigest(), remote=self._remote(source, data))
        refuse_weakening(policy)
        return policy

    def _trust(self, hosts: frozenset[str]) -> None:
        """Has the hosts of the policy that is named, or of the base of a change, count for what it extends."""
        own = hosts if self._fetching.credentials is None else self._fetching.credentials
        if own or self._fetcher is not None:
            self._fetch().trust(own)

    def _fetch(self) -> Fetcher:
        from gate.policy.remote.files import Fetcher  # TLS and git, which most policies need nothing of

        if self._fetcher is None:
            self._fetcher = Fetcher(self._fetching, self._home)
        return self._fetcher

    def _extended(self, entry: Extension, source: Source) -> Policy:
        """What an entry of `extends:` in the document `source` stands for."""
        if entry.reference.startswith(PREFIX):
            return _pack(entry)
        if is_reference(entry.reference):
            return self._file(entry, self._reference(entry, source))
        if entry.signed_by or entry.transitive:
            fix = "remove it; `signed_documents:` has the policies of the repository signed"
            raise _error(entry.location, "`signed_by:` and `transitive:` are about remote policies", fix)
        path = os.path.normpath(os.path.join(os.path.dirname(source.path), entry.reference))
        origin = source.origin
        real = origin.files.real(path)
        if not origin.homes.has(real):
            where = origin.remote.beside.place if origin.remote else "the repository"
            message = f"{printable(entry.reference)} lies outside of {where}"
            raise _error(entry.location, message, "keep the policies that are extended in it")
        with _at(entry):
            found = Source(origin, path, real, origin.shown(path), entry, source.way)
        return self._file(entry, found)

    def _reference(self, entry: Extension, source: Source) -> Source:
        """The document of a remote reference."""
        with _at(entry):
            reference = parse_reference(entry.reference)
        if not source.origin.transitive:
            message = f"this policy is remote itself, and who extends it does not say `transitive: true`: {reference}"
            raise _error(entry.location, message, "say so there, or extend what is needed there")
        if source.origin.remote and reference.scheme == "git+file":
            message = f"{reference} is a repository of this machine, which a remote policy cannot name"
            raise _error(entry.location, message, "name a server")
        origin = elsewhere(reference, entry, source.origin, self._fetch())
        real = origin.files.real(reference.path)
        return Source(origin, reference.path, real, str(reference), entry, source.way)

    def _file(self, entry: Extension, found: Source) -> Policy:
        """The policy in a file of the repository or of a remote place, which `entry` names."""
        if found.real in found.way or len(found.way) >= MAX_DEPTH or self._read >= MAX_FILES:
            what = "extends itself" if found.real in found.way else "extends too many policies"
            raise _error(entry.location, f"through {printable(entry.reference)} this policy {what}", "")
        return self._document(found, self._bytes(entry, found))

    def _bytes(self, entry: Extension, found: Source) -> bytes:
        """The content, compared with what a pin and the lock say of it."""
        locked = self._lock.get(found.shown) if found.origin.remote else None
        if found.origin.remote and not entry.sha256 and locked is None:
            self._unpinned(entry, found)
        expected = entry.sha256 or (locked.sha256 if locked else "")
        with _at(entry):
            data = found.origin.files.read(found.path, follow=False, sha256=expected)
        digest = hashlib.sha256(data).hexdigest()
        if entry.sha256 and digest != entry.sha256:
            message = f"{printable(entry.reference)} is not the pinned policy: its SHA-256 is {digest}"
            raise _error(entry.location, message, "review the change, then pin the new digest")
        if locked and digest != locked.sha256:
            message = f"{found.shown} is not the policy that {locked.location} locks: its SHA-256 is {digest}"
            raise _error(entry.location, message, "review the change, then run `gate policy lock`")
        return data

    def _unpinned(self, entry: Extension, found: Source) -> None:
        """A remote policy of which nobody says what it is."""
        if found.origin.vouched or self._fetching.relock:
            return
        message = f"{found.shown} is not pinned: there is no `sha256:`, and it is not in {beside('')}"
        if self._fetching.locked:
            raise _error(entry.location, message, "run `gate policy lock`, and commit what it writes")
        self._notes.append(f"{entry.location}: {message}: `gate policy lock` pins it")

    def _remote(self, source: Source, data: bytes) -> Remote | None:
        """How a remote document came here."""
        origin = source.origin
        if origin.remote is None or origin.entry is None or source.entry is None:
            return None
        names = tuple(dict.fromkeys(placed.name for placed in origin.entry.signed_by))
        return Remote(
            reference=source.shown,
            entry=origin.entry.location,
            named=origin.named,
            pinned=bool(source.entry.sha256 or self._lock.get(source.shown) or origin.vouched),
            signed_by=names,
            transitive=origin.transitive,
            data=data,
            bundle=_bundle(source, source.entry) if names else None,
        )


@contextlib.contextmanager
def _at(entry: Extension) -> Iterator[None]:
    """What cannot be read is told at the entry that leads to it."""
    try:
        yield
    except UsageError as error:
        raise _error(entry.location, error.message, error.fix) from None
    except UnableError as error:
        raise UnableError(f"{entry.location}: {error.message}", error.fix) from None


def _bundle(source: Source, entry: Extension) -> bytes | None:
    """The signatures beside a remote document; None where there are none."""
    with _at(entry):
        try:
            return source.origin.files.read(source.path + BUNDLE_SUFFIX, follow=False)
        except AbsentError:
            return None


def _pack(entry: Extension) -> Policy:
    name = entry.reference.removeprefix(PREFIX)
    if name not in PACKS:
        raise _error(entry.location, f'there is no pack "{printable(entry.reference)}"', _pack_hint(name))
    if entry.sha256 or entry.signed_by or entry.transitive:
        message = f"{entry.reference} ships with the gate: nothing can be asked of it"
        raise _error(entry.location, message, "name it alone; pin the gate's version")
    return load_pack(name)


def _pack_hint(name: str) -> str:
    known = [PREFIX + pack for pack in PACKS]
    return did_you_mean(PREFIX + name, known) or f"the packs are {', '.join(known)}"


def _error(at: Location, message: str, fix: str) -> DocumentError:
    return DocumentError([Problem(at, message, fix)])
