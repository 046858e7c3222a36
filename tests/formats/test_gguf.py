"""GGUF: every rule of the format, in three versions and two byte orders; hostile chat templates; vocabularies."""

from __future__ import annotations

import random
import struct

import pytest

from gate.formats.gguf import STRINGS

from .builders import look, rules

MALFORMED, UNSCANNABLE, CODE = {"weights/malformed"}, {"weights/unscannable"}, {"weights/embedded-code"}
U8, U32, F32, BOOL, STRING, ARRAY, U64 = 0, 4, 6, 7, 8, 9, 10


class Writer:
    """Bytes as `docs/gguf.md` says, for one version and byte order."""

    def __init__(self, version: int = 3, order: str = "<") -> None:
        self.version = version
        self.order = order

    def u32(self, value: int) -> bytes:
        return struct.pack(self.order + "I", value)

    def count(self, value: int) -> bytes:
        return struct.pack(self.order + ("I" if self.version == 1 else "Q"), value)

    def text(self, value: str | bytes) -> bytes:
        raw = value.encode() if isinstance(value, str) else value
        return self.count(len(raw)) + raw

    def string(self, key: str, value: str) -> bytes:
        return self.text(key) + self.u32(STRING) + self.text(value)

    def number(self, key: str, value: int) -> bytes:
        return self.text(key) + self.u32(U32) + self.u32(value)

    def array(self, key: str, kind: int, length: int, items: bytes) -> bytes:
        return self.text(key) + self.u32(ARRAY) + self.u32(kind) + self.count(length) + items

    def strings(self, key: str, values: list[str]) -> bytes:
        return self.array(key, STRING, len(values), b"".join(map(self.text, values)))

    def tensor(self, name: str, shape: tuple[int, ...], start: int, kind: int = 0) -> bytes:
        sizes = b"".join(map(self.count, shape))
        start_ = struct.pack(self.order + "Q", start)
        return self.text(name) + self.u32(len(shape)) + sizes + self.u32(kind) + start_

    def file(self, keys: list[bytes], tensors: list[bytes] = [], data: bytes = b"", align: int = 32) -> bytes:  # noqa: B006
        head = b"GGUF" + self.u32(self.version) + self.count(len(tensors)) + self.count(len(keys))
        head += b"".join(keys) + b"".join(tensors)
        return head + bytes(-len(head) % align) * bool(tensors) + data


W = Writer()
ARCHITECTURE = W.string("general.architecture", "llama")
TENSORS = [W.tensor("a", (4, 2), 0), W.tensor("b", (32,), 32, 2)]
GOOD = W.file([ARCHITECTURE], TENSORS, bytes(32 + 18))


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("order", "<>")
def test_versions_and_byte_orders(version: int, order: str) -> None:
    w = Writer(version, order)
    keys = [
        w.string("general.architecture", "llama"),
        w.number("general.alignment", 64),
        w.string("tokenizer.chat_template", "{{ messages }}"),
        w.text("f") + w.u32(F32) + bytes(4),
        w.text("flag") + w.u32(BOOL) + b"\1",
        w.array("scores", F32, 3, bytes(12)),
        w.strings("tokens", ["a", "", "c"]),
        w.array("nested", ARRAY, 2, (w.u32(U8) + w.count(1) + b"x") * 2),
    ]
    found = look(w.file(keys, [w.tensor("a", (4,), 0), w.tensor("b", (), 64)], bytes(68), align=64))
    assert (found.format, found.role, found.flaws) == ("gguf", "weights", ())
    assert found.facts == {"version": str(version), "tensors": 2, "keys": 8, "templates": 1, "architecture": "llama"}


BAD = {
    "10**18 keys": b"GGUF" + struct.pack("<IQQ", 3, 0, 10**18) + bytes(100),
    "10**18 tensors": b"GGUF" + struct.pack("<IQQ", 3, 10**18, 0) + bytes(100),
    "an overflow": b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 1 << 63) + bytes(100),
    "a long key": W.file([W.count(1 << 62) + b"abc" + bytes(20)]),
    "a key above the limit": W.file([W.string("k" * 65_536, "x")]),
    "an empty key": W.file([W.string("", "x")]),
    "a double key": W.file([ARCHITECTURE, ARCHITECTURE]),
    "a long string": W.file([W.text("k") + W.u32(STRING) + W.count(1 << 63) + bytes(20)]),
    "a long template": W.file([W.text("tokenizer.chat_template") + W.u32(STRING) + W.count(1 << 40) + b"abc"]),
    "an unknown value type": W.file([W.text("k") + W.u32(13) + bytes(20)]),
    "a boolean of 2": W.file([W.text("k") + W.u32(BOOL) + b"\2"]),
    "an array of 10**18": W.file([W.array("k", U8, 10**18, b"")]),
    "an array of 10**18 strings": W.file([W.array("k", STRING, 10**18, bytes(50))]),
    "an array of 10**18 arrays": W.file([W.array("k", ARRAY, 10**18, bytes(50))]),
    "an array of nothing known": W.file([W.array("k", 99, 1, b"x")]),
    "a string array with a long string": W.file([W.array("k", STRING, 2, W.count(1 << 63) + bytes(20))]),
    "an alignment of 0": W.file([W.number("general.alignment", 0)]),
    "an alignment of 24": W.file([W.number("general.alignment", 24)]),
    "an alignment that is text": W.file([W.string("general.alignment", "32")]),
    "a double tensor": W.file([], [W.tensor("a", (4,), 0), W.tensor("a", (4,), 32)], bytes(64)),
    "5 dimensions": W.file([], [W.tensor("a", (1,) * 5, 0)], bytes(64)),
    "10**9 dimensions": W.file([], [W.text("a") + W.u32(10**9) + bytes(50)], bytes(64)),
    "an overflow of elements": W.file([], [W.tensor("a", (1 << 40, 1 << 40), 0)], bytes(64)),
    "half a block": W.file([], [W.tensor("a", (33,), 0, 2)], bytes(64)),
    "an unaligned tensor": W.file([], [W.tensor("a", (4,), 16)], bytes(64)),
    "a hole": W.file([], [W.tensor("a", (4,), 32)], bytes(64)),
    "an overlap": W.file([], [W.tensor("a", (16,), 0), W.tensor("b", (4,), 32)], bytes(64)),
    "reversed": W.file([], [W.tensor("a", (4,), 32), W.tensor("b", (4,), 0)], bytes(64)),
    "behind the end": W.file([], [W.tensor("a", (1000,), 0)], bytes(64)),
    "far behind the end": W.file([], [W.tensor("a", (4,), 1 << 63)], bytes(64)),
    "data cut off": GOOD[:-1],
    "trailing bytes": GOOD + b"x",
    "bytes behind the metadata": W.file([ARCHITECTURE]) + b"x",
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_every_break_is_a_flaw_with_a_place(data: bytes) -> None:
    found = look(data)
    assert {flaw.rule for flaw in found.flaws} == MALFORMED
    assert all(flaw.offset is not None and flaw.offset <= len(data) for flaw in found.flaws)


@pytest.mark.parametrize("end", range(8, len(GOOD)))
def test_truncated_anywhere(end: int) -> None:
    assert rules(GOOD[:end]) == MALFORMED


def test_padding_is_harmless() -> None:
    assert not look(GOOD + bytes(5000)).flaws
    assert not look(W.file([ARCHITECTURE]) + bytes(64)).flaws


def test_limits_are_not_clean() -> None:
    w = Writer(1)
    deep = b"".join(W.u32(ARRAY) + W.count(1) for _ in range(9)) + W.u32(U8) + W.count(0)
    assert rules(W.file([W.text("k") + W.u32(ARRAY) + deep])) == UNSCANNABLE
    assert rules(w.file([w.array("k", STRING, STRINGS + 1, bytes(4 * (STRINGS + 1)))])) == UNSCANNABLE
    assert rules(b"GGUF" + W.u32(4) + bytes(100)) == UNSCANNABLE
    assert rules(b"GGUF" + bytes(100)) == UNSCANNABLE
    assert rules(W.file([W.string("tokenizer.chat_template", "x" * 2_000_001)])) == UNSCANNABLE
    assert rules(W.file([], [W.tensor("a", (4,), 0, 77)], bytes(64))) == UNSCANNABLE


def test_tensors_of_forks_may_have_any_length() -> None:
    tensors = [W.tensor("a", (256,), 0, 144), W.tensor("b", (4,), 224)]
    assert not look(W.file([], tensors, bytes(240))).flaws
    assert rules(W.file([], [W.tensor("a", (256,), 1 << 40, 144)], bytes(64))) == MALFORMED


HOSTILE = r"{{ messages|attr('\x5f\x5fclass\x5f\x5f') }}"


@pytest.mark.parametrize("key", ["tokenizer.chat_template", "tokenizer.chat_template.tool_use"])
def test_hostile_templates(key: str) -> None:
    data = W.file([ARCHITECTURE, W.string(key, "äö" + HOSTILE)])
    (flaw,) = look(data).flaws
    assert {flaw.rule} == CODE
    assert flaw.offset == data.index(rb"'\x5f")


def test_hostile_templates_in_an_array() -> None:
    assert rules(W.file([W.strings("tokenizer.chat_templates", ["default", HOSTILE])])) == CODE
    assert not look(W.file([W.strings("tokenizer.chat_templates", ["default", "tool_use"])])).flaws


def test_a_template_is_judged_although_the_tensors_are_broken() -> None:
    data = W.file([W.string("tokenizer.chat_template", HOSTILE)], [W.tensor("a", (4,), 16)], bytes(64))
    assert rules(data) == CODE | MALFORMED


def test_other_text_is_no_template() -> None:
    assert not look(W.file([W.string("general.description", HOSTILE)])).flaws


def test_vocabularies_are_stepped_over() -> None:
    tokens = [f"token{n}" for n in range(200_000)] + ["x" * 600_000, ""]
    assert not look(W.file([W.strings("tokenizer.ggml.tokens", tokens), ARCHITECTURE])).flaws


def test_hostile_names_are_escaped() -> None:
    (flaw,) = look(W.file([], [W.tensor("\n::error::\x1b[2J", (4,), 16)], bytes(64))).flaws
    assert flaw.message.isprintable()


def test_mutations_raise_nothing() -> None:
    chance = random.Random(3)
    for _ in range(3000):
        data = bytearray(GOOD)
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(4, len(data))] = chance.choice((0, 1, 9, 0x7F, 0xFF))
        for flaw in look(bytes(data)).flaws:
            assert "reader failed" not in flaw.message
