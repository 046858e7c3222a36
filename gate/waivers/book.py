"""Which waivers and adopted findings count: those of the tree, and of a change those that its base has too."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gate.core.errors import AbsentError, GateError
from gate.core.model import UNDECIDED, Finding, Location, Subject
from gate.core.text import count, printable
from gate.files.commit import Commit
from gate.files.git import work_tree
from gate.policy.files import WorkTree
from gate.waivers import codeowners
from gate.waivers.load import read_adoption, read_waivers
from gate.waivers.model import ADOPTED_NAME, WAIVERS_NAME, Adoption, Book, Waiver


class Place(NamedTuple):
    """Where the two files lie: in `directory` of `root`, as the DBOM does."""

    root: str
    directory: str

    @property
    def waivers(self) -> str:
        """The waivers file, relative to the root."""
        return os.path.join(self.directory, WAIVERS_NAME)

    @property
    def adopted(self) -> str:
        """The file of adopted findings, relative to the root."""
        return os.path.join(self.directory, ADOPTED_NAME)

    @property
    def top(self) -> str:
        """The top of the work tree, where CODEOWNERS is looked for."""
        return work_tree(self.root) or self.root

    @property
    def owned(self) -> str:
        """The waivers file as CODEOWNERS knows it: relative to the top."""
        full = os.path.join(os.path.realpath(self.root), self.waivers)
        return os.path.relpath(full, os.path.realpath(self.top)).replace(os.sep, "/")


def load_book(place: Place, today: dt.date) -> Book:
    """What the work tree says; raises `GateError` for what is wrong with a file."""
    tree = WorkTree(place.root)
    data = _there(tree.read, place.waivers)
    waivers = () if data is None else read_waivers(data, place.waivers, today)
    recorded = _there(tree.read, place.adopted)
    adoption = None if recorded is None else read_adoption(recorded, place.adopted, today)
    owners = owners_of(WorkTree(place.top).read, place) if waivers else ()
    digest = hashlib.sha256(data).hexdigest() if waivers and data is not None else ""
    paths = tuple(path for path, there in ((place.waivers, data), (place.adopted, recorded)) if there is not None)
    return Book(waivers, adoption, owners, digest, paths=paths)


def of_base(book: Book, place: Place, tip: Commit | None, today: dt.date) -> Book:
    """What counts of `book` where a change is judged: the entries that the `tip` of the base has too.

    Where the base cannot be had, or what it has is not valid, nothing counts.
    """
    if not book.waivers and book.adoption is None:
        return book
    none = book._replace(adoption=None, pending=frozenset(one.key for one in book.waivers))
    if tip is None:
        return none._replace(notes=("no waiver counts and nothing is adopted, for the base cannot be had",))
    at = f" at {tip.sha[:12]}"
    try:
        data = _there(tip.read, place.waivers)
        waivers = () if data is None else read_waivers(data, place.waivers + at, today)
        recorded = _there(tip.read, place.adopted)
        adoption = None if recorded is None else read_adoption(recorded, place.adopted + at, today)
        owners = owners_of(Commit(place.top, tip.sha).read, place) if waivers else ()
    except GateError as error:
        return none._replace(findings=(_undecided(error, place),))
    known = {one.key: one for one in waivers}
    pending = frozenset(one.key for one in book.waivers if not _is_same(known.get(one.key), one))
    both = _both(adoption, book.adoption)
    return book._replace(
        adoption=both, owners=owners, pending=pending, notes=tuple(_notes(len(pending), book.adoption, both, place))
    )


def _there(read: Callable[..., bytes], path: str) -> bytes | None:
    """The bytes of a file, None where there is none."""
    try:
        return read(path, follow=False)
    except AbsentError:
        return None


def owners_of(read: Callable[..., bytes], place: Place) -> tuple[str, ...]:
    """Who owns the waivers file; nobody where the file that would say so is a link or too large."""
    for path in codeowners.PLACES:
        try:
            data = _there(read, path)
        except GateError:
            return ()
        if data is not None:
            known = len(data) <= codeowners.MAX_BYTES
            return codeowners.owners(data.decode("utf-8", "replace"), place.owned) if known else ()
    return ()


def _is_same(base: Waiver | None, head: Waiver) -> bool:
    """Whether the base has it; that it ends earlier only tightens."""
    return (
        base is not None
        and head._replace(at={}, expires=base.expires) == base._replace(at={})
        and (head.expires <= base.expires)
    )


def _both(base: Adoption | None, head: Adoption | None) -> Adoption | None:
    """What both have adopted; nothing where the change made it last longer."""
    if base is None or head is None or head.created != base.created or head.expires > base.expires:
        return None
    return head._replace(entries={key: place for key, place in head.entries.items() if key in base.entries})


def _notes(pending: int, head: Adoption | None, both: Adoption | None, place: Place) -> Iterator[str]:
    added = len(head.entries if head else ()) - len(both.entries if both else ())
    for number, path in ((pending, place.waivers), (added, place.adopted)):
        if number:
            verb = "counts" if number == 1 else "count"
            what = count(number, "entry", "entries")
            yield f"{what} of {printable(path)} {verb} once merged: not in the base, or not like this"


def _undecided(error: GateError, place: Place) -> Finding:
    said = error.message.partition("\n")[0]
    message = f"waivers and adopted findings of the base cannot be had, so none counts: {said}"
    at = Location(place.waivers)
    return Finding(UNDECIDED, Subject(None, None, place.waivers), message, error.fix or "mend the base branch", at)
