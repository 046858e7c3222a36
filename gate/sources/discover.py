"""Every file of a repository that may pull something in, read in parallel."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from gate.core.text import count, size
from gate.engine import spread
from gate.files import beneath
from gate.files.walk import walk
from gate.inventory.plan import within
from gate.sources.interface import Gap
from gate.sources.read import MAX_BYTES, MAX_CONFIG, Located, Reading, language_of, may_be_code, read
from gate.sources.services import HUB

BATCH = 64
"""Files in one task."""
PROCESSES_FROM = 400
"""Files from which parsing in several processes saves more than starting them costs."""
_FOREIGN = frozenset(("node_modules", "site-packages", "__pycache__", ".tox", ".nox"))


class _Batch(NamedTuple):
    root: str
    paths: tuple[str, ...]


class Discovered(NamedTuple):
    """The files that were read, and sentences about what was left out."""

    readings: tuple[Reading, ...]
    notes: tuple[str, ...] = ()


def discover(
    root: str, tracked: list[str] | None, covered: Collection[str], beneath_paths: Collection[str], jobs: int
) -> Discovered:
    """What the files of `root` pull in: those that git names as `tracked`, without git every file.

    What lies at or beneath `covered` is content of an artifact and not read. With `beneath_paths`, only what is there.
    """
    paths, notes = (list(tracked), []) if tracked is not None else _walked(root)
    paths = [p for p in paths if may_be_code(p) and within(p, beneath_paths) and not (covered and within(p, covered))]
    batches = [_Batch(root, tuple(paths[i : i + BATCH])) for i in range(0, len(paths), BATCH)]
    processes = len(paths) >= PROCESSES_FROM
    found = spread(
        _read_batch,
        batches,
        failed=_failed,
        done=lambda _: None,
        jobs=jobs if processes else 1,
        processes=processes,
    )
    readings = sorted((reading for group in found for reading in group), key=lambda reading: reading.path)
    return Discovered(tuple(readings), (*notes, *_large(readings)))


def _walked(root: str) -> tuple[list[str], list[str]]:
    """Every file outside of what package managers put there; a directory that is left out is told."""
    paths: list[str] = []
    left: list[str] = []
    skipped: set[str] = set()
    for directory in walk(root, history=False):
        parts = directory.path.split("/")
        if any(directory.path == s or directory.path.startswith(s + "/") for s in skipped):
            continue
        if parts[-1] in _FOREIGN or "pyvenv.cfg" in directory.files:
            skipped.add(directory.path)
            left.append(directory.path)
            continue
        lead = f"{directory.path}/" if directory.path else ""
        paths += (lead + name for name in directory.files)
    notes = [f"not read for sources, for package managers fill it: {', '.join(sorted(left)[:10])}"] if left else []
    return paths, notes


def _read_batch(batch: _Batch) -> list[Reading]:
    found = (_read_file(batch.root, path) for path in batch.paths)
    return [reading for reading in found if reading is not None]


def _read_file(root: str, path: str) -> Reading | None:
    """One file; None for what is no code, or not there: another family says so."""
    try:
        with beneath.file(root, path) as descriptor:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return None
            if language_of(path) is None and os.pread(descriptor, 2, 0) != b"#!":
                return None
            if language_of(path) == "json" and status.st_size > MAX_CONFIG:
                return Reading(path, gaps=(Gap(0, size(status.st_size), blind=False),))
            with open(descriptor, "rb", closefd=False) as file:
                data = file.read(MAX_BYTES + 1)
    except (beneath.LinkError, FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        return Reading(path, problem=f"it cannot be read ({error.strerror})")
    if len(data) > MAX_BYTES:
        return Reading(path, problem=f"it is larger than {size(MAX_BYTES)}")
    reading = read(path, data)
    if reading is None:
        return None
    return reading._replace(sites=tuple(one for one in reading.sites if not _is_here(root, path, one)))


def _is_here(root: str, path: str, one: Located) -> bool:
    """Whether what looks like the name of a repository of the hub is a directory beside the file or in the root."""
    source = one.site.source
    if source is None or source.host != HUB or not source.is_known or one.site.flaws:
        return False
    name = source.url.removeprefix(f"https://{HUB}/").removeprefix("datasets/")
    return any(os.path.lexists(os.path.join(root, where, name)) for where in ("", os.path.dirname(path)))


def _failed(batch: _Batch, error: Exception) -> list[Reading]:
    """The answer for a batch that could not be read as a whole: each file on its own, as far as that works."""
    found = []
    for path in batch.paths:
        try:
            reading = _read_file(batch.root, path)
        except Exception as own:
            reading = Reading(path, problem=f"the gate failed on it ({type(own).__name__})")
        if reading is not None:
            found.append(reading)
    return found or [Reading(path, problem=f"the gate failed on it ({type(error).__name__})") for path in batch.paths]


def _large(readings: Iterable[Reading]) -> Iterator[str]:
    large = [r.path for r in readings if r.gaps and r.gaps[0].line == 0]
    if large:
        names = ", ".join(large[:5]) + (f" and {len(large) - 5:,} more" if len(large) > 5 else "")
        files = count(len(large), "JSON file")
        yield f"{files} larger than {size(MAX_CONFIG)} taken for data, not for configuration: {names}"
