"""The names in a tar: where members would be written, what links point to, and which members are one."""

from __future__ import annotations

from gate.formats.archives import paths
from gate.formats.archives.members import Members

_HARD, _SYMBOLIC = b"1", b"2"
_SPECIAL = {b"3": "a character device", b"4": "a block device", b"6": "a FIFO"}
_TRAVERSAL = "weights/path-traversal"
_PICKLES = frozenset(("pickle", "joblib", "torch-legacy", "torch-zip"))
"""Formats of which two under one name are no update: the first may run before the last wins."""


class Names:
    """The names met so far, in the order in which they are unpacked."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self._links = paths.Links()
        self._forms: dict[int, str] = {}
        self.count = 0

    def add(self, names: tuple[str, str], kind: bytes, target: str, form: str, offset: int) -> None:
        """Judge a member: its name in the readings that programs have, its type and where a link points."""
        self.count += 1
        name = names[0]
        for reading in dict.fromkeys(names):
            why = paths.leaves(reading)
            if not why and self._links.lead(reading):
                why = "would be written through a link in the same archive"
            if why:
                self._members.flaw(_TRAVERSAL, why, name, offset)
        if kind in _SPECIAL:
            message = f"{_SPECIAL[kind]}, which no model needs: unpacking creates it"
            self._members.flaw(_TRAVERSAL, message, name, offset)
        elif kind in (_HARD, _SYMBOLIC):
            self._link(name, kind, target, offset)
        elif form:
            self._double(name, form, offset)

    def _link(self, name: str, kind: bytes, target: str, offset: int) -> None:
        if kind == _SYMBOLIC:
            self._links.add(name)
            why = paths.link_leaves(name, target)
        elif paths.leaves(target):
            why = "a link to a file outside the folder it is unpacked to"
        elif self._links.has(target) or self._links.lead(target):
            self._links.add(name)
            why = "a link through another link in the same archive"
        else:
            why = ""
        if why:
            self._members.flaw(_TRAVERSAL, why, name, offset)

    def _double(self, name: str, form: str, offset: int) -> None:
        """Appending a newer version is what tar does; two pickles of one name are two answers to what is loaded."""
        key = hash(paths.canonical(name))  # names may be long: their hashes are kept, which no sender can foresee
        before = self._forms.get(key)
        if before is not None and (form in _PICKLES or before in _PICKLES):
            message = "there are two members of this name: programs differ in which one they read"
            self._members.flaw("weights/archive-tampered", message, name, offset)
        if before is None or form in _PICKLES:
            self._forms[key] = form
