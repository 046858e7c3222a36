"""Tensors to a safetensors file and back: written piece by piece, then read again and compared.

The library of safetensors makes the same bytes (a test compares them) but wants a path to open, which the
limited process cannot do, or the whole file in memory once more.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

from gate.convert.leaf import Leaf, RefusedError
from gate.core.text import shorten
from gate.formats.safetensors import BITS, HEADER_LIMIT

PIECE = 1024 * 1024
_ORDER = (
    "BOOL", "F4", "F6_E2M3", "F6_E3M2", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ",
    "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "C64", "F64", "I64", "U64",
)  # fmt: skip
"""The dtypes of the crate in its order: tensors lie by dtype, last first, so that each is aligned, then by name."""
RESERVED = "__metadata__"


class Shared(NamedTuple):
    """Which tensors to store, which names are only `aliases` of one of them, and which overlap another one."""

    stored: dict[str, Leaf]
    aliases: dict[str, str]
    overlapping: list[str]


def share(tensors: Mapping[str, Leaf], reserved: Set[str]) -> Shared:
    """Tensors of one view are stored once, under the first of their names by the alphabet, as safetensors does.

    The other names go to the metadata, except for `reserved` ones, which mean something else there.
    """
    names: dict[tuple[object, ...], str] = {}
    stored: dict[str, Leaf] = {}
    aliases: dict[str, str] = {}
    for name in sorted(tensors):
        leaf = tensors[name]
        kept = names.setdefault(leaf.view, name) if leaf.elements else name
        if kept == name or name in reserved:
            stored[name] = leaf
        else:
            aliases[name] = kept
    return Shared(stored, aliases, sorted(_overlapping(stored)))


def _overlapping(stored: Mapping[str, Leaf]) -> Iterator[str]:
    """Names of tensors that hold memory which another one holds too: they become copies of their own."""
    reached = 0
    for name, leaf in sorted(stored.items(), key=lambda item: (item[1].start, item[1].end)):
        if leaf.start < min(reached, leaf.end):
            yield name
        reached = max(reached, leaf.end)


def header(stored: Mapping[str, Leaf], metadata: Mapping[str, str]) -> tuple[bytes, list[str]]:
    """The length and the JSON that begin the file, and the names in the order of their data."""
    order = sorted(stored, key=lambda name: (-_ORDER.index(stored[name].dtype), name))
    entries: dict[str, object] = {RESERVED: dict(metadata)}
    offset = 0
    for name in order:
        leaf = stored[name]
        if name == RESERVED:
            raise RefusedError(f'a tensor has the name "{RESERVED}", which safetensors keeps for itself')
        end = offset + size(leaf)
        entries[name] = {"dtype": leaf.dtype, "shape": list(leaf.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > HEADER_LIMIT:
        raise RefusedError(f"the header would have {len(text):,} bytes, and safetensors allows {HEADER_LIMIT:,}")
    return len(text).to_bytes(8, "little") + text, order


def size(leaf: Leaf) -> int:
    """Bytes of its elements."""
    return leaf.elements * BITS[leaf.dtype] // 8


def write(descriptor: int, stored: Mapping[str, Leaf], metadata: Mapping[str, str]) -> str:
    """Writes the file and answers its SHA-256, once what is there was read back and is bit for bit the same."""
    head, order = header(stored, metadata)
    state = hashlib.sha256()
    for piece in _pieces(head, order, stored):
        state.update(piece)
        done = 0
        while done < len(piece):
            done += os.write(descriptor, piece[done:])
    os.lseek(descriptor, 0, os.SEEK_SET)
    for piece in _pieces(head, order, stored):
        if os.read(descriptor, len(piece)) != piece:
            raise OSError("what was written is not what is there")
    if os.read(descriptor, 1):
        raise OSError("there is more than was written")
    return state.hexdigest()


def _pieces(head: bytes, order: list[str], stored: Mapping[str, Leaf]) -> Iterator[memoryview]:
    for name in (None, *order):
        data = memoryview(head) if name is None else stored[name].data()
        if name is not None and len(data) != size(stored[name]):
            raise RefusedError(f'"{shorten(name)}" has {len(data):,} bytes, which its dtype and shape contradict')
        for start in range(0, len(data), PIECE):
            yield data[start : start + PIECE]
