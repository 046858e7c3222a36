"""Every file of a repository that may pull something in, read in parallel."""

from __future__ import annotations

import gc
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from gate.core.text import count, size
from gate.engine import spread
from gate.files import beneath
from gate.files.paths import within
from gate.files.walk import walk
from gate.sources.callers import UNFOLLOWED, affordable, callers_of
from gate.sources.interface import Gap
from gate.sources.once import once
from gate.sources.python.around import MAX_MODULE, Modules
from gate.sources.read import MAX_BYTES, MAX_CONFIG, Callers, Located, Reading, language_of, may_be_code, read
from gate.sources.services import HUB

BATCH = 64
"""Files in one task."""
BATCH_CALLED = 8
"""Files in one task of those whose callers are followed, which takes longer."""
GARBAGE = 100_000
"""Objects that are made before it is worth looking for those that are not needed any more."""
PROCESSES_FROM = 400
"""Files from which parsing in several processes saves more than starting them costs."""
_FOREIGN = frozenset(("node_modules", "site-packages", "__pycache__", ".tox", ".nox"))


class _Batch(NamedTuple):
    """Files to be read; with `callers` those that call functions of theirs, by their path and name."""

    root: str
    paths: tuple[str, ...]
    callers: Mapping[str, Callers]


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
    jobs = jobs if len(paths) >= PROCESSES_FROM else 1
    with _seldom_collecting():
        found = {reading.path: reading for reading in _read_all(root, paths, {}, jobs)}
        callers = callers_of(found)
        followed = affordable(callers, {path: reading.size for path, reading in found.items()})
        found |= {reading.path: reading for reading in _read_all(root, sorted(followed), followed, jobs)}
    for path in callers.keys() - followed.keys():
        found[path] = found[path]._replace(gaps=(*found[path].gaps, UNFOLLOWED))
    readings = once([found[path] for path in sorted(found)], followed)
    return Discovered(tuple(readings), (*notes, *_large(readings)))


def _read_all(root: str, paths: list[str], callers: Mapping[str, Callers], jobs: int) -> list[Reading]:
    number = BATCH_CALLED if callers else BATCH
    parts = [tuple(paths[i : i + number]) for i in range(0, len(paths), number)]
    batches = [_Batch(root, part, {path: callers[path] for path in part if path in callers}) for part in parts]
    found = spread(_read_batch, batches, failed=_failed, done=lambda _: None, jobs=jobs, processes=jobs > 1)
    return [reading for group in found for reading in group]


def _module(root: str, path: str) -> bytes | None:
    """The content of a module that names may lead to."""
    if not os.path.isfile(os.path.join(root, path)):  # most are not there, and asking is cheaper than opening
        return None
    try:
        with beneath.file(root, path) as descriptor:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_MODULE:
                return None
            with open(descriptor, "rb", closefd=False) as file:
                return file.read(status.st_size)
    except (beneath.LinkError, OSError):
        return None


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
    modules = Modules(lambda path: _module(batch.root, path))
    found = []
    for path in batch.paths:
        reading = _read_file(batch.root, path, modules, batch.callers.get(path))
        found += [reading] if reading else []
        if gc.get_count()[0] > GARBAGE:
            gc.collect(0)
    return found


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Objects that refer to each other are looked for between files alone, also in the processes that are forked.

    Otherwise each syntax tree is searched many times while it is built, in vain.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _read_file(root: str, path: str, modules: Modules, callers: Callers | None) -> Reading | None:
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
                data = file.read(min(status.st_size, MAX_BYTES) + 1)  # asking for more takes memory before it is read
    except (beneath.LinkError, FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        return Reading(path, problem=f"it cannot be read ({error.strerror})")
    if len(data) > MAX_BYTES:
        return Reading(path, problem=f"it is larger than {size(MAX_BYTES)}")
    reading = read(path, data, modules, callers)
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
    modules = Modules(lambda path: _module(batch.root, path))
    for path in batch.paths:
        try:
            reading = _read_file(batch.root, path, modules, batch.callers.get(path))
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
