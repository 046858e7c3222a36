"""Where the data of a dataset lies, and what has to run to read it."""

from __future__ import annotations

from collections.abc import Iterator

from gate.formats.hdf5.file import ENTRY, Cursor, File, MalformedError, UnsupportedError
from gate.formats.hdf5.heaps import LocalHeap, global_object
from gate.formats.hdf5.links import decoded

_COMPACT, _CONTIGUOUS, _CHUNKED, _VIRTUAL = range(4)
_SAME_FILE = b"."
_FILE_OF_ENTRY, _NAME_OF_ENTRY, _THIS_FILE = 1, 2, 4
BUILT_IN = range(1, 7)
"""Filters of the library itself: deflate, shuffle, fletcher32, szip, nbit, scale-offset."""
REGISTERED = frozenset((305, 307, *range(32000, 32100)))
"""Filters that The HDF Group lists as registered (LZO, bzip2, then from LZF and Blosc on), with room to grow."""


def external_files(file: File, body: Cursor) -> Iterator[str]:
    """The files that an external data files message (IV.A.2.h) takes the data from."""
    body.version((1,), "a list of external files")
    body.skip(5)
    used, heap = body.number(2), body.address()
    if heap is None:
        raise MalformedError(f"the list of external files at {body.start:,} has no names", body.start)
    names = LocalHeap(file, heap)
    for _ in range(used):
        file.charge(ENTRY)
        yield decoded(names.name(body.length()))
        body.skip(2 * file.lengths)


def sources(file: File, body: Cursor) -> Iterator[str]:
    """The other files that a data layout message (IV.A.2.i) takes data from: those of a virtual dataset.

    Raises `MalformedError` where the data itself would lie outside this file.
    """
    version = body.version((1, 2, 3, 4, 5), "a data layout")
    if version < 3:
        body.skip(1)
    kind = body.number(1)
    if kind > (_VIRTUAL if version > 3 else _CHUNKED):
        raise UnsupportedError(f"a data layout at {body.start:,} is of the unknown kind {kind}", body.start)
    if kind == _CONTIGUOUS and version >= 3:
        address, length = body.address(), body.length()
        if address is not None and file.base + address + length > file.size:
            message = f"the data of a dataset ends at {file.base + address + length:,}, and the file at {file.size:,}"
            raise MalformedError(message, body.start)
    if kind == _VIRTUAL:
        heap, index = body.address(), body.number(4)
        if heap is not None:
            yield from _mappings(global_object(file, heap, index))


def _mappings(block: Cursor) -> Iterator[str]:
    """The source files of a virtual dataset (III.E, 'global heap block for virtual datasets').

    Version 1 came with the library 2.0: flags say which names are those of an earlier entry, given by number.
    """
    version = block.version((0, 1), "the description of a virtual dataset")
    for _ in range(block.length()):
        block.file.charge(ENTRY)
        flags = block.number(1) if version else 0
        if flags > (_FILE_OF_ENTRY | _NAME_OF_ENTRY | _THIS_FILE):
            raise UnsupportedError(f"the description of a virtual dataset at {block.start:,} is not read", block.start)
        if flags & _FILE_OF_ENTRY:
            block.length()
        elif not flags & _THIS_FILE and (name := block.text()) != _SAME_FILE:
            yield decoded(name)
        if flags & _NAME_OF_ENTRY:
            block.length()
        else:
            block.text()
        _selection(block)
        _selection(block)


def _selection(block: Cursor) -> None:
    """Step over a serialised selection of elements (IV.A.2, 'Reference', VII)."""
    place = block.place
    kind, version = block.number(4), block.number(4)
    if kind in (0, 3):  # none, all
        block.skip(8)
    elif version == 1:
        block.skip(4)
        block.skip(block.number(4))
    elif kind == 1 and version == 2:
        width = block.number(1)
        rank = block.number(4)
        block.skip(block.number(width) * rank * width)
    elif kind == 2 and version in (2, 3):
        regular = block.number(1) & 1
        if version == 2:
            block.skip(block.number(4))
            return
        width = block.number(1)
        rank = block.number(4)
        block.skip(4 * rank * width if regular else 2 * rank * width * block.number(width))
    else:
        raise UnsupportedError(f"a selection at {place:,} is of kind {kind}, version {version}, not read", place)


def foreign_filters(body: Cursor) -> Iterator[int]:
    """The filters of a pipeline (IV.A.2.l) that are neither built in nor registered: a plug-in of somebody's."""
    version = body.version((1, 2), "a filter pipeline")
    number = body.number(1)
    body.skip(6 if version == 1 else 0)
    for _ in range(number):
        identifier = body.number(2)
        name = body.number(2) if version == 1 or identifier >= 256 else 0
        body.skip(2)
        values = body.number(2)
        body.skip((name + 7) // 8 * 8 if version == 1 else name)
        body.skip(4 * values + (4 if version == 1 and values & 1 else 0))
        if identifier not in BUILT_IN and identifier not in REGISTERED:
            yield identifier
