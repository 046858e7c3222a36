"""The raw arrays that joblib writes between the instructions of a pickle.

Source: `NumpyArrayWrapper.read_array` in `joblib/numpy_pickle.py`. Behind the BUILD of a wrapper come, where the
wrapper says so, a byte of padding length and the padding; then the elements, or for a dtype with Python objects
a pickle of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.formats.pickle import literals
from gate.formats.pickle.values import Imported, Made, Value

if TYPE_CHECKING:
    from gate.formats.pickle.machine import End, Machine

WRAPPER = ("joblib.numpy_pickle", "NumpyArrayWrapper")
MEMMAP = ("numpy", "memmap")
"""As the class of a wrapped array it is only compared with; called, it opens files."""
DTYPE = ("numpy", "dtype")
DEPTH = 8
"""Structured dtypes within structured dtypes."""


class _UnknownError(Exception):
    """Size or content of the array cannot be told."""


def is_wrapper(value: Made) -> bool:
    """Whether an array follows the BUILD of `value`."""
    return value.callee is not None and (value.callee.module, value.callee.name) == WRAPPER


def step_over(machine: Machine, wrapper: Made) -> End | None:
    """Move behind the array of `wrapper`. A pickle in its place is followed as part of this one."""
    try:
        state = _named(machine, wrapper.state)
        subclass = state.get("subclass")
        if isinstance(subclass, Imported) and (subclass.module, subclass.name) == MEMMAP:
            subclass.resolved += 1
        size = _item_size(machine, state.get("dtype"), DEPTH)
        if size is None:
            return machine.embedded()
        length = size * _elements(machine, state.get("shape"))
    except _UnknownError:
        return "unresolved"
    cursor = machine.cursor
    if "numpy_array_alignment_bytes" in state and not machine.is_none(state["numpy_array_alignment_bytes"]):
        padding = cursor.code()
        cursor.position += padding
    cursor.skip(length)
    return None


def _named(machine: Machine, state: Value | None) -> dict[str, Value]:
    if type(state) is not dict:
        raise _UnknownError
    return {str(_literal(machine, key)): value for key, value in state.items()}


def _literal(machine: Machine, value: Value | None) -> literals.Plain:
    if type(value) is not int:
        raise _UnknownError
    try:
        return literals.value(machine.source, value)
    except ValueError:
        raise _UnknownError from None


def _elements(machine: Machine, shape: Value | None) -> int:
    if type(shape) is not tuple:
        raise _UnknownError
    count = 1
    for item in shape:
        length = _literal(machine, item)
        if type(length) is not int or length < 0:
            raise _UnknownError
        count *= length
    return count


def _item_size(machine: Machine, dtype: Value | None, depth: int) -> int | None:
    """Bytes of one element; None if any part of it is a Python object."""
    if not isinstance(dtype, Made) or not isinstance(dtype.callee, Imported) or depth == 0:
        raise _UnknownError
    if (dtype.callee.module, dtype.callee.name) != DTYPE or type(dtype.arguments) is not tuple or not dtype.arguments:
        raise _UnknownError
    code = _literal(machine, dtype.arguments[0])
    if not isinstance(code, str) or not code[1:].isdigit() or len(code) > 12:
        raise _UnknownError
    if code[0] == "O":
        return None
    if code[0] == "V" and not _plain(machine, dtype.state, depth):
        return None
    if code[0] not in "biufcmMSUV":
        raise _UnknownError
    return int(code[1:]) * (4 if code[0] == "U" else 1)


def _plain(machine: Machine, state: Value | None, depth: int) -> bool:
    """Whether no field of a structured dtype, or base of a subarray, is a Python object."""
    if state is None:
        return True
    if type(state) is not tuple or len(state) < 5:
        raise _UnknownError
    base, fields = state[2], state[4]
    inner = [base[0]] if type(base) is tuple and base else []
    if type(fields) is dict:
        inner += [field[0] if type(field) is tuple and field else field for field in fields.values()]
    elif not machine.is_none(fields):
        raise _UnknownError
    if not machine.is_none(base) and type(base) is not tuple:
        raise _UnknownError
    return all(_item_size(machine, item, depth - 1) is not None for item in inner)
