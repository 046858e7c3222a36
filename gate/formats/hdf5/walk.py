"""The walk over every object that the root group leads to, front to back as far as links allow."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.findings import Findings
from gate.formats.hdf5 import storage
from gate.formats.hdf5.attributes import Attribute, attribute, dense_attributes
from gate.formats.hdf5.file import COST, File, MalformedError, UnsupportedError
from gate.formats.hdf5.header import (
    ATTRIBUTE,
    ATTRIBUTE_INFO,
    CACHE_IMAGE,
    EXTERNAL,
    FILTERS,
    LAYOUT,
    LINK,
    LINK_INFO,
    SHARED,
    SYMBOLS,
    Message,
    messages,
)
from gate.formats.hdf5.links import EXTERNAL as EXTERNAL_LINK
from gate.formats.hdf5.links import HARD, SOFT, Link, dense_links, link, old_links
from gate.formats.hdf5.shared import Shared
from gate.formats.hdf5.superblock import Superblock
from gate.formats.interface import Flaw
from gate.formats.streams import CorruptError, ExhaustedError

PATH = 200
"""Characters of an object's path that are kept."""


class Found(NamedTuple):
    """An attribute and the path of the object that has it."""

    path: str
    attribute: Attribute


class Walk:
    """What was met: flaws, names of the root's members and attributes, and facts."""

    def __init__(self, file: File, block: Superblock) -> None:
        self._file = file
        self._shared = Shared(file, block.extension)
        self._block = block
        self._seen: set[int] = set()
        self._ahead: list[tuple[int, str]] = []
        self._behind: list[tuple[int, str]] = []
        self._position = 0
        self._findings = Findings()
        self.root_names: set[str] = set()
        self.objects = 0
        self.datasets = 0

    def attributes(self) -> Iterator[Found]:
        """Walk all objects, and hand out their attributes on the way."""
        end, size = self._block.end + self._file.base, self._file.size
        if end > size:
            message = f"cut off: the superblock says {end:,} bytes, {size:,} are there"
            self.flaw("weights/malformed", message, self._file.base)
        try:
            yield from self._guarded("the superblock's extension", self._block.extension)
            if self._block.root is None:
                raise MalformedError("the superblock names no root group", self._file.base)
            self._push(self._block.root, "/")
            while self._ahead or self._behind:
                address, path = self._pop()
                self.objects += 1
                yield from self._guarded(path, address)
        except (MalformedError, CorruptError) as error:
            self.flaw("weights/malformed", str(error), getattr(error, "offset", None))
        except ExhaustedError as error:
            self.flaw("weights/unscannable", f"not followed to its end: {error}", None)

    def flaw(self, rule: str, message: str, offset: int | None) -> None:
        """Note a flaw."""
        self._findings.add(rule, message, offset)

    def flaws(self) -> tuple[Flaw, ...]:
        """All flaws; those beyond the limit for their rule are counted."""
        return self._findings.flaws()

    def failed(self, where: str, error: MalformedError | UnsupportedError) -> None:
        """Note what could not be read, and where."""
        rule = "weights/malformed" if isinstance(error, MalformedError) else "weights/unscannable"
        self.flaw(rule, f"{shorten(where)}: {error}", error.offset)

    def facts(self) -> dict[str, Json]:
        """`superblock` (its version), `objects` and `datasets`."""
        return {"superblock": self._block.version, "objects": self.objects, "datasets": self.datasets}

    def _push(self, address: int, path: str) -> None:
        """An object to look at. What lies behind is left for the next round: decoders run forwards only."""
        if address not in self._seen:
            self._file.charge(COST)
            self._seen.add(address)
            heappush(self._ahead if address >= self._position else self._behind, (address, path))

    def _pop(self) -> tuple[int, str]:
        if not self._ahead:
            self._ahead, self._behind = self._behind, []
        found = heappop(self._ahead)
        self._position = found[0]
        return found

    def _guarded(self, path: str, address: int | None) -> Iterator[Found]:
        """One object; what is wrong with it ends it, not the walk."""
        try:
            for message in messages(self._file, address) if address is not None else ():
                yield from self._message(path, message)
        except (MalformedError, UnsupportedError) as error:
            self.failed(path, error)

    def _message(self, path: str, message: Message) -> Iterator[Found]:
        kind, body, file = message.kind, message.body, self._file
        if message.flags & SHARED and kind in (ATTRIBUTE, FILTERS):
            body = self._shared.resolve(kind, body)
        if kind == LINK:
            self._link(path, link(body), body.place)
        elif kind in (LINK_INFO, SYMBOLS):
            place = body.place
            for each in dense_links(file, body) if kind == LINK_INFO else old_links(file, body):
                self._link(path, each, place)
        elif kind == ATTRIBUTE:
            yield Found(path, attribute(body, self._shared))
        elif kind == ATTRIBUTE_INFO:
            for each_attribute in dense_attributes(file, body, self._shared):
                yield Found(path, each_attribute)
        elif kind in (LAYOUT, EXTERNAL, FILTERS):
            self._storage(path, kind, message._replace(body=body))
        elif kind == CACHE_IMAGE:
            raise UnsupportedError("structures are kept in a cache image, which is not read", body.place)

    def _link(self, path: str, found: Link, place: int) -> None:
        if path == "/":
            self.root_names.add(found.name)
        inside = f"{path.rstrip('/')}/{found.name}"
        label = shorten(inside)
        if found.kind == HARD:
            if found.address is None:
                raise MalformedError(f'the link "{label}" leads nowhere', place)
            self._push(found.address, inside[:PATH])
        elif found.kind == EXTERNAL_LINK:
            target = f'"{shorten(found.target)}" in the file "{shorten(found.file)}"'
            self.flaw("weights/external-reference", f'the link "{label}" leads to {target}', place)
        elif found.kind != SOFT:
            message = f'the link "{label}" is of the user-defined kind {found.kind}: a program decides where it leads'
            self.flaw("weights/external-reference", message, place)

    def _storage(self, path: str, kind: int, message: Message) -> None:
        body, label = message.body, shorten(path)
        place = body.place
        if kind == FILTERS:
            for identifier in storage.foreign_filters(body):
                text = f'reading "{label}" loads a plug-in for the filter {identifier}, which is not a registered one'
                self.flaw("weights/external-reference", text, place)
            return
        self.datasets += kind == LAYOUT
        found = storage.sources(self._file, body) if kind == LAYOUT else storage.external_files(self._file, body)
        for name in dict.fromkeys(found):
            self.flaw("weights/external-reference", f'the data of "{label}" is in the file "{shorten(name)}"', place)
