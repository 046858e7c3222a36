"""Programs are no finding; programs that carry or pretend to be weights are."""

from __future__ import annotations

import marshal
import struct
import types
from importlib.util import MAGIC_NUMBER

import pytest

from gate.formats.executables import disguised
from tests.support import Repo

from .builders import HOSTILE, look, rules, tarred, zipped

ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\0\x3e\0" + bytes(200)
PE = b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0" + bytes(100)
APE = b"MZqFpD='\n" + bytes(100)
CODE = marshal.dumps(compile("print(1)", "x.py", "exec"))
PROGRAMS = {
    "elf": ELF,
    "pe": PE,
    "ape": APE,
    "macho": b"\xcf\xfa\xed\xfe\x07\0\0\x01\x03\0\0\0\x02\0\0\0" + bytes(100),
    "java-class": b"\xca\xfe\xba\xbe\0\0\0\x34\0\x10" + bytes(50),
    "wasm": b"\0asm\x01\0\0\0" + bytes(20),
    "pyc": MAGIC_NUMBER + bytes(12) + CODE,
    "marshal": CODE,
    "script": b"#!/bin/sh\necho hello\n",
}
FAT = b"\xca\xfe\xba\xbe\0\0\0\x02\x01\0\0\x07" + bytes(100)
GGUF = b"GGUF" + struct.pack("<IQQ", 3, 0, 0)


@pytest.mark.parametrize(("form", "data"), PROGRAMS.items(), ids=PROGRAMS)
def test_honest_programs(form: str, data: bytes) -> None:
    assert look(data)[:3] == (form, "other", ())


def test_a_fat_binary_is_no_java_class() -> None:
    assert look(FAT).format == "macho"


def test_code_that_is_nested() -> None:
    function = next(
        part for part in compile("def f(a, b): return a", "", "exec").co_consts if isinstance(part, types.CodeType)
    )
    assert look(marshal.dumps(function)).format == "marshal"


@pytest.mark.parametrize("form", PROGRAMS)
@pytest.mark.parametrize(
    "path",
    ["pytorch_model.bin", "a/b.pt", "m.PTH", "x.safetensors", "m.gguf", "config.json", "m.llamafile", "d.parquet"],
)
def test_disguised(form: str, path: str) -> None:
    assert disguised(form, path)


@pytest.mark.parametrize(
    ("form", "path"),
    [
        ("elf", "lib/libtorch.so"),
        ("elf", "bin/tool"),
        ("pe", "setup.exe"),
        ("script", "run.sh"),
        ("script", "weights.bin/run"),
        ("pyc", "m.cpython-312.pyc"),
        ("wasm", "ort.wasm"),
        ("safetensors", "model.bin"),
        ("unknown", "model.bin"),
    ],
)
def test_not_disguised(form: str, path: str) -> None:
    assert not disguised(form, path)


@pytest.mark.parametrize("program", [ELF, PE, APE, PROGRAMS["script"]], ids=["elf", "pe", "ape", "script"])
def test_a_program_with_a_model_behind_it(program: bytes) -> None:
    found = look(program + zipped({"model.gguf": GGUF, ".args": b"-m\nmodel.gguf\n"}))
    assert found.role == "weights"
    assert found.flaws[0].rule == "weights/embedded-code"


def test_a_pickle_behind_a_program_is_told() -> None:
    found = rules(ELF + zipped({"a/data.pkl": HOSTILE}))
    assert {"weights/embedded-code", "weights/pickle-format"} <= found


@pytest.mark.parametrize("program", [ELF, PE, APE, PROGRAMS["script"]], ids=["elf", "pe", "ape", "script"])
def test_a_self_extracting_archive_is_harmless(program: bytes) -> None:
    found = look(program + zipped({"__main__.py": b"print(1)", "data.parquet": b"PAR1" + bytes(20) + b"PAR1"}))
    assert (found.role, found.flaws) == ("other", ())


@pytest.mark.parametrize("name", ["#!/bin/sh\n", "\x7fELF", "CBM1", "tree\nversion=v4", "RDX3\nX\n", "<PMML>", "#!/x"])
def test_a_tar_may_begin_with_any_name(name: str) -> None:
    found = look(tarred({name: b"x" * 20, "data.pkl": HOSTILE}))
    assert found.format == "tar"
    assert found.flaws


@pytest.mark.parametrize("head", [ELF, b"#!/bin/sh\n", b"<PMML>", b'{"a": 1}', b"CBM1\x10\0\0\0"])
@pytest.mark.parametrize("place", [512, 8192, 65536])
def test_hdf5_may_begin_with_anything(head: bytes, place: int) -> None:
    assert look(head.ljust(place, b"\0") + b"\x89HDF\r\n\x1a\n" + bytes(5000)).format == "hdf5"


@pytest.mark.parametrize(
    "text", ["#!not a path\n", "#![feature(x)]\nfn main() {}\n", "# /bin/sh\n", "MZ is a label\n", "c" + "ode " * 9]
)
def test_text_is_nothing(text: str) -> None:
    assert look(text.encode())[:3] == ("unknown", "other", ())


def test_a_disguise_is_a_finding_declared_or_not(bare: Repo) -> None:
    for name, data in {"m/w.bin": ELF, "m/x.csv": CODE, "m/lib.so": ELF, "m/run.sh": PROGRAMS["script"]}.items():
        bare.write(name, data)
    for command in (["scan", "m"], []):
        found = {(finding.rule, finding.at) for finding in bare.findings(*command)}
        assert {at for rule, at in found if rule == "weights/embedded-code"} == {"m/w.bin", "m/x.csv"}
