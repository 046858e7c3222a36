"""The objects of a declared artifact that lies on object storage."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping

from gate.checks.interface import Examined, ListingFlaw
from gate.checks.objects.batch import ObjectBatch
from gate.core.errors import UnableError
from gate.dbom.model import Artifact
from gate.inventory.plan import Plan
from gate.objects import url
from gate.objects.interface import Object, Store


def plan_objects(
    artifact: Artifact,
    listing: Mapping[str, str] | None,
    flaw: ListingFlaw | None,
    also: tuple[str, ...],
    *,
    offline: bool,
) -> Plan:
    """What to examine; what cannot be had, and why, is an answer in it."""
    place = url.place(artifact.path)
    try:
        if offline:
            raise UnableError("it lies on object storage, and nothing is fetched", "run `gate check` without --offline")
        from gate.objects.store import open_store

        objects, is_directory = _found(open_store(place.scheme), place)
    except UnableError as error:
        return _without(artifact, Examined(artifact.path, "unreadable", detail=error.message, fix=error.fix))
    except OSError as error:
        from gate.checks.objects.examine import unread

        return _without(artifact, unread(artifact.path, error))
    batch = ObjectBatch(place.scheme, _within(artifact, objects), also)
    return Plan((batch,), artifact, is_directory, (), listing, flaw)


def _without(artifact: Artifact, answer: Examined) -> Plan:
    """One answer for all of it, which is compared with no listing."""
    batch = ObjectBatch(url.place(artifact.path).scheme, (answer,))
    return Plan((batch,), artifact, is_directory=artifact.listing is not None)


def _found(store: Store, place: url.Place) -> tuple[tuple[Object | Examined, ...], bool]:
    """The object at `place`, or all in the directory there; whether it is a directory.

    Raises OSError where it is both, for then some readers take the one and some the other.
    """
    try:
        single = store.stat(place)
    except FileNotFoundError:
        inside = tuple(_named(store.list(place), place))
        if not inside:
            raise
        return inside, True
    if next(_named(store.list(place), place), None):
        raise OSError(errno.EEXIST, "it is an object, and there are others beneath it as in a directory")
    return (single,), False


def _named(objects: Iterator[Object], directory: url.Place) -> Iterator[Object | Examined]:
    """Those that are files, in a directory of a disk too; what stands for a directory is left out."""
    start = len(directory.key) + 1
    for one in objects:
        key = one.place.key
        if key.endswith("/") and one.size == 0:
            continue
        if any(part in ("", ".", "..") for part in key[start:].split("/")):
            detail = 'a part of its key is empty, "." or "..", so no directory can hold it'
            yield Examined(str(one.place), "unreadable", detail=detail, fix="give the object another key")
        else:
            yield one


def _within(artifact: Artifact, objects: tuple[Object | Examined, ...]) -> tuple[Object | Examined, ...]:
    """All as they are; none is read where they are more bytes than are declared, however many that would be."""
    total = sum(one.size for one in objects)
    if artifact.size is None or total <= artifact.size:
        return objects
    return tuple(Examined(str(one.place), "larger", one.size) if isinstance(one, Object) else one for one in objects)
