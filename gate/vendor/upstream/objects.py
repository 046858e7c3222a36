"""Objects of object storage, each at the version that it has when it is found."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from gate.core.errors import UnableError, UsageError
from gate.core.text import printable
from gate.objects.interface import Object
from gate.objects.store import open_store
from gate.objects.url import place, problem
from gate.vendor.interface import Entry, Reader, Upstream
from gate.vendor.pieces import Pieces


def find(url: str) -> Upstream:
    """The object at `url`, or all objects beneath it; raises `UsageError` and `UnableError`."""
    if wrong := problem(url):
        raise UsageError(wrong, "name an object, or a directory of them")
    where = place(url)
    store = open_store(where.scheme)
    try:
        try:
            found = {where.key.rpartition("/")[2]: store.stat(where)}
            is_directory = False
        except FileNotFoundError:
            lead = len(where.key) + 1
            found = {one.place.key[lead:]: one for one in store.list(where) if not one.place.key.endswith("/")}
            is_directory = True
    except OSError as error:
        message = f"{printable(url)} cannot be read: {error.strerror or type(error).__name__}"
        raise UnableError(message, "see to it, and run the command again") from None

    @contextlib.contextmanager
    def opening(entry: Entry, offset: int) -> Iterator[Reader]:
        yield Pieces(store, found[entry.path], offset)

    entries = tuple(Entry(path, one.size) for path, one in sorted(found.items()))
    note = "object storage announces no SHA-256: its objects are trusted as they are now, each at one version"
    revision = None if is_directory else _revision(next(iter(found.values())))
    name = where.key.rpartition("/")[2]
    return Upstream(str(where), name, revision, entries, is_directory, opening, notes=(note,))


def _revision(found: Object) -> str | None:
    return found.version or None
