"""7z archives: every file is unpacked as far as its format needs, in the order of the archive.

Source: `7zFormat.txt` and `Methods.txt` of the LZMA SDK 24. What the standard library unpacks is looked into: LZMA,
LZMA2 and their filters, Deflate, BZip2, Copy; the rest, and what is encrypted, is said to be unscannable.
"""

from __future__ import annotations

import stat
from collections.abc import Callable
from typing import Any

from gate.formats.archives import paths
from gate.formats.archives.members import Members
from gate.formats.archives.sevenzip_header import (
    Archive,
    Coder,
    File,
    Folder,
    MalformedError,
    TooMuchError,
    packed_header,
    parse,
)
from gate.formats.codecs import MEMORY, Pull, decoder, raw, raw_deflate
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.streams import Budget, CorruptError, ExhaustedError, Slice, Unpacked, budget_of

HEADER = 16 * 1024 * 1024
"""Bytes of a header that are read: a hundred thousand files take a half of it."""
_PACKED = 23
_COPY, _DEFLATE, _BZIP2, _LZMA, _LZMA2 = b"\0", b"\4\1\x08", b"\4\2\2", b"\3\1\1", b"\x21"
_ENCRYPTED = b"\x06"
"""How the methods begin that encrypt."""
_DELTA = b"\3"
_FILTERS = {
    b"\3\3\1\3": 4, b"\3\3\2\5": 5, b"\3\3\4\1": 6, b"\3\3\5\1": 7, b"\3\3\7\1": 8, b"\3\3\x08\5": 9,
    b"\4": 4, b"\5": 5, b"\6": 6, b"\7": 7, b"\x08": 8, b"\x09": 9,
}  # fmt: skip
"""Filters for machine code, and the numbers that xz has for them (`xz-file-format.txt` 5.3.2)."""
_MALFORMED, _UNSCANNABLE = "weights/malformed", "weights/unscannable"


def read(source: Source) -> Inspection:
    """Inspect every file of the archive. Facts: `members` and `formats`, see `Members`."""
    budget = budget_of(source).deeper()
    members = Members(budget)
    try:
        archive = _archive(source, budget)
    except (MalformedError, CorruptError) as error:
        return Inspection("7z", "other", (Flaw(_MALFORMED, f"7z: {error}"),))
    except (TooMuchError, ExhaustedError) as error:
        return Inspection("7z", "other", (Flaw(_UNSCANNABLE, f"7z: {error}"),))
    _follow(source, archive, members)
    return members.inspection("7z")


def _archive(source: Source, budget: Budget) -> Archive:
    """The header, unpacked if need be."""
    import zlib

    start, size = source.read(0, 32), source.size
    if len(start) < 32 or zlib.crc32(start[12:]) != int.from_bytes(start[8:12], "little"):
        raise MalformedError("the start header is cut off, or its checksum is wrong")
    offset, length, crc = (
        int.from_bytes(start[at : at + width], "little") for at, width in ((12, 8), (20, 8), (28, 4))
    )
    if not length:
        return Archive([], [])
    if 32 + offset + length > size:
        raise MalformedError(f"the header of {length:,} bytes at {32 + offset:,} reaches past the end")
    if 32 + offset + length < size:
        raise MalformedError(f"{size - 32 - offset - length:,} bytes follow the header, which ends the archive")
    data = _whole(Slice(source, 32 + offset, length, budget), length, crc)
    for _ in range(2):  # once, as 7-Zip writes it
        if data[:1] != bytes((_PACKED,)):
            break
        folder = packed_header(data, size)
        data = _whole(_content(source, folder, budget), folder.size, folder.crc)
    return parse(data, size)


def _whole(source: Source, length: int, crc: int | None) -> bytes:
    import zlib

    if length > HEADER:
        raise TooMuchError(f"a header of {length:,} bytes, where at most {HEADER:,} are read")
    data = source.read(0, length)
    if len(data) < length or (crc is not None and zlib.crc32(data) != crc):
        raise MalformedError("the header is damaged: its checksum is wrong")
    return data


def _follow(source: Source, archive: Archive, members: Members) -> None:
    current, content = -1, None
    seen: set[str] = set()
    links = paths.Links()
    for file in archive.files:
        if members.budget.spent or members.full:
            members.flaws.append(
                Flaw(_UNSCANNABLE, "not followed to its end: too much to decompress, or too many flaws")
            )
            return
        if file.folder != current:
            current = file.folder
            content = _opened(source, archive.folders[current], file, members) if current >= 0 else None
        target = ""
        if content is not None:
            inside = Slice(content, file.start, file.size, members.budget)
            members.look(file.name, inside, file.size)
            target = _target(file, inside)
        _name(file, target, members, seen, links)


def _opened(source: Source, folder: Folder, file: File, members: Members) -> Source | None:
    """The unpacked folder that begins with `file`; None, and a flaw, where it cannot be unpacked."""
    try:
        return _content(source, folder, members.budget)
    except TooMuchError as error:
        members.flaw(_UNSCANNABLE, str(error), file.name)
    except CorruptError as error:
        members.flaw(_MALFORMED, f"cannot be decompressed: {error}", file.name)
    return None


def _target(file: File, content: Source) -> str:
    """What a symbolic link points to: its content."""
    if not stat.S_ISLNK(file.mode):
        return ""
    try:
        return content.read(0, paths.TARGET).decode("utf-8", "replace")
    except (CorruptError, ExhaustedError):
        return "/"  # unknown, and reported as what it may be


def _name(file: File, target: str, members: Members, seen: set[str], links: paths.Links) -> None:
    path = paths.canonical(file.name)
    why = paths.leaves(file.name) or (target and paths.link_leaves(file.name, target))
    if why or links.lead(file.name):
        members.flaw("weights/path-traversal", why or "would be written through a link in the same archive", file.name)
    if file.folder >= 0 and path in seen:
        message = "there are two files of this name: programs differ in which one they read"
        members.flaw("weights/archive-tampered", message, file.name)
    seen.add(path)
    if target:
        links.add(file.name)


def _content(source: Source, folder: Folder, budget: Budget) -> Source:
    """What a folder unpacks to. Raises `TooMuchError` where nothing here unpacks it, `CorruptError`."""
    if any(method.startswith(_ENCRYPTED) and len(method) > 1 for method in folder.methods):
        raise TooMuchError("encrypted")
    methods = ", ".join(sorted(method.hex() for method in folder.methods))
    unsupported = TooMuchError(f"packed with the methods {methods}, which this version cannot unpack")
    if not folder.coders or len(folder.packed) != 1:
        raise unsupported
    packed = Slice(source, *folder.packed[0], budget)
    first, *filters = folder.coders
    if not filters and first.method == _COPY:
        return packed
    start = _decoder(first, filters, packed, folder.size)
    if start is None:
        raise unsupported
    return Unpacked(_bounded(start, folder.size), budget)


def _decoder(first: Coder, filters: list[Coder], packed: Source, size: int) -> Callable[[], Pull] | None:
    if not filters and first.method == _DEFLATE:
        return raw_deflate(packed)
    if not filters and first.method == _BZIP2:
        return decoder("bz2", packed)
    if first.method not in (_LZMA, _LZMA2) or (first.method == _LZMA and filters):
        return None  # without an end mark, liblzma keeps back the last bytes that a filter has not seen whole
    chain = [_lzma(first, size)]
    for coder in filters:
        found = _filter(coder)
        if found is None:
            return None
        chain.insert(0, found)
    return raw(packed, chain)


def _lzma(coder: Coder, size: int) -> dict[str, Any]:
    """The decoder's settings. No more dictionary is asked for than there is to unpack: senders claim up to 4 GiB."""
    import lzma

    properties = coder.properties
    if coder.method == _LZMA2:
        if len(properties) != 1 or properties[0] > 40:
            raise CorruptError("impossible LZMA2 properties")
        bits = properties[0]
        dictionary = 0xFFFFFFFF if bits == 40 else (2 | (bits & 1)) << (bits // 2 + 11)
        return {"id": lzma.FILTER_LZMA2, "dict_size": _dictionary(dictionary, size)}
    if len(properties) != 5 or properties[0] >= 225:
        raise CorruptError("impossible LZMA properties")
    packed, lc = divmod(properties[0], 9)
    pb, lp = divmod(packed, 5)
    dictionary = int.from_bytes(properties[1:], "little")
    return {"id": lzma.FILTER_LZMA1, "dict_size": _dictionary(dictionary, size), "lc": lc, "lp": lp, "pb": pb}


def _dictionary(claimed: int, size: int) -> int:
    needed = max(4096, min(claimed, size))
    if needed > MEMORY:
        raise TooMuchError(f"an LZMA dictionary of {needed:,} bytes, where at most {MEMORY:,} are used")
    return needed


def _filter(coder: Coder) -> dict[str, Any] | None:
    import lzma

    if coder.method == _DELTA and len(coder.properties) == 1:
        return {"id": lzma.FILTER_DELTA, "dist": coder.properties[0] + 1}
    number = _FILTERS.get(coder.method)
    return None if number is None or coder.properties else {"id": number}


def _bounded(start: Callable[[], Pull], size: int) -> Callable[[], Pull]:
    """A decoder that ends after `size` bytes, as LZMA in 7z has no end mark."""

    def bounded() -> Pull:
        pull = start()
        left = size

        def pull_some(length: int) -> bytes:
            nonlocal left
            if not left:
                return b""
            data = pull(min(length, left))
            if not data:
                raise CorruptError("the packed data ends too early")
            left -= len(data)
            return data

        return pull_some

    return bounded
