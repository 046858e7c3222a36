"""What `gate import hf://...` takes from a repository of the hub: its files at one commit, before they are here.

The hub publishes the SHA-256 of large files. Small ones have the digest of git alone, which is too weak to rely on:
they are read, compared with it, and hashed. Nothing is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor

from gate.cli.from_dvc import Measured
from gate.core.errors import GateError, UnableError, UsageError
from gate.core.model import Location
from gate.core.text import count, printable, size
from gate.dbom.model import Artifact, Dbom, Origin
from gate.dbom.write import free_name
from gate.exchange.interface import Taken
from gate.files.digest import CHUNK
from gate.files.listing import format_listing
from gate.vendor.hashing import Hashing
from gate.vendor.interface import Entry, Upstream
from gate.vendor.names import unfit
from gate.vendor.upstream.hub import find

HUB = "hf://"
MAX_READ = 256 * 1024 * 1024
"""Bytes of small files that are read in all."""
AT_ONCE = 8
"""Files that are read at the same time."""


class TamperedError(GateError):
    """A file is not what the hub publishes."""

    exit_code = 1


def taken(url: str, dbom: Dbom) -> Measured:
    """The entry for the repository at `url`, and its listing; raises `GateError`.

    It lies where `dbom` has its origin already, else at a path that is told.
    """
    with contextlib.ExitStack() as stack:
        upstream = find(url, None, os.environ, stack)
        _refuse(upstream)
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="gate-import") as threads:
            digests = dict(threads.map(lambda entry: (entry.path, _digest(entry, upstream)), upstream.entries))
    where = f"{printable(upstream.url)} at {(upstream.revision or '')[:12]}"
    print(f"{where}: {count(len(digests), 'file')}, {size(sum(entry.size or 0 for entry in upstream.entries))}")
    artifact, listing = _artifact(upstream, digests, dbom)
    told = [*upstream.notes, f"when the files are here, they belong at {artifact.path}"]
    return Measured(Taken((artifact,), None, told=tuple(told)), listing)


def _refuse(upstream: Upstream) -> None:
    """Raises for what could not be declared, before anything is read."""
    for path, reason in unfit(entry.path for entry in upstream.entries):
        raise UsageError(f"{printable(path)} of {printable(upstream.url)} {reason}", "take single files of it")
    read = sum(entry.size or 0 for entry in upstream.entries if entry.sha256 is None)
    if read > MAX_READ:
        message = f"{printable(upstream.url)} publishes no SHA-256 of {size(read)} of its files"
        raise UnableError(message, "fetch it, and run `gate add PATH --source URL`; or take a part of it: URL/PATH")


def _digest(entry: Entry, upstream: Upstream) -> str:
    """The SHA-256: the published one, or that of content which is what git's digest says."""
    if entry.sha256 is not None:
        return entry.sha256
    hashing = Hashing(entry, ())
    with upstream.open(entry, 0) as reader:
        while data := reader.read(CHUNK):
            hashing.update(data)
    if problem := hashing.problem():
        raise TamperedError(f"{printable(entry.path)} is not what the hub publishes: {problem}", "tell the hub")
    return hashing.sha256


def _artifact(upstream: Upstream, digests: dict[str, str], dbom: Dbom) -> tuple[Artifact, dict[str, bytes]]:
    there = next((one for one in dbom.artifacts if one.source.url == upstream.url), None)
    kind = there.kind if there else upstream.kind or "dataset"
    path = there.path if there else f"{'models' if kind == 'model' else 'data'}/{upstream.name}"
    name = there.name if there else free_name(path, dbom)
    origin = Origin(upstream.url, upstream.revision, time.strftime("%Y-%m-%d"), upstream.supplier, upstream.license)
    place = Location(printable(upstream.url))
    total = sum(entry.size or 0 for entry in upstream.entries)
    artifact = Artifact(kind, name, path, place, dict.fromkeys(("name", "path", "sha256"), place), source=origin)
    if not upstream.is_directory:
        return artifact._replace(sha256=next(iter(digests.values())), size=total), {}
    listing = format_listing(digests)
    named = f"dbom/{name}.sha256"
    whole = artifact._replace(sha256=hashlib.sha256(listing).hexdigest(), size=total, listing=named)
    return whole, {} if there else {named: listing}
