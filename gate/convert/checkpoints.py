"""Checkpoints of torch, by its restricted loader; and tensors in plain pickles, by the stand-ins of `arrays`."""

from __future__ import annotations

import ctypes
import io
import re
from typing import Any, BinaryIO

import torch  # type: ignore[import-not-found, unused-ignore] # imported by whoever has it

from gate.convert import arrays
from gate.convert.leaf import Leaf, MissingError, RefusedError
from gate.core.text import shorten

OLDEST = (2, 10)
"""Before 2.6 a file could run code in spite of `weights_only` (CVE-2025-32434), before 2.10 corrupt memory
(CVE-2026-24747)."""
DTYPES = {
    "bool": "BOOL", "uint8": "U8", "int8": "I8", "float8_e5m2": "F8_E5M2", "float8_e4m3fn": "F8_E4M3",
    "float8_e8m0fnu": "F8_E8M0", "float8_e4m3fnuz": "F8_E4M3FNUZ", "float8_e5m2fnuz": "F8_E5M2FNUZ", "uint16": "U16",
    "int16": "I16", "float16": "F16", "bfloat16": "BF16", "uint32": "U32", "int32": "I32", "float32": "F32",
    "complex64": "C64", "uint64": "U64", "int64": "I64", "float64": "F64",
}  # fmt: skip
"""The dtypes that torch and safetensors share."""
_set = torch.Tensor.set_
_UNSUPPORTED = re.compile(r"Unsupported (?:global: GLOBAL|class) (\S+)")
_REASON = re.compile(r"WeightsUnpickler error: *([^\n]+)")


def prepare() -> None:
    """Makes torch ready: one thread, guarded, and with everything imported that loading needs. Raises `MissingError`.

    For a process that does nothing else with torch.
    """
    version = re.match(r"(\d+)\.(\d+)", torch.__version__)
    if version is None or (int(version[1]), int(version[2])) < OLDEST:
        raise MissingError("'torch>=2.10' safetensors")
    torch.set_num_threads(1)
    torch.Tensor.set_ = _set_within
    sample = io.BytesIO()
    torch.save({"tensor": torch.zeros(1)}, sample)
    sample.seek(0)
    load(sample)


def load(file: BinaryIO) -> object:
    """The content of a torch checkpoint. Raises `RefusedError` for what torch does not take for weights."""
    names = [(stand_in, f"{module}.{name}") for (module, name), stand_in in arrays.NUMPY.items()]
    try:
        with torch.serialization.safe_globals(names):
            return torch.load(file, map_location="cpu", weights_only=True)
    except (RefusedError, MemoryError, OSError):
        raise
    except Exception as error:  # torch raises what its layers raise
        raise _refused(str(error)) from None


def _refused(message: str) -> Exception:
    if "not enough memory" in message:
        return MemoryError()
    if found := _UNSUPPORTED.search(message):
        what = shorten(found[1])
        return RefusedError(f"it holds an object of {what}, which is neither a tensor nor a plain value")
    reason = _REASON.search(message)
    text = (reason[1] if reason else message.strip().partition("\n")[0]).partition(". ")[0]
    return RefusedError(f"torch does not load it as weights: {shorten(text, 300)}")


def _set_within(tensor: Any, storage: Any, offset: Any, shape: Any, stride: Any) -> Any:
    """`Tensor.set_`, by which every tensor gets its storage: views past its end are refused.

    torch would make the storage larger instead, with whatever is in memory there.
    """
    numbers = [offset, *shape, *stride]
    if not all(type(number) is int and 0 <= number < 1 << 48 for number in numbers) or len(shape) != len(stride):
        raise RefusedError("a tensor has an impossible shape, stride or offset")
    last = sum((length - 1) * step for length, step in zip(shape, stride, strict=True))
    if 0 not in shape and (offset + last + 1) * tensor.element_size() > storage.nbytes():
        raise RefusedError("a tensor goes past the end of its storage")
    return _set(tensor, storage, offset, shape, stride)


def _rebuild(storage: Any, offset: Any, shape: Any, stride: Any, *rest: object) -> Any:
    """Stands for `torch._utils._rebuild_tensor_v2`; hooks are let go, and so is `requires_grad`."""
    if not isinstance(storage, torch.storage.TypedStorage) or (len(rest) > 2 and rest[2]):
        raise RefusedError("a tensor of another kind than torch.save writes")
    return torch._utils._rebuild_tensor(storage, offset, shape, stride)


def _inner(data: object) -> object:
    """Stands for `torch.storage._load_from_bytes`: a whole checkpoint inside a pickle, which holds one storage."""
    if not isinstance(data, bytes):
        raise RefusedError("a storage that is not stored as bytes")
    return load(io.BytesIO(data))


PICKLED: arrays.Names = {
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
    ("torch._utils", "_rebuild_parameter"): lambda data, *_: data,
    ("torch.storage", "_load_from_bytes"): _inner,
}
"""What a plain pickle of tensors names."""


def load_pickle(file: BinaryIO) -> object:
    """The content of a plain pickle or joblib file of tensors, and of arrays. Raises `RefusedError`."""
    return arrays.load(file, PICKLED)


def leaf_of(value: object, name: str) -> Leaf | None:
    """A tensor, or an array of numpy that stands beside tensors, as what is to be written."""
    if isinstance(value, torch.Tensor):
        return _leaf(value, name)
    return arrays.leaf_of(value, name) if isinstance(value, arrays.Array) else None


def _leaf(tensor: Any, name: str) -> Leaf:
    if type(tensor) not in (torch.Tensor, torch.nn.Parameter, torch.nn.Buffer) or tensor.is_quantized:
        kind = "quantized" if tensor.is_quantized else f"a {type(tensor).__module__}.{type(tensor).__qualname__}"
        raise RefusedError(f"{name} is {shorten(kind)}, which safetensors cannot hold as it is")
    if tensor.layout != torch.strided or tensor.device.type != "cpu":
        kind = "on the device meta, without content" if tensor.device.type == "meta" else "sparse or nested"
        raise RefusedError(f"{name} is {kind}, and safetensors holds dense tensors only")
    dtype = DTYPES.get(str(tensor.dtype).removeprefix("torch."))
    if dtype is None:
        raise RefusedError(f"{name} has the dtype {tensor.dtype}, which safetensors does not have")
    tensor = tensor.detach().resolve_conj().resolve_neg()
    shape, stride, start = tuple(tensor.shape), tensor.stride(), tensor.data_ptr()
    span = sum((length - 1) * step for length, step in zip(shape, stride, strict=True)) + 1 if 0 not in shape else 0
    end = start + span * tensor.element_size()

    def data() -> memoryview:
        dense = tensor.contiguous()
        length = dense.numel() * dense.element_size()
        if not length:
            return memoryview(b"")
        memory = (ctypes.c_ubyte * length).from_address(dense.data_ptr())
        memory.tensor = dense  # type: ignore[attr-defined, unused-ignore] # it owns the memory
        return memoryview(memory).cast("B")

    return Leaf(dtype, shape, data, start, end, (start, shape, stride, dtype))
