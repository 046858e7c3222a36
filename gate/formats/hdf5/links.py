"""Links: compact (IV.A.2.g), dense (IV.A.2.c), and the symbol tables of old groups (III.B)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gate.formats.hdf5.file import ENTRY, Cursor, File, MalformedError
from gate.formats.hdf5.fractal import FractalHeap
from gate.formats.hdf5.heaps import LocalHeap
from gate.formats.hdf5.trees import group_leaves, records

HARD, SOFT, EXTERNAL = 0, 1, 64
"""Kinds of links; from 65 on their meaning is the program's own."""
_SYMBOLIC = 2
"""Cache type of a symbol table entry that is a soft link (III.C)."""


class Link(NamedTuple):
    """A link: where it leads if it is hard, the file that it names if it is external."""

    name: str
    kind: int
    address: int | None = None
    file: str = ""
    target: str = ""


def link(body: Cursor) -> Link:
    """The link of a link message."""
    place = body.place
    body.version((1,), "a link")
    flags = body.number(1)
    kind = body.number(1) if flags & 0x8 else HARD
    if flags & 0x4:
        body.skip(8)
    if flags & 0x10:
        body.skip(1)
    name = decoded(body.take(body.number(1 << (flags & 3))))
    if kind == HARD:
        return Link(name, kind, body.address())
    value = body.part(body.number(2))
    if SOFT < kind < EXTERNAL:
        raise MalformedError(f"a link at {place:,} is of the reserved kind {kind}", place)
    if kind != EXTERNAL:
        return Link(name, kind)
    value.skip(1)
    return Link(name, kind, None, decoded(value.text()), decoded(value.text()))


def dense_links(file: File, info: Cursor) -> Iterator[Link]:
    """The links that a link info message leads to.

    Both indexes are followed: a program that lists by order of creation sees the second.
    """
    info.version((0,), "a link info message")
    flags = info.number(1)
    info.skip(8 if flags & 1 else 0)
    heap, trees = info.address(), [info.address(), info.address() if flags & 2 else None]
    if heap is None:
        return
    store = FractalHeap(file, heap)
    for identifier in identifiers(file, trees, (4, 8), 7):
        yield link(store.object(identifier))


def identifiers(file: File, trees: list[int | None], before: tuple[int, int], length: int) -> Iterator[bytes]:
    """What all records of the trees point at, each once: `length` bytes, `before` which each tree has some others."""
    seen: set[bytes] = set()
    for tree, skipped in zip(trees, before, strict=True):
        for record in records(file, tree) if tree is not None else ():
            record.skip(skipped)
            identifier = record.take(length)
            if identifier not in seen:
                seen.add(identifier)
                yield identifier


def old_links(file: File, table: Cursor) -> Iterator[Link]:
    """The links of the group whose symbol table message is `table`."""
    tree, heap = table.address(), table.address()
    if tree is None or heap is None:
        raise MalformedError(f"the symbol table message at {table.start:,} leads nowhere", table.start)
    names = LocalHeap(file, heap)
    for leaf in group_leaves(file, tree):
        yield from _entries(file, leaf, names)


def _entries(file: File, address: int, names: LocalHeap) -> Iterator[Link]:
    head = file.read(address, 8, "a symbol table node")
    head.expect(b"SNOD", "a symbol table node")
    head.version((1,), "a symbol table node")
    head.skip(1)
    used = head.number(2)
    entries = file.read(address + 8, used * (2 * file.offsets + 24), "a symbol table node")
    for _ in range(used):
        file.charge(ENTRY)
        name = decoded(names.name(entries.number(file.offsets)))
        target, kind = entries.address(), entries.number(4)
        entries.skip(20)
        yield Link(name, SOFT) if kind == _SYMBOLIC else Link(name, HARD, target)


def decoded(name: bytes) -> str:
    """A name as text, whatever its bytes."""
    return name.decode("utf-8", "surrogateescape")
