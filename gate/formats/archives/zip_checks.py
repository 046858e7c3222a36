"""What a zip's members say together: their names, their checksums, and the bytes around them."""

from __future__ import annotations

from gate.core.text import shorten
from gate.formats.archives import paths
from gate.formats.archives.members import Members
from gate.formats.archives.zip_directory import Directory, Entry
from gate.formats.archives.zip_local import LOCAL, unicode_name
from gate.formats.interface import Flaw, Source
from gate.formats.streams import CorruptError, ExhaustedError

RATIO = 100
"""How many times its packed size a member may unpack to. Deflate reaches 1,032; weights stay below 2, text below 20,
and torch packs nothing, not even zeros."""
UNPACKED = 64 * 1024 * 1024
"""Bytes below which no ratio is too high: a mask of zeros is harmless as long as it fits anywhere."""
CHECKED = 1024 * 1024
"""Bytes up to which the checksum of a member is verified."""
CHECKED_ALL = 64 * 1024 * 1024
"""Bytes of all members of which it is: below a tenth of a second, half a second where they are packed."""
_SIGNED = b"APK Sig Block 42"
"""What ends the signatures of an Android package, which stand before the directory."""
_WINDOW = 1024 * 1024
_TAMPERED = "weights/archive-tampered"


def inflated(listing: list[Entry], offset: int) -> list[Flaw]:
    """Flaws for members that unpack to far more than anything but filler does, each or together."""
    found = []
    for entry in listing:
        if entry.size > UNPACKED and entry.size > RATIO * entry.packed:
            message = (
                f'"{shorten(entry.text)}" unpacks from {entry.packed:,} to {entry.size:,} bytes, as a zip bomb does'
            )
            found.append(Flaw("weights/unscannable", message, entry.offset))
    packed, size = sum(entry.packed for entry in listing), sum(entry.size for entry in listing)
    if not found and size > UNPACKED and size > RATIO * packed:
        message = f"its members unpack from {packed:,} to {size:,} bytes, as a zip bomb does"
        found.append(Flaw("weights/unscannable", message, offset))
    return found


def between(source: Source, begin: int, end: int, last: bool) -> Flaw | None:
    """The flaw of bytes that belong to no member; zeros are padding. `last` says that the directory follows."""
    if last and source.read(end - len(_SIGNED), len(_SIGNED)) == _SIGNED:
        return None
    offset = begin
    while offset < end:
        data = source.read(offset, min(_WINDOW, end - offset))
        if LOCAL in data:
            where = offset + data.index(LOCAL)
            return Flaw(_TAMPERED, "a member that the directory does not list: some programs read it", where)
        if data.strip(b"\0"):
            message = f"{end - begin:,} bytes between the members belong to none of them"
            return Flaw(_TAMPERED, message, begin)
        offset += _WINDOW
    return None


def behind(source: Source, directory: Directory) -> Flaw | None:
    """The flaw of what follows the archive, or of a comment that is cut off."""
    if directory.end > source.size:
        return Flaw("weights/malformed", "zip: ends inside its comment", source.size)
    rest = source.read(directory.end, source.size - directory.end)  # less than `sniff.TAIL`
    if not rest.strip(b"\0"):
        return None
    return Flaw(_TAMPERED, f"{len(rest):,} bytes follow the end of the archive", directory.end)


class Names:
    """The names of the members: where they would be written, and which are one."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self._exact: dict[bytes, Entry] = {}
        self._paths: dict[str, Entry] = {}
        self._folded: list[Entry] = []
        self._links = paths.Links()

    def add(self, entry: Entry, form: str, target: str) -> None:
        """Judge one name, and where it stands for a symbolic link, the link's target."""
        name = entry.text
        if b"\0" in entry.name:
            message = "a zero byte in its name: some programs read the name up to there, some all of it"
            self._flaw(_TAMPERED, message, entry)
        why = paths.leaves(name) or paths.leaves(unicode_name(entry)) or (target and paths.link_leaves(name, target))
        if why:
            self._flaw("weights/path-traversal", why, entry)
        if target:
            self._links.add(name)
        path = paths.canonical(name)
        if entry.name in self._exact:
            self._flaw(_TAMPERED, "there are two members of this name: programs differ in which one they read", entry)
        elif path in self._paths and not (form == "folder" and self._paths[path].name.endswith(b"/")):
            other = shorten(self._paths[path].text)
            self._flaw(_TAMPERED, f'unpacked to the same place as "{other}"', entry)
        self._exact[entry.name] = self._paths[path] = entry

    def finish(self, is_model: bool) -> None:
        """Judge what only all names show. Loaders of models (torch) do not tell upper from lower case."""
        if self._links:
            for entry in self._paths.values():
                if self._links.lead(entry.text):
                    self._flaw("weights/path-traversal", "would be written through a link in the same archive", entry)
        if not is_model:
            return
        folded: dict[str, Entry] = {}
        for entry in self._paths.values():
            other = folded.setdefault(paths.folded(entry.text), entry)
            if other is not entry:
                message = f'differs only in upper and lower case from "{shorten(other.text)}": torch takes either'
                self._flaw(_TAMPERED, message, entry)

    def _flaw(self, rule: str, message: str, entry: Entry) -> None:
        self._members.flaw(rule, message, entry.text, entry.offset)


class Checksums:
    """The members' checksums, verified as far as that is cheap.

    torch does not verify them, others refuse a file whose checksums are wrong: so do scanners that must not see it.
    """

    def __init__(self, members: Members) -> None:
        self._members = members
        self._left = CHECKED_ALL
        self._zero: list[Entry] = []
        self._given = False

    def add(self, entry: Entry, content: Source) -> None:
        """Compare one member with what the directory says about it."""
        if not entry.size:
            return
        self._given = self._given or entry.crc != 0
        data = None
        if entry.size <= min(CHECKED, self._left):
            self._left -= entry.size
            try:
                data = content.read(0, entry.size + 1)
            except CorruptError as error:
                self._members.flaw("weights/malformed", f"cannot be decompressed: {error}", entry.text, entry.offset)
                return
            except ExhaustedError:
                return  # the archive is not followed any further
        if data is not None and len(data) != entry.size:
            message = f"unpacks to {'more' if len(data) > entry.size else f'{len(data):,}'} bytes, not {entry.size:,}"
            self._flaw(message, entry)
        elif entry.crc == 0 and (data is None or _crc(data)):
            self._zero.append(entry)
        elif data is not None and _crc(data) != entry.crc:
            self._flaw("its checksum is wrong: programs differ in whether they read it", entry)

    def finish(self, is_torch: bool) -> None:
        """Judge checksums of zero: torch can leave all of them out (`set_crc32_options`), nothing leaves out some."""
        if self._given or not is_torch:
            for entry in self._zero:
                self._flaw("its checksum was removed: programs differ in whether they read it", entry)

    def _flaw(self, message: str, entry: Entry) -> None:
        self._members.flaw(_TAMPERED, message, entry.text, entry.offset)


def _crc(data: bytes) -> int:
    import zlib

    return zlib.crc32(data)
