"""The name of a format from the first and last bytes of a file; its own name and extension never count.

Sources of the magic numbers: the specification of each format, named where it is not obvious.
"""

from __future__ import annotations

from collections.abc import Callable

from gate.formats.pickle.glance import STARTS, worth_walking

HEAD = 4096
"""Bytes from the start that `sniff` wants: enough for a tar header and an HDF5 superblock at 2048."""
TAIL = 64 * 1024 + 22
"""Bytes from the end in which a zip's end-of-central-directory record and its comment lie (APPNOTE 4.3.16).
Needed only for files longer than HEAD."""

HDF5 = b"\x89HDF\r\n\x1a\n"
END_OF_DIRECTORY = b"PK\x05\x06"

FORMATS_INSIDE = frozenset(("zip", "tar", "gzip", "bz2", "xz", "lzma", "zlib", "lz4", "zstd"))
"""Formats that hold other files."""

_Test = Callable[[bytes, int], bool]
_Entry = tuple[bytes, str, "_Test | None"]


def sniff(head: bytes, tail: bytes, size: int) -> str | None:
    """The format of a file of `size` bytes, or None for what is no weight, data or container format.

    `head` is its first HEAD bytes, `tail` its last TAIL bytes; `tail` may be empty if the file is no longer
    than the head. `pickle` is a candidate where the head alone does not decide: the reader has the last word.
    The answer names what stands at the start; `zip` also stands for a zip behind something unknown.
    """
    if len(head) < 2:
        return None
    for magic, name, test in _MAGIC.get(head[0], ()):
        if head.startswith(magic) and (test is None or test(head, size)):
            return name
    binary = 0 in head  # text has no zero byte; what is looked for behind the start cannot do without
    found = _further_on(head, size) if binary else None
    if found is not None:
        return found
    if head[257:262] == b"ustar" or (not size & 511 and _is_old_tar(head)):
        return "tar"
    if head[0] in STARTS and worth_walking(head, size) and _may_be_pickle(head, size):
        return "pickle"
    return "zip" if END_OF_DIRECTORY in (tail or (head if binary else b"")) else None


def _further_on(head: bytes, size: int) -> str | None:
    """Formats whose magic is not at the start."""
    if head[4:8] == b"TFL3":  # the file identifier of a flatbuffer (`schema.fbs`), behind an offset
        return "tflite"
    if head[8:9] in _BRACE and _is_safetensors(head):
        return "safetensors"
    if HDF5 in (head[512:520], head[1024:1032], head[2048:2056]):
        return "hdf5"
    return "lzma" if _is_lzma(head, size) else None


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
    """A tar header from before `ustar`: octal size and mode, and the checksum holds (POSIX 1003.1-1988)."""
    if len(head) < 512 or head[135] not in b"\0 " or head[107] not in b"\0 ":
        return False
    digits = head[148:156].strip(b"\0 ")
    return digits.isdigit() and int(digits) == int(f"{sum(head[:148]) + 8 * 32 + sum(head[156:512]):o}")


_LZMA_DICTIONARIES = frozenset(
    size.to_bytes(4, "little") for n in range(12, 32) for size in (1 << n, (1 << n) + (1 << (n - 1)))
)
"""Dictionary sizes that encoders write: liblzma's own test of an `.lzma` header (`alone_decoder.c`)."""
_LZMA_SAMPLE = (1 << 16).to_bytes(4, "little")


def _is_lzma(head: bytes, size: int) -> bool:
    """An LZMA-alone header, and the data behind it decodes. It has no magic of its own.

    Decoders take any size of dictionary, and what asks for LZMA by name (joblib does) does not look at it.
    """
    usual = head[1:5] in _LZMA_DICTIONARIES
    if not usual and (head[0] != 0x5D or len(head) < 14):
        return False
    if head[0] >= 225 or not (head[5:13] == b"\xff" * 8 or head[11:13] == b"\0\0"):
        return False
    import lzma

    sample = head[:1] + _LZMA_SAMPLE + head[5:]  # as much dictionary as the sample needs: up to 4 GiB are claimed
    try:
        lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=1 << 24).decompress(sample, 512)
    except lzma.LZMAError:
        return usual and head[0] == 0x5D  # what every encoder writes: then it is a broken one
    return True


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


def _is_bzip2(head: bytes, size: int) -> bool:
    return head[3:4].isdigit() and head[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")


def _is_pe(head: bytes, size: int) -> bool:
    """`MZ`, and where it points to, `PE` (Microsoft PE format, 'MS-DOS stub')."""
    start = int.from_bytes(head[60:64], "little")
    return len(head) >= 64 and head[start : start + 4] == b"PE\0\0"


def _is_onnx(head: bytes, size: int) -> bool:
    """A protobuf `ModelProto` (`onnx.proto`): ir_version, then known fields up to the graph or the opset."""
    return 0 < head[1] < 32 and _protobuf(head, size, {10: 2, 18: 2, 26: 2, 34: 2, 40: 0, 50: 2}, (58, 66))


def _is_saved_model(head: bytes, size: int) -> bool:
    """A protobuf `SavedModel` (`saved_model.proto`): version 1, then a meta graph that holds its own info."""
    if head[1:3] != b"\x01\x12":
        return False
    length, start = _varint(head, 3)
    return 0 < length <= size - start and head[start : start + 1] == b"\x0a"


def _protobuf(head: bytes, size: int, known: dict[int, int], wanted: tuple[int, ...]) -> bool:
    """Whether `known` tags (their wire type beside them) lead to one of `wanted`, a message inside the file."""
    position = 2
    while position < len(head):
        tag = head[position]
        value, position = _varint(head, position + 1)
        if value < 0 or (tag & 7 == 2 and value > size - position):
            return False
        if tag in wanted:
            return True
        if tag not in known:
            return False
        if known[tag] == 2:
            position += value
    return False


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """A protobuf number and the position behind it; -1 where there is none."""
    value = 0
    for index, byte in enumerate(data[position : position + 9]):
        value |= (byte & 127) << 7 * index
        if byte < 128:
            return value, position + index + 1
    return -1, position


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
    (b"GGUF", "gguf", None),
    (b"lmgg", "ggml", None),
    (b"fmgg", "ggml", None),
    (b"tjgg", "ggml", None),
    (b"\x12\x01\0\0\0\0\0\0", "mxnet", None),  # kMXAPINDArrayListMagic
    (b"\x7fELF", "elf", None),
    (b"MZqFpD='", "ape", None),  # an Actually Portable Executable
    (b"jartsr='", "ape", None),
    (b"MZ", "pe", _is_pe),
    (b"PAR1", "parquet", None),
    (b"PARE", "parquet", None),
    (b"ARROW1\0\0", "arrow", None),
    (b"FEA1", "arrow", None),
    (b"\x78", "zlib", _is_zlib),
    (b"\x08", "saved-model", _is_saved_model),
    (b"\x08", "onnx", _is_onnx),
)
_MAGIC: dict[int, tuple[_Entry, ...]] = {}
for _entry in _ENTRIES:
    _MAGIC[_entry[0][0]] = (*_MAGIC.get(_entry[0][0], ()), _entry)
