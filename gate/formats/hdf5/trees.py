"""B-trees: version 1 as far as groups need them (III.A.1), and version 2 (III.A.2)."""

from __future__ import annotations

from collections.abc import Iterator

from gate.formats.hdf5.file import ENTRY, Cursor, File, MalformedError

_NODE_OVERHEAD = 10
"""Bytes of a version 2 node that are no records: signature, version, type and checksum."""


def group_leaves(file: File, root: int) -> Iterator[int]:
    """The addresses of the symbol table nodes below the version 1 tree at `root`, in order."""
    waiting = [root]
    seen = {root}
    while waiting:
        address = waiting.pop()
        head = file.read(address, 8, "a B-tree node")
        head.expect(b"TREE", "a B-tree node")
        kind, level, used = head.number(1), head.number(1), head.number(2)
        if kind:
            raise MalformedError(f"the B-tree node at {head.start:,} is not one of a group", head.start)
        length = used * (file.lengths + file.offsets)
        entries = file.read(address + 8 + 2 * file.offsets, length, "a B-tree node")
        children = []
        for _ in range(used):
            entries.skip(file.lengths)
            child = entries.address()
            if child is None or child in seen:
                raise MalformedError(f"the B-tree node at {head.start:,} leads nowhere or in a circle", head.start)
            seen.add(child)
            children.append(child)
        if level:
            waiting.extend(reversed(children))
        else:
            yield from children


def records(file: File, address: int) -> Iterator[Cursor]:
    """Every record of the version 2 tree whose header is at `address`."""
    head = file.read(address, 16 + file.offsets + 2 + file.lengths, "a B-tree header")
    head.expect(b"BTHD", "a B-tree header")
    head.version((0,), "a B-tree header")
    head.skip(1)
    node, record, depth = head.number(4), head.number(2), head.number(2)
    head.skip(2)
    root, used = head.address(), head.number(2)
    if not record or node < _NODE_OVERHEAD + record:
        raise MalformedError(f"the B-tree at {head.start:,} has nodes without room for a record", head.start)
    if root is not None:
        yield from _nodes(file, root, used, record, _pointers(file, node, record, depth))


def _pointers(file: File, node: int, record: int, depth: int) -> list[tuple[int, int]]:
    """For each level, leaves first: how wide the two counts beside a child's address are (III.A.2, 'internal')."""
    leaf = (node - _NODE_OVERHEAD) // record
    narrow = _width(leaf)
    widths, below = [(0, 0)], leaf
    for level in range(1, depth + 1):
        file.charge(ENTRY)
        wide = _width(below) if level > 1 else 0
        widths.append((narrow, wide))
        most = (node - _NODE_OVERHEAD - file.offsets - narrow - wide) // (record + file.offsets + narrow + wide)
        below = (max(0, most) + 1) * below + max(0, most)
        if below >> 64:
            raise MalformedError("a B-tree claims to be deeper than any number of records makes it", file.base)
    return widths


def _width(limit: int) -> int:
    """Bytes that a number up to `limit` takes."""
    return max(1, (limit.bit_length() + 7) // 8)


def _nodes(file: File, root: int, used: int, record: int, widths: list[tuple[int, int]]) -> Iterator[Cursor]:
    waiting = [(root, used, len(widths) - 1)]
    seen = {root}
    while waiting:
        address, count, level = waiting.pop()
        narrow, wide = widths[level]
        length = 6 + count * record + ((count + 1) * (file.offsets + narrow + wide) if level else 0)
        cursor = file.read(address, length, "a B-tree node")
        cursor.expect(b"BTIN" if level else b"BTLF", "a B-tree node")
        cursor.skip(2)
        for _ in range(count):
            file.charge(ENTRY)
            yield cursor.part(record)
        for _ in range(count + 1 if level else 0):
            child, used = cursor.address(), cursor.number(narrow)
            cursor.skip(wide)
            if child is None or child in seen:
                raise MalformedError(f"the B-tree node at {cursor.start:,} leads nowhere or in a circle", cursor.start)
            seen.add(child)
            waiting.append((child, used, level - 1))
