"""Whether a walk is worth it: rules out most text and images within a microsecond.

Every file of a tree that begins with a letter such as `c` or `I` comes by here, so this holds its own copy of the
opcode bytes rather than importing the table; a test compares the two.
"""

from __future__ import annotations

STARTS = frozenset(b"(NIJKLMFGSTUVXBC)]}cP\x80\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96\x97")
"""Opcodes that need nothing on the stack: the only bytes with which a pickle starts."""
OPCODES = frozenset(b"(.012FIJKLMNPRSTUVX]abcdeghijlopqrstu)}BCGQ" + bytes(range(0x80, 0x99)))
"""Every opcode byte."""
PNG = b"\x89PNG\r\n\x1a\n"
"""The signature of the commonest image that starts with an opcode; 0x1a, its third instruction, is none."""
_FIXED = {**dict.fromkeys(b"(N)]}\x88\x89\x8f\x97", 1), **dict.fromkeys(b"K\x80\x82", 2), **dict.fromkeys(b"M\x83", 3)}
_FIXED |= {**dict.fromkeys(b"J\x84", 5), **dict.fromkeys(b"G\x95", 9)}
"""Where the second opcode is, for those with an argument of fixed length."""
_LINES = {ord("V"): 1, ord("P"): 1, ord("c"): 2}
_LONG = frozenset(b"TXB")
_NUMBERS = frozenset(b"IL")
_NUMBER = frozenset(b"0123456789+- \t\r\n\v\f_L\0")
_QUOTED = frozenset(b"'\" \t\r\v\f")


def worth_walking(head: bytes, size: int) -> bool:
    """Whether a file of `size` bytes that starts with `head` (two bytes or more) can still be a pickle."""
    first = head[0]
    if first not in STARTS or head.startswith(PNG):
        return False
    place = _FIXED.get(first)
    if place is None:
        if first in _LINES:
            place = head.find(b"\n") + 1
            if place and first == 0x63:
                place = head.find(b"\n", place) + 1
            if not place:
                return len(head) < size
        elif first in _LONG:
            return int.from_bytes(head[1:5], "little") < size
        elif first in _NUMBERS:
            return head[1] in _NUMBER
        elif first == 0x53:
            return head[1] in _QUOTED
        else:
            return True
    return head[place] in OPCODES if place < len(head) else len(head) < size
