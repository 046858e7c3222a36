"""The wire format: what every parser accepts is followed, everything else ends in an error."""

from __future__ import annotations

import random

import pytest

from gate.formats.interface import BytesSource
from gate.formats.protobuf import outline as outlines
from gate.formats.protobuf import wire
from gate.formats.protobuf.outline import outline
from gate.formats.protobuf.wire import NUMBER, SPAN, TEXT, TEXTS, LimitError, Message, Span, WireError, walk

from .builders import look, zipped
from .messages import field, message, varint

SCHEMA = {"root": {1: NUMBER, 2: TEXT, 3: "child", 4: SPAN, 5: TEXTS}, "child": {1: TEXT, 3: "child"}}


def walked(data: bytes) -> list[Message]:
    return list(walk(BytesSource(data), SCHEMA, "root"))


def test_values_by_field_and_children_first() -> None:
    child, root = walked(message((1, 300), (2, "a"), (2, "b"), (3, message((1, "c"))), (4, b"xyz"), (5, "d"), (5, "e")))
    assert (child.kind, child.text(1)) == ("child", "c")
    assert (root.number(1), root.text(2), root.texts(5)) == (300, "b", ["d", "e"])
    assert root.values[4] == Span(16, 3)


def test_a_message_in_two_pieces_is_met_twice() -> None:
    assert [m.text(1) for m in walked(message((3, message((1, "a"))), (3, message((1, "b")))))] == ["a", "b", ""]


UNKNOWN = {
    "a field of a number beyond the schema": message((5000, "x")),
    "fixed numbers": b"\x31" + bytes(8) + b"\x35" + bytes(4),
    "a group with groups inside": b"\x33" + message((1, 5), (2, "x")) + b"\x3b\x3c\x34",
    "a known number in another type": message((2, 7), (1, "x"), (3, 1)),
    "a long tag and a long number": b"\x92\x80\x00\x81\x80\x80\x00z",
}


@pytest.mark.parametrize("data", UNKNOWN.values(), ids=UNKNOWN)
def test_what_parsers_tolerate(data: bytes) -> None:
    *_, root = walked(data + field(1, 9))
    assert root.number(1) == 9


BROKEN = {
    "field 0": b"\0\0",
    "a wire type that there is not": b"\x0e",
    "a number without end": b"\x08" + b"\xff" * 11,
    "a text past the end": b"\x12\x05ab",
    "a child past its parent": field(3, b"\x0a\x7f") + b"x" * 200,
    "a fixed number past the end": b"\x31\0\0",
    "a group without end": b"\x33\x08\x01",
    "the end of another group": b"\x33\x3c",
    "an end without a group": b"\x34",
    "a group that ends outside of its message": field(3, b"\x33") + b"\x34",
    "2**63 bytes in a few": b"\x12" + varint(1 << 63) + b"x",
    "a child of 2**63 bytes": b"\x1a" + varint(1 << 63) + field(1, "x"),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_no_parser_accepts(data: bytes) -> None:
    with pytest.raises(WireError) as caught:
        walked(data)
    assert 0 <= caught.value.offset <= len(data)


def test_what_was_begun_is_given_out_before_the_error() -> None:
    walker = walk(BytesSource(field(1, 7) + b"\x1a\x30" + field(3, field(1, "in")) + field(1, "cut")), SCHEMA, "root")
    assert (next(walker).text(1), next(walker).text(1), next(walker).number(1)) == ("in", "cut", 7)
    with pytest.raises(WireError):
        next(walker)


def test_depth_and_number_of_fields_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b""
    for _ in range(wire.DEPTH + 2):
        data = field(3, data)
    with pytest.raises(LimitError):
        walked(data)
    with pytest.raises(LimitError):
        walked(b"\x33" * (wire.DEPTH + 2))
    for module in (wire, outlines):
        monkeypatch.setattr(module, "FIELDS", 10)
    with pytest.raises(LimitError):
        walked(field(1, 1) * 11)
    with pytest.raises(LimitError):
        outline(BytesSource(field(1, "x") * 11), frozenset())


def test_too_many_fields_before_anything_is_recognised_is_not_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (wire, outlines):
        monkeypatch.setattr(module, "FIELDS", 1000)
    assert [flaw.rule for flaw in look(message((60, 1)) * 5000).flaws] == ["weights/unscannable"]


@pytest.mark.parametrize("unit", [b" ", b"\x08\1", b"\n\0", b"\x12\0\x18\1"], ids=repr)
def test_blanks_and_the_like_are_stepped_over_together(unit: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (wire, outlines):
        monkeypatch.setattr(module, "FIELDS", 100)
    assert look(unit * 100_000)[:3] == ("unknown", "other", ())


def test_a_vocabulary_is_walked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = b"".join(field(1, message((1, f"piece{i}")) + b"\x15" + bytes(4)) for i in range(10_000))
    trainer = message((1, "corpus.txt"), (2, "spm"), (3, 1))
    data = pieces + field(2, trainer) + field(3, message((1, "nmt_nfkc"), (2, bytes(100))))
    for module in (wire, outlines):  # the budget pays for two walks and not for five
        monkeypatch.setattr(module, "PRICE", 2500)
    assert look(data)[:3] == ("unknown", "other", ())
    assert look(zipped({"tokenizer.model": data}))[:3] == ("zip", "other", ())


def test_outline_says_what_lies_where() -> None:
    inner = message((1, "a"), (2, message((5, 1)))) + b"\x0a\x7f"  # the last one is cut off
    data = field(1, inner) + field(2, message((3, 7))) + b"\x1b\x20\1\x1c" + field(1, "gg") + field(6, b"")
    paths = {(1, 2), (2, 2), (1, 1, 2), (1, 2, 2), (2, 3, 0), (6, 2)}
    assert outline(BytesSource(data), frozenset(((1,), (2,)))) >= paths
    assert outline(BytesSource(data), frozenset()) == {(1, 2), (2, 2), (6, 2)}


def test_large_values_are_stepped_over() -> None:
    class Counting(BytesSource):
        total = 0

        def read(self, offset: int, length: int) -> bytes:
            found = super().read(offset, length)
            self.total += len(found)
            return found

    source = Counting(message((3, message((2, bytes(5_000_000)), (1, "x"))), (2, bytes(5_000_000)), (1, 1)))
    assert len(list(walk(source, SCHEMA, "root"))) == 2
    assert source.total < 200_000


def test_arbitrary_bytes_are_no_model() -> None:
    generator = random.Random(4)
    frequent = b"\x08\x0a\x12\x1a\x22\x3a\x42\x01\x02\x03\x04abc:BA"
    for _ in range(5000):
        size = generator.choice((2, 8, 20, 60, 300))
        data = bytes(generator.choice(frequent) for _ in range(size))
        assert look(data).format in ("unknown", "pickle", "zlib", "msgpack"), data
