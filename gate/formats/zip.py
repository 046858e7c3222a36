"""Zip archives: torch checkpoints, npz, skops, Keras, and every other zip."""

from __future__ import annotations

from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.members import Members
from gate.formats.streams import Budget, CorruptError, ExhaustedError, Slice, Unpacked, budget_of
from gate.formats.zip_directory import (
    Directory,
    Entry,
    MalformedError,
    data_start,
    entries,
    has_rival,
    local_flags,
    local_name,
    locate,
)

MEMBERS = 100_000
"""Members that are looked at."""
_STORED, _DEFLATED, _BZIP2, _LZMA = 0, 8, 12, 14
_ENCRYPTED = 0x1 | 0x40 | 0x2000
"""Flag bits for encryption, strong encryption and an encrypted directory (APPNOTE 4.4.4)."""
MARKED = 4 * 1024 * 1024
"""Bytes of a JSON member that are searched for what marks the kind of archive."""
_MARKERS = {b"schema.json": ("skops", b'"__loader__"'), b"config.json": ("keras", b'"class_name"')}
"""Member, and what skops (`skops/io/_utils.py`) and Keras 3 (`saving_lib.py`) cannot load without."""
_UNREADABLE = {
    "skops": "a skops file, whose schema names the types that loading creates",
    "keras": "a Keras model, whose configuration can hold code",
    "pt2": "a torch.export archive, which can hold pickles and native code",
}


def read(source: Source) -> Inspection:
    """Inspect every member of the zip.

    The format is `torch-zip`, `npz`, `skops`, `keras` or `pt2` where the members say so, otherwise `zip`.
    Facts: `members` and `formats`, see `Members`.
    """
    try:
        directory = locate(source)
        if directory is None:
            raise MalformedError("there is no end record: cut off, or never finished", source.size)
    except MalformedError as error:
        return Inspection("zip", "other", (Flaw("weights/malformed", f"zip: {error}", error.offset),))
    return _walk(source, directory)


def read_appended(source: Source, exact: bool) -> Inspection | None:
    """Inspect a zip that ends a file which begins as something else; None if there is none after all.

    `exact` asks that it end with the file's last byte: a tar that stores a zip has padding behind it.
    """
    try:
        directory = locate(source)
        if directory is None or not directory.entries or (exact and directory.end != source.size):
            return None
        next(entries(source, directory), None)
    except MalformedError:
        return None
    return _walk(source, directory)


def _walk(source: Source, directory: Directory) -> Inspection:
    budget = budget_of(source).deeper()
    members = Members(budget)
    seen: dict[bytes, str] = {}
    if has_rival(source, directory):
        message = "the central directory is not where the end record says: programs differ in which one they read"
        members.flaws.append(Flaw("weights/archive-tampered", message, directory.start))
    try:
        for entry in entries(source, directory):
            if len(seen) >= MEMBERS or budget.spent:
                message = "not followed to its end: too many members or too much to decompress"
                members.flaws.append(Flaw("weights/unscannable", message, entry.offset))
                break
            form = _member(source, entry, directory, members)
            if entry.name in seen:
                message = "there are two members of this name: programs differ in which one they read"
                members.flaw("weights/archive-tampered", message, entry.text, entry.offset)
            seen[entry.name] = form
        if len(seen) < MEMBERS and not members.flaws and directory.entries != members.count + _folders(seen):
            message = f"the end record counts {directory.entries:,} members, the directory has {len(seen):,}"
            members.flaws.append(Flaw("weights/malformed", message, directory.start))
    except MalformedError as error:
        members.flaws.append(Flaw("weights/malformed", f"zip: {error}", error.offset))
    except CorruptError as error:
        members.flaws.append(Flaw("weights/malformed", f"zip: {error}", directory.start))
    except ExhaustedError as error:
        members.flaws.append(Flaw("weights/unscannable", f"not followed to its end: {error}", directory.start))
    return _named(members, seen)


def _folders(seen: dict[bytes, str]) -> int:
    return sum(form == "folder" for form in seen.values())


def _member(source: Source, entry: Entry, directory: Directory, members: Members) -> str:
    """Inspect one member and answer its format."""
    if entry.name.endswith(b"/") and not entry.size and not entry.packed:
        return "folder"
    name = entry.text
    try:
        start = data_start(source, entry, directory)
        if (entry.flags | local_flags(source, entry)) & _ENCRYPTED:
            message = "marked as encrypted: programs that ignore the mark read what cannot be examined"
            members.flaw("weights/unscannable", message, name, entry.offset)
        if local_name(source, entry) != entry.name:
            message = "its own header gives it another name: programs differ in which one they believe"
            members.flaw("weights/archive-tampered", message, name, entry.offset)
        content = _content(source, entry, start, members.budget)
    except MalformedError as error:
        return members.flaw("weights/malformed", str(error), name, error.offset)
    except CorruptError as error:
        return members.flaw("weights/malformed", f"cannot be decompressed: {error}", name, entry.offset)
    if content is None:
        message = f"packed with method {entry.method}, which this version cannot unpack"
        return members.flaw("weights/unscannable", message, name, entry.offset)
    form = members.look(name, content, entry.size)
    return form if form != "unknown" else _marker(entry, content)


def _marker(entry: Entry, content: Source) -> str:
    """The kind of archive that a JSON member marks, otherwise `unknown`.

    Member names alone would make every zip with a `config.json` suspicious. No program escapes letters or
    underscores in JSON, so an escape counts as the marker that it may hide; so does what is too long to search.
    """
    kind, marker = _MARKERS.get(entry.name, ("unknown", b""))
    if kind == "unknown" or entry.size > MARKED:
        return kind
    text = content.read(0, MARKED + 1)
    hidden = any(escape in text.lower() for escape in (b"\\u005", b"\\u006", b"\\u007"))
    return kind if marker in text or hidden or len(text) > MARKED else "unknown"


def _content(source: Source, entry: Entry, start: int, budget: Budget) -> Source | None:
    """The member's bytes; None for a method that the standard library does not have."""
    packed = Slice(source, start, entry.packed, budget)
    if entry.method == _STORED:
        return packed
    from gate.formats import codecs

    if entry.method == _DEFLATED:
        return Unpacked(codecs.raw_deflate(packed), budget)
    if entry.method == _BZIP2:
        return Unpacked(codecs.decoder("bz2", packed), budget)
    return Unpacked(codecs.zip_lzma(packed), budget) if entry.method == _LZMA else None


def _named(members: Members, seen: dict[bytes, str]) -> Inspection:
    """The answer under the name of the kind of archive."""
    form = _kind(seen)
    if form in _UNREADABLE:
        members.role = "weights"
        message = f"recognised as {_UNREADABLE[form]}; this version cannot read it"
        members.flaws.insert(0, Flaw("weights/unscannable", message))
    return members.inspection(form)


def _kind(seen: dict[bytes, str]) -> str:
    """The kind of archive that loaders would take it for: they go by the names of members."""
    names = {name.rpartition(b"/")[2] for name in seen}
    if b"archive_format" in names:
        return "pt2"
    if b"data.pkl" in names and "pickle" in seen.values():
        return "torch-zip"
    for kind in _UNREADABLE:
        if kind in seen.values():
            return kind
    files = [form for form in seen.values() if form != "folder"]
    return "npz" if files and all(form == "npy" for form in files) else "zip"
