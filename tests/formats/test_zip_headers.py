"""Zips that contradict themselves, hide members, or name them so that they would be written elsewhere."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections import Counter

import pytest

from .builders import HOSTILE, look, rules, tarred, zipped
from .fuzz import mutations, prefixes

TAMPERED, TRAVERSAL = "weights/archive-tampered", "weights/path-traversal"
MALFORMED, UNSCANNABLE = "weights/malformed", "weights/unscannable"
LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def changed(data: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """`data` with `value` at `offset` bytes into the first header of that signature."""
    where = data.index(signature) + offset
    return data[:where] + value + data[where + len(value) :]


def messages(data: bytes, rule: str = TAMPERED) -> str:
    return " ".join(flaw.message for flaw in look(data).flaws if flaw.rule == rule)


def entry(name: str, data: bytes = b"x", extra: bytes = b"", mode: int = 0) -> bytes:
    """A zip of one member."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("~" * len(name))
        info.create_system, info.external_attr, info.extra = 3, mode << 16, extra
        archive.writestr(info, data)
    return buffer.getvalue().replace(b"~" * len(name), name.encode())


PLAIN = zipped({"a.txt": b"hello", "b.txt": b"world"})


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        pytest.param(6, b"\x01", id="encrypted"),
        pytest.param(8, b"\x08", id="method"),
        pytest.param(14, b"\1\2\3\4", id="checksum"),
        pytest.param(18, b"\x04", id="packed"),
        pytest.param(22, b"\x06", id="size"),
        pytest.param(30, b"A.txt", id="name"),
    ],
)
def test_local_headers_have_to_agree(offset: int, value: bytes) -> None:
    assert not rules(PLAIN)
    assert rules(changed(PLAIN, LOCAL, offset, value)) == {TAMPERED}


class Stream(io.BytesIO):
    def seekable(self) -> bool:
        return False


@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("kind", [io.BytesIO, Stream])
def test_what_programs_write_agrees(kind: type[io.BytesIO], method: int, zip64: bool) -> None:
    buffer = kind()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name in ("a.txt", "ä.txt", "empty"):
            with archive.open(name, "w", force_zip64=zip64) as member:
                member.write(b"" if name == "empty" else b"hello " * 20)
        archive.mkdir("d") if hasattr(archive, "mkdir") else None
        archive.comment = b"a comment"
    assert not look(buffer.getvalue()).flaws


def test_torch_writes_padding_and_descriptors() -> None:
    """As the zip writer of torch (miniz) does: extra fields for alignment, flag bits 3 and 11, zeros up front."""
    name, data = b"m/data/0", bytes(range(64))
    crc = zlib.crc32(data)
    pad = b"FB" + struct.pack("<H", 30) + b"Z" * 30
    local = LOCAL + struct.pack("<HHHHHIIIHH", 0, 0x808, 0, 0, 0, 0, 0, 0, len(name), len(pad)) + name + pad
    body = local + data + b"PK\x07\x08" + struct.pack("<III", crc, 64, 64)
    directory = CENTRAL + struct.pack("<HHHHHHIIIHHHHHII", 0, 0, 0x808, 0, 0, 0, crc, 64, 64, len(name), *(0,) * 6)
    tail = struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory) + len(name), len(body), 0)
    assert not look(body + directory + name + END + tail).flaws


def test_members_that_the_directory_does_not_list() -> None:
    hidden = zipped({"h": HOSTILE})
    hidden = hidden[: hidden.index(CENTRAL)]
    assert "does not list" in messages(_with_gap(PLAIN, hidden))
    assert "belong to none" in messages(_with_gap(PLAIN, b"secret"))
    assert not rules(_with_gap(PLAIN, bytes(512))), "padding"
    assert not rules(_with_gap(PLAIN, b"signatures" + b"APK Sig Block 42"))
    first = hidden + _moved(PLAIN, len(hidden))
    assert "does not list" in messages(first)
    assert "follow the end" in messages(PLAIN + b"more")
    assert not rules(PLAIN + bytes(100))
    stored = zipped({"inner.zip": PLAIN, "b": b"text PK\x03\x04 text"})
    assert not rules(stored), "a stored zip is no hidden member"


def _moved(data: bytes, by: int) -> bytes:
    """The archive as it stands behind `by` bytes, with the offsets that then hold."""
    start = data.index(CENTRAL)
    directory = bytearray(data[start:])
    position = 0
    while directory[position : position + 4] == CENTRAL:
        local = int.from_bytes(directory[position + 42 : position + 46], "little") + by
        directory[position + 42 : position + 46] = struct.pack("<I", local)
        position += 46 + sum(struct.unpack_from("<HHH", directory, position + 28))
    end = directory.index(END)
    directory[end + 16 : end + 20] = struct.pack("<I", start + by)
    return data[:start] + bytes(directory)


def _with_gap(data: bytes, gap: bytes) -> bytes:
    """The archive with bytes between the last member and the directory."""
    start = data.index(CENTRAL)
    end = data.rindex(END)
    return data[:start] + gap + data[start : end + 16] + struct.pack("<I", start + len(gap)) + data[end + 20 :]


def test_members_that_overlap_are_bounded() -> None:
    data = zipped({"0000000": b"N" * 1000 + HOSTILE})
    start, end = data.index(CENTRAL), data.index(END)
    record = data[start:end]
    directory = b"".join(record.replace(b"0000000", b"%07d" % number) for number in range(3000))
    tail = struct.pack("<HHHHIIH", 0, 0, 3000, 3000, len(directory), start, 0)
    found = look(data[:start] + directory + END + tail)
    assert TAMPERED in {flaw.rule for flaw in found.flaws}
    assert max(Counter(flaw.rule for flaw in found.flaws).values()) <= 201


@pytest.mark.parametrize(
    ("first", "second", "tampered"),
    [
        ("a", "a", True),
        ("d/a", "d//a", True),
        ("d/a", "./d/a", True),
        ("d/a", "d\\a", True),
        ("d/a", "D/A", False),
        ("d/a", "d/b", False),
    ],
)
def test_names_that_are_one(first: str, second: str, tampered: bool) -> None:
    data = zipped(_placeholders(first, second))
    for index, name in enumerate((first, second), 1):
        data = data.replace(b"%d" % index * len(name), name.encode())
    assert (rules(data) == {TAMPERED}) is tampered


def _placeholders(*names: str) -> dict[str, bytes]:
    """Names of the same lengths that `zipfile` does not tidy up."""
    return {str(index) * len(name): b"x" for index, name in enumerate(names, 1)}


def test_torch_does_not_tell_case_apart() -> None:
    model = {"a/data.pkl": b"\x80\x02}q\0.", "a/version": b"3\n"}
    assert TAMPERED not in rules(zipped(model))
    assert "upper and lower case" in messages(zipped({**model, "a/DATA.pkl": b"\x80\x02]q\0."}))
    assert not rules(zipped({"Readme": b"1", "README": b"2"}))


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "..\\x", "/etc/x", "\\x", "C:\\x", "c:x", "a\\..\\..\\x", "./../x"]
)
def test_names_that_lead_out(name: str) -> None:
    assert rules(entry(name)) == {TRAVERSAL}


@pytest.mark.parametrize("name", ["a/b..c", "..a", "a...", "d/e/../f", "a/.hidden"])
def test_names_that_stay(name: str) -> None:
    assert not rules(entry(name))


def test_zero_bytes_in_names() -> None:
    assert rules(entry("data\0.txt")) == {TAMPERED}


@pytest.mark.parametrize(
    ("name", "target", "leads_out"),
    [
        ("l", b"/etc/passwd", True),
        ("l", b"../x", True),
        ("d/l", b"../x", False),
        ("d/l", b"../../x", True),
        ("d/l", b"e/../../../x", True),
        ("l", b"model.bin", False),
    ],
)
def test_links(name: str, target: bytes, leads_out: bool) -> None:
    assert rules(entry(name, target, mode=stat.S_IFLNK | 0o777)) == ({TRAVERSAL} if leads_out else set())
    assert not rules(entry(name, target)), "a text that looks like a path"


def test_writing_through_a_link() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("l")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "inner")
        archive.writestr("l/x", "y")
    assert rules(buffer.getvalue()) == {TRAVERSAL}


def _unicode(name: str, path: str) -> bytes:
    content = b"\1" + struct.pack("<I", zlib.crc32(name.encode())) + path.encode()
    return struct.pack("<HH", 0x7075, len(content)) + content


def test_unicode_paths() -> None:
    assert not rules(entry("a?b.txt", extra=_unicode("a?b.txt", "a\xe4b.txt")))
    assert not rules(entry("b.txt", extra=_unicode("other", "c.txt"))), "stale: its checksum is of another name"
    assert rules(entry("a.txt", extra=_unicode("a.txt", "evil.py"))) == {TAMPERED}
    assert rules(entry("a.txt", extra=_unicode("a.txt", "../evil"))) == {TAMPERED, TRAVERSAL}


def test_checksums() -> None:
    data = zipped({"a/data.pkl": b"\x80\x02}q\0.", "a/version": b"3\n", "a/data/0": bytes(range(100))})
    for signature, offset in ((LOCAL, 14), (CENTRAL, 16)):
        data = changed(data, signature, offset, bytes(4))
    assert "was removed" in messages(data)
    wrong = changed(changed(PLAIN, LOCAL, 14, b"\1\2\3\4"), CENTRAL, 16, b"\1\2\3\4")
    assert "is wrong" in messages(wrong)


def test_torch_may_leave_all_checksums_out() -> None:
    """`torch.serialization.set_crc32_options(False)`."""
    members = {"a/data.pkl": b"\x80\x02}q\0.", "a/version": b"3\n"}
    data = zipped(members)
    for content in members.values():
        data = data.replace(struct.pack("<I", zlib.crc32(content)), bytes(4))
    assert TAMPERED not in rules(data)


def test_bombs() -> None:
    assert UNSCANNABLE in rules(zipped({"a.bin": bytes(70 << 20)}, zipfile.ZIP_DEFLATED))
    many = {f"{number}.bin": bytes(1 << 20) for number in range(70)}
    assert rules(zipped(many, zipfile.ZIP_DEFLATED)) == {UNSCANNABLE}
    assert not rules(zipped({"zeros.bin": bytes(70 << 20)})), "what is not packed is no bomb"


def test_two_end_records() -> None:
    other = zipped({"x": HOSTILE})
    tail = struct.pack("<HHHHIIH", 0, 0, 0, 0, 0, 0, 0)
    forged = PLAIN[:-2] + struct.pack("<H", len(other)) + other
    assert TAMPERED in rules(forged)
    assert TAMPERED in rules(PLAIN[:-2] + struct.pack("<H", 23) + END + tail[:-2] + b"\0\0" + b"\0")


def test_zips_at_the_end_that_only_forgiving_programs_open() -> None:
    prefix = b"\xff\xd8\xff\xe0" + bytes(5000)
    archive = zipped({"data.pkl": HOSTILE})
    assert "weights/polyglot" in rules(prefix + archive)
    longer = changed(archive, END, 12, struct.pack("<I", 10_000))
    absolute = changed(longer, END, 16, struct.pack("<I", len(prefix) + archive.index(CENTRAL)))
    assert TAMPERED in rules(prefix + absolute)
    assert not rules(prefix + END + bytes(18)), "the signature alone is no zip"
    uncounted = changed(archive, END, 8, bytes(4))
    assert "weights/polyglot" in rules(prefix + uncounted), "zipfile ignores the count"


def test_a_tar_with_a_padded_zip_behind_its_end() -> None:
    hidden = zipped({"data.pkl": HOSTILE})
    assert TAMPERED in rules(tarred({"a": b"x"}) + hidden + bytes(3))
    assert not rules(tarred({"a": b"x"}) + bytes(10_240))


SAMPLE = zipped({"a/data.pkl": b"\x80\x02}q\0.", "d/b.txt": b"hello" * 10}, zipfile.ZIP_DEFLATED)


def test_truncated() -> None:
    for end, found in prefixes(SAMPLE, 4):
        assert MALFORMED in {flaw.rule for flaw in found.flaws}, end


def test_mutants() -> None:
    assert all(found for found in mutations(SAMPLE, 500))
