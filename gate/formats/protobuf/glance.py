"""Whether a file can be a Protocol Buffers message: rules out most files within a few bytes."""

from __future__ import annotations

_VARINT, _FIXED64, _BYTES, _GROUP, _GROUP_END, _FIXED32 = range(6)
_CONTENT = frozenset((1, 2, 7, 20, 25, 100))
"""Fields that hold the graph of some kind of model; those of Core ML begin at 200."""


def may_be_message(head: bytes, size: int) -> bool:
    """Whether `head`, the first bytes of `size`, is one field behind the other.

    The last one may be cut off if it, or one before it, can be of a model.
    """
    position, groups, whole = 0, 0, False
    while position < len(head):
        tag, position = _varint(head, position)
        if tag < 0:
            return position == len(head) and (whole or position < size)
        form = tag & 7
        if tag < 8 or form > _FIXED32 or (form == _GROUP_END and not groups):
            return False
        value, position = _varint(head, position) if form in (_VARINT, _BYTES) else (0, position)
        if value < 0:
            return position == len(head) and (whole or position < size)
        if form == _BYTES:
            content = tag >> 3 in _CONTENT or tag >> 3 >= 200
            if value > size - position:
                return whole or content
            position += value
            whole = whole or content
        elif form == _FIXED64:
            position += 8
        elif form == _FIXED32:
            position += 4
        groups += (form == _GROUP) - (form == _GROUP_END)
    return (position <= size and not (groups and len(head) == size)) or whole


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """The number at a position and the position behind it; -1 where it is too long or cut off."""
    value = 0
    for index, byte in enumerate(data[position : position + 10]):
        value |= (byte & 127) << 7 * index
        if byte < 128:
            return value, position + index + 1
    return -1, min(len(data), position + 10)
