"""Zip, tar and compressed files: what is inside counts, within limits."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import sys
import tarfile
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.formats import codecs

from .builders import HOSTILE, HOSTILE_TEXT, look, npy, rules, safetensors, tarred, tensor, zipped

FORMAT, UNSAFE = "weights/pickle-format", "weights/unsafe-pickle"
MALFORMED, UNSCANNABLE, TAMPERED = "weights/malformed", "weights/unscannable", "weights/archive-tampered"
PICKLE = {FORMAT, UNSAFE}
"""What is wrong with a hostile pickle."""
SOURCES = {"a.py": b"import os\n", "README.md": b"# hello\n" * 1000, "d/x.json": b"{}", "x.png": b"\x89PNG\r\n\x1a\n\0"}
METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
CODECS = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
}


@pytest.mark.parametrize("method", METHODS)
def test_zip_members(method: int) -> None:
    assert look(zipped(SOURCES, method))[:3] == ("zip", "other", ())
    found = look(zipped({**SOURCES, "archive/data.pkl": HOSTILE, "archive/data/0": bytes(100)}, method))
    assert (found.format, found.role) == ("torch-zip", "weights")
    assert {(flaw.rule, flaw.member) for flaw in found.flaws} == {(rule, "archive/data.pkl") for rule in PICKLE}


def test_npz() -> None:
    good = npy("'<f4'", "(2,)", bytes(8))
    assert look(zipped({"a.npy": good, "b.npy": good}))[:3] == ("npz", "data", ())
    assert rules(zipped({"a.npy": good, "b.npy": npy("'|O'", "(1,)", HOSTILE)})) == PICKLE


def test_zip_duplicates_and_bad_offsets() -> None:
    assert rules(zipped({"a": b"1", "b": b"2"}).replace(b"b", b"a")) == {TAMPERED}
    data = bytearray(zipped({"a.txt": b"hello"}))
    where = data.index(b"PK\x01\x02")
    data[where + 42 : where + 46] = struct.pack("<I", 1 << 30)
    assert rules(bytes(data)) == {MALFORMED, TAMPERED}, "the member that is there is not the one that is listed"


def test_zip_that_cannot_be_unpacked_is_unscannable() -> None:
    data = bytearray(zipped({"a.txt": b"hello"}))
    where = data.index(b"PK\x01\x02")
    data[where + 10] = data[8] = 9
    (flaw,) = look(bytes(data)).flaws
    assert (flaw.rule, flaw.member) == (UNSCANNABLE, "a.txt")
    data[where + 10] = data[8] = 0
    data[where + 8] = data[6] = 1
    assert rules(bytes(data)) == {UNSCANNABLE}


@pytest.mark.parametrize("end", range(4, 100))
def test_truncated_zip(end: int) -> None:
    assert MALFORMED in rules(zipped({"a.txt": b"hello"})[:end])


def test_polyglots() -> None:
    archive = zipped({"data.pkl": HOSTILE})
    assert {"weights/polyglot", FORMAT} <= rules(HOSTILE + archive)
    assert {"weights/polyglot", FORMAT} <= rules(safetensors({"a": tensor("U8", [5], [0, 5])}, b"hello") + archive)
    assert {"weights/polyglot", FORMAT} <= rules(b"\xff\xd8\xff\xe0" + bytes(100_000) + archive)
    assert not rules(b"#!/usr/bin/env python3\n" + zipped(SOURCES)), "a zipapp"
    assert not rules(tarred({"a.zip": zipped(SOURCES)})), "a tar that stores a zip"
    assert {"weights/polyglot", FORMAT} <= rules(tarred({HOSTILE_TEXT.decode(): b"x"})), (
        "a tar whose first name is a pickle"
    )


def test_names_are_escaped() -> None:
    for flaw in look(zipped({"a\n::error::\x1b": HOSTILE})).flaws:
        assert flaw.member is not None
        assert flaw.member.isprintable()


def test_zip_bombs_are_bounded() -> None:
    assert look(zipped({"a.bin": bytes(50 << 20)}, zipfile.ZIP_DEFLATED)).flaws == ()
    inner = b"\x80\x04B" + struct.pack("<I", 280 << 20) + bytes(280 << 20) + b"." + HOSTILE
    found = look(gzip.compress(inner, 1))
    assert {flaw.rule for flaw in found.flaws} & {UNSCANNABLE, FORMAT}


@pytest.mark.parametrize("compress", CODECS.values(), ids=CODECS)
def test_compressed(compress: object) -> None:
    assert callable(compress)
    assert rules(compress(b"name,age\nx,1\n" * 1000)) == set()
    assert rules(compress(HOSTILE_TEXT)) == PICKLE
    assert all(flaw.member for flaw in look(compress(HOSTILE_TEXT)).flaws)
    assert rules(compress(tarred({"w": HOSTILE, "r": b"# x"}))) == PICKLE
    assert not rules(compress(tarred(SOURCES)))


def test_second_gzip_stream_is_followed() -> None:
    assert rules(gzip.compress(b"") + gzip.compress(HOSTILE)) == PICKLE


@pytest.mark.parametrize("name", ["lz4", "zstandard"])
def test_missing_decoders_leave_the_gate_undecided(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, f"{name}.frame", None)
    data = (b"\x04\x22\x4d\x18" if name == "lz4" else b"\x28\xb5\x2f\xfd") + bytes(20)
    (flaw,) = look(data).flaws
    assert flaw.rule == "gate/undecided"
    assert f"pip install {name}" in flaw.message


def test_optional_decoders() -> None:
    frame = pytest.importorskip("lz4.frame")
    zstandard = pytest.importorskip("zstandard")
    for compress in (frame.compress, zstandard.ZstdCompressor().compress):
        assert rules(compress(HOSTILE)) == PICKLE
        assert rules(compress(b"a,b\n1,2\n")) == set()
        assert rules(compress(bytes(1000))[:-8] + b"\xff") <= {MALFORMED}


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_members(form: int) -> None:
    long = "d/" * 60 + "weights"
    assert look(tarred({**SOURCES, long: b"text"}, form))[:3] == ("tar", "other", ())
    found = look(tarred({"a": b"x" * 700, long: HOSTILE}, form))
    assert {(flaw.rule, flaw.member) for flaw in found.flaws} == {(rule, long) for rule in PICKLE}


@pytest.mark.parametrize("end", [600, 1000, 1030, 1100])
def test_truncated_tar(end: int) -> None:
    assert rules(tarred({"a": b"x" * 700, "b": b"y"})[:end]) == {MALFORMED}
    assert rules(gzip.compress(tarred({"a": b"x" * 700, "b": b"y"})[:end])) == {MALFORMED}


def test_tar_pax_size_wins() -> None:
    """A reader that trusts the plain header would step over the pickle."""
    member = bytearray(tarred({"a": b"x" * 512}, tarfile.USTAR_FORMAT)[:1024])
    record = b"10 size=0\n"
    extra = bytearray(tarred({"p": record}, tarfile.USTAR_FORMAT)[:1024])
    extra[156:157] = b"x"
    extra[148:156] = b"%06o\0 " % (sum(extra[:148]) + 256 + sum(extra[156:512]))
    hidden = tarred({"w": HOSTILE})
    assert FORMAT in rules(bytes(extra + member[:512]) + hidden)


def test_nesting_is_limited() -> None:
    data = HOSTILE
    for depth in range(8):
        data = zipped({f"{depth}.zip": data})
    assert rules(data) == {UNSCANNABLE}
    assert rules(zipped({"a": gzip.compress(zipped({"b": HOSTILE}))})) == PICKLE


SAMPLES = [zipped({**SOURCES, "data.pkl": HOSTILE}, method) for method in METHODS]
SAMPLES += [tarred({"a": HOSTILE, "b" * 120: b"x"}), npy("[('a', '<f4'), ('b', '|O')]", "(3,)", HOSTILE)]
SAMPLES += [compress(tarred({"a": HOSTILE})) for compress in CODECS.values()]


@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6),
    st.integers(0),
)
def test_mutants_never_raise(sample: bytes, changes: list[tuple[int, int]], cut: int) -> None:
    raw = bytearray(sample)
    for position, byte in changes:
        raw[position % len(raw)] = byte
    found = look(bytes(raw[: len(raw) - cut % 50]))
    assert not any("reader failed" in flaw.message for flaw in found.flaws), found


@given(
    st.sampled_from(
        [sample[:4] for sample in SAMPLES] + [b"", b"PK\x05\x06", b"\x04\x22\x4d\x18", b"\x28\xb5\x2f\xfd"]
    ),
    st.binary(max_size=2000),
)
def test_garbage_never_raises(magic: bytes, rest: bytes) -> None:
    found = look(magic + rest)
    assert not any("reader failed" in flaw.message for flaw in found.flaws), found


def test_codecs_do_not_load_what_is_not_needed() -> None:
    assert not hasattr(codecs, "lzma")
