"""Pickles and joblib files of arrays, read with stand-ins: no name in them reaches numpy, torch or anything else.

An array is taken as what its pickle says of it, bytes, dtype and shape, and made by `numpy.frombuffer` once all of
it was checked: numpy's own reconstructors trust the state that they are given. Sources: `numpy/_core/src/multiarray/
methods.c` (`array_setstate`), `descriptor.c` (`arraydescr_setstate`), `joblib/numpy_pickle.py` (`NumpyArrayWrapper`).
"""

from __future__ import annotations

import io
import pickle
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, ClassVar, cast

from gate.convert.leaf import Leaf, RefusedError
from gate.core.text import shorten

_CODE = re.compile(r"([<>=|]?)([?biufcmMSUVOa])(\d{0,9})(?:\[\w+\])?")
_KINDS = {"O": "Python objects", "U": "texts", "S": "texts", "a": "texts", "V": "records", "m": "times", "M": "times"}
DTYPES = {
    "bool": "BOOL", "uint8": "U8", "int8": "I8", "uint16": "U16", "int16": "I16", "float16": "F16", "uint32": "U32",
    "int32": "I32", "float32": "F32", "complex64": "C64", "uint64": "U64", "int64": "I64", "float64": "F64",
}  # fmt: skip
"""The dtypes that numpy and safetensors share."""


class Dtype:
    """Stands for `numpy.dtype`: a code such as `f4`, and a byte order."""

    __slots__ = ("code", "order")

    def __init__(self, code: object, *_align_and_copy: object) -> None:
        match = _CODE.fullmatch(code) if isinstance(code, str) else None
        if match is None:
            raise RefusedError(f"an array has the dtype {shorten(repr(code), 60)}, which safetensors does not have")
        self.order, self.code = match[1] or "=", match[2] + match[3]

    def __setstate__(self, state: Any) -> None:
        """Takes (version, byte order, parts, names, fields, size, alignment, flags)."""
        if not isinstance(state, tuple) or len(state) < 5 or state[1] not in ("<", ">", "=", "|"):
            raise RefusedError("an array has an impossible dtype")
        if any(part is not None for part in state[2:5]):
            raise RefusedError("an array of records: safetensors has only numbers")
        self.order = state[1]


class Array:
    """Stands for `numpy.ndarray`: set once, by whoever knows what is in it."""

    __slots__ = ("data", "dtype", "fortran", "shape")

    def __setstate__(self, state: Any) -> None:
        """Takes ([version,] shape, dtype, is it in Fortran order, bytes)."""
        if not isinstance(state, tuple) or len(state) not in (4, 5):
            raise RefusedError("an array has an impossible state")
        self.set(*state[-4:])

    def set(self, shape: object, dtype: object, fortran: object, data: object) -> None:
        """Fills in what was checked."""
        if not isinstance(dtype, Dtype) or not isinstance(shape, tuple):
            raise RefusedError("an array has an impossible shape or dtype")
        if len(shape) > 64 or not all(type(length) is int and 0 <= length < 1 << 48 for length in shape):
            raise RefusedError(f"an array has the impossible shape {shorten(repr(shape), 60)}")
        if isinstance(data, list):
            raise RefusedError("an array of Python objects: safetensors has only numbers")
        if not isinstance(data, (bytes, bytearray)):
            raise RefusedError("an array has no bytes")
        self.shape, self.dtype, self.fortran, self.data = shape, dtype, bool(fortran), bytes(data)


class Wrapper:
    """Stands for joblib's `NumpyArrayWrapper`; the bytes of its array follow it in the file."""

    __slots__ = ("array",)

    def __setstate__(self, state: Any) -> None:
        """Nothing to do without the file: see `_Reader.build`."""


class Ordered(dict[Any, Any]):
    """Stands for `collections.OrderedDict`, whose attributes (torch's `_metadata`) are no part of it."""

    __slots__ = ()

    def __setstate__(self, state: object) -> None:
        """Attributes are let go."""


def _encode(text: object, encoding: object = "", errors: object = "") -> bytes:
    """Stands for `_codecs.encode`, with which protocol 2 spells bytes."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise RefusedError("it encodes something else than bytes")
    return text.encode("latin-1")


def _reconstruct(kind: object, shape: object, code: object) -> Array:
    return Array()


def _from_buffer(data: object, dtype: object, shape: object, order: object) -> Array:
    array = Array()
    array.set(shape, dtype, order == "F", data)
    return array


def _scalar(dtype: object, data: object = None) -> Array:
    array = Array()
    array.set((), dtype, False, data)
    return array


def _bytes(*parts: object) -> bytes:
    return _encode(*parts) if parts else b""


Names = dict[tuple[str, str], Callable[..., object]]
NUMPY: Names = {("numpy", "ndarray"): Array, ("numpy", "memmap"): Array, ("numpy", "dtype"): Dtype}
"""What numpy's pickles name, and what stands for it here."""
for _core in ("numpy.core", "numpy._core"):
    NUMPY[_core + ".multiarray", "_reconstruct"] = _reconstruct
    NUMPY[_core + ".multiarray", "scalar"] = _scalar
    NUMPY[_core + ".numeric", "_frombuffer"] = _from_buffer
_PLAIN: Names = {
    ("_codecs", "encode"): _encode,
    ("collections", "OrderedDict"): Ordered,
    ("__builtin__", "bytes"): _bytes,
    ("builtins", "bytes"): _bytes,
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): Wrapper,
}
_STAND_INS = (Dtype, Array, Wrapper, Ordered)


class _Reader(pickle._Unpickler):  # the C one reads ahead, and joblib's arrays stand between the instructions
    """Unpickles with stand-ins only; raises `RefusedError` for any other name."""

    dispatch: ClassVar[dict[int, Any]] = dict(pickle._Unpickler.dispatch)
    stack: list[Any]
    _unframer: Any

    def __init__(self, file: BinaryIO, names: Names) -> None:
        super().__init__(file)
        self._file = file
        self._names = names

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in for a name."""
        found = self._names.get((module, name))
        if found is None:
            what = shorten(f"{module}.{name}")
            raise RefusedError(f"it holds an object of {what}, which is neither a tensor nor a plain value")
        return found

    def build(self) -> None:
        """BUILD: sets the state of a stand-in, and of nothing else."""
        state = self.stack.pop()
        target = self.stack[-1]
        if not isinstance(target, _STAND_INS):
            raise RefusedError(f"it sets the state of something that has none ({type(target).__name__})")
        if isinstance(target, Wrapper):
            self.stack[-1] = self._behind(state)
        else:
            target.__setstate__(state)

    dispatch[pickle.BUILD[0]] = build

    def _behind(self, state: Any) -> Array:
        """The array whose bytes follow in the file: after a byte that counts the padding, since joblib 1.2."""
        if not isinstance(state, dict) or not isinstance(dtype := state.get("dtype"), Dtype):
            raise RefusedError("a joblib array without a dtype")
        frame = self._unframer.current_frame
        if frame is not None and frame.read(1):
            raise RefusedError("a joblib array inside a frame of the pickle")
        if state.get("numpy_array_alignment_bytes") is not None:
            self._file.read(self._file.read(1)[0])
        array = Array()
        array.set(state.get("shape"), dtype, state.get("order") == "F", b"")
        array.data = self._file.read(_expected(array))
        return array


def load(file: BinaryIO, more: Names | None = None) -> object:
    """The object in a pickle or joblib file, arrays as `Array`; `more` are names beside those of numpy.

    Raises `RefusedError` for what is no such file, or names something else.
    """
    reader = _Reader(file, {**_PLAIN, **NUMPY, **(more or {})})
    try:
        found = reader.load()
    except (RefusedError, MemoryError, OSError):
        raise
    except Exception as error:  # a pickle can be wrong in every way there is
        raise RefusedError(f"it cannot be read as a pickle: {type(error).__name__}: {shorten(str(error))}") from None
    if file.read(1):
        raise RefusedError("bytes follow the end of the pickle")
    return found


def load_plain(file: BinaryIO) -> object:
    """The arrays in npy, one or several behind each other, or in npz. Raises `RefusedError`."""
    import numpy as np

    found: list[object] = []
    try:
        content = io.BytesIO(file.read())  # of a real file numpy would open the descriptor a second time
        while content.tell() < content.getbuffer().nbytes:
            loaded = np.load(content, allow_pickle=False)
            if not isinstance(loaded, np.ndarray):
                return {name: loaded[name] for name in loaded.files}
            found.append(loaded)
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise RefusedError(f"numpy does not load it: {shorten(str(error), 300)}") from None
    return found[0] if len(found) == 1 else found


def _numpy_dtype(dtype: Dtype) -> Any:
    import numpy as np

    if (what := _KINDS.get(dtype.code[0])) is not None:
        raise RefusedError(f"an array of {what}: safetensors has only numbers")
    try:
        return np.dtype(("" if dtype.order == "|" else dtype.order) + dtype.code)
    except TypeError:
        raise RefusedError(f"an array has the dtype {dtype.code}, which numpy does not have") from None


def _expected(array: Array) -> int:
    """Bytes that its shape and dtype need."""
    found: int = _numpy_dtype(array.dtype).itemsize
    for length in array.shape:
        found *= length
    if found >= 1 << 48:
        raise RefusedError(f"an array has the impossible shape {shorten(repr(array.shape), 60)}")
    return found


def leaf_of(value: object, name: str) -> Leaf | None:
    """An `Array`, or an array of numpy, as what is to be written."""
    import numpy as np

    if isinstance(value, np.ndarray):
        return _leaf(value, name)
    if not isinstance(value, Array):
        return None
    try:
        expected = _expected(value)
    except (RefusedError, AttributeError) as error:
        message = str(error) if isinstance(error, RefusedError) else "an array without content"
        raise RefusedError(f"{name}: {message}") from None
    if expected != len(value.data):
        message = f"dtype and shape need {expected:,} bytes, and it has {len(value.data):,}"
        raise RefusedError(f"{name}: {message}")
    made = np.frombuffer(value.data, _numpy_dtype(value.dtype)) if expected else np.empty(0, _numpy_dtype(value.dtype))
    return _leaf(made.reshape(value.shape, order="F" if value.fortran else "C"), name)


def _leaf(array: Any, name: str) -> Leaf:
    import numpy as np

    dtype = DTYPES.get(array.dtype.name)
    if dtype is None:
        what = "Python objects" if array.dtype.hasobject else array.dtype.name
        raise RefusedError(f"{name} is an array of {what}, which safetensors does not have")

    def data() -> memoryview:
        little = array if array.dtype.byteorder != ">" else array.byteswap()  # swapped, not converted: NaNs stay
        flat: Any = np.ascontiguousarray(little).reshape(-1).view(np.uint8)
        return memoryview(flat)

    where = cast("int", array.__array_interface__["data"][0])
    steps = [(length - 1) * step for length, step in zip(array.shape, array.strides, strict=True)]
    low = where + sum(step for step in steps if step < 0)
    high = where + sum(step for step in steps if step > 0) + array.itemsize if array.size else low
    return Leaf(dtype, tuple(array.shape), data, low, high, (where, array.shape, array.strides, array.dtype.str))
