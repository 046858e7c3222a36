"""The name of a format from the first and last bytes of a file; its own name and extension never count.

Sources of the magic numbers: the specification of each format, named where it is not obvious.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gate.formats.pickle.glance import STARTS, worth_walking
from gate.formats.protobuf.glance import may_be_message
from gate.formats.recognise import recognise

HEAD = 4096
"""Bytes from the start that `sniff` wants: enough for a tar header and an HDF5 superblock at 2048."""
TAIL = 64 * 1024 + 22
"""Bytes from the end in which a zip's end-of-central-directory record and its comment lie (APPNOTE 4.3.16).
Needed only for files longer than HEAD."""

HDF5 = b"\x89HDF\r\n\x1a\n"
END_OF_DIRECTORY = b"PK\x05\x06"

FORMATS_INSIDE = frozenset(("zip", "7z", "tar", "gzip", "bz2", "xz", "lzma", "zlib", "zfile", "lz4", "zstd"))
"""Formats that hold other files."""

_Test = Callable[[bytes, int], bool]
_Entry = tuple[bytes, str, "_Test | None"]


def sniff(head: bytes, tail: bytes, size: int) -> str | None:
    """The format of a file of `size` bytes, or None for what is no weight, data or container format.

    `head` is its first HEAD bytes, `tail` its last TAIL bytes; `tail` may be empty if the file is no longer
    than the head. `pickle`, `json` and `protobuf` are candidates: the reader has the last word.
    The answer names what stands at the start; `zip` also stands for a zip behind something unknown.
    """
    found = _at_start(head, size)
    if found is not None:
        return found
    binary = 0 in head
    if binary and _is_odd_lzma(head):
        return "lzma"
    return "zip" if END_OF_DIRECTORY in (tail or (head if binary else b"")) else None


def _at_start(head: bytes, size: int) -> str | None:
    """What the first bytes say."""
    if len(head) < 2:
        return None
    for magic, name, test in _MAGIC.get(head[0], ()):
        if head.startswith(magic) and (test is None or test(head, size)):
            return name
    binary = 0 in head  # text has no zero byte; what is looked for behind the start cannot do without
    found = _further_on(head, size) if binary else None
    if found is not None:
        return found
    if head[0] in _JSON_STARTS and (found := _structured(head, binary)):
        return found
    if head[257:262] == b"ustar" or _is_old_tar(head):
        return "tar"
    found = recognise(head, binary)
    if found is not None:
        return found
    if head[0] in STARTS and worth_walking(head, size) and _may_be_pickle(head, size):
        return "pickle"
    if may_be_message(head, size):
        return "protobuf"
    return None


def _further_on(head: bytes, size: int) -> str | None:
    """Formats whose magic is not at the start."""
    if head[4:8] == b"TFL3":  # the file identifier of a flatbuffer (`schema.fbs`), behind an offset
        return "tflite"
    if head[4:6] == b"ET" and head[6:8].isdigit():
        return "executorch"
    if head[8:9] in _BRACE and _is_safetensors(head):
        return "safetensors"
    if HDF5 in (head[512:520], head[1024:1032], head[2048:2056]):
        return "hdf5"
    return "lzma" if _is_lzma(head) else None


def _structured(head: bytes, binary: bool) -> str | None:
    """JSON that may configure a model, and templates that may be a chat's: candidates, all of them."""
    if _JSON(head):
        return "json"
    if binary:
        return None
    if (first := _MODULES(head)) and all(key in first[0] for key in (b'"type"', b'"path"', b'"name"')):
        return "sentence-transformers"
    return "jinja" if _TEMPLATE(head) and _is_chat(head) else None


def _is_chat(head: bytes) -> bool:
    """The variables of chat templates (`transformers/utils/chat_template_utils.py`), or what no web page has."""
    if b"add_generation_prompt" in head or (b"messages" in head and b"role" in head):
        return True
    return _INTERNALS(head) is not None


_JSON_STARTS = frozenset(b"{[ \t\r\n\xef\xff\xfe\0")
_JSON = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*\{[\s\0]*[\"}]").match
"""An object, in UTF-8, UTF-16 or UTF-32; a candidate, as `pickle` is."""
_MODULES = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*\{[^{}]*").match
_TEMPLATE = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{[%{#]").match
_INTERNALS = re.compile(rb"__(?:globals|builtins|subclasses|import|mro)__|\\x5f\\x5f").search
_BRACE = frozenset((b"{", b" ", b"\t", b"\r", b"\n"))
_JSON_SECOND = frozenset(b'"} \t\r\n')


def _may_be_pickle(head: bytes, size: int) -> bool:
    from gate.formats.pickle.recognise import may_be_pickle

    return may_be_pickle(head, size)


def _is_safetensors(head: bytes) -> bool:
    """A header length, which unlike text has a zero byte as long as it is sane, then a JSON object."""
    if 0 not in head[:8]:
        return False
    start = head[8:].lstrip(b" \t\r\n")
    return start[:1] == b"{" and (len(start) == 1 or start[1] in _JSON_SECOND)


def _is_old_tar(head: bytes) -> bool:
    """A tar header from before `ustar` whose checksum holds, as generously as `tarfile` reads and sums it.

    Source: `nti` and `calc_chksums` in `Lib/tarfile.py`; POSIX 1003.1-1988.
    """
    if len(head) < 512:
        return False
    field = head[148:156]
    if field[0] in (0o200, 0o377):
        claimed = int.from_bytes(field[1:], "big", signed=False)
    else:
        try:
            claimed = int(field.partition(b"\0")[0].strip() or b"0", 8)
        except ValueError:
            return False
    if not 8 * 32 <= claimed <= 8 * 32 + 255 * 504:
        return False
    rest = head[:148] + head[156:512]
    total = 8 * 32 + sum(rest)
    return claimed in (total, total - 256 * sum(byte > 127 for byte in rest)) and total > 8 * 32


_LZMA_DICTIONARIES = frozenset(
    size.to_bytes(4, "little") for n in range(12, 32) for size in (1 << n, (1 << n) + (1 << (n - 1)))
)
"""Dictionary sizes that encoders write: liblzma's own test of an `.lzma` header (`alone_decoder.c`)."""
_CERTAIN = frozenset(("zip", "tar", "npy", "pickle", "hdf5", "gguf", "safetensors", "gzip", "bz2", "xz", "zstd", "7z"))
"""Formats that nonsense is not taken for."""
_ANY = 1 << 46
"""Bytes; a size that no claim in a format goes beyond."""
_LZMA_SAMPLE = (1 << 16).to_bytes(4, "little")


def _is_lzma(head: bytes) -> bool:
    """An LZMA-alone header as every encoder writes it, whether or not the data behind it decodes. It has no magic."""
    return (
        head[0] == 0x5D
        and head[1:5] in _LZMA_DICTIONARIES
        and (head[5:13] == b"\xff" * 8 or head[11:13] == b"\0\0")
        and head[13:14] in (b"\0", b"")  # the first byte of a range coder
    )


def _is_odd_lzma(head: bytes) -> bool:
    """LZMA-alone data with a header that no encoder writes, and that decoders told to expect LZMA take all the same.

    Sparse numbers decode too, to nonsense: what comes out has to be of a known format.
    """
    if len(head) < 24 or head[0] >= 225 or head[13]:  # the first byte of a range coder is 0
        return False
    import lzma

    try:
        sample = head[:1] + _LZMA_SAMPLE + head[5:]
        found = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=1 << 24).decompress(sample, 512)
    except lzma.LZMAError:
        return False
    return _at_start(found, _ANY) in _CERTAIN


def _is_zlib(head: bytes, size: int) -> bool:
    """A zlib header (RFC 1950 2.2) without preset dictionary, and the data behind it decodes."""
    if (head[0] * 256 + head[1]) % 31 or head[1] & 0x20:
        return False
    import zlib

    try:
        zlib.decompressobj().decompress(head, 512)
    except zlib.error:
        return False
    return True


def _is_zfile(head: bytes, size: int) -> bool:
    """A length in 19 characters, in whatever way `int` reads it (`read_zfile` in `joblib/numpy_pickle_utils.py`)."""
    try:
        return int(head[2:21], 16) >= 0
    except ValueError:
        return False


def _is_gguf(head: bytes, size: int) -> bool:
    """A version behind the magic, which unlike text has a zero byte."""
    return 0 in head[4:8] or len(head) < 8


def _is_bzip2(head: bytes, size: int) -> bool:
    return head[3:4].isdigit() and head[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")


_ENTRIES: tuple[_Entry, ...] = (
    (b"PK\x03\x04", "zip", None),
    (b"PK\x05\x06", "zip", None),
    (b"PK\x07\x08", "zip", None),  # a spanned archive (APPNOTE 8.5.3)
    (b"\x1f\x8b", "gzip", None),
    (b"BZh", "bz2", _is_bzip2),
    (b"\xfd7zXZ\0", "xz", None),
    (b"\x04\x22\x4d\x18", "lz4", None),
    (b"\x02\x21\x4c\x18", "lz4", None),  # the legacy frame
    (b"\x28\xb5\x2f\xfd", "zstd", None),
    *((bytes((n, 0x2A, 0x4D, 0x18)), "zstd", None) for n in range(0x50, 0x60)),  # skippable frames come first
    (b"7z\xbc\xaf\x27\x1c", "7z", None),
    (b"Rar!\x1a\x07", "rar", None),
    (b"\x93NUMPY", "npy", None),
    (HDF5, "hdf5", None),
    (b"GGUF", "gguf", _is_gguf),
    (b"lmgg", "ggml", None),
    (b"fmgg", "ggml", None),
    (b"tjgg", "ggml", None),
    (b"PAR1", "parquet", None),
    (b"PARE", "parquet", None),
    (b"ARROW1\0\0", "arrow", None),
    (b"FEA1", "arrow", None),
    (b"\x78", "zlib", _is_zlib),
    (b"ZF", "zfile", _is_zfile),  # joblib before 0.10
)
_MAGIC: dict[int, tuple[_Entry, ...]] = {}
for _entry in _ENTRIES:
    _MAGIC[_entry[0][0]] = (*_MAGIC.get(_entry[0][0], ()), _entry)
