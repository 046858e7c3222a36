"""MXNet, OCDBT, Java streams, TensorRT engines, MATLAB files and Zarr metadata."""

from __future__ import annotations

import json
import struct

import pytest

from .builders import look, rules
from .fuzz import mutations, prefixes

MALFORMED = {"weights/malformed"}


def dense(shape: tuple[int, ...] = (2, 3), flag: int = 0, data: bytes = bytes(24), magic: int = 0xF993FAC9) -> bytes:
    lead = struct.pack("<I", magic) + (b"" if magic == 0xF993FAC8 else struct.pack("<i", 0))
    return lead + struct.pack(f"<i{len(shape)}q", len(shape), *shape) + struct.pack("<iii", 1, 0, flag) + data


def row_sparse() -> bytes:
    stored, shape = struct.pack("<iqq", 2, 1, 3), struct.pack("<iqq", 2, 5, 3)
    indices = struct.pack("<iiq", 6, 1, 1)
    return struct.pack("<Ii", 0xF993FAC9, 1) + stored + shape + struct.pack("<iii", 1, 0, 0) + indices + bytes(12 + 8)


def params(*arrays: bytes, names: tuple[str, ...] | None = None) -> bytes:
    names = tuple(f"arg:{i}" for i in range(len(arrays))) if names is None else names
    listed = b"".join(struct.pack("<Q", len(name)) + name.encode() for name in names)
    return struct.pack("<QQQ", 0x112, 0, len(arrays)) + b"".join(arrays) + struct.pack("<Q", len(names)) + listed


OLD = struct.pack("<III", 2, 2, 3) + struct.pack("<iii", 1, 0, 0) + bytes(24)
"""From before there was a magic: the shape in 32 bits."""


@pytest.mark.parametrize(
    "data",
    [
        params(dense(), dense((1,), 3, b"x")),
        params(dense(magic=0xF993FAC8)),
        params(dense((), 0, bytes(4), magic=0xF993FACA)),
        params(row_sparse()),
        params(OLD),
        params(dense(), names=()),
        params(),
    ],
)
def test_mxnet(data: bytes) -> None:
    assert look(data)[:3] == ("mxnet", "weights", ())
    assert rules(data[:-1]) == MALFORMED
    assert rules(data + b"x") == MALFORMED


@pytest.mark.parametrize(
    "data",
    [
        params(dense((10**9, 10**9))),
        params(dense((1 << 40,))),
        params(dense(flag=99)),
        params(dense((1,) * 33)),
        params(dense(), names=("a", "b")),
        struct.pack("<QQQ", 0x112, 0, 10**5),
    ],
)
def test_broken_mxnet(data: bytes) -> None:
    assert rules(data) == MALFORMED


def test_more_mxnet_arrays_than_are_followed() -> None:
    assert rules(struct.pack("<QQQ", 0x112, 0, 1 << 60)) == {"weights/unscannable"}


def test_damaged_mxnet() -> None:
    data = params(dense(), row_sparse())
    for end, found in prefixes(data, 8):
        assert found.flaws, end
    for _ in mutations(data):
        pass


def test_ocdbt() -> None:
    manifest = struct.pack(">I", 0x0CDB3A2A) + struct.pack("<Q", 60) + bytes(48)
    assert look(manifest)[:3] == ("ocdbt", "weights", ())
    assert rules(manifest[:-1]) == MALFORMED
    assert rules(manifest + b"x") == MALFORMED


def test_java() -> None:
    name = b"weka.classifiers.trees.J48"
    stream = b"\xac\xed\0\x05sr" + struct.pack(">H", len(name)) + name + bytes(8)
    found = look(stream)
    assert [flaw.rule for flaw in found.flaws] == ["weights/embedded-code"]
    assert found.facts == {"classes": [name.decode()]}
    assert rules(b"\xac\xed\0\x05") == {"weights/embedded-code"}


def test_tensorrt_cannot_be_read() -> None:
    assert rules(b"ftrt" + bytes(60)) == {"weights/unscannable"}
    assert look(b"ftrt is no word\n").format == "unknown"


def test_matlab_is_data() -> None:
    header = b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\x01IM"
    assert look(header + bytes(40))[:3] == ("matlab", "data", ())


ZARRAY = {
    "zarr_format": 2,
    "shape": [1],
    "chunks": [1],
    "dtype": "|O",
    "compressor": None,
    "fill_value": 0,
    "order": "C",
}
HOSTILE_ZARR = [
    {**ZARRAY, "filters": [{"id": "pickle", "protocol": 5}]},
    {"zarr_consolidated_format": 1, "metadata": {"a/.zarray": {**ZARRAY, "filters": [{"id": "pickle"}]}}},
    {"zarr_format": 3, "node_type": "array", "codecs": [{"name": "numcodecs.pickle", "configuration": {}}]},
]


@pytest.mark.parametrize("document", HOSTILE_ZARR)
def test_zarr_with_pickles(document: object) -> None:
    assert rules(json.dumps(document).encode()) == {"weights/pickle-format"}


@pytest.mark.parametrize("filters", [None, [{"id": "vlen-utf8"}], [{"id": "json2"}], [{"id": "delta", "dtype": "<f4"}]])
def test_zarr_without(filters: object) -> None:
    assert not look(json.dumps({**ZARRAY, "filters": filters}).encode()).flaws
