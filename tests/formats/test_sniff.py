"""What ordinary files are made of is nothing; every magic is its format."""

from __future__ import annotations

import pickle
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.formats.pickle import glance
from gate.formats.pickle.opcodes import OPCODES
from gate.formats.sniff import HEAD, TAIL, sniff

from .builders import look, safetensors, tarred, zipped

TEXTS = [
    "cat\ndog\n",
    "cat\ndog\nhorse\n",
    "cat\ndog\nPython\nbird\n",
    "cmath\ncstring\nctime\ncstdio\n",
    "config\nscripts\n.gitignore\n",
    "class Foo:\n    def x(self):\n        return 1\n",
    "import os\nimport sys\n",
    "col1,col2\n1,2\n3,4\n",
    "copyright (c) 2024\nall rights\n",
    "I am\na poem.\n",
    "I1\n.5\n",
    "Icons\n",
    "If so.\n",
    "S'il vous plaît\nmerci.\n",
    "Something\n",
    "S 'quoted' text\n",
    "Voilà\nune phrase.\n",
    "V1.0\nreleased\n",
    "N. Smith wrote this.\n",
    "N/A\n",
    "No.\n",
    "N.A.\n",
    "K. Jones\n",
    "K2. A mountain.\n",
    "M12.5\n",
    "Mr. X\n",
    "(see below)\n",
    "(setq x 1)\n",
    "()\n",
    "(R)\n",
    "].\n\n",
    "]\n",
    "}\n",
    "});\n",
    "T-shirt\n",
    "This is\n",
    "Xylophone\n",
    "X-Header: 1\n",
    "Bonjour\n",
    "BM\n",
    "Github\n",
    "GIF89a;",
    "GET / HTTP/1.1\n\n",
    "Last,First\nA,B\n",
    "L1\nL2\n",
    "F1\nF2\n",
    "Function\n",
    "Fnan\n",
    "Figure 1.\n",
    "Jan 1\n",
    "J1234.\n",
    "Python 3\n",
    "P\n.\n",
    "P1\n# pbm\n",
    "Universität\n",
    "Cześć\n",
    "C\n",
    "i = 1\n",
    "[section]\nkey = v\n",
    "# readme\n",
    '{"a": 1}\n',
    "key: value\n",
    "x = 5\n",
    "x^2 + 1\n",
    "xyz\n",
    "BZh is a magic\n",
    "PK are initials\n",
    "MZ too\n",
    "привет\n",
    "日本語\n",
    "مرحبا\n",
    "",
    "struct a {\n",
    'package{"a":1}\n',
    "GGUX\n",
    "PAR2\n",
    "ustar\n",
    "0\n",
    "1,2\n",
    "2.\n",
    "a.b.c\n",
    "e.g.\n",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_text_is_nothing(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    assert look(data)[:3] == ("unknown", "other", ())


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=3), st.sampled_from(["\n", "\r\n"])
)
def test_any_prose_is_nothing(line: str, ending: str) -> None:
    assert not look((line + ending).encode()).flaws


@given(st.lists(st.from_regex(r"[A-Za-z_]{2,12}", fullmatch=True), min_size=1))
def test_word_lists_are_nothing(words: list[str]) -> None:
    assert not look(("\n".join(words) + "\n").encode()).flaws


@pytest.mark.parametrize(
    "image",
    [
        b"\xff\xd8\xff\xe0\0\x10JFIF\0",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"GIF89a\x10\0\x10\0\x80",
        b"BM\x36\0\x0c\0\0\0",
        b"RIFF\x24\0\0\0WEBPVP8 ",
        b"II*\0\x08\0\0\0",
        b"MM\0*\0\0\0\x08",
        b"%PDF-1.7\n",
        b"\x80\x01\xe7\x15\0\0%!PS-AdobeFont",
    ],
)
def test_images_and_fonts_are_nothing(image: bytes) -> None:
    assert not look(image + bytes(range(256)) * 8).flaws


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06" + bytes(18), "zip"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"BZh91AY&SY", "bz2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"]\0\0\x80\0" + b"\xff" * 8, "lzma"),
        (b"\x04\x22\x4d\x18", "lz4"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"\x50\x2a\x4d\x18", "zstd"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"\x93NUMPY\1\0", "npy"),
        (b"Rar!\x1a\x07\x01", "rar"),
        (b"\x89HDF\r\n\x1a\n", "hdf5"),
        (bytes(512) + b"\x89HDF\r\n\x1a\n", "hdf5"),
        (b"\1" * 2048 + b"\x89HDF\r\n\x1a\n\0", "hdf5"),
        (b"GGUF\x03\0\0\0", "gguf"),
        (b"tjgg\1\0\0\0", "ggml"),
        (b"\x1c\0\0\0TFL3", "tflite"),
        (b"\x08\x07\x12\x07pytorch:\x02\x0a\x00", "protobuf"),
        (b"PAR1\x15\x04", "parquet"),
        (b"ARROW1\0\0", "arrow"),
        (b"\x7fELF\x02", "elf"),
        (b"MZqFpD='", "ape"),
        (b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0", "pe"),
        (safetensors({}), "safetensors"),
        (struct.pack("<Q", 1 << 63) + b"{}", "safetensors"),
        (tarred({"a": b""}), "tar"),
        (b"\x80\x04N.", "pickle"),
        (b"\x80\x05\x95", "pickle"),
    ],
)
def test_magic(head: bytes, name: str) -> None:
    assert sniff(head[:HEAD], b"", len(head)) == name


def test_old_tar_without_magic() -> None:
    data = bytearray(tarred({"pickle": b"x"}, 0))
    data[257:265] = bytes(8)
    data[148:156] = b"%06o\0 " % (sum(data[:148]) + 256 + sum(data[156:512]))
    assert sniff(bytes(data[:HEAD]), b"", len(data)) == "tar"


def test_zip_behind_something_else_is_found_from_the_end() -> None:
    data = b"\xff\xd8\xff\xe0" + bytes(100_000) + zipped({"a.txt": b"a"})
    assert sniff(data[:HEAD], data[-TAIL:], len(data)) == "zip"


def test_glance_knows_the_table() -> None:
    assert frozenset(OPCODES) == glance.OPCODES
    starts = {c for c, op in OPCODES.items() if not op.mark and not op.below and not op.name.startswith(("POP", "GET"))}
    assert {c for c in starts if "PUT" not in OPCODES[c].name and "GET" not in OPCODES[c].name} == glance.STARTS


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda s: st.lists(s) | st.tuples(s, s) | st.dictionaries(st.text(), s),
    ),
    st.integers(0, 5),
)
def test_every_pickle_is_one(value: object, protocol: int) -> None:
    assert look(pickle.dumps(value, protocol)).format == "pickle"
