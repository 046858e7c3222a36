"""Tars whose members or links leave the folder they are unpacked to, or that programs read differently."""

from __future__ import annotations

import io
import tarfile

import pytest

from .builders import HOSTILE, look, rules, tarred
from .fuzz import mutations, prefixes

TAMPERED, TRAVERSAL = "weights/archive-tampered", "weights/path-traversal"
Member = tuple[str, bytes, str]
"""Name, type and target."""


def tar(*members: Member, form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, kind, target in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            if kind == tarfile.REGTYPE:
                info.size = len(target)
                archive.addfile(info, io.BytesIO(target.encode()))
            else:
                archive.addfile(info)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "..\\x", "C:\\x", "/" + "d/" * 80 + "x"])
@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_names_that_lead_out(name: str, form: int) -> None:
    assert rules(tar((name, tarfile.REGTYPE, "x"), form=form)) == {TRAVERSAL}


def test_names_that_stay() -> None:
    members = [(name, tarfile.REGTYPE, "x") for name in ("./a", "d/../b", "..c", "d" * 90 + "/" + "e" * 90)]
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        assert not rules(tar(("./", tarfile.DIRTYPE, ""), *members, form=form))


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_devices(kind: bytes) -> None:
    assert rules(tar(("dev", kind, ""))) == {TRAVERSAL}


@pytest.mark.parametrize(
    ("name", "kind", "target", "leads_out"),
    [
        ("l", tarfile.SYMTYPE, "/etc/passwd", True),
        ("l", tarfile.SYMTYPE, "../x", True),
        ("d/l", tarfile.SYMTYPE, "../x", False),
        ("d/l", tarfile.SYMTYPE, "x/../../../y", True),
        ("l", tarfile.SYMTYPE, "model.bin", False),
        ("d/l", tarfile.LNKTYPE, "a", False),
        ("d/l", tarfile.LNKTYPE, "../a", True),
        ("l", tarfile.LNKTYPE, "/etc/shadow", True),
        ("l", tarfile.SYMTYPE, "/" + "e/" * 100, True),
    ],
)
@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_links(name: str, kind: bytes, target: str, leads_out: bool, form: int) -> None:
    assert rules(tar((name, kind, target), form=form)) == ({TRAVERSAL} if leads_out else set())


def test_writing_through_links() -> None:
    assert rules(tar(("l", tarfile.SYMTYPE, "d"), ("l/x", tarfile.REGTYPE, "x"))) == {TRAVERSAL}
    assert rules(tar(("l", tarfile.SYMTYPE, "."), ("./l//x", tarfile.REGTYPE, "x"))) == {TRAVERSAL}
    assert rules(tar(("s", tarfile.SYMTYPE, "d"), ("h", tarfile.LNKTYPE, "s"))) == {TRAVERSAL}
    assert not rules(tar(("d/x", tarfile.REGTYPE, "x"), ("l", tarfile.SYMTYPE, "d")))


def _joined(*members: tuple[str, bytes]) -> bytes:
    return b"".join(tarred({name: data})[: 512 + -(-len(data) // 512) * 512] for name, data in members) + bytes(1024)


def test_two_members_of_one_name() -> None:
    assert not rules(_joined(("a.txt", b"1"), ("a.txt", b"2"))), "tar appends newer versions"
    assert TAMPERED in rules(_joined(("w", HOSTILE), ("./w", b"\x80\x04N.")))


def test_a_size_for_all_that_follow() -> None:
    record = b"10 size=0\n"
    header = bytearray(tarred({"p": record}, tarfile.USTAR_FORMAT)[:1024])
    header[156:157] = b"g"
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 256 + sum(header[156:512]))
    assert TAMPERED in rules(bytes(header) + tarred({"w": HOSTILE}))


def test_an_old_tar_of_any_length() -> None:
    old = bytearray(tarred({"w": HOSTILE}, tarfile.USTAR_FORMAT))
    old[257:265] = bytes(8)
    old[148:156] = b"%06o\0 " % (sum(old[:148]) + 256 + sum(old[156:512]))
    assert look(bytes(old[:1200])).format == "tar"
    assert "weights/unsafe-pickle" in rules(bytes(old[:1200]))


SAMPLE = tar(("d/a", tarfile.REGTYPE, "hello"), ("l", tarfile.SYMTYPE, "d/a"))[:2560]


def test_truncated() -> None:
    for _, found in prefixes(SAMPLE, 600):
        assert found.format in ("tar", "unknown")


def test_mutants() -> None:
    assert all(found for found in mutations(SAMPLE))
