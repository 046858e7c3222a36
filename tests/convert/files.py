"""Files to convert, and what became of them."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors import safe_open

from gate.convert.model import Converted, convert, private_copy, workplace
from gate.formats.tensors import form_of


class Made(NamedTuple):
    """A conversion: what it says, the bytes, the metadata, and the tensors as safetensors reads them."""

    said: Converted
    data: bytes
    metadata: dict[str, str]
    tensors: dict[str, Any]


def converted(path: Path, framework: str = "numpy") -> Made:
    """Converts the file as the command does, without its scan, and reads the result with the library."""
    with workplace(str(path.parent)) as folder, private_copy(str(path), folder, _ignore) as copy:
        form = form_of(copy.inspection)
        assert form is not None, copy.inspection
        said = convert(copy, *form, folder, _ignore)
        with safe_open(said.path, framework) as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
            return Made(said, Path(said.path).read_bytes(), file.metadata(), tensors)


def pickled(path: Path, value: object, protocol: int = 4) -> Path:
    path.write_bytes(pickle.dumps(value, protocol))
    return path


def same(found: Any, expected: Any) -> bool:
    """Whether two arrays are bit for bit the same: also NaNs and signs of zeros."""
    little = expected.astype(expected.dtype.newbyteorder("<"), copy=False)
    return bool(found.dtype == little.dtype and found.shape == little.shape and found.tobytes() == little.tobytes())


def joblib_file(value: dict[str, Any], padded: bool = True) -> bytes:
    """What `joblib.dump` writes for a dict of arrays (`joblib/numpy_pickle.py`), old (before 1.2) or new."""
    out = io.BytesIO()
    out.write(b"\x80\x04}(")
    for name, array in value.items():
        fortran = array.flags.f_contiguous and not array.flags.c_contiguous
        out.write(pickle.dumps(name, 2)[2:-1])
        out.write(b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(")
        out.write(b"X\x08\0\0\0subclasscnumpy\nndarray\n")
        out.write(b"X\x05\0\0\0shape" + pickle.dumps(array.shape, 2)[2:-1])
        out.write(b"X\x05\0\0\0order" + pickle.dumps("F" if fortran else "C", 2)[2:-1])
        out.write(b"X\x05\0\0\0dtype" + pickle.dumps(array.dtype, 2)[2:-1])
        if padded:
            out.write(b"X\x1b\0\0\0numpy_array_alignment_bytesK\x10")
        out.write(b"ub")
        if padded:
            padding = 16 - (out.tell() + 1) % 16
            out.write(bytes([padding]) + b"\xff" * padding)
        out.write(array.tobytes("F" if fortran else "C"))
    out.write(b"u.")
    return out.getvalue()


def every_kind() -> dict[str, Any]:
    """An array of every dtype and layout."""
    rng = np.random.default_rng(0)
    table = rng.standard_normal((3, 4))
    names = ["bool", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))]
    kinds = {name: np.arange(6).astype(name) for name in [*names, "float16", "float32", "float64", "complex64"]}
    odd = np.array([0x7FF8000000000001, 0xFFF800000000BEEF, 0x8000000000000000, 0x7FF0000000000001], "u8").view("f8")
    return {
        **kinds,
        "nan payloads": odd,
        "nan payloads, big endian": odd.byteswap().view(">f8"),
        "big endian": np.arange(5, dtype=">i4"),
        "no dimension": np.array(1.5),
        "empty": np.zeros((0, 3), "f4"),
        "fortran": np.asfortranarray(table),
        "transposed": table.T,
        "steps": np.arange(20)[::3],
        "backwards": np.arange(9)[::-1],
        "expanded": np.broadcast_to(np.float32(2), (4, 5)),
    }


def _ignore(number: int) -> None:
    pass
