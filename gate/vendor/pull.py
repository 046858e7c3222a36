"""Fetches from its mirror what is declared and not here, for `gate check --pull`.

What comes in lies out of sight until its digest is the declared one. Only a mirror that the policy names is asked: an
entry of the DBOM, which a change may have written, must not send the credentials of the job anywhere else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence

from gate.absent import Brought, Where
from gate.convert.publish import publish as put_in_place
from gate.core.errors import GateError, UnableError, UsageError
from gate.core.jobs import default_jobs
from gate.core.model import UNDECIDED, Finding
from gate.core.text import printable, shorten
from gate.dbom.model import Artifact
from gate.files.atomic import explained
from gate.files.listing import MAX_BYTES, ListingError, parse_listing
from gate.inventory.declared import read_listing
from gate.vendor.claims import rules_of
from gate.vendor.fetch import Wrong, fetch, odd
from gate.vendor.interface import Entry, Fetched, Mirror, TamperedError
from gate.vendor.mirror.open import open_mirror
from gate.vendor.names import unfit
from gate.vendor.room import Room, quarantine

MAX_SIZE = 100 << 30
"""Bytes of a file of which the DBOM says no size."""


def pull(absent: Sequence[Artifact], where: Where) -> Brought:
    """Brings those of `absent` that have a mirror; see `gate.absent.Puller`."""
    wanted = [artifact for artifact in absent if artifact.source.mirror and artifact.sha256]
    if not wanted:
        return Brought()
    rules = rules_of(where.policies)
    if not any(demand.mirror for demand in rules.demands):
        message = "--pull: no policy names the mirror from which may be fetched"
        raise UsageError(message, "name it: `sources: {mirror: BUCKET}` in the policy of the base branch")
    findings: list[Finding] = []
    for artifact in wanted:
        if rules.is_mirror(artifact.source.mirror or ""):
            findings += _findings(artifact, where.root)
        else:
            message = f"{artifact.name} was not fetched: {printable(artifact.source.mirror or '')} is not the mirror"
            fix = "vendor it to the mirror that the policy names: `gate vendor`"
            findings.append(Finding(UNDECIDED, artifact.subject, message, fix, artifact.alert))
    return Brought(tuple(findings))


def _findings(artifact: Artifact, root: str) -> Iterator[Finding]:
    """What kept one artifact from being brought."""
    lead = f"{artifact.name} could not be fetched: "
    try:
        for wrong in _bring(artifact, root):
            fix = "find out who changed it in the mirror; remove it there, and vendor it again"
            yield Finding(wrong.rule, artifact.subject, lead + wrong.message, fix, artifact.alert)
    except TamperedError as error:
        yield Finding("integrity/digest-mismatch", artifact.subject, lead + error.message, error.fix, artifact.alert)
    except GateError as error:
        yield Finding(UNDECIDED, artifact.subject, lead + error.message, error.fix, artifact.alert)


def _bring(artifact: Artifact, root: str) -> list[Wrong]:
    for path, why in unfit([artifact.path]):  # above all what git would run
        raise UsageError(f"its path {shorten(path)} {why}", "choose another place for it")
    base = os.path.realpath(root)
    target = os.path.join(base, artifact.path)
    parent = os.path.dirname(target)
    if os.path.realpath(parent) != parent:  # it may lead out of the repository, or to where git finds what it runs
        raise UsageError(f"{printable(artifact.path)} lies behind a link", "put a directory there")
    mirror = open_mirror(artifact.source.mirror or "")
    with _aside(base, artifact) as room:
        entries = _entries(artifact, root, mirror)
        if wrong := odd(entries):
            return wrong
        most = MAX_SIZE if artifact.size is None else artifact.size
        found = fetch(
            entries,
            room,
            lambda entry, offset: mirror.read(entry.sha256 or "", offset),
            most=most,
            also=(),
            jobs=default_jobs(),
            progress=lambda _: None,
        )
        wrong = [one for one in found if isinstance(one, Wrong)]
        if not wrong:
            _place([one for one in found if isinstance(one, Fetched)], artifact, target, room)
        return wrong


@contextlib.contextmanager
def _aside(root: str, artifact: Artifact) -> Iterator[Room]:
    """A quarantine on the same file system.

    In the directory of git an interrupted run leaves what has come, and the next goes on there. A tree without one
    would have it among its own files, so nothing is left.
    """
    git = os.path.join(root, ".git")
    in_git = os.path.isdir(git)
    directory = os.path.join(git, "gate") if in_git else os.path.join(root, ".gate")
    if os.path.islink(directory):
        raise UsageError(f"{printable(directory)} is a link", "remove it")
    try:
        with quarantine(directory, artifact.path, artifact.sha256 or "") as room, contextlib.ExitStack() as at_end:
            if not in_git:
                at_end.callback(room.remove)
            yield room
            room.remove()
    finally:
        with contextlib.suppress(OSError):
            os.rmdir(directory)


def _entries(artifact: Artifact, root: str, mirror: Mirror) -> list[Entry]:
    """What must be fetched, by the listing of a directory, which is in the repository or in the mirror."""
    if artifact.listing is None:
        return [Entry(os.path.basename(artifact.path), artifact.size, artifact.sha256)]
    try:
        data = read_listing(root, artifact.listing)
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != artifact.sha256:
        data = _of_mirror(mirror, artifact.sha256 or "")
    try:
        return [Entry(path, None, sha256) for path, sha256 in parse_listing(data).items()]
    except ListingError as error:
        raise UsageError(f"line {error.line} of its listing is {error}", "vendor it again") from None


def _of_mirror(mirror: Mirror, sha256: str) -> bytes:
    data = bytearray()
    with mirror.read(sha256) as reader:
        while len(data) <= MAX_BYTES and (more := reader.read(1 << 20)):
            data += more
    if hashlib.sha256(data).hexdigest() != sha256:
        raise TamperedError(mirror.url, sha256)
    return bytes(data)


def _place(fetched: Sequence[Fetched], artifact: Artifact, target: str, room: Room) -> None:
    """Gives what is whole its place, in one step."""
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if artifact.listing is None:
            put_in_place(fetched[0].place, target)
            return
        tree = os.path.join(room.path, "tree")
        shutil.rmtree(tree, ignore_errors=True)
        for file in fetched:
            path = os.path.join(tree, file.path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            put_in_place(file.place, path)
        os.rename(tree, target)
    except FileExistsError:
        raise UnableError(f"{printable(artifact.path)} appeared meanwhile", "run the command again") from None
    except OSError as error:
        raise explained(target, error) from None
