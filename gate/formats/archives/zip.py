"""Zip archives: torch checkpoints, npz, skops, Keras, and every other zip."""

from __future__ import annotations

from gate.core.text import count
from gate.formats.archives import paths
from gate.formats.archives.members import Members
from gate.formats.archives.zip_checks import Checksums, Names, behind, between, inflated
from gate.formats.archives.zip_directory import Directory, Entry, MalformedError, entries, locate
from gate.formats.archives.zip_local import ENCRYPTED, LOCAL, Local, descriptor, disagreements, local_header
from gate.formats.archives.zip_rivals import opens_leniently, rivals
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.streams import CorruptError, ExhaustedError, Slice, Unpacked, budget_of

MEMBERS = 100_000
"""Members that are looked at."""
NAMES = 64 * 1024 * 1024
"""Bytes of names and extra fields that are kept: a hundred thousand members have a tenth of it."""
OVERLAPS = 10
"""Members inside others that are looked at: as many as there are may hold the same bytes."""
FOLDER = "folder"
"""The format of a member that stands for a folder."""
_STORED = 0
_TAMPERED, _MALFORMED, _UNSCANNABLE = "weights/archive-tampered", "weights/malformed", "weights/unscannable"


def read(source: Source) -> Inspection:
    """Inspect every member of the zip, and compare what its two sets of headers say.

    The format is `torch-zip`, `npz`, `keras` or another kind where the members say so (`contents`), otherwise `zip`.
    Facts: `members` and `formats`, see `Members`.
    """
    try:
        directory = locate(source)
        if directory is None:
            raise MalformedError("there is no end record: cut off, or never finished", source.size)
    except MalformedError as error:
        return Inspection("zip", "other", (Flaw(_MALFORMED, f"zip: {error}", error.offset),))
    found = _Walk(source, directory).inspection()
    flaw = behind(source, directory)
    return found._replace(flaws=(*found.flaws, flaw)) if flaw else found


def read_appended(source: Source, exact: bool) -> Inspection | None:
    """Inspect a zip that ends a file which begins as something else; None if no program finds one there.

    `exact` asks that it end with the file's last byte: a tar that stores a zip has padding behind it.
    """
    try:
        directory = locate(source)
        if directory is None or (exact and directory.end != source.size):
            return None
        if not directory.entries and not directory.size:
            return None
        next(entries(source, directory), None)
    except MalformedError as error:
        if not opens_leniently(source):
            return None
        message = f"a zip at the end of the file that only forgiving programs open: {error}"
        return Inspection("zip", "other", (Flaw(_TAMPERED, message, error.offset),))
    return _Walk(source, directory).inspection()


class _Walk:
    """One pass over the members in the order of their bytes, so that holes and overlaps show."""

    def __init__(self, source: Source, directory: Directory) -> None:
        self._source = source
        self._directory = directory
        self._budget = budget_of(source).deeper()
        self._members = Members(self._budget)
        self._names = Names(self._members)
        self._checksums = Checksums(self._members)
        self._overlapping = 0

    def inspection(self) -> Inspection:
        """The answer about the archive."""
        flaws = self._members.flaws
        for message, offset in rivals(self._source, self._directory):
            flaws.append(Flaw(_TAMPERED, message, offset))
        try:
            self._follow(self._listing())
        except CorruptError as error:
            flaws.append(Flaw(_MALFORMED, f"zip: {error}", self._directory.start))
        except ExhaustedError as error:
            flaws.append(Flaw(_UNSCANNABLE, f"not followed to its end: {error}", self._directory.start))
        self._names.finish(self._members.is_model)
        self._checksums.finish(self._members.contents.is_torch)
        return self._members.inspection("zip")

    def _listing(self) -> list[Entry]:
        """The entries in the order of their bytes, within limits."""
        found: list[Entry] = []
        directory, flaws = self._directory, self._members.flaws
        room = NAMES
        try:
            for entry in entries(self._source, directory):
                room -= len(entry.name) + len(entry.extra)
                if len(found) >= MEMBERS or room < 0:
                    message = f"only {count(len(found), 'member')} of more than this version examines were looked at"
                    flaws.append(Flaw(_UNSCANNABLE, message, entry.offset))
                    break
                found.append(entry)
            else:
                if (directory.entries - len(found)) % 65536:  # 16 bits, in which older programs let it overflow
                    message = f"the end record counts {directory.entries:,} members, the directory has {len(found):,}"
                    flaws.append(Flaw(_TAMPERED, message, directory.start))
        except MalformedError as error:
            flaws.append(Flaw(_MALFORMED, f"zip: {error}", error.offset))
        flaws += inflated(found, directory.start)
        return sorted(found, key=lambda entry: entry.local)

    def _follow(self, listing: list[Entry]) -> None:
        reached = 0 if self._source.read(0, 4) == LOCAL else listing[0].local if listing else self._directory.start
        for entry in listing:
            if self._budget.spent or self._members.full:
                message = "not followed to its end: too much to decompress, or too many flaws"
                self._members.flaws.append(Flaw(_UNSCANNABLE, message, entry.offset))
                return
            if entry.local > reached:
                self._gap(reached, entry.local)
            if entry.local < reached:
                self._overlapping += 1
                message = f"it begins at {entry.local:,}, inside another member"
                self._members.flaw(_TAMPERED, message, entry.text, entry.offset)
                if self._overlapping > OVERLAPS:
                    continue
            reached = max(reached, self._member(entry))
        if reached < self._directory.start:
            self._gap(reached, self._directory.start)

    def _gap(self, begin: int, end: int) -> None:
        flaw = between(self._source, begin, end, end == self._directory.start)
        if flaw:
            self._members.flaws.append(flaw)

    def _member(self, entry: Entry) -> int:
        """Inspect one member and answer where it ends in the file."""
        members = self._members
        try:
            local = local_header(self._source, entry, self._directory)
        except MalformedError as error:
            members.flaw(_MALFORMED, str(error), entry.text, error.offset)
            return 0
        for message in disagreements(entry, local):
            members.flaw(_TAMPERED, message, entry.text, entry.offset)
        if local.flags & entry.flags & ENCRYPTED:
            message = "marked as encrypted: programs that ignore the mark read what cannot be examined"
            members.flaw(_UNSCANNABLE, message, entry.text, entry.offset)
        if entry.name.endswith(b"/") and not entry.size and not entry.packed:
            self._names.add(entry, FOLDER, "")
        else:
            self._content(entry, local)
        end = local.start + entry.packed
        return end + descriptor(self._source, entry, local, self._directory.start)

    def _content(self, entry: Entry, local: Local) -> None:
        members, name = self._members, entry.text
        try:
            content = self._unpacked(entry, local.start)
        except CorruptError as error:
            members.flaw(_MALFORMED, f"cannot be decompressed: {error}", name, entry.offset)
            return
        if content is None:
            self._names.add(entry, "unknown", "")
            return
        before = len(members.flaws)
        form = members.look(name, content, entry.size)
        unreadable = form == "unknown" and len(members.flaws) > before
        target = "" if unreadable or not entry.is_link else content.read(0, paths.TARGET).decode("utf-8", "replace")
        self._names.add(entry, form, target)
        if not unreadable and not local.flags & ENCRYPTED:
            self._checksums.add(entry, content)

    def _unpacked(self, entry: Entry, start: int) -> Source | None:
        """The member's bytes; None, and a flaw, for a method without a decoder."""
        packed = Slice(self._source, start, entry.packed, self._budget)
        if entry.method == _STORED:
            return packed
        from gate.formats import codecs

        try:
            decoder = codecs.zip_member(entry.method, packed)
        except codecs.MissingError as error:
            self._members.flaw("gate/undecided", str(error), entry.text, entry.offset)
            return None
        if decoder is None:
            message = f"packed with method {entry.method}, which this version cannot unpack"
            self._members.flaw(_UNSCANNABLE, message, entry.text, entry.offset)
            return None
        return Unpacked(decoder, self._budget)
