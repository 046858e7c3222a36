"""Formats that yield to every other: programs, text, and serialisations whose first bytes a tar or HDF5 file can have.

A tar begins with a name that anyone may choose, and HDF5 may have anything in front of it. So `sniff` asks here only
once it has ruled those out. Sources of the magic numbers are named in the reader of each format.
"""

from __future__ import annotations

import re
from collections.abc import Callable

PROGRAMS = frozenset(("elf", "pe", "ape", "macho", "wasm", "java-class", "pyc", "marshal", "script"))
"""What an operating system, a virtual machine or an interpreter runs."""

_Test = Callable[[bytes], object]
_Entry = tuple[bytes, str, "_Test | None"]


def recognise(head: bytes, binary: bool) -> str | None:
    """The format of a file that begins with `head`; `binary` says whether it has a zero byte in it.

    `xml` and `msgpack` are candidates: most of both are no model, which only their reader finds out.
    """
    for magic, name, test in _MAGIC.get(head[0], ()):
        if head.startswith(magic) and (test is None or test(head)):
            return name
    return "pyc" if binary and head[2:4] == b"\r\n" and _is_pyc(head) else None


def _is_pe(head: bytes) -> bool:
    """`MZ`, and where it points to, `PE` (Microsoft PE format, 'MS-DOS stub')."""
    start = int.from_bytes(head[60:64], "little")
    return len(head) >= 64 and head[start : start + 4] == b"PE\0\0"


def _is_macho(head: bytes) -> bool:
    """A known file type (`mach-o/loader.h`), in either byte order."""
    order = "little" if head[0] in b"\xce\xcf" else "big"
    return 1 <= int.from_bytes(head[12:16], order) <= 16  # type: ignore[arg-type]


def _is_fat(head: bytes) -> bool:
    """A count of architectures; in a Java class the same bytes are its version, 45 or more."""
    return 1 <= int.from_bytes(head[4:8], "big") < 45


def _is_class(head: bytes) -> bool:
    return 45 <= int.from_bytes(head[6:8], "big") < 200  # JVM specification, 4.1


_CODE = frozenset(b"\x63\xe3")
"""`c`, a code object, with and without the mark that it may be referred to (`Python/marshal.c`)."""


def _is_pyc(head: bytes) -> bool:
    """The magic of a compiler (`_bootstrap_external.py`), then after 8 to 16 bytes a code object."""
    known = 0x0B <= head[1] <= 0x0F or head[1] in (0xF2, 0xF3)
    return known and any(head[place] in _CODE for place in (8, 12, 16) if place < len(head))


def _is_marshal(head: bytes) -> bool:
    """A code object: counts of arguments that stay below 256, then small sizes."""
    counts = [int.from_bytes(head[i : i + 4], "little") for i in range(1, 17, 4)]
    return len(head) > 20 and max(counts[:3]) < 256 and counts[3] < 1 << 16


_PROLOGUE = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[\]<>]*>)*", re.DOTALL).match
_MODEL = re.compile(rb"(<(?:[^\s:<>/]+:)?(?:PMML|net)[\s/>])|<[!?]|<?\Z").match
"""The root of a model, or nothing yet: the prologue goes on, or holds declarations."""


def holds_model(head: bytes, certain: bool = False) -> bool:
    """Whether XML that begins with `head`, in any encoding that extends ASCII or pads it, is or can be a model."""
    text = head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    found = _PROLOGUE(text)
    assert found is not None  # it also matches nothing
    root = _MODEL(text, found.end())
    return root is not None and (root[1] is not None or not certain)


def _is_xml(head: bytes) -> bool:
    return _OPENING(head) is not None and holds_model(head)


_OPENING = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<[\0]*[?!A-Za-z_]").match


def _is_msgpack(head: bytes) -> bool:
    """A map whose first key is a text, as names of parameters are, or an array of msgpack-numpy further on."""
    start = {0xDE: 3, 0xDF: 5}.get(head[0], 1)
    kind, rest = head[start] if start < len(head) else 0, head[start + 1 :]
    if kind in _LENGTHS:
        width = _LENGTHS[kind]
        named = _is_name(rest[width : width + min(int.from_bytes(rest[:width], "big"), 64)])
    else:
        named = 0xA1 <= kind < 0xC0 and _is_name(rest[: kind & 31])
    return (named and not 0x90 <= head[0] <= 0xDD) or _NUMPY(head) is not None


_LENGTHS = {0xD9: 1, 0xDA: 2, 0xDB: 4, 0xC4: 1, 0xC5: 2, 0xC6: 4}
"""Texts and bytes in msgpack: bytes of their length."""
_NUMPY = re.compile(rb"(?:\xa2|[\xc4\xd9]\x02|[\xc5\xda]\0\x02|[\xc6\xdb]\0\0\0\x02)nd[\xc2\xc3]").search


def _is_name(key: bytes) -> bool:
    return bool(key) and key.isascii() and key.decode("ascii").isprintable()


_SCRIPT = re.compile(rb"#![ \t]*/").match
_XDR = re.compile(rb"X\n\0\0\0[\1-\3]\0[\1-\x20]").match
_ASCII = re.compile(rb"A\r?\n[1-3]\r?\n\d{5,7}\r?\n\d{5,7}\r?\n").match
_NATIVE = re.compile(rb"B\n(?:[\1-\3]\0\0\0..[\1-\x20]\0|\0\0\0[\1-\3]\0[\1-\x20])", re.DOTALL).match
_WORKSPACE = re.compile(rb"RD[ABX][1-3]\r?\n").match
_UBJSON = re.compile(rb"\{(?:L\0{7}|[iU])(?:\x07(?:learner|version)|\x06Config)").match
_LIGHTGBM = re.compile(rb"tree\r?\nversion=v\d").match

_ENTRIES: tuple[_Entry, ...] = (
    (b"\x7fELF", "elf", None),
    (b"MZqFpD='", "ape", None),  # an Actually Portable Executable
    (b"jartsr='", "ape", None),
    (b"MZ", "pe", _is_pe),
    *((magic, "macho", _is_macho) for magic in (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf")),
    *((magic, "macho", _is_macho) for magic in (b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")),
    *((magic, "macho", _is_fat) for magic in (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")),
    (b"\xca\xfe\xba\xbe", "java-class", _is_class),
    (b"\0asm\1\0\0\0", "wasm", None),
    (b"\0asm\x0d\0\1\0", "wasm", None),  # a component
    *((bytes((code,)), "marshal", _is_marshal) for code in _CODE),
    (b"#!", "script", _SCRIPT),
    *((bytes((byte,)), "xml", _is_xml) for byte in b"< \t\r\n\xef\xff\xfe\0"),
    (b"X\n", "r", _XDR),
    (b"A", "r", _ASCII),
    (b"B\n", "r", _NATIVE),
    (b"RD", "r", _WORKSPACE),
    (b"{", "xgboost", _UBJSON),
    (b"binf", "xgboost", lambda head: 0 in head),
    (b"tree", "lightgbm", _LIGHTGBM),
    (b"CBM1", "catboost", None),
    (b"\x12\x01\0\0\0\0\0\0", "mxnet", None),
    (b"\x0c\xdb\x3a\x2a", "ocdbt", None),
    *((bytes((byte,)), "msgpack", _is_msgpack) for byte in (*range(0x81, 0xA0), *range(0xDC, 0xE0))),
    (b"\xac\xed\0\5", "java", None),
    (b"ftrt", "tensorrt", lambda head: 0 in head[4:64]),
    (b"MATLAB 5.0 MAT-file", "matlab", lambda head: head[126:128] in (b"IM", b"MI")),
)
_MAGIC: dict[int, tuple[_Entry, ...]] = {}
for _entry in _ENTRIES:
    _MAGIC[_entry[0][0]] = (*_MAGIC.get(_entry[0][0], ()), _entry)

YIELDING = frozenset(name for _, name, _ in _ENTRIES) | {"pyc", "json"}
"""Formats that do not rule out HDF5 further on in the file."""
