"""Fetching into quarantine: each byte once over the network and once through the hash.

A file lies in `partial` while it comes in, and moves to `content` when it is what the upstream announces. A run that
was interrupted is resumed: what is there is hashed again, and only where the upstream says what it must be.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from gate.core.errors import UnableError
from gate.core.text import printable, shorten, size
from gate.files.atomic import explained
from gate.files.digest import CHUNK
from gate.vendor.hashing import Hashing
from gate.vendor.interface import Entry, Fetched, Open, Progress
from gate.vendor.names import unfit
from gate.vendor.room import Room, place_of

GRACE = 60.0
"""Seconds before a slow server is given up."""
SLOWEST = 1024
"""Bytes a second, on average, below which it is."""
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


class Wrong(NamedTuple):
    """A file that is not what the upstream announced; `rule` says how. What came is in quarantine."""

    rule: str
    path: str
    message: str
    sha256: str | None = None


class Task(NamedTuple):
    """How to fetch: `most` bytes for a file of which no size is announced, digests by `also` besides."""

    room: Room
    open: Open
    most: int
    also: tuple[str, ...]
    progress: Progress
    stop: threading.Event


def odd(entries: Sequence[Entry]) -> list[Wrong]:
    """The files whose names cannot be kept, for which nothing is fetched at all."""
    found = unfit(entry.path for entry in entries)
    return [Wrong("integrity/outside-root", path, f"the file name {shorten(path)} {why}") for path, why in found]


def fetch(
    entries: Sequence[Entry],
    room: Room,
    open_: Open,
    *,
    most: int,
    also: tuple[str, ...],
    jobs: int,
    progress: Progress,
) -> list[Fetched | Wrong]:
    """Every entry, in their order.

    Raises `UnableError` where the network or the disk fails: what has come stays, and the next run goes on there.
    """
    _refuse_full(entries, room)
    stop = threading.Event()
    task = Task(room, open_, most, also, progress, stop)
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="gate")
    try:
        return [one.result() for one in [pool.submit(_one, task, entry) for entry in entries]]
    except BaseException as error:
        stop.set()
        # Nothing may be written once the quarantine is another run's; an interrupt ends the process, and so waits not.
        pool.shutdown(wait=isinstance(error, Exception), cancel_futures=True)
        raise
    finally:
        pool.shutdown(wait=False)


def _one(task: Task, entry: Entry) -> Fetched | Wrong:
    try:
        return _kept(task, entry) or _fetched(task, entry)
    except OSError as error:
        raise explained(task.room.path, error) from None


def _refuse_full(entries: Sequence[Entry], room: Room) -> None:
    there = {name: os.stat(os.path.join(room.content, name)).st_size for name in os.listdir(room.content)}
    missing = sum((entry.size or 0) - there.get(place_of(entry.path), 0) for entry in entries)
    found = os.statvfs(room.path)
    free = found.f_bavail * found.f_frsize
    if missing > free:
        message = f"{size(missing)} are to be fetched, and {printable(room.path)} has room for {size(free)}"
        raise UnableError(message, "make room, or pass --quarantine DIR on another disk")


def is_announced(entry: Entry) -> bool:
    """Whether the upstream says what the file must be."""
    return entry.sha256 is not None or entry.git is not None


def _kept(task: Task, entry: Entry) -> Fetched | None:
    """The file as an earlier run has left it, if it is what is announced; otherwise it goes."""
    place = os.path.join(task.room.content, place_of(entry.path))
    if not os.path.lexists(place):
        return None
    if is_announced(entry):
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            hashing = Hashing(entry, task.also)
            hashing.read(descriptor)
        finally:
            os.close(descriptor)
        if hashing.problem() is None:
            task.progress(hashing.size)
            return hashing.fetched(place)
    os.unlink(place)
    return None


def _fetched(task: Task, entry: Entry) -> Fetched | Wrong:
    name = place_of(entry.path)
    part, place = os.path.join(task.room.partial, name), os.path.join(task.room.content, name)
    descriptor = os.open(part, _FLAGS, 0o600)
    try:
        there = os.fstat(descriptor).st_size
        resumable = is_announced(entry) and entry.size is not None and 0 < there < entry.size
        found = _download(task, entry, descriptor, resume=resumable)
        if isinstance(found, Wrong) and resumable:  # what an earlier run left may be what is wrong
            found = _download(task, entry, descriptor, resume=False)
    finally:
        os.close(descriptor)
    if isinstance(found, Wrong):
        return found
    os.rename(part, place)
    return found.fetched(place)


def _download(task: Task, entry: Entry, descriptor: int, *, resume: bool) -> Hashing | Wrong:
    """The digests of what came, all of it; `Wrong` where it is not what is announced."""
    hashing = Hashing(entry, task.also)
    if resume:
        hashing.read(descriptor)
    os.ftruncate(descriptor, hashing.size)
    task.progress(hashing.size)
    most = task.most if entry.size is None else entry.size
    begun, start = time.monotonic(), hashing.size
    with task.open(entry, hashing.size) as reader:
        while data := reader.read(CHUNK):
            if hashing.size + len(data) > most:
                return _too_large(entry, most)
            _write(descriptor, data, hashing.size)
            hashing.update(data)
            task.progress(len(data))
            if task.stop.is_set():
                raise UnableError("stopped, for another file could not be fetched")
            if (spent := time.monotonic() - begun) > GRACE and hashing.size - start < SLOWEST * spent:
                fix = "what has come stays in quarantine: run the command again to go on"
                raise UnableError(f"{printable(entry.path)} comes in too slowly", fix)
    if entry.size is not None and hashing.size < entry.size:
        message = f"{printable(entry.path)} ended after {hashing.size:,} of {entry.size:,} bytes"
        raise UnableError(message, "what has come stays in quarantine: run the command again to go on")
    if problem := hashing.problem():
        message = f"{printable(entry.path)} is not what is announced: {problem}"
        return Wrong("integrity/digest-mismatch", entry.path, message, hashing.sha256)
    return hashing


def _too_large(entry: Entry, most: int) -> Wrong:
    said = "allowed" if entry.size is None else "announced"
    message = f"{printable(entry.path)} goes on after the {most:,} bytes that are {said}"
    return Wrong("integrity/size-mismatch", entry.path, message)


def _write(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written
