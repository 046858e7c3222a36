"""The one pass over the bytes: digest and content inspection over the same open descriptor.

Work comes in batches of files of one directory, so that the way down to it is opened once. A batch is pure
(bytes in, facts out) and safe to run twice, on any thread, process or machine that sees the files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

from gate.checks.interface import Examined
from gate.checks.objects.batch import ObjectBatch
from gate.files import beneath
from gate.files.lfs import MAX_POINTER, Pointer, parse_pointer
from gate.formats.interface import BytesSource, Inspection, Source
from gate.formats.named import as_named
from gate.formats.registry import inspect

if TYPE_CHECKING:
    from gate.engine import Cluster
    from gate.files.beside import Beside

SMALL = 128 * 1024
"""Files up to this size are read in one call and inspected in memory."""

MAX_BATCH = 500
"""Files in one task: enough that handing it over costs nothing, few enough to balance."""

Progress = Callable[[int], object]


class Batch(NamedTuple):
    """Files `names` of `directory` beneath `root`; the report knows them beneath the directory `shown`.

    `alias` is how it knows the only file of a batch that is reached by a link. `expected` maps names to the
    digests that were declared for them. `digest` says which files get a SHA-256: all of them, those found to
    be weights or data, or none. `also` names algorithms of hashlib whose digests are wanted besides.
    """

    root: str
    directory: str
    names: tuple[str, ...]
    shown: str
    alias: str = ""
    expected: Mapping[str, str] = {}
    digest: Literal["all", "found", "none"] = "all"
    also: tuple[str, ...] = ()

    def split(self, limit: int) -> Iterator[Batch]:
        """The same files in batches of at most `limit`."""
        for i in range(0, len(self.names), limit):
            yield self if len(self.names) <= limit else self._replace(names=self.names[i : i + limit])

    def paths(self) -> list[str]:
        """The files as the report knows them."""
        lead = f"{self.shown}/" if self.shown else ""
        return [self.alias or lead + name for name in self.names]

    def failed(self, error: Exception) -> list[Examined]:
        """The answer for files on which the gate itself failed."""
        return [Examined(path, "failed", detail=f"{type(error).__name__}: {error}") for path in self.paths()]


def examine(batch: Batch | ObjectBatch, progress: Progress | None = None) -> list[Examined]:
    """One `Examined` for each file of the batch, in its order; never raises for what it finds there."""
    if isinstance(batch, ObjectBatch):
        from gate.checks.objects.examine import examine as examine_objects  # which takes a while to import

        return examine_objects(batch, progress)
    try:
        with beneath.directory(batch.root, batch.directory) as parent, _beside(batch) as beside:
            named = zip(batch.names, batch.paths(), strict=True)
            found = [_guarded(batch, parent, name, path, progress, beside) for name, path in named]
        return [_with_digests(one, beside) for one in found] if beside else found
    except OSError as error:
        return [_unopened(batch.root, path, error) for path in batch.paths()]


def examine_all(
    batches: Sequence[Batch | ObjectBatch], jobs: int, progress: Progress | None = None, cluster: Cluster | None = None
) -> list[list[Examined]]:
    """`examine` of every batch, spread over `jobs` workers, of a `cluster` where there is one; one list for each batch.

    `progress` hears of bytes: as they are read, or batch by batch where other processes read them.
    """
    files = sum(len(batch.names) for batch in batches)
    limit = max(1, min(MAX_BATCH, files // (jobs * 4)))
    tasks = [(i, part) for i, batch in enumerate(batches) for part in batch.split(limit)]
    if len(tasks) == 1 and cluster is None:
        results = [examine(tasks[0][1], progress)]  # the hook's way: no pool for a single task
    else:
        from gate.engine import PROCESSES_FROM, spread

        processes = cluster is not None or files >= PROCESSES_FROM
        results = spread(
            partial(examine, progress=None if processes else progress),
            [part for _, part in tasks],
            failed=lambda batch, error: batch.failed(error),
            done=lambda found: progress(sum(file.size for file in found)) if progress and processes else None,
            jobs=jobs,
            processes=processes,
            cluster=cluster,
        )
    examined: list[list[Examined]] = [[] for _ in batches]
    for (i, _), result in zip(tasks, results, strict=True):
        examined[i] += result
    return examined


def _beside(batch: Batch) -> AbstractContextManager[Beside | None]:
    """What works out digests that are wanted besides."""
    if not batch.also:
        return nullcontext()
    from gate.files import beside

    return beside.Beside()


def _with_digests(one: Examined, beside: Beside) -> Examined:
    """With what was worked out meanwhile, of a file that was read whole."""
    return one._replace(digests=beside.found(one.path)) if one.status == "read" else one


def _guarded(
    batch: Batch, parent: int, name: str, path: str, progress: Progress | None, beside: Beside | None
) -> Examined:
    try:
        descriptor = os.open(name, beneath.FILE_FLAGS, dir_fd=parent)
    except OSError as error:
        own = f"{batch.directory}/{name}" if batch.directory else name
        return _unopened(batch.root, path, beneath.LinkError(own) if beneath.is_link(name, parent) else error)
    try:
        return _examine(batch, descriptor, name, path, progress, beside)
    except OSError as error:
        return Examined(path, "unreadable", detail=error.strerror or str(error))
    finally:
        os.close(descriptor)


def _unopened(root: str, path: str, error: OSError) -> Examined:
    if isinstance(error, beneath.LinkError):
        target = os.path.realpath(os.path.join(root, error.path))
        inside = os.path.commonpath([os.path.realpath(root), target]) == os.path.realpath(root)
        return Examined(path, "link" if inside else "outside", detail=error.path)
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return Examined(path, "missing")
    return Examined(path, "unreadable", detail=error.strerror or str(error))


def _examine(
    batch: Batch, descriptor: int, name: str, path: str, progress: Progress | None, beside: Beside | None
) -> Examined:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        return Examined(path, "missing" if stat.S_ISDIR(before.st_mode) else "special")
    if before.st_size <= SMALL:
        read, sha256, inspection, pointer = _small(batch, descriptor, path, before.st_size, beside)
        if progress:
            progress(read)
    else:
        read, sha256, inspection, pointer = _large(batch, descriptor, path, before.st_size, progress, beside)
    if (sha256 is not None or batch.digest == "none") and _changed(before, os.fstat(descriptor), read):
        return Examined(path, "changed", size=read)
    expected = batch.expected.get(name)
    if expected is None or pointer is not None:
        return Examined(path, "read", read, sha256, inspection, pointer)
    if sha256 == expected:  # one string for both: directories have many files
        return Examined(path, "read", read, expected, inspection)
    only_line_endings = _only_line_endings(descriptor, expected)
    return Examined(path, "read", read, sha256, inspection, None, only_line_endings)


def _changed(before: os.stat_result, after: os.stat_result, read: int) -> bool:
    return (
        before.st_mtime_ns != after.st_mtime_ns
        or before.st_ctime_ns != after.st_ctime_ns
        or not before.st_size == after.st_size == read
    )


class _Read(NamedTuple):
    """What was read of one file: how many bytes, and their SHA-256 where it is wanted."""

    size: int
    sha256: str | None
    inspection: Inspection
    pointer: Pointer | None = None


def _small(batch: Batch, descriptor: int, path: str, size: int, beside: Beside | None) -> _Read:
    data = os.read(descriptor, size + 1)  # one more, to see a file that grows
    while len(data) < size and (more := os.read(descriptor, size + 1 - len(data))):
        data += more
    source = BytesSource(data)
    inspection = as_named(inspect(source), source, path)
    pointer = parse_pointer(data) if size < MAX_POINTER else None
    if not _wants_digest(batch, inspection):
        return _Read(len(data), None, inspection, pointer)
    import hashlib

    if beside:
        from gate.files.digest import hashers

        beside.whole(path, data, hashers(batch.also, descriptor))
    return _Read(len(data), hashlib.sha256(data).hexdigest(), inspection, pointer)


def _large(
    batch: Batch, descriptor: int, path: str, size: int, progress: Progress | None, beside: Beside | None
) -> _Read:
    source = DescriptorSource(descriptor, size)
    inspection = as_named(inspect(source), source, path)
    if not _wants_digest(batch, inspection):
        return _Read(size, None, inspection)
    from gate.files.digest import digest, digest_beside

    result = digest_beside(descriptor, path, batch.also, beside, progress) if beside else digest(descriptor, progress)
    return _Read(result.size, result.sha256, inspection)


def _wants_digest(batch: Batch, inspection: Inspection) -> bool:
    return batch.digest == "all" or (batch.digest == "found" and inspection.role != "other")


def _only_line_endings(descriptor: int, expected: str) -> bool:
    from gate.files.digest import line_ending_digests

    head = os.pread(descriptor, SMALL, 0)
    return b"\0" not in head and expected in line_ending_digests(descriptor)


class DescriptorSource(Source):
    """A `Source` over an open descriptor, whose position it leaves alone."""

    __slots__ = ("_descriptor", "_size")

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor, self._size = descriptor, size

    @property
    def size(self) -> int:
        """Bytes in the file when it was opened."""
        return self._size

    def read(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset`."""
        parts = []
        while length > 0 and (part := os.pread(self._descriptor, length, offset)):
            parts.append(part)
            offset += len(part)
            length -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)
