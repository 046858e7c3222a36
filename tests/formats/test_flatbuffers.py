"""TensorFlow Lite and ExecuTorch: operators, buffers and segments; and offsets that lead astray."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from typing import Union

import pytest

from gate.formats.flatbuffers import tables

from .builders import look, rules, zipped

MALFORMED = {"weights/malformed"}
REFERENCE = {"weights/external-reference"}
ELF = b"\x7fELF\x02\x01\x01" + bytes(100)

Entry = Union[int, bytes, str, "Table", list["Table"], tuple[str, int], None]


class Table:
    """A table of `fields` in the order of the schema: numbers are 4 bytes unless given as (format, number)."""

    def __init__(self, *fields: Entry) -> None:
        self.fields = fields

    def build(self, data: bytearray) -> int:
        """Append the table and, behind it, what it refers to; where it begins."""
        pack = [_packed(entry) for entry in self.fields]
        layout, size = [], 4
        for raw in pack:
            size += -size % max(1, len(raw))
            layout.append(size if raw else 0)
            size += len(raw)
        data += bytes(-len(data) % 8)
        vtable = len(data)
        data += struct.pack(f"<HH{len(pack)}H", 4 + 2 * len(pack), size, *layout)
        data += bytes(-len(data) % 8)
        start = len(data)
        data += struct.pack("<i", start - vtable) + bytes(size - 4)
        for place, raw in zip(layout, pack, strict=True):
            data[start + place : start + place + len(raw)] = raw
        for place, entry in zip(layout, self.fields, strict=True):
            if isinstance(entry, (bytes, str, list, Table)):
                target = _append(data, entry)
                struct.pack_into("<I", data, start + place, target - start - place)
        return start


def _packed(entry: Entry) -> bytes:
    if entry is None:
        return b""
    if isinstance(entry, tuple):
        return struct.pack("<" + entry[0], entry[1])
    return struct.pack("<i", entry) if isinstance(entry, int) else bytes(4)


def _append(data: bytearray, entry: bytes | str | list[Table] | Table) -> int:
    if isinstance(entry, Table):
        return entry.build(data)
    data += bytes(-len(data) % 8)
    start = len(data)
    if not isinstance(entry, list):
        raw = entry.encode() if isinstance(entry, str) else entry
        data += struct.pack("<I", len(raw)) + raw + b"\0"
        return start
    data += struct.pack("<I", len(entry)) + bytes(4 * len(entry))
    for index, item in enumerate(entry):
        place = start + 4 + 4 * index
        struct.pack_into("<I", data, place, item.build(data) - place)
    return start


def flat(identifier: bytes, root: Table, header: bytes = b"") -> bytes:
    data = bytearray(4) + identifier + header
    struct.pack_into("<I", data, 0, root.build(data))
    return bytes(data)


def operator(custom: str = "", code: int = 32) -> Table:
    return Table(("b", min(code, 127)), custom or None, 1, code)


def tflite(
    codes: Sequence[Table], nodes: Sequence[Table] = (), buffers: Sequence[Table] = (), groups: Sequence[Table] = ()
) -> bytes:
    graph = Table(None, None, None, list(nodes), "main")
    metadata = [Table("min_runtime_version", 0)]
    root = Table(3, list(codes), [graph], "made", [Table(), *buffers], None, metadata, None, list(groups))
    return flat(b"TFL3", root)


GOOD = tflite([operator(code=0), operator("TFLite_Detection_PostProcess")], [Table(0)], [Table(b"weights")])


def test_facts() -> None:
    found = look(GOOD)
    assert (found.format, found.role, found.flaws) == ("tflite", "weights", ())
    assert found.facts == {
        "version": "3",
        "operators": 2,
        "nodes": 1,
        "buffers": 2,
        "metadata": ["min_runtime_version"],
    }


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("Evil", "weights/external-reference"),
        ("FlexReadFile", "weights/external-reference"),
        ("FlexWriteFile", "weights/external-reference"),
        ("FlexPyFunc", "weights/embedded-code"),
        ("FlexRunShell", "weights/external-reference"),
    ],
)
def test_operators_from_elsewhere(name: str, rule: str) -> None:
    (flaw,) = look(tflite([operator(code=3), operator(name)])).flaws
    assert flaw.rule == rule
    assert name.removeprefix("Flex") in flaw.message


def test_operators_of_tensorflow_that_compute() -> None:
    assert not look(
        tflite([operator("FlexErfinv")], [Table(0, None, None, None, None, b"\x06Erfinv\x12\x06Erfinv")])
    ).flaws


def test_the_options_say_which_operator_of_tensorflow_it_is() -> None:
    options = b"\x03Add\0\x0a\x01n\x12\x06PyFunc"
    assert rules(tflite([operator("FlexAdd")], [Table(0, None, None, None, None, options)])) == {
        "weights/embedded-code"
    }


def test_options_behind_the_flatbuffer() -> None:
    data = tflite([operator("FlexAdd")], [Table(0, *[None] * 8, ("Q", 0xFFFF), ("Q", 8))])
    assert rules(data) == MALFORMED
    assert rules(data.ljust(0xFFFF, b"\0") + b"ReadFile") == REFERENCE


def test_a_name_of_a_built_in_operator_is_not_looked_up() -> None:
    assert not look(tflite([operator("Evil", 3)])).flaws


def test_buffers_behind_the_flatbuffer() -> None:
    data = tflite([operator(code=0)], (), [Table(None, ("Q", 5000), ("Q", 100))])
    assert not look(data.ljust(5100, b"\0")).flaws
    assert rules(data.ljust(5099, b"\0")) == MALFORMED


@pytest.mark.parametrize(("path", "found"), [("part.bin", set()), ("../part.bin", REFERENCE), ("/x", REFERENCE)])
def test_buffers_in_other_files(path: str, found: set[str]) -> None:
    assert rules(tflite([operator(code=0)], groups=[Table(path)])) == found


def test_metadata_may_come_as_a_zip_of_labels() -> None:
    assert not look(GOOD + zipped({"labels.txt": b"cat\ndog\n"})).flaws
    assert "weights/polyglot" in rules(GOOD + zipped({"x.tflite": tflite([operator("Evil")])}))


@pytest.mark.parametrize("end", range(8, len(GOOD), 3))
def test_truncated(end: int) -> None:
    """The list of buffers is read up to where each ends, so only padding may be missing."""
    assert rules(GOOD[:end]) == MALFORMED or GOOD[end:].strip(b"\0") == b"" or end > GOOD.index(b"min_runtime")


def test_many_references_to_one_table_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "TABLES", 100)
    data = bytearray(tflite([operator(code=0)] * 50))
    assert not look(bytes(data)).flaws
    assert rules(tflite([operator(code=0)] * 150)) == {"weights/unscannable"}


def test_mutations_never_fail_the_reader() -> None:
    generator = random.Random(3)
    for data in (GOOD, PROGRAM):
        for _ in range(2000):
            raw = bytearray(data)
            for _ in range(generator.randint(1, 4)):
                raw[generator.randrange(8, len(raw))] = generator.randrange(256)
            assert not any("reader failed" in flaw.message for flaw in look(bytes(raw)).flaws), bytes(raw)


def program(inline: bytes = b"blob", segments: Sequence[Table] = (), header: bytes = b"") -> bytes:
    delegate = Table("XnnpackBackend", Table(("b", 0), 0))
    plan = Table("forward", None, None, None, None, None, [Table("aten::add", "out")], [delegate])
    root = Table(0, [plan], [Table(b"constant")], [Table(inline)], list(segments))
    return flat(b"ET12", root, header)


PROGRAM = program()
EXTENDED = b"eh00" + struct.pack("<IQQ", 24, 4096, 4096)


def test_program() -> None:
    found = look(PROGRAM)
    assert (found.format, found.role, found.flaws) == ("executorch", "weights", ())
    assert found.facts == {
        "version": "0",
        "methods": ["forward"],
        "operator_names": ["aten::add.out"],
        "delegates": ["XnnpackBackend"],
        "segments": 0,
    }


def test_segments_lie_in_the_file_and_hold_no_native_code() -> None:
    data = program(segments=[Table(("Q", 16), ("Q", 100))], header=EXTENDED).ljust(4096 + 16, b"\0")
    assert not look(data + bytes(100)).flaws
    assert rules(data + bytes(99)) == MALFORMED
    assert rules(data + ELF) == {"weights/embedded-code"}
    assert rules(program(ELF)) == {"weights/embedded-code"}


def test_the_identifier_alone_makes_no_program() -> None:
    assert look(b"GREYET12" + b"text " * 100).format == "unknown"
