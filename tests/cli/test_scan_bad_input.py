"""Bad weight files of every kind end in findings that say where, with exit code 1, and keep no other file from it."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from typing import Any, NamedTuple

import pytest

from tests.formats.builders import HOSTILE, npy, safetensors, tensor, zipped
from tests.formats.test_hdf5 import OLD
from tests.support import PICKLE, WEIGHTS, Repo

MALFORMED, UNSCANNABLE, TRAVERSAL = "weights/malformed", "weights/unscannable", "weights/path-traversal"
TAMPERED, UNSAFE = "weights/archive-tampered", "weights/unsafe-pickle"
MIB = 1 << 20


class Bad(NamedTuple):
    """A file, and what the report says about it: the rule, and the place, in bytes or as a member."""

    content: bytes
    rule: str
    offset: int | None = None
    member: str | None = None


def link(target: str, kind: bytes = tarfile.SYMTYPE) -> bytes:
    info = tarfile.TarInfo("weights")
    info.type, info.linkname = kind, target
    return tar(info)


def tar(info: tarfile.TarInfo, data: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    info.size = len(data)
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def bomb() -> bytes:
    """A zip whose one member unpacks to 70 MiB of zeros."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("data.pkl", "w") as member:
        for _ in range(70):
            member.write(bytes(MIB))
    return buffer.getvalue()


def gzipped() -> bytes:
    """A pickle of 300 MiB of bytes and then a call, compressed in pieces, which follow each other."""
    start, end = b"\x80\x04B" + struct.pack("<I", 300 * MIB), b"0" + HOSTILE[2:]
    return gzip.compress(start) + gzip.compress(bytes(MIB)) * 300 + gzip.compress(end)


def duplicated() -> bytes:
    return zipped({"a/data.pkl": PICKLE, "b/data.pkl": HOSTILE}).replace(b"b/data.pkl", b"a/data.pkl")


BOMB = bomb()
GGUF = b"GGUF" + struct.pack("<I", 3)
KEY = struct.pack("<Q", 1) + b"k" + struct.pack("<I", 9)  # an array
MODEL = b"\x08\x08\x12\x07pytorch\x42\x04\n\0\x10\x12"
"""The beginning of an ONNX model, up to the graph."""
CYCLE = b"\x80\x02]q\0h\0acos\nsystem\nh\0\x86R."
"""A list that holds itself, given to a call."""

BAD: dict[str, Bad] = {
    "safetensors, a header of 2**63": Bad(struct.pack("<Q", 1 << 63) + b'{"a": 1}' + bytes(40), MALFORMED, 0),
    "safetensors, a header past the end": Bad(struct.pack("<Q", 10**6) + b'{"a": 1}', MALFORMED, 0),
    "safetensors, a tensor of 2**63": Bad(safetensors({"a": tensor("F32", [1 << 61], [0, 1 << 63])}), MALFORMED),
    "safetensors, cut off": Bad(WEIGHTS[:-1], MALFORMED),
    "gguf, 2**63 tensors": Bad(GGUF + struct.pack("<QQ", 1 << 63, 0), MALFORMED, 8),
    "gguf, 2**63 keys": Bad(GGUF + struct.pack("<QQ", 0, 1 << 63), MALFORMED, 8),
    "gguf, 10**9 elements": Bad(GGUF + struct.pack("<QQ", 0, 1) + KEY + struct.pack("<IQ", 4, 10**9), MALFORMED),
    "npy, 10**9 elements": Bad(npy("'<f8'", "(1000000000,)", b""), MALFORMED),
    "msgpack, 10**9 elements": Bad(b"\x81\xa1a\xc7\x0e\1\x93\xdd\x3b\x9a\xca\0\1\2\3\4\5\6\7\x08", MALFORMED),
    "mxnet, 10**9 arrays": Bad(struct.pack("<QQQ", 0x112, 0, 10**9), UNSCANNABLE),
    "xgboost, 10**9 elements": Bad(b"{L\0\0\0\0\0\0\0\7learner[$U#L" + struct.pack(">q", 10**9), MALFORMED),
    "r, 10**9 elements": Bad(b"X\n" + struct.pack(">5i", 2, 0x40202, 0x20300, 19, 10**9), MALFORMED),
    "a pickle of 10**9 bytes": Bad(b"\x80\x04cos\nsystem\nB" + struct.pack("<I", 10**9) + b"x", UNSAFE, 2),
    "a pickle of 2**63 bytes": Bad(b"\x80\x04cos\nsystem\n\x8e" + struct.pack("<Q", 1 << 63), UNSAFE, 2),
    "a memo with 2**32 entries": Bad(b"\x80\x04Nr\xff\xff\xff\xffcos\nsystem\nj\xff\xff\xff\xff\x85R.", UNSAFE),
    "a list that holds itself": Bad(CYCLE, UNSAFE),
    "hdf5, cut off": Bad(OLD[:100], MALFORMED),
    "protobuf, 2**63 bytes": Bad(MODEL + b"\x3a" + b"\xff" * 8 + b"\x7f\n\4\"\2xy", MALFORMED),
    "a zip bomb": Bad(BOMB, UNSCANNABLE),
    "a zip bomb in a zip": Bad(zipped({"inner.zip": BOMB}), UNSCANNABLE, None, "inner.zip"),
    "a gzip bomb": Bad(gzipped(), UNSCANNABLE, None, "(gzip)"),
    "a zip that is cut off": Bad(zipped({"data.pkl": PICKLE})[:-10], MALFORMED),
    "a zip with one name twice": Bad(duplicated(), TAMPERED, None, "a/data.pkl"),
    "a zip that leads out": Bad(zipped({"../../x": b"x"}), TRAVERSAL, None, "../../x"),
    "a zip that leads out absolutely": Bad(zipped({"/etc/x": b"x"}), TRAVERSAL, None, "/etc/x"),
    "a zip with a line end in a name": Bad(zipped({"a\n::error::x": HOSTILE}), UNSAFE, None, "a\\n::error::x"),
    "a zip with an escape in a name": Bad(zipped({"a\x1b[2J": HOSTILE}), UNSAFE, None, "a\\u001b[2J"),
    "a tar that leads out": Bad(tar(tarfile.TarInfo("../../x"), b"x"), TRAVERSAL, None, "../../x"),
    "a tar with a link out": Bad(link("/etc/passwd"), TRAVERSAL, None, "weights"),
    "a tar with a link upwards": Bad(link("../../x"), TRAVERSAL, None, "weights"),
    "a tar with a hard link out": Bad(link("../x", tarfile.LNKTYPE), TRAVERSAL, None, "weights"),
    "a tar with half a letter in a name": Bad(tar(tarfile.TarInfo("a\udcff\n"), HOSTILE), UNSAFE, None, "a\\xff\\n"),
    "a pickle with a line end in a name": Bad(b"\x80\x04\x8c\x04a\n::\x8c\x03b\nc\x93)R.", "weights/unknown-global"),
    "safetensors, a line end in a name": Bad(safetensors({"a\n::error::": tensor("F32", [9])}, bytes(4)), MALFORMED),
    "safetensors, half a letter in a name": Bad(safetensors(b'{"\\udc80": 1}'), MALFORMED),
}  # fmt: skip


def places(report: dict[str, Any], name: str) -> set[tuple[str, int | None, str | None]]:
    found = {
        (finding["rule"], place["offset"], place["member"])
        for finding in report["findings"]
        for place in finding["related"]
        if place["path"] == name
    }
    assert all(offset is None or offset >= 0 for _, offset, _ in found)
    return found


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_finding_says_where_and_the_next_file_is_examined(bare: Repo, bad: Bad) -> None:
    bare.write("a.bin", bad.content)
    bare.write("b.bin", PICKLE)
    bare.write("c.bin", WEIGHTS)
    report = bare.report("scan", "a.bin", "b.bin", "c.bin")
    assert (report["exit_code"], report["files"]) == (1, 3)
    about = places(report, "a.bin")
    assert bad.rule in {rule for rule, _, _ in about}
    assert any(
        rule == bad.rule
        and bad.offset in (None, offset)
        and (bad.member is None or (member or "").startswith(bad.member))
        for rule, offset, member in about
    ), about
    if bad.rule == MALFORMED:
        assert any(offset is not None or member for rule, offset, member in about if rule == MALFORMED), about
    assert {rule for rule, _, _ in places(report, "b.bin")} == {"weights/pickle-format"}
    assert not places(report, "c.bin")


def test_a_tree_of_them_is_judged_to_its_end(bare: Repo) -> None:
    for number, bad in enumerate(BAD.values()):
        bare.write(f"m/{number}.bin", bad.content)
    bare.write("m/empty.bin", b"")
    bare.write("m/good.bin", WEIGHTS)
    report = bare.report("scan", "m")
    assert (report["exit_code"], report["files"]) == (1, len(BAD) + 2)
    named = {finding["location"]["path"] for finding in report["findings"]}
    assert named == {f"m/{number}.bin" for number in range(len(BAD))}


def test_nothing_is_shown_that_a_terminal_or_a_runner_obeys(bare: Repo) -> None:
    for number, bad in enumerate(BAD.values()):
        bare.write(f"m/{number}.bin", bad.content)
    bare.write(b"m/\n::error::\xff.bin", HOSTILE)
    for form in ("text", "json", "github"):
        shown = bare.gate("scan", "m", "--report", form)
        assert shown.code == 1
        assert "\x1b" not in shown.out + shown.err
        lines = (shown.out + shown.err).splitlines()
        assert not any("::error::x" in line[:20] for line in lines)


@pytest.mark.parametrize("content", [b"", b"\0", b"\n", b"\x80", b"PK", b"{}"], ids=repr)
def test_files_that_hold_nothing_are_no_finding(bare: Repo, content: bytes) -> None:
    bare.write("a.bin", content)
    report = bare.report("scan", "a.bin")
    assert (report["exit_code"], report["files"], report["findings"]) == (0, 1, [])
