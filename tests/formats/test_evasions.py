"""Containers that one program reads differently from another: what any of them would load is seen."""

from __future__ import annotations

import io
import lzma
import pickle
import struct
import tarfile
import tracemalloc
import zipfile

import pytest

from .builders import HOSTILE, look, rules, tarred, zipped

FORMAT, TAMPERED, UNSCANNABLE = "weights/pickle-format", "weights/archive-tampered", "weights/unscannable"
UNSAFE = "weights/unsafe-pickle"
PLAIN = pickle.dumps({"a": 1}, 2)


def _end_of(archive: bytes) -> int:
    return archive.rindex(b"PK\x05\x06")


def _two_directories() -> bytes:
    """`zipfile` finds the text (offsets moved by a shift), miniz the pickle (offsets as written)."""
    seen_by_torch = zipped({"archive/data.pkl": PLAIN})
    first = seen_by_torch[: _end_of(seen_by_torch)]
    written = first.index(b"PK\x01\x02")
    second = bytearray(zipped({"archive/data.txt": b"hello"}))
    directory, end = second.index(b"PK\x01\x02"), _end_of(bytes(second))
    shift = len(first) + directory - written
    where = struct.unpack_from("<I", second, directory + 42)[0] + len(first) - shift
    struct.pack_into("<I", second, directory + 42, where % (1 << 32))
    struct.pack_into("<I", second, end + 16, written)
    return first + bytes(second)


def test_two_central_directories() -> None:
    assert TAMPERED in rules(_two_directories())
    assert TAMPERED in rules(zipped({"a.txt": b"a"}) + zipped({"b.txt": b"b"})), "a zip behind a zip"


def test_a_central_directory_where_the_end_record_says() -> None:
    archive = zipped({"a.txt": b"a"})
    start = archive.index(b"PK\x01\x02")
    assert not rules(b"#!" + bytes(start * 3) + archive)
    assert rules(b"#!" + bytes(start - 2) + b"PK\x01\x02" + bytes(100) + archive) >= {TAMPERED}


def test_two_large_end_records() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", b"a")
    plain = buffer.getvalue()
    end = _end_of(plain)
    count, size, start = 1, end - plain.index(b"PK\x01\x02"), plain.index(b"PK\x01\x02")
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)

    def built(where: int) -> bytes:
        return plain[:end] + record + struct.pack("<4sIQI", b"PK\x06\x07", 0, where, 1) + plain[end:]

    assert not rules(built(end))
    assert not rules(built(0)), "a locator that points at no record is moved by what stands in front"
    member = zipped({"r": record})
    assert plain[:4] == member[:4]
    inner = member.index(b"PK\x06\x06")
    start = member.index(b"PK\x01\x02")
    end = _end_of(member)
    own = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, end - start, start)
    both = member[:end] + own + struct.pack("<4sIQI", b"PK\x06\x07", 0, inner, 1) + member[end:]
    assert rules(both) == {"weights/malformed"}


def _tar(kind: bytes, data: bytes, name: str = "data.pkl", form: int = tarfile.USTAR_FORMAT) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = len(data), kind
    return info.tobuf(form) + data + bytes(-len(data) % 512)


END = bytes(1024)


@pytest.mark.parametrize("kind", [b"0", b"7", b"Z", b"V", b"D", b"M", b"8", b"\xff"])
def test_every_other_type_is_a_regular_file(kind: bytes) -> None:
    data = _tar(kind, HOSTILE) + END
    assert rules(data) == {FORMAT, UNSAFE}
    old = bytearray(data)
    old[257:265] = bytes(8)
    old[148:156] = b"%06o\0 " % (sum(old[:148]) + 256 + sum(old[156:512]))
    assert rules(bytes(old)) == {FORMAT, UNSAFE}, "without magic"


@pytest.mark.parametrize("kind", [b"1", b"2", b"3", b"4", b"5", b"6"])
def test_nothing_hides_as_data_of_what_has_none(kind: bytes) -> None:
    hidden = tarred({"data.pkl": HOSTILE}, tarfile.USTAR_FORMAT)
    whole = _tar(kind, hidden[:1024], "d") + END
    with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
        assert archive.getnames() == ["d", "data.pkl"], "tarfile does not step over the data"
    assert rules(whole) - {"weights/path-traversal"} == {FORMAT, UNSAFE, TAMPERED}
    assert not rules(_tar(kind, b"", "d") + tarred({"a": b"text"})) - {"weights/path-traversal"}


def test_old_folders_have_no_data_either() -> None:
    whole = bytearray(_tar(b"\0", tarred({"data.pkl": HOSTILE}, tarfile.USTAR_FORMAT)[:1024], "d/") + END)
    assert rules(bytes(whole)) == {FORMAT, UNSAFE, TAMPERED}


@pytest.mark.parametrize("kind", [b"x", b"X"])
def test_solaris_headers_speak_about_the_next(kind: bytes) -> None:
    record = b"10 size=0\n"
    stepped_over = tarred({"a": b"x" * 512}, tarfile.USTAR_FORMAT)[:512]
    whole = _tar(kind, record, "p") + stepped_over + tarred({"data.pkl": HOSTILE}, tarfile.USTAR_FORMAT)
    assert FORMAT in rules(whole)


def _lzma(data: bytes, dictionary: int, known: bool = False) -> bytes:
    packed = bytearray(lzma.compress(data, lzma.FORMAT_ALONE))
    packed[1:5] = dictionary.to_bytes(4, "little")
    if known:
        packed[5:13] = len(data).to_bytes(8, "little")
    return bytes(packed)


@pytest.mark.parametrize("dictionary", [0x00812345, 0, 1, 0x01020304, 0x00123400])
@pytest.mark.parametrize("known", [False, True])
def test_lzma_with_any_dictionary(dictionary: int, known: bool) -> None:
    packed = _lzma(PLAIN, dictionary, known)
    assert lzma.decompress(packed, lzma.FORMAT_ALONE) == PLAIN
    assert rules(packed) == {FORMAT}
    assert not rules(_lzma(b"name,age\nx,1\n" * 1000, dictionary, known))


@pytest.mark.parametrize("dictionary", [1 << 31, 0xFFFFFFFF, 0xF1234567])
def test_huge_lzma_dictionaries_are_not_allocated(dictionary: int) -> None:
    packed = _lzma(PLAIN, dictionary)
    tracemalloc.start()
    try:
        assert rules(packed) == {UNSCANNABLE}
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text", [b"]\n" * 2000, b"]" * 5000, b"] and then some text that goes on\n", b"]\0\0\0" + b"\xff" * 9 + b"text"]
)
def test_what_begins_like_lzma_is_nothing(text: bytes) -> None:
    assert look(text)[:3] == ("unknown", "other", ())
    wide = text.decode("latin-1").encode("utf-16-le")
    assert look(wide)[:3] == ("unknown", "other", ())
