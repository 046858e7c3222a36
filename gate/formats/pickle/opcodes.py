"""Every opcode of pickle protocols 0 to 5: its argument and what it does to the stack.

Source: the comments of CPython's `Lib/pickletools.py` and the two unpicklers, `Lib/pickle.py` and
`Modules/_pickle.c`; the tests compare each row with the standard library's own table.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Form = Literal["none", "fixed", "counted", "lines"]
"""`fixed`: so many bytes; `counted`: a little-endian length of so many bytes, then the data; `lines`: so
many lines that end with a newline."""

Item = Literal["scalar", "string", "iterable", "imported", "persistent", "any"]
"""What a stack entry can be: no more than is needed to see that an instruction cannot succeed.
`persistent` is what a loader's `persistent_load` gives."""


class Opcode(NamedTuple):
    """One instruction.

    `width` counts bytes or lines, see `Form`; `signed` says that the length of a counted argument may be
    negative (and is then an error). `mark` says that everything above the topmost mark goes, mark
    included; `below` is how many entries it then takes, and `leaves` what it puts back.
    """

    code: int
    name: str
    protocol: int
    form: Form
    width: int
    signed: bool
    mark: bool
    below: int
    leaves: tuple[Item, ...]


_ARGUMENTS: dict[str, tuple[Form, int, bool]] = {
    "-": ("none", 0, False),
    "1": ("fixed", 1, False),
    "2": ("fixed", 2, False),
    "4": ("fixed", 4, False),
    "8": ("fixed", 8, False),
    "line": ("lines", 1, False),
    "lines": ("lines", 2, False),
    "n1": ("counted", 1, False),
    "n4": ("counted", 4, False),
    "s4": ("counted", 4, True),
    "n8": ("counted", 8, False),
}
_ITEMS: dict[str, Item] = {
    "n": "scalar",
    "s": "string",
    "t": "iterable",
    "g": "imported",
    "p": "persistent",
    "a": "any",
}

# code, name, protocol, argument, entries taken ("M" first: down to the mark), entries left
_ROWS = """
28 MARK 0 - 0 -
2e STOP 0 - 1 -
30 POP 0 - 1 -
31 POP_MARK 1 - M0 -
32 DUP 0 - 1 aa
46 FLOAT 0 line 0 n
49 INT 0 line 0 n
4a BININT 1 4 0 n
4b BININT1 1 1 0 n
4c LONG 0 line 0 n
4d BININT2 1 2 0 n
4e NONE 0 - 0 n
50 PERSID 0 line 0 p
51 BINPERSID 1 - 1 p
52 REDUCE 0 - 2 a
53 STRING 0 line 0 s
54 BINSTRING 1 s4 0 s
55 SHORT_BINSTRING 1 n1 0 s
56 UNICODE 0 line 0 s
58 BINUNICODE 1 n4 0 s
61 APPEND 0 - 2 t
62 BUILD 0 - 2 a
63 GLOBAL 0 lines 0 g
64 DICT 0 - M0 t
7d EMPTY_DICT 1 - 0 t
65 APPENDS 1 - M1 t
67 GET 0 line 0 a
68 BINGET 1 1 0 a
69 INST 0 lines M0 a
6a LONG_BINGET 1 4 0 a
6c LIST 0 - M0 t
5d EMPTY_LIST 1 - 0 t
6f OBJ 1 - M0 a
70 PUT 0 line 0 -
71 BINPUT 1 1 0 -
72 LONG_BINPUT 1 4 0 -
73 SETITEM 0 - 3 t
74 TUPLE 0 - M0 t
29 EMPTY_TUPLE 1 - 0 t
75 SETITEMS 1 - M1 t
47 BINFLOAT 1 8 0 n
80 PROTO 2 1 0 -
81 NEWOBJ 2 - 2 a
82 EXT1 2 1 0 g
83 EXT2 2 2 0 g
84 EXT4 2 4 0 g
85 TUPLE1 2 - 1 t
86 TUPLE2 2 - 2 t
87 TUPLE3 2 - 3 t
88 NEWTRUE 2 - 0 n
89 NEWFALSE 2 - 0 n
8a LONG1 2 n1 0 n
8b LONG4 2 s4 0 n
42 BINBYTES 3 n4 0 t
43 SHORT_BINBYTES 3 n1 0 t
8c SHORT_BINUNICODE 4 n1 0 s
8d BINUNICODE8 4 n8 0 s
8e BINBYTES8 4 n8 0 t
8f EMPTY_SET 4 - 0 t
90 ADDITEMS 4 - M1 t
91 FROZENSET 4 - M0 t
92 NEWOBJ_EX 4 - 3 a
93 STACK_GLOBAL 4 - 2 g
94 MEMOIZE 4 - 1 a
95 FRAME 4 8 0 -
96 BYTEARRAY8 5 n8 0 t
97 NEXT_BUFFER 5 - 0 a
98 READONLY_BUFFER 5 - 1 a
"""


def _opcode(row: str) -> Opcode:
    code, name, protocol, argument, takes, leaves = row.split()
    form, width, signed = _ARGUMENTS[argument]
    mark = takes.startswith("M")
    left = tuple(_ITEMS[letter] for letter in leaves.strip("-"))
    return Opcode(int(code, 16), name, int(protocol), form, width, signed, mark, int(takes.lstrip("M")), left)


OPCODES: dict[int, Opcode] = {op.code: op for op in map(_opcode, _ROWS.strip().splitlines())}
"""By code, the byte that stands in the stream."""

HIGHEST_PROTOCOL = 5
"""The unpicklers refuse a PROTO above it (PEP 574 defined protocol 5, the last)."""
