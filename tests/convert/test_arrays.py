"""Pickles, joblib files, npy and npz of arrays: what comes out is bit for bit what went in."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import pickle
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from gate.convert import arrays
from gate.convert.leaf import RefusedError
from gate.core.errors import UsageError
from tests.convert.files import converted, every_kind, joblib_file, pickled, same


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "arrays"


@pytest.mark.parametrize("protocol", range(6))
def test_every_kind_of_array_in_every_protocol(file: Path, protocol: int) -> None:
    expected = every_kind()
    made = converted(pickled(file, expected, protocol))
    assert made.tensors.keys() == expected.keys()
    for name, array in expected.items():
        assert same(made.tensors[name], array), name
    assert made.metadata == {"format": "np"}


def test_the_bytes_are_those_that_the_library_writes(file: Path) -> None:
    expected = {name: np.ascontiguousarray(array) for name, array in every_kind().items() if array.shape}
    little = {name: array.astype(array.dtype.newbyteorder("<")) for name, array in expected.items()}
    little["nan payloads, big endian"] = little["nan payloads"].copy()
    expected["nan payloads, big endian"] = expected["nan payloads"].copy()
    theirs, ours = save(little, {"format": "np"}), converted(pickled(file, expected)).data
    assert ours == theirs


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("pack", [bytes, zlib.compress, gzip.compress, lzma.compress])
def test_joblib_files_also_compressed(file: Path, padded: bool, pack: Any) -> None:
    expected = every_kind()
    del expected["steps"], expected["backwards"], expected["expanded"]
    file.write_bytes(pack(joblib_file(expected, padded)))
    made = converted(file)
    assert made.tensors.keys() == expected.keys()
    for name, array in expected.items():
        assert same(made.tensors[name], array), name


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_npz(file: Path, write: Any) -> None:
    expected = {"weight": np.arange(6.0).reshape(2, 3), "bias": np.zeros(0)}
    with open(file, "wb") as stream:
        write(stream, **expected)
    assert converted(file).tensors.keys() == expected.keys()


def test_npy_alone_and_several(file: Path) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.arange(3))
    file.write_bytes(buffer.getvalue())
    assert converted(file).tensors["tensor"].tolist() == [0, 1, 2]
    np.save(buffer, np.float32(4))
    file.write_bytes(buffer.getvalue())
    assert {name: found.tolist() for name, found in converted(file).tensors.items()} == {"0": [0, 1, 2], "1": 4.0}


def test_containers_and_plain_values(file: Path) -> None:
    model = {"layers": [np.zeros(1), np.ones(2)], 7: np.float32(3)}
    plain = {"epoch": 3, "rate": 0.1, "name": "résumé", "best": None, "on": True, "state": {}, "steps.1": []}
    made = converted(pickled(file, OrderedDict(model=model, **plain)))
    assert set(made.tensors) == {"model.layers.0", "model.layers.1", "model.7"}
    assert json.loads(made.metadata["gate.values"]) == plain
    assert made.said.values.names == tuple(plain)


def test_values_that_are_too_much_for_metadata_are_named(file: Path) -> None:
    value = {"w": np.zeros(1), "log": "x" * 5000, "nan": float("nan"), "huge": 1 << 20000}
    made = converted(pickled(file, value))
    assert made.metadata == {"format": "np"}
    assert [name.partition(":")[0] for name in made.said.dropped.names] == ["log", "nan", "huge"]


def test_an_array_under_two_names_is_stored_once(file: Path) -> None:
    shared = np.arange(1000.0)
    made = converted(pickled(file, {"head": shared, "embedding": shared}))
    assert set(made.tensors) == {"embedding"}
    assert made.metadata["head"] == "embedding"
    assert made.said.aliases == (1, ("head = embedding",))
    assert len(made.data) < 9000


def test_a_name_that_means_something_in_the_metadata_is_no_alias(file: Path) -> None:
    shared = np.arange(3.0)
    made = converted(pickled(file, {"format": shared, "a": shared}))
    assert set(made.tensors) == {"format", "a"}
    assert made.metadata == {"format": "np"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"x": np.array([{}, None])}, "an array of Python objects"),
        ({"x": np.array(["a"])}, '"x": an array of texts'),
        ({"x": np.zeros(2, [("a", "f4")])}, "records"),
        ({"x": np.array("2020-01-01", "M8[D]")}, '"x": an array of times'),
        ({"x": np.zeros(2, "c16")}, '"x" is an array of complex128'),
        ({"x": np.zeros(2), "y": b"bytes"}, '"y" is of type builtins.bytes'),
        ({"x": np.zeros(2), "y": [{1}]}, '"y.0" is of type builtins.set'),
        ({"x": np.zeros(2), 1: 0, "1": 0}, 'two keys that are written "1"'),
        ({"a": {"b": np.zeros(1)}, "a.b": np.zeros(1)}, 'two values would have the name "a.b"'),
        ({(1, 2): np.zeros(1)}, "a key that is of type builtins.tuple"),
        ({"__metadata__": np.zeros(1)}, "keeps for itself"),
        ({"epoch": 3}, "it holds no tensor"),
        ({"x": np.zeros(2), "y": Path("x")}, r"an object of pathlib"),
        ({"x": np.zeros(2), "y": np.random.default_rng(0)}, r"an object of numpy\.random"),
    ],
)
def test_what_safetensors_cannot_hold_is_named(file: Path, value: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        converted(pickled(file, value))


def _read(data: bytes) -> object:
    return arrays.load(io.BytesIO(data))


@pytest.mark.parametrize(
    "data",
    [
        b"cos\nsystem\n(S'echo'\ntR.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04echo\x85R.",
        b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.",
        b"\x80\x04\x8c\x05numpy\x8c\x0cdtype.__init__\x93.",
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct.__globals__\n.",
        b"\x80\x02cnumpy\nndarray\n}X\x01\0\0\0aK\x01sb.",  # sets attributes of a stand-in
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n}X\x08\0\0\0__code__K\x01s\x86b.",
        b"\x80\x02c_codecs\nencode\nX\x03\0\0\0abcX\x05\0\0\0rot13\x86R.",
        b"\x80\x02\x82\x01.",  # EXT1
        b"(i__main__\nX\n.",
        b"P1\n.",
        b"\x80\x04N.tail",
        b"\x80\x04]\x94",
        b"",
    ],
)
def test_no_name_reaches_anything(data: bytes) -> None:
    with pytest.raises(RefusedError):
        _read(data)


def test_cut_off_anywhere_is_refused() -> None:
    whole = joblib_file({"a": np.arange(4.0)})
    for length in range(len(whole)):
        with pytest.raises(RefusedError):
            _read(whole[:length])


def test_claims_that_the_bytes_do_not_bear_out(file: Path) -> None:
    data = pickle.dumps({"a": np.arange(2.0)}, 4)
    assert data.count(b"K\x02\x85") == 1
    file.write_bytes(data.replace(b"K\x02\x85", b"K\x03\x85"))
    with pytest.raises(UsageError, match="dtype and shape need 24 bytes, and it has 16"):
        converted(file)


def test_a_pickle_that_names_one_list_very_often(file: Path) -> None:
    value: Any = [np.zeros(1)]
    for _ in range(40):
        value = [value, value]
    with pytest.raises(UsageError, match="more than"):
        converted(pickled(file, value))
    loop: list[Any] = [np.zeros(1)]
    loop.append(loop)
    with pytest.raises(UsageError, match="holds itself"):
        converted(pickled(file, loop))
