"""Tar archives: every member's header is read, every regular member inspected.

Source: POSIX.1-2017 `pax` (ustar and pax headers) and the GNU tar manual, "Basic Tar Format".
"""

from __future__ import annotations

from typing import NamedTuple

from gate.formats.archives.members import Members
from gate.formats.archives.tar_names import Names
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.streams import CorruptError, ExhaustedError, Slice, Unpacked, budget_of

BLOCK = 512
MEMBERS = 200_000
"""Members that are looked at."""
RECORDS = 1024 * 1024
"""Bytes of one pax header or GNU long name that are read."""
_EMPTY = b"123456"
"""Links, devices, directories and FIFOs, which have no data. Every other type, known or not, is a regular file
to POSIX and to `tarfile`."""
_EXTENSIONS = b"xgXLK"
"""Headers that speak about the next; Solaris writes `X` for `x`."""
_LONG_NAME, _LONG_LINK = b"L", b"K"
TRAILING = 16 * 1024 * 1024
"""Bytes behind the end that are searched; tar programs pad to 10,240, tapes to a few megabytes."""


class _MalformedError(Exception):
    """The archive cannot be followed; the message says why."""


class _Header(NamedTuple):
    """`prefixed` is the name as programs see it that expect a prefix in every header; `link` what a link points to."""

    name: str
    size: int
    kind: bytes
    link: str
    prefixed: str


def read(source: Source) -> Inspection:
    """Walk the archive to its end. Facts: `members` and `formats`, see `Members`.

    An archive that cannot be followed to its end is a flaw: what lies behind was not looked at.
    """
    budget = budget_of(source).deeper()
    members = Members(budget)
    names = Names(members)
    end = None if isinstance(source, Unpacked) else source.size
    position = reached = 0
    shared: dict[str, str] = {}
    given: dict[str, str] = {}
    try:
        while header := _header(source, position):
            data, header = position + BLOCK, _applied(header, {**shared, **given})
            size = 0 if header.kind in _EMPTY else header.size  # as `tarfile` has it
            position = data + -(-size // BLOCK) * BLOCK
            reached = data + size
            if (end is not None and reached > end) or header.size < 0:
                raise _MalformedError(f"member of {header.size:,} bytes reaches past the end")
            if header.kind in _EXTENSIONS:
                said = _given(header.kind, source.read(data, _bounded(header.size)))
                if header.kind == b"g" and "size" in said:
                    message = "a size for all members that follow: programs differ in whether they heed it"
                    members.flaws.append(Flaw("weights/archive-tampered", message, data))
                (shared if header.kind == b"g" else given).update(said)
                continue
            given = {}
            if members.count >= MEMBERS or names.count >= MEMBERS or members.full:
                message = f"not followed to its end: more than {MEMBERS:,} members, or too many flaws"
                members.flaws.append(Flaw("weights/unscannable", message, data))
                break
            form = _look(members, header, Slice(source, data, size, budget), data)
            names.add((header.name, header.prefixed), header.kind, header.link, form, data)
        if header is None:
            if reached > source.size:
                raise _MalformedError("ends inside the last member")
            _check_end(source, position, members)
    except (_MalformedError, CorruptError) as error:
        members.flaws.append(Flaw("weights/malformed", f"tar: {error}", position))
    except ExhaustedError as error:
        members.flaws.append(Flaw("weights/unscannable", f"not followed to its end: {error}", position))
    return members.inspection("tar")


def _check_end(source: Source, position: int, members: Members) -> None:
    """Behind the end of an archive stand zeros: what else does is read by programs that look on, or from the end."""
    limit = position + TRAILING
    while data := source.read(position, min(RECORDS, limit - position)):
        if data.strip(b"\0"):
            where = position + len(data) - len(data.lstrip(b"\0"))
            message = "data behind the end of the archive: programs differ in whether they read it"
            members.flaws.append(Flaw("weights/archive-tampered", message, where))
            return
        position += len(data)
    if position >= limit:
        message = f"more than {TRAILING:,} bytes behind the end of the archive: not all of them were looked at"
        members.flaws.append(Flaw("weights/unscannable", message, position))


def _look(members: Members, header: _Header, content: Slice, data: int) -> str:
    """Inspect one member, whose data begins at `data`, and answer its format."""
    if header.kind == b"S":
        message = "a sparse member, which this version cannot read"
        return members.flaw("weights/unscannable", message, header.name, data)
    if header.kind not in _EMPTY:
        return members.look(header.name, content, header.size)
    if header.size:
        message = f"a link, device or folder of {header.size:,} bytes: programs differ in whether data follows"
        members.flaw("weights/archive-tampered", message, header.name, data)
    return ""


def _header(source: Source, position: int) -> _Header | None:
    """The header at `position`; None at the end of the archive."""
    block = source.read(position, BLOCK)
    if not block.strip(b"\0"):
        return None
    if len(block) < BLOCK:
        raise _MalformedError("ends inside a header")
    if _number(block[148:156]) != sum(block[:148]) + 8 * 32 + sum(block[156:]):
        raise _MalformedError("the checksum of a header is wrong")
    name = prefixed = _text(block[:100])
    if block[345]:
        prefixed = f"{_text(block[345:500])}/{name}"
    if block[257:263] == b"ustar\0":
        name = prefixed
    kind = block[156:157]
    if kind == b"\0" and _text(block[:100]).endswith("/"):
        kind = b"5"  # how a folder was written before there was a type for it
    return _Header(name, _number(block[124:136]), kind, _text(block[157:257]), prefixed)


def _number(field: bytes) -> int:
    """Octal digits, or base 256 when the first bit is set (a GNU extension)."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big", signed=False) & ((1 << (8 * len(field) - 1)) - 1)
        if field[0] == 0xFF or value >= 1 << 62:
            raise _MalformedError("a negative or impossible number in a header")
        return value
    digits = field.partition(b"\0")[0].strip()
    try:
        return int(digits or b"0", 8)
    except ValueError:
        raise _MalformedError("a number in a header is not octal") from None


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _bounded(size: int) -> int:
    if size > RECORDS:
        raise _MalformedError(f"a header extension of {size:,} bytes")
    return size


def _given(kind: bytes, data: bytes) -> dict[str, str]:
    """What an extension header says about the next member (a global one: about all that follow)."""
    if kind == _LONG_LINK:
        return {"linkpath": _text(data)}
    if kind == _LONG_NAME:
        return {"path": _text(data)}
    found = {}
    position = 0
    while position < len(data):
        digits = data[position : position + 9].partition(b" ")[0]
        if not digits.isdigit() or not len(digits) < int(digits) <= len(data) - position:
            break  # padding, or what tar programs also stop at
        key, _, value = data[position + len(digits) + 1 : position + int(digits) - 1].partition(b"=")
        position += int(digits)
        if key in (b"path", b"size", b"linkpath"):
            found[key.decode()] = value.decode("utf-8", "surrogateescape")
        elif key.startswith(b"GNU.sparse"):
            found["sparse"] = ""
    return found


def _applied(header: _Header, given: dict[str, str]) -> _Header:
    """The header with what extensions said before it: their name and size win."""
    if header.kind in _EXTENSIONS or not given:
        return header
    size = given.get("size", "")
    if "sparse" in given:
        header = header._replace(kind=b"S")
    if size:
        if not (size.isascii() and size.isdigit() and len(size) < 19):
            raise _MalformedError("a size in a pax header is no number")
        header = header._replace(size=int(size))
    path = given.get("path")
    if path is not None:
        header = header._replace(name=path, prefixed=path)
    return header._replace(link=given.get("linkpath", header.link))
