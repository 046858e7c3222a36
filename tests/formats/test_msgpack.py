"""Flax and msgpack-numpy are recognised by their arrays; any other msgpack is nothing."""

from __future__ import annotations

import struct

import pytest

from .builders import look, rules
from .fuzz import mutations, prefixes

MALFORMED = {"weights/malformed"}


class Ext:
    def __init__(self, kind: int, data: bytes) -> None:
        self.kind, self.data = kind, data


def pack(value: object) -> bytes:
    """msgpack by its specification, in the longer forms where there is a choice."""
    if isinstance(value, dict):
        return b"\xde" + struct.pack(">H", len(value)) + b"".join(pack(k) + pack(v) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return bytes([0x90 + len(value)]) + b"".join(map(pack, value))
    if isinstance(value, Ext):
        return b"\xc9" + struct.pack(">IB", len(value.data), value.kind) + value.data
    if isinstance(value, bytes):
        return b"\xc6" + struct.pack(">I", len(value)) + value
    if isinstance(value, str):
        raw = value.encode()
        return bytes([0xA0 + len(raw)]) + raw if len(raw) < 32 else b"\xd9" + bytes([len(raw)]) + raw
    if isinstance(value, bool) or value is None:
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    assert isinstance(value, int)
    return bytes([value]) if value < 128 else b"\xce" + struct.pack(">I", value)


def array(shape: tuple[int, ...] = (2, 3), dtype: str = "float32", data: bytes = bytes(24), kind: int = 1) -> Ext:
    return Ext(kind, pack([shape, dtype, data]))


GOOD = {
    "params": {
        "Dense_0": {"kernel": array(), "bias": array((3,), "bfloat16", bytes(6))},
        "scale": array((), "float64", bytes(8), kind=3),
        "phase": Ext(2, pack([1.0, 2.0])),
        "chunked": {
            "__msgpack_chunked_array__": True,
            "shape": {"0": 300},
            "chunks": {"0": array((300,), "int8", bytes(300))},
        },
    },
    "step": 1000,
}


def test_flax() -> None:
    found = look(pack(GOOD))
    assert found[:4] == ("flax", "weights", (), {"arrays": 4})


@pytest.mark.parametrize("start", [b"\x81", b"\xde\0\x01", b"\xdf\0\0\0\x01"])
def test_all_kinds_of_maps(start: bytes) -> None:
    assert look(start + pack("params") + pack(array()))[:3] == ("flax", "weights", ())


@pytest.mark.parametrize(
    "dtype", ["bool", "int4", "uint8", "float8_e4m3fn", "int64", "complex64", "str96", "datetime64[ns]"]
)
def test_dtypes(dtype: str) -> None:
    size = {"int64": 8, "complex64": 8}.get(dtype, 1)
    assert not look(pack({"a": array((1,), dtype, bytes(size))})).flaws


BAD = {
    "objects": array((1,), "object", bytes(8)),
    "a structure": array((1,), "V8", bytes(8)),
    "too few bytes": array((3, 3)),
    "10**9 elements": array((10**9,)),
    "an overflow": array(((1 << 32) - 1,) * 3, "int8", b""),
    "another length inside": Ext(1, pack([(2, 3), "float32", bytes(24)]) + b"x"),
    "two parts": Ext(1, b"\x93" + pack((1,)) + pack("int8")),
    "no dtype": Ext(1, pack([(1,), 5, b"x"])),
    "no shape": Ext(1, pack(["x", "int8", b"x"])),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_malformed_arrays(bad: Ext) -> None:
    found = look(pack({"a": bad}))
    assert ({flaw.rule for flaw in found.flaws}, found.role) == (MALFORMED, "weights")


def test_claims() -> None:
    start = pack({"a": array()})
    assert rules(start + b"\0") == MALFORMED
    many = b"\x82" + start[3:] + pack("b")
    for claim in (
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\xc9\xff\xff\xff\xff\x01\x93",
    ):
        assert rules(many + claim) == MALFORMED
    assert rules(many + b"\x92" * 10_001) == {"weights/unscannable"}


def numpy(kind: object) -> bytes:
    return pack({b"nd": True, b"type": "<f4", b"kind": kind, b"shape": [1], b"data": bytes(4)})


def test_msgpack_numpy() -> None:
    assert look(numpy(b""))[:3] == ("msgpack", "weights", ())
    assert rules(numpy(b"O")) == {"weights/pickle-format"}
    assert rules(numpy("O")) == {"weights/pickle-format"}
    assert rules(b"\x91" + numpy(b"O")) == {"weights/pickle-format"}
    assert rules(pack({"weights": {"nd": True, "kind": "O"}})) == {"weights/pickle-format"}


@pytest.mark.parametrize(
    "value", [{"a": 1}, {"kind": "O"}, {"a": Ext(1, b"abc")}, {"a": Ext(5, bytes(30))}, {"time": 5.0}]
)
def test_other_msgpack_is_nothing(value: object) -> None:
    assert look(pack(value))[:3] == ("unknown", "other", ())


def test_damage() -> None:
    data = pack(GOOD)
    for end, found in prefixes(data):
        assert found.flaws or end < 40, end
    for _ in mutations(data):
        pass
