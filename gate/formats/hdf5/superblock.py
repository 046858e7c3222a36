"""The superblock (II.A): where the root group is, how wide numbers are, and where the file should end."""

from __future__ import annotations

from typing import NamedTuple

from gate.formats.hdf5.file import File, MalformedError, UnsupportedError
from gate.formats.interface import Source
from gate.formats.sniff import HDF5


class Superblock(NamedTuple):
    """Addresses of the root group's header and of the superblock's extension; `end` counts from the base."""

    version: int
    root: int | None
    extension: int | None
    end: int


def locate(source: Source) -> int | None:
    """Where the superblock is: at 0, 512 or a doubling of it, the first that is there; None if nowhere.

    The library takes that place for the base address, whatever the superblock claims.
    """
    offset = 0
    size = source.size
    while offset + len(HDF5) <= size:
        if source.read(offset, len(HDF5)) == HDF5:
            return offset
        offset = offset * 2 or 512
    return None


def superblock(file: File) -> Superblock:
    """Read it, and set the widths of `file`."""
    cursor = file.read(0, min(96 + 16, file.size - file.base), "the superblock")
    cursor.skip(len(HDF5))
    version = cursor.version((0, 1, 2, 3), "the superblock")
    if version < 2:
        cursor.skip(4)
    file.offsets, file.lengths = cursor.number(1), cursor.number(1)
    if not {file.offsets, file.lengths} <= {2, 4, 8}:
        message = f"addresses of {file.offsets} and lengths of {file.lengths} bytes, which are not read"
        raise UnsupportedError(message, file.base)
    cursor.skip(1 if version >= 2 else 9 if version == 0 else 13)
    claimed = cursor.address() or 0
    extension = cursor.address()  # in old versions the free space's address, never used
    end = cursor.address()
    if end is None:
        raise MalformedError("the superblock does not say where the file ends", file.base)
    if version < 2:
        cursor.address()  # the driver's information: drivers that use it have to be asked for
        cursor.skip(file.offsets)  # the root's name
        extension = None
    return Superblock(version, cursor.address(), extension, end - claimed)
