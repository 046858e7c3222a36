"""7z archives: what the standard library unpacks is looked into, the rest is never silently clean."""

from __future__ import annotations

import bz2
import lzma
import stat
import struct
import zlib

import pytest

from .builders import HOSTILE, look, rules
from .fuzz import mutations, prefixes

UNSAFE, MALFORMED, UNSCANNABLE = "weights/unsafe-pickle", "weights/malformed", "weights/unscannable"
LZMA2 = {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}
LZMA1 = {"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}


def number(value: int) -> bytes:
    """A NUMBER of 7zFormat.txt, in one, two or nine bytes."""
    if value < 0x80:
        return bytes((value,))
    return bytes((0x80 | value >> 8, value & 255)) if value < 0x4000 else b"\xff" + struct.pack("<Q", value)


def raw(data: bytes, *chain: dict[str, int]) -> bytes:
    return lzma.compress(data, lzma.FORMAT_RAW, filters=list(chain))


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def coder(method: bytes, properties: bytes = b"") -> bytes:
    flags = len(method) | (0x20 if properties else 0)
    return bytes((flags,)) + method + (number(len(properties)) + properties if properties else b"")


COPY = coder(b"\0")
CODERS = {
    "copy": ((COPY,), lambda data: data),
    "lzma": ((coder(b"\3\1\1", b"\x5d" + struct.pack("<I", 1 << 16)),), lambda data: raw(data, LZMA1)),
    "lzma2": ((coder(b"\x21", b"\x08"),), lambda data: raw(data, LZMA2)),
    "deflate": ((coder(b"\4\1\x08"),), deflated),
    "bzip2": ((coder(b"\4\2\2"),), bz2.compress),
    "delta": (
        (coder(b"\3", b"\1"), coder(b"\x21", b"\x08")),
        lambda data: raw(data, {"id": lzma.FILTER_DELTA, "dist": 2}, LZMA2),
    ),
    "bcj": (
        (coder(b"\3\3\1\3"), coder(b"\x21", b"\x08")),
        lambda data: raw(data, {"id": lzma.FILTER_X86}, LZMA2),
    ),
}


def streams(coders: tuple[bytes, ...], packed: int, size: int, position: int = 0) -> bytes:
    """The part of a header that says how one folder unpacks; the first coder gives out the plain data."""
    pairs = b"".join(number(index) + number(index + 1) for index in range(len(coders) - 1))
    return (
        b"\6" + number(position) + b"\1\x09" + number(packed) + b"\0"
        + b"\7\x0b\1\0" + number(len(coders)) + b"".join(coders) + pairs
        + b"\x0c" + number(size) * len(coders) + b"\0"
    )  # fmt: skip


def archive(members: dict[str, bytes], kind: str = "copy", modes: tuple[int, ...] = (), hidden: bool = False) -> bytes:
    """A solid archive; `hidden` packs its header, as 7-Zip does."""
    coders, pack = CODERS[kind]
    plain = b"".join(members.values())
    packed = pack(plain)
    sizes = b"".join(number(len(data)) for data in list(members.values())[:-1])
    names = b"\0" + b"".join(name.encode("utf-16-le") + b"\0\0" for name in members)
    attributes = b"\1\0" + b"".join(struct.pack("<I", mode << 16 | 0x8000) for mode in modes)
    header = b"\1\4" + streams(coders, len(packed), len(plain))
    header += b"\x08\x0d" + number(len(members)) + (b"\x09" + sizes if sizes else b"") + b"\0\0"
    header += b"\5" + number(len(members)) + b"\x11" + number(len(names)) + names
    header += b"\x15" + number(len(attributes)) + attributes if modes else b""
    header += b"\0\0"
    if hidden:
        whole = raw(header, LZMA2)
        header = b"\x17" + streams(CODERS["lzma2"][0], len(whole), len(header), len(packed)) + b"\0"
        packed += whole
    return signed(packed, header)


def signed(packed: bytes, header: bytes) -> bytes:
    start = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(start)) + start + packed + header


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("kind", CODERS)
def test_members(kind: str, hidden: bool) -> None:
    found = look(archive({"README.md": b"# hello\n" * 300, "d/x.csv": b"a,b\n"}, kind, hidden=hidden))
    assert (found.format, found.role, found.flaws, found.facts["members"]) == ("7z", "other", (), 2)
    found = look(archive({"README.md": b"# hello\n" * 300, "w": HOSTILE, "z": b"1"}, kind, hidden=hidden))
    assert found.role == "weights"
    assert {(flaw.rule, flaw.member) for flaw in found.flaws} >= {(UNSAFE, "w")}


@pytest.mark.parametrize(
    "coders",
    [
        pytest.param((coder(b"\3\4\1", b"\6" + bytes(4)),), id="ppmd"),
        pytest.param((coder(b"\x06\xf1\x07\x01", b"\0\0"), coder(b"\x21", b"\x08")), id="encrypted"),
        pytest.param((coder(b"\3\3\1\3"), coder(b"\3\1\1", b"\x5d" + struct.pack("<I", 1 << 16))), id="bcj-lzma1"),
        pytest.param((coder(b"\x7f"),), id="unknown"),
    ],
)
def test_what_cannot_be_unpacked(coders: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CODERS, "other", (coders, lambda data: data))
    assert rules(archive({"w": HOSTILE}, "other")) == {UNSCANNABLE}


def test_claims() -> None:
    huge = number(1 << 60)
    for header in (
        b"\1\4\6\0" + huge,
        b"\1\4" + b"\6\0\1\x09" + huge + b"\0",
        b"\1\4\7\x0b" + huge,
        b"\1\5" + huge,
        b"\1\2\1" + huge,
        b"\1\4\7\x0b\1\0\1" + b"\x11\0" + huge + huge,
    ):
        assert rules(signed(b"", header)) <= {MALFORMED, UNSCANNABLE}
        assert rules(signed(b"", header))
    dictionary = (coder(b"\x21", b"\x28"),)
    assert rules(signed(b"\0", b"\1\4" + streams(dictionary, 1, 1 << 40) + b"\0\5\1\x11\5\0w\0\0\0\0\0"))


def test_names_and_links() -> None:
    assert rules(archive({"../x": b"x"})) == {"weights/path-traversal"}
    link, file = stat.S_IFLNK | 0o777, stat.S_IFREG | 0o644
    assert rules(archive({"l": b"/etc/passwd"}, modes=(link,))) == {"weights/path-traversal"}
    assert rules(archive({"l": b"d", "l/x": b"x"}, modes=(link, file))) == {"weights/path-traversal"}
    assert not rules(archive({"l": b"d/x", "d/x": b"x"}, modes=(link, file)))
    assert "weights/archive-tampered" in rules(archive({"a": b"1", "./a": b"2"}))


def test_headers_in_another_order() -> None:
    files = b"\5\1\x11\5\0w\0\0\0\0"
    packed = b"\4" + streams((COPY,), 1, 1) + b"\0"
    assert not rules(signed(b"x", b"\1" + packed + files + b"\0"))
    for header in (packed + files + b"\4\0", packed + files + packed, packed + packed + files):
        assert rules(signed(b"x", b"\1" + header + b"\0")) == {MALFORMED}


def test_half_a_letter_in_a_name() -> None:
    assert rules(signed(b"", b"\1\5\1\x0e\1\x80\x11\6\0w\0\0\0\0\0\0")) == {MALFORMED}


def test_bytes_behind_the_end() -> None:
    assert rules(archive({"a": b"x"}) + b"more") == {MALFORMED}


def test_empty() -> None:
    assert look(signed(b"", b""))[:3] == ("7z", "other", ())


SAMPLE = archive({"a": b"hello" * 20, "w": b"\x80\x04N."}, "lzma2", hidden=True)


def test_truncated() -> None:
    for end, found in prefixes(SAMPLE, 6):
        assert {flaw.rule for flaw in found.flaws} == {MALFORMED}, end


def test_mutants() -> None:
    for found in mutations(SAMPLE):
        assert found.format in ("7z", "unknown")
    plain = archive({"a": b"hello" * 20, "w": b"\x80\x04N."}, "lzma")
    body = plain[32:]
    for index in range(len(body)):  # with checksums that hold, so that the header's own checks are met
        size = int.from_bytes(plain[12:20], "little")
        changed = body[:index] + bytes((body[index] ^ 0xFF,)) + body[index + 1 :]
        assert not any("reader failed" in flaw.message for flaw in look(signed(changed[:size], changed[size:])).flaws)
