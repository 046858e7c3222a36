"""What nobody declared: every other file is examined, and what turns out to be weights or data is judged."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator

from gate.checks.examine import Batch
from gate.checks.interface import Examined, Material
from gate.core.model import Kind, Location, Subject
from gate.dbom.model import Artifact
from gate.files.lfs import BEHIND
from gate.files.paths import within
from gate.files.walk import Directory, Odd, walk
from gate.formats.executables import disguised
from gate.formats.interface import Inspection
from gate.inventory.plan import Places, Plan

MANY_MEDIA = 20
"""Media files in one directory that make it a dataset rather than the pictures of a README."""

_TEXT_DATA = {"csv": "csv", "tsv": "tsv", "jsonl": "json lines", "ndjson": "json lines"}
_PACKED = (".gz", ".bz2", ".xz", ".zst")
_MEDIA = frozenset(
    (
        "jpg",
        "jpeg",
        "png",
        "gif",
        "bmp",
        "tif",
        "tiff",
        "webp",
        "ppm",
        "pgm",
        "wav",
        "flac",
        "mp3",
        "ogg",
        "mp4",
        "avi",
        "webm",
    )
)


def plan_undeclared(
    tracked: list[str] | None,
    places: Places,
    declared: Iterable[Artifact],
    documents: frozenset[str],
    beneath_paths: Collection[str],
) -> Plan:
    """Every file that no artifact covers and that is none of the gate's own `documents`.

    `tracked` is what git names; without it the whole tree is walked. With `beneath_paths`, only files there.
    """
    covered = frozenset(artifact.path for artifact in declared)
    directories = _walked(places.root, covered) if tracked is None else _tracked(tracked, places.root, covered)
    batches: list[Batch] = []
    odd: list[Odd] = []
    for directory in directories:
        lead = f"{directory.path}/" if directory.path else ""
        names = tuple(
            name
            for name in directory.files
            if lead + name not in covered and lead + name not in documents and within(lead + name, beneath_paths)
        )
        data = frozenset(filter(_is_named_data, names))  # only its name tells that text is data
        rest = tuple(name for name in names if name not in data)
        if data:
            batches.append(Batch(places.root, directory.path, tuple(sorted(data)), directory.path))
        if rest:
            batches.append(Batch(places.root, directory.path, rest, directory.path, digest="found"))
        odd += (e for e in directory.odd if e.path not in covered and within(e.path, beneath_paths))
    judged = {f"{d.path}/{name}" if d.path else name for d in directories for name in d.files} | covered
    return Plan(tuple(batches), odd=tuple(e for e in odd if e.kind != "link" or not _leads_to(judged, e.path, places)))


def _leads_to(judged: frozenset[str] | set[str], path: str, places: Places) -> bool:
    """Whether the link at `path` leads to what is judged at its own place, or to nothing at all."""
    target = os.path.realpath(os.path.join(places.root, path))
    if not os.path.lexists(target):
        return True
    relative = os.path.relpath(target, os.path.realpath(places.root))
    return relative in judged or _is_covered(relative, judged) or any(p.startswith(relative + "/") for p in judged)


def _walked(root: str, covered: frozenset[str]) -> list[Directory]:
    try:
        return list(walk(root, history=False, without=covered))
    except OSError:
        return [Directory("", (), (Odd(".", "unreadable"),))]


def _tracked(paths: list[str], root: str, covered: frozenset[str]) -> list[Directory]:
    """What git names, by directory; another repository inside this one is walked."""
    files: dict[str, list[str]] = {}
    directories: list[Directory] = []
    odd: dict[str, list[Odd]] = {}
    for path in paths:
        if _is_covered(path, covered):
            continue
        full = os.path.join(root, path)
        directory, _, name = path.rpartition("/")
        if path.endswith("/") or (os.path.isdir(full) and not os.path.islink(full)):
            directories += walk(root, path.rstrip("/"), history=False, without=covered)
        elif os.path.islink(full):
            odd.setdefault(directory, []).append(Odd(path, "link"))
        else:
            files.setdefault(directory, []).append(name)
    grouped = (Directory(d, tuple(files.get(d, ())), tuple(odd.get(d, ()))) for d in files.keys() | odd.keys())
    return [*directories, *grouped]


def _is_covered(path: str, covered: frozenset[str] | set[str]) -> bool:
    if path in covered:
        return True
    parent = path
    while parent := parent.rpartition("/")[0]:
        if parent in covered:
            return True
    return False


def materials(plan: Plan, files: Iterable[Examined], location: Location | None) -> Iterator[Material]:
    """One material for each file, link or directory of media that a check has something to say about.

    They stand at `location`, or at the file itself where there is no DBOM to point into.
    """
    media: dict[str, list[Examined]] = {}
    for file in files:
        kind = _kind(file)
        if kind is not None or file.status not in ("read", "missing"):
            yield _material(file.path, kind, (_named(file),), location)
        elif file.status == "read" and _extension(file.path) in _MEDIA:
            media.setdefault(file.path.rpartition("/")[0], []).append(file)
    for path, group in _gathered(media).items():
        yield _material(path or ".", "dataset", tuple(group), location)._replace(is_directory=True)
    for entry in plan.odd:
        if entry.kind == "link":
            yield _material(entry.path, "dataset", (), location)
        else:
            yield _material(entry.path, None, (), location)._replace(odd=(entry,))


def _material(path: str, kind: Kind | None, files: tuple[Examined, ...], location: Location | None) -> Material:
    size = sum(file.size for file in files)
    return Material(Subject(kind, None, path), location or Location(path, length=size), files)


def _kind(file: Examined) -> Kind | None:
    if file.inspection is None:
        return None
    if file.pointer:
        return "dataset"
    if file.inspection.role == "weights" or file.inspection.flaws or disguised(file.inspection.format, file.path):
        return "model"
    return "dataset" if file.inspection.role == "data" or _text_format(file.path) else None


def _named(file: Examined) -> Examined:
    """`file` with the format that its name says, where the content is mere text."""
    if file.pointer:  # undeclared, so nothing says what should be here
        return file._replace(pointer=None, inspection=Inspection(BEHIND, "data"))
    form = _text_format(file.path)
    found = file.inspection
    if form is None or found is None or found.role != "other" or found.flaws or disguised(found.format, file.path):
        return file
    return file._replace(inspection=Inspection(form, "data"))


def _text_format(path: str) -> str | None:
    """Text has no magic: whether rows are data is for the name to say."""
    name = path.lower()
    for suffix in _PACKED:
        name = name.removesuffix(suffix)
    return _TEXT_DATA.get(_extension(name))


def _is_named_data(name: str) -> bool:
    return _text_format(name) is not None or _extension(name) in _MEDIA


def _extension(path: str) -> str:
    return os.path.splitext(path)[1][1:].lower()


def _gathered(media: dict[str, list[Examined]]) -> dict[str, list[Examined]]:
    """Directories with many media files; folders side by side, one per class say, count as the one above them."""
    large = {path for path, files in media.items() if len(files) >= MANY_MEDIA}
    parents = [path.rpartition("/")[0] for path in large]
    gathered: dict[str, list[Examined]] = {}
    for path in sorted(large):
        parent = path.rpartition("/")[0]
        gathered.setdefault(parent if parent and parents.count(parent) > 1 else path, []).extend(media[path])
    return gathered
