"""Vendoring, one way: fetch into quarantine, judge, publish. Each step begins when the one before has passed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

from gate.core.errors import UsageError
from gate.core.model import Verdict
from gate.core.text import count, printable, size
from gate.dbom.model import Artifact
from gate.files.listing import format_listing
from gate.vendor.fetch import Wrong, fetch, is_announced, odd
from gate.vendor.interface import Fetched, Mirror, Progress, Upstream
from gate.vendor.judge import Judge, examine, holds_weights
from gate.vendor.names import MAX_FILES
from gate.vendor.publish import Published, listed, publish
from gate.vendor.room import Room

Show = Callable[[str, int], AbstractContextManager[Progress]]
"""Shows the progress of a step, of which the bytes are known or 0."""


class Request(NamedTuple):
    """What to vendor: `artifact` is its entry as far as it is known before anything is fetched.

    `guess` says that the content tells whether it is a model. `most` are the bytes that it may have. `also` are
    algorithms by which files are hashed besides.
    """

    upstream: Upstream
    mirror: Mirror
    artifact: Artifact
    judge: Judge
    guess: bool
    most: int
    also: tuple[str, ...]
    jobs: int
    show: Show


class Vendored(NamedTuple):
    """What came of it: the entry with digest and size; `published` is None where nothing was, by the verdict."""

    verdict: Verdict
    artifact: Artifact
    fetched: tuple[Fetched, ...] = ()
    listing: bytes | None = None
    published: Published | None = None


def vendor(request: Request, room: Room) -> Vendored:
    """Everything up to the mirror, and nothing that names it; raises `GateError`."""
    upstream, judge = request.upstream, request.judge
    if wrong := odd(upstream.entries):
        return Vendored(judge.refused(request.artifact, wrong), request.artifact)
    total = sum(entry.size or 0 for entry in upstream.entries)
    with request.show(f"fetching {printable(upstream.name)}", total) as progress:
        most, also, jobs = request.most, request.also, request.jobs
        came = fetch(upstream.entries, room, upstream.open, most=most, also=also, jobs=jobs, progress=progress)
    if wrong := [one for one in came if isinstance(one, Wrong)]:
        return Vendored(judge.refused(request.artifact, wrong), request.artifact)
    fetched = [one for one in came if isinstance(one, Fetched)]
    with request.show("judging", 0) as progress:
        material = examine(request.artifact, fetched, upstream.is_directory, request.jobs, progress)
        artifact = request.artifact
        if request.guess and holds_weights(material):
            artifact = artifact._replace(kind="model")
        verified = all(map(is_announced, upstream.entries))
        material = material._replace(artifact=artifact, subject=artifact.subject)
        verdict = judge.verdict(material, verified=verified)
    artifact, listing = _measured(artifact, fetched, upstream.is_directory)
    if verdict.outcome != "pass":
        return Vendored(verdict, artifact, tuple(fetched), listing)
    return Vendored(verdict, artifact, tuple(fetched), listing, _publish(request, room, artifact, fetched, listing))


def refuse(upstream: Upstream, mirror: Mirror, most: int) -> None:
    """Raises `UsageError` for what is nothing, or too much, before a byte is fetched."""
    shown, total = printable(upstream.url), sum(entry.size or 0 for entry in upstream.entries)
    if not upstream.entries:
        raise UsageError(f"{shown} holds no file", "see that path and revision are right")
    if len(upstream.entries) > MAX_FILES:
        raise UsageError(f"{shown} has more than {count(MAX_FILES, 'file')}", "vendor parts of it")
    if total > most:
        message = f"{shown} has {size(total)}, and {size(most)} are allowed"
        raise UsageError(message, "pass --max-size if it is meant to be so large")
    for entry in upstream.entries:
        if mirror.largest is not None and (entry.size or 0) > mirror.largest:
            message = (
                f"{printable(entry.path)} has {size(entry.size or 0)}, and one object {size(mirror.largest)} at most"
            )
            raise UsageError(message, "vendor it to a directory")


def _measured(artifact: Artifact, fetched: Sequence[Fetched], is_directory: bool) -> tuple[Artifact, bytes | None]:
    """The entry with its digest and size, and the listing of a directory."""
    total = sum(file.size for file in fetched)
    if not is_directory:
        return artifact._replace(sha256=fetched[0].sha256, size=total), None
    listing = format_listing({file.path: file.sha256 for file in fetched})
    name = f"dbom/{artifact.name}.sha256"
    return artifact._replace(sha256=hashlib.sha256(listing).hexdigest(), size=total, listing=name), listing


def _publish(
    request: Request, room: Room, artifact: Artifact, fetched: Sequence[Fetched], listing: bytes | None
) -> Published:
    """The files, and then the listing: whoever finds it finds all that it names."""
    total = sum(file.size for file in fetched)
    with request.show(f"publishing {artifact.name}", total) as progress:
        files = publish(request.mirror, fetched, request.jobs, progress)
        if listing is None:
            return files
        whole = publish(request.mirror, [listed(listing, artifact.sha256 or "", room.path)], 1, progress)
    return Published(files.new + whole.new, files.kept + whole.kept)
