"""Every rule of the header; and the real library accepts whatever this reader accepts."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import deserialize

from gate.formats.interface import BytesSource
from gate.formats.safetensors import BITS, read

from .builders import HOSTILE, look, rules, safetensors, tensor

GOOD = safetensors({"__metadata__": {"format": "pt"}, "a": tensor(), "b": tensor("F16", [2, 3], [4, 16])}, bytes(16))
MALFORMED = {"weights/malformed"}


def test_facts() -> None:
    found = look(GOOD)
    assert (found.format, found.role, found.flaws) == ("safetensors", "weights", ())
    assert {k: v for k, v in found.facts.items() if k != "header"} == {
        "tensors": 2,
        "parameters": 7,
        "dtypes": {"F32": 1, "F16": 1},
        "metadata": ["format"],
    }


BAD = {
    "length 2**63": struct.pack("<Q", 1 << 63) + b"{}",
    "length past the end": struct.pack("<Q", 100) + b"{}",
    "length above the limit": struct.pack("<Q", 100_000_001) + b"{}",
    "leading blank": safetensors(b' {"a":1}'),
    "padding that is no space": safetensors(b"{}\n"),
    "trailing bytes": GOOD + b"x",
    "data cut off": GOOD[:-1],
    "a hole": safetensors({"a": tensor(offsets=[4, 8])}, bytes(8)),
    "an overlap": safetensors({"a": tensor(), "b": tensor()}, bytes(4)),
    "a reversed span": safetensors({"a": tensor(offsets=[4, 0])}, bytes(4)),
    "an unknown dtype": safetensors({"a": tensor("F99")}, bytes(4)),
    "a boolean size": safetensors({"a": tensor("U8", [True], [0, 1])}, b"x"),
    "a float size": safetensors(b'{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', bytes(4)),
    "a negative size": safetensors({"a": tensor(shape=[-1])}, bytes(4)),
    "10**9 elements": safetensors({"a": tensor(shape=[10**9])}, bytes(4)),
    "an overflow to nothing": safetensors({"a": tensor("U8", [1 << 63, 2, 0], [0, 0])}),
    "an overflow to fit": safetensors({"a": tensor("U8", [1 << 32, 1 << 32], [0, 0])}),
    "half a byte": safetensors({"a": tensor("F4", [1], [0, 1])}, b"x"),
    "an extra key": safetensors({"a": {**tensor(), "x": 1}}, bytes(4)),
    "a missing key": safetensors({"a": {"dtype": "F32", "shape": [1]}}, bytes(4)),
    "a tensor that is none": safetensors({"a": 1}),
    "metadata that is no text": safetensors({"__metadata__": {"a": 1}}),
    "metadata that is none": safetensors({"__metadata__": []}),
    "half a surrogate": safetensors(b'{"\\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)),
    "a double key": safetensors(b'{"__metadata__":{},"__metadata__":{}}'),
    "a double inner key": safetensors(
        b'{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)
    ),
    "no UTF-8": safetensors(b'{"\xff":1}'),
    "no JSON": safetensors(b'{"a"}'),
    "depth": safetensors(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "a huge number": safetensors(b'{"a":' + b"9" * 100_000 + b"}"),
    "NaN": safetensors(b'{"a":NaN}'),
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_every_break_is_a_flaw_with_a_place(data: bytes) -> None:
    found = look(data)
    assert {flaw.rule for flaw in found.flaws} == MALFORMED
    assert all(flaw.offset is not None and flaw.offset <= len(data) for flaw in found.flaws)


@pytest.mark.parametrize("end", range(16, len(GOOD)))
def test_truncated_anywhere(end: int) -> None:
    assert rules(GOOD[:end]) == MALFORMED


def test_hostile_names_are_escaped() -> None:
    (flaw,) = look(safetensors({"a\n::error::\x1b[2J": tensor("F99")}, bytes(4))).flaws
    assert flaw.message.isprintable()


def test_too_many_parts_is_not_clean() -> None:
    assert rules(safetensors(b'{"a":[' + b"0," * 8_000_001 + b"0]}")) == {"weights/unscannable"}


def test_only_the_header_is_read() -> None:
    class Counting(BytesSource):
        total = 0

        def read(self, offset: int, length: int) -> bytes:
            self.total += length
            return super().read(offset, length)

    source = Counting(safetensors({"a": tensor("U8", [10**7], [0, 10**7])}, bytes(10**7)))
    assert not read(source).flaws
    assert source.total < 1000


def test_polyglot_with_a_pickle() -> None:
    """The header's length is an instruction, its first key more of them; the pickle goes on in the tensor."""
    hops = "U~" + "a" * 126  # SHORT_BINSTRING of 126 bytes
    entry = tensor("U8", [len(HOSTILE) - 2], [0, len(HOSTILE) - 2])
    header = json.dumps({hops * 10 + "UT": entry}).encode().ljust(0x58 + 256 * 5)
    raw = safetensors(header, HOSTILE[2:])
    assert raw[:5] == b"X\x05\0\0\0"
    deserialize(raw)
    assert {"weights/polyglot", "weights/pickle-format"} <= rules(raw)


sizes = st.integers(-1, 5) | st.sampled_from([True, 1.0, 1 << 32, 1 << 63, 1 << 64])
tensors = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from([*BITS, "Q8"]),
        "shape": st.lists(sizes, max_size=3),
        "data_offsets": st.lists(st.integers(-1, 40), min_size=2, max_size=3),
    }
)


@st.composite
def laid_out(draw: st.DrawFn) -> tuple[dict[str, object], bytes]:
    """A header that is right, or nearly."""
    header: dict[str, object] = {}
    position = 0
    for name in draw(st.lists(st.text(max_size=5), unique=True, max_size=5)):
        dtype, shape = draw(st.sampled_from(list(BITS))), draw(st.lists(st.integers(0, 4), max_size=3))
        bits = BITS[dtype]
        for length in shape:
            bits *= length
        header[name] = tensor(dtype, shape, [position, position + bits // 8 + draw(st.sampled_from([0] * 19 + [1]))])
        position += bits // 8
    return header, bytes(position)


@given(
    laid_out() | st.tuples(st.dictionaries(st.text(max_size=4), tensors, max_size=3), st.binary(max_size=40)),
    st.integers(0, 3),
    st.none() | st.dictionaries(st.text(max_size=3), st.text(max_size=3) | st.none()),
)
def test_the_library_accepts_what_is_accepted(drawn: tuple[dict[str, object], bytes], pad: int, meta: object) -> None:
    header, data = drawn
    if meta is not None:
        header = {"__metadata__": meta, **header}
    raw = safetensors(json.dumps(header).encode() + b" " * pad, data)
    if not read(BytesSource(raw)).flaws:
        deserialize(raw)


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=3))
def test_the_library_accepts_what_is_accepted_after_mutation(changes: list[tuple[int, int]]) -> None:
    raw = bytearray(GOOD)
    for position, byte in changes:
        raw[position] = byte
    if not read(BytesSource(bytes(raw))).flaws:
        deserialize(bytes(raw))
