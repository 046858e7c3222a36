"""The files of a declared artifact, and the digests that its listing declares for them."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Mapping
from functools import partial

from gate.checks.examine import Batch
from gate.checks.interface import ListingFlaw, Signed
from gate.core.text import printable
from gate.dbom.model import Artifact
from gate.files import beneath
from gate.files.listing import MAX_BYTES, ListingError, UnsafePathError, parse_listing
from gate.files.walk import Directory, Odd, walk
from gate.inventory.plan import Places, Plan
from gate.objects.url import is_object


def plan_artifact(artifact: Artifact, places: Places, signatures: tuple[Signed, ...] = ()) -> Plan:
    """The files of one declared artifact, with what its signatures need of them: the declared ones, or `signatures`."""
    if not artifact.signature and not signatures:
        return _plan(artifact, places, ())
    from gate.inventory.signatures import needed, read_signatures  # they cost, and few artifacts have any

    signatures = signatures or read_signatures(artifact.signature or (), places.root)
    plan = _plan(artifact, places, needed(signatures))
    return plan._replace(signatures=signatures, content=partial(_content, plan))


def _content(plan: Plan, limit: int) -> bytes | None:
    """All of the file of a plan that is for one, as long as it has no more than `limit` bytes."""
    batch = plan.batches[0]
    if not isinstance(batch, Batch):
        return None
    path = f"{batch.directory}/{batch.names[0]}" if batch.directory else batch.names[0]
    try:
        with beneath.file(batch.root, path) as descriptor:
            if plan.is_directory or os.fstat(descriptor).st_size > limit:
                return None
            with open(descriptor, "rb", closefd=False) as file:
                return file.read(limit)
    except OSError:
        return None


def _plan(artifact: Artifact, places: Places, also: tuple[str, ...]) -> Plan:
    listing, flaw = _listing(artifact, places.root)
    if is_object(artifact.path):
        from gate.inventory.objects import plan_objects

        return plan_objects(artifact, listing, flaw, also, offline=places.offline)
    located = _locate(artifact.path, places)
    if located is None:
        return Plan((_file(artifact, places)._replace(also=also),), artifact, False, (), listing, flaw)
    root, start = located
    try:
        directories = list(walk(root, start))
    except OSError:
        return Plan((), artifact, True, (Odd(artifact.path, "unreadable"),), listing, flaw)
    batches, odd = _batches(directories, Places(root, places.cache_roots), artifact.path, start, listing or {})
    batches = tuple(batch._replace(also=also) for batch in batches) if also else batches
    return Plan(batches, artifact, True, odd, listing, flaw)


def _locate(path: str, places: Places) -> tuple[str, str] | None:
    """The root and path of the directory at `path`; None where there is no directory."""
    try:
        with beneath.directory(places.root, path):
            return places.root, path
    except beneath.LinkError:
        resolved = places.resolve(path)
        return resolved if resolved and os.path.isdir(os.path.join(*resolved)) else None
    except OSError:
        return (places.root, path) if os.path.isdir(os.path.join(places.root, path)) else None


def _file(artifact: Artifact, places: Places) -> Batch:
    resolved = places.resolve(artifact.path)
    if resolved and os.path.isfile(os.path.join(*resolved)):
        return _single(*resolved, artifact.path, artifact.sha256)
    return _single(places.root, artifact.path, artifact.path, artifact.sha256)


def _single(root: str, path: str, shown: str, expected: str | None) -> Batch:
    directory, _, name = path.rpartition("/")
    return Batch(root, directory, (name,), "", shown, {name: expected} if expected else {})


def _batches(
    directories: list[Directory], places: Places, shown: str, start: str, listing: Mapping[str, str]
) -> tuple[tuple[Batch, ...], tuple[Odd, ...]]:
    """One batch per directory and one per link into a cache root; `start` is shown as `shown`."""
    batches: list[Batch] = []
    odd: list[Odd] = []
    for directory in directories:
        relative = directory.path[len(start) :].lstrip("/")
        lead = f"{relative}/" if relative else ""
        expected = {name: listing[lead + name] for name in directory.files if lead + name in listing}
        if directory.files:
            inner = f"{shown}/{relative}".rstrip("/")
            batches.append(Batch(places.root, directory.path, directory.files, inner, "", expected))
        for entry in directory.odd:
            path = f"{shown}/{entry.path[len(start) :].lstrip('/')}"
            resolved = places.resolve(entry.path) if entry.kind == "link" else None
            if resolved and os.path.isfile(os.path.join(*resolved)):
                batches.append(_single(*resolved, path, listing.get(path[len(shown) + 1 :])))
            else:
                leads_out = entry.kind == "link" and not places.holds(entry.path)
                odd.append(Odd(path, "outside" if leads_out else entry.kind))
    return tuple(batches), tuple(odd)


def read_listing(root: str, path: str) -> bytes:
    """The bytes of a listing; raises OSError for what is there and no file, or reached through a link."""
    with beneath.file(root, path) as descriptor:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        if os.fstat(descriptor).st_size > MAX_BYTES:
            raise OSError(errno.EFBIG, "too large for a listing")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_BYTES)


def _listing(artifact: Artifact, root: str) -> tuple[Mapping[str, str] | None, ListingFlaw | None]:
    """The declared digests of a directory's files, or why they are not to be had."""
    if artifact.listing is None:
        return None, None
    shown = printable(artifact.listing)
    try:
        data = read_listing(root, artifact.listing)
    except FileNotFoundError:
        return None, ListingFlaw("integrity/missing-file", f"the listing {shown} is not there")
    except OSError as error:
        return None, ListingFlaw("integrity/listing-mismatch", f"the listing {shown} cannot be read: {error.strerror}")
    found = hashlib.sha256(data).hexdigest()
    if artifact.sha256 is not None and found != artifact.sha256:
        message = f"the listing {shown} is not the declared one: its SHA-256 is {found}"
        return None, ListingFlaw("integrity/listing-mismatch", message)
    try:
        return parse_listing(data), None
    except ListingError as error:
        rule = "outside-root" if isinstance(error, UnsafePathError) else "listing-mismatch"
        return None, ListingFlaw(f"integrity/{rule}", f"line {error.line} of the listing {shown} is {error}")
